"""`perceptui completion` and `perceptui man`: what a shell and `man` are given."""

from __future__ import annotations

from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app


@app.command()
def completion(
    shell: Annotated[
        str, typer.Argument(metavar="bash|zsh|fish", help="The shell that is to complete.")
    ],
) -> None:
    """Print what makes a shell complete commands, presets, runs, layers and formats."""
    from tui.shell.scripts import SCRIPTS

    if shell not in SCRIPTS:
        raise UsageError(f"completion {shell}: there are {', '.join(SCRIPTS)}")
    typer.echo(SCRIPTS[shell], nl=False)


@app.command("man")
def man_command() -> None:
    """Print the manual page, for `man -l -` or a folder of the manual."""
    from datetime import UTC, datetime
    from importlib.metadata import version

    from tui.shell.manual import manual

    typer.echo(manual(version("perceptui"), datetime.now(UTC).date()), nl=False)
