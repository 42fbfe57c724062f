"""`perceptui draw`: a run's network makes samples."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of


@app.command()
def draw(
    ctx: typer.Context,
    run: o.RunArgument,
    count: Annotated[
        int, typer.Option("-n", "--count", metavar="N", min=1, help="Samples to make.")
    ] = 64,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="FILE", help="A new CSV file to write them to."),
    ] = None,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Start of the random numbers.")
    ] = 0,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Have a run's network make samples, if it was asked to learn that.

    The same seed makes the same. Without a file they are printed as CSV.
    """
    from engine.errors import UsageError
    from engine.runs.files import replace_bytes
    from engine.runs.run import find_run
    from tui.language import tr

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found, kind = find_run(run, shared.runs), o.kind(checkpoint)
    if output is not None and output.exists():
        raise UsageError(f"{output} is there already: give the name of a new file")
    rows = answer_of(lambda session: session.draw(found, count, seed, kind))
    if shared.json:
        print_json({"seed": seed, "samples": rows})
        return
    lines = [",".join(f"x{n + 1}" for n in range(len(rows[0])))]
    lines += [",".join(f"{value:.6g}" for value in row) for row in rows]
    text = "\n".join(lines) + "\n"
    if output is None:
        typer.echo(text, nl=False)
        return
    try:
        replace_bytes(output, text.encode())
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error
    typer.echo(tr(f"{len(rows):,} samples in {output}"))
