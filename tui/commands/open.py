"""`perceptui open`: the app, on something."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.commands import app, open_app
from tui.commands import options as o


@app.command("open")
def open_command(
    ctx: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="WHAT", help="A file, else a preset, else a run.")
    ] = None,
    slow_link: Annotated[
        bool, typer.Option("--slow-link", help="Draw less often, for a slow connection.")
    ] = False,
    in_lines: o.Plain = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Open the app, on an experiment or a run."""
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    raise typer.Exit(open_app(shared, what, slow_link=slow_link, in_lines=in_lines))
