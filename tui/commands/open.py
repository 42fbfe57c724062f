"""`perceptui open`: the app, on something."""

from __future__ import annotations

from typing import Annotated

import typer

from tui.commands import app, open_app
from tui.commands import options as o


@app.command("open", context_settings={"ignore_unknown_options": True, "allow_extra_args": True})
def open_command(
    ctx: typer.Context,
    what: Annotated[
        str | None,
        typer.Argument(
            metavar="WHAT",
            help="A file, else a preset, else a run; or the line that `y` copied, as it is.",
        ),
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
    given = _given(what, ctx.args)
    raise typer.Exit(open_app(shared, given, slow_link=slow_link, in_lines=in_lines))


def _given(what: str | None, rest: list[str]) -> str | None:
    """The WHAT, which a shared line is with its words; raises UsageError for words too many."""
    from engine.errors import UsageError
    from tui.editing.share import PROGRAM
    from tui.renderables.shell import shell_line

    if what == PROGRAM:
        return shell_line([what, *rest])
    if rest:
        kind = "No such option" if rest[0].startswith("-") else "Got an unexpected argument"
        raise UsageError(f"{kind}: {rest[0]}")
    return what
