"""`perceptui present`: an experiment or a lesson, for a projector."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o


@app.command("present")
def present_command(
    ctx: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="WHAT", help="A file, a preset or a run, else a lesson.")
    ],
    is_lesson: Annotated[
        bool, typer.Option("--lesson", help="The lesson, though a preset has its name too.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
) -> None:
    """Present an experiment or a lesson on a projector: one thing at a time, `→` leads on."""
    from tui.terminal.streams import has_screen

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, False)
    from tui.start import present, presentable

    if not has_screen():
        presentable(shared, what, is_lesson=is_lesson)  # what is nothing wants no terminal
        raise UsageError(f"{what}: presenting it takes a terminal")
    raise typer.Exit(present(shared, what, is_lesson=is_lesson))
