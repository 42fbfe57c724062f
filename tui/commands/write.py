"""`perceptui write`: a run's network writes on after a prompt."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of


@app.command()
def write(
    ctx: typer.Context,
    run: o.RunArgument,
    prompt: Annotated[
        str, typer.Option("--prompt", metavar="TEXT", help="What it goes on after.")
    ] = "",
    length: Annotated[
        int, typer.Option("--length", metavar="N", min=1, help="Characters to write.")
    ] = 200,
    temperature: Annotated[
        float,
        typer.Option(
            "--temperature",
            metavar="NUMBER",
            min=0,
            help="0 takes the likeliest each time; 1 draws as the network says, above more evenly.",
        ),
    ] = 1.0,
    seed: Annotated[
        int, typer.Option("--seed", metavar="N", min=0, help="Start of the random numbers.")
    ] = 0,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Have a run's network write, if it was asked for the next token.

    Without a prompt it begins a line. The same seed writes the same.
    """
    from engine.runs.run import find_run
    from tui.renderables.sanitize import plain_lines

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found, kind = find_run(run, shared.runs), o.kind(checkpoint)
    told = answer_of(
        lambda session: session.runs.write(found, prompt, length, temperature, seed, kind)
    )
    if shared.json:
        following = dict(told.following)
        print_json({"prompt": prompt, "text": told.text, "following": following})
        return
    typer.echo(plain_lines((prompt + told.text).strip("\n"), ascii))
