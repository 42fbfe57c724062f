"""`perceptui import`: weights of another program, to start a training from."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr


@app.command("import")
def import_command(
    ctx: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="A safetensors file, or a state dict of PyTorch.")
    ],
    layers: Annotated[
        str | None,
        typer.Option("--layers", metavar="CALLS", help="Its layers, where names don't tell them."),
    ] = None,
    data: Annotated[
        str | None,
        typer.Option("--data", metavar="CALL", help="What it takes in: the data of its inputs."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="Where to write it: NAME.safetensors."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace a file that is there.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Take in the weights of another program, to start a training from with --from FILE.

    Pickled modules are never read: loading one runs whatever its file says.
    """
    from engine.importing.importing import import_weights
    from engine.paths import expanded
    from engine.runs.contents import is_of_run
    from engine.spec.torch_code import layer_list

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    source = expanded(file)
    target = expanded(output) if output is not None else Path(f"{source.stem}-here.safetensors")
    if target.suffix != ".safetensors":
        raise UsageError(f"-o {target}: what is written is a .safetensors file: call it so")
    if is_of_run(target.resolve()):
        raise UsageError(f"-o {target}: a run keeps its own files there: choose another name")
    if target.exists() and not force:
        raise UsageError(f"-o {target}: is there already: choose another name, or give --force")
    shape = _shape(data) if data is not None else None
    found = import_weights(source, target, layer_list(layers) if layers else None, shape)
    if shared.json:
        print_json(
            {
                "file": str(target),
                "layers": list(found.layers),
                "input_shape": list(found.shape),
                "num_parameters": found.num_parameters,
                "guessed_activations": found.guesses_activations,
                "guessed_sizes": found.guesses_sizes,
            }
        )
        return
    from engine.parts.shapes import shape_text
    from tui.renderables.shell import shell_word
    from tui.terminal.printing import Terminal

    out = Terminal(ascii_only=shared.ascii)
    out.tell(
        tr(f"{target}: {found.num_parameters:,} numbers, for inputs of {shape_text(found.shape)}")
    )
    if found.guesses_activations:
        out.tell("No file of weights tells its activations: ReLU() was put between the layers.")
    if found.guesses_sizes:
        out.tell("Nor does it tell padding and pooling: these are the only ones that fit.")
    calls = " ".join(found.layers)
    given = f"--data {shell_word(data)} " if data is not None else ""
    out.tell(f"perceptui {given}--layers {shell_word(calls)} --from {shell_word(str(target))}")


def _shape(text: str) -> tuple[int, ...]:
    """The shape of a data set's samples; raises BadExperiment, or DataUnavailable."""
    from engine.errors import BadExperiment, Problem
    from engine.parts.data import Data
    from engine.spec.catalogue import make
    from engine.spec.grammar import GrammarError, parse_call

    problems: list[Problem] = []
    try:
        data = make(Data, parse_call(text), "--data", problems)
    except GrammarError as error:
        raise UsageError(f"--data: {error}") from error
    if problems or not isinstance(data, Data):
        raise BadExperiment(problems)
    return data.at(Path().absolute()).known_facts().shape
