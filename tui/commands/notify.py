"""`perceptui notify`: where to be told what becomes of trainings."""

from __future__ import annotations

import shlex
from typing import Annotated

import typer

from engine.errors import PerceptuiError, UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr


@app.command()
def notify(
    ctx: typer.Context,
    address: Annotated[
        list[str] | None,
        typer.Option("--address", metavar="URL", help="Add an Apprise address: ntfys://…"),
    ] = None,
    command: Annotated[
        str | None,
        typer.Option("--command", metavar="COMMAND", help="Run this, with the run's path behind."),
    ] = None,
    terminal: Annotated[
        bool | None,
        typer.Option("--terminal/--no-terminal", help="Ring the terminal it was started from."),
    ] = None,
    least: Annotated[
        float | None,
        typer.Option("--least", metavar="S", help="Leave out trainings that end sooner: 60."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Tell nobody any more.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a notice now.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Choose where to be told when a training ends, diverges, stalls, or its trainer dies."""
    from engine.notices.choice import Choice, check_addresses, choice_file

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    added = tuple(address or ())
    check_addresses(added)
    if least is not None and not least >= 0:
        raise UsageError(f"--least {least:g}: give 0 or more seconds")
    before = Choice() if clear else Choice.load()
    choice = Choice(
        addresses=tuple(dict.fromkeys((*before.addresses, *added))),
        command=before.command if command is None else _words(command),
        terminal=before.terminal if terminal is None else terminal,
        least_s=before.least_s if least is None else least,
    )
    if clear or choice != before:
        choice.save()
    if test:
        _send(choice)
    if shared.json:
        print_json(
            {
                "file": str(choice_file()),
                "addresses": len(choice.addresses),
                "command": list(choice.command),
                "terminal": choice.terminal,
                "least_s": choice.least_s,
            }
        )
        return
    from tui.terminal.printing import Terminal

    out = Terminal(ascii_only=shared.ascii)
    if choice.is_empty:
        out.tell("Nobody is told. For example: perceptui notify --terminal")
        return
    if choice.addresses:
        out.tell(tr(f"addresses: {_schemes(choice.addresses)}"))
    if choice.command:
        out.tell(tr(f"command: {shlex.join(choice.command)} RUN"))
    if choice.terminal:
        out.tell("the terminal that a training was started from")
    out.tell(tr(f"not told: trainings that end within {choice.least_s:g} s"))
    out.tell(tr(f"kept in {choice_file()}"))


def _words(command: str) -> tuple[str, ...]:
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"--command {command}: {error}") from error


def _schemes(addresses: tuple[str, ...]) -> str:
    """How they are reached; the rest of an address is secret."""
    return ", ".join(f"{address.partition('://')[0]}://…" for address in addresses)


def _send(choice: object) -> None:
    """Send a notice every way that is chosen; raises PerceptuiError for what does not work."""
    import os
    from pathlib import Path

    from engine.notices.choice import Choice
    from engine.notices.sending import send
    from engine.notices.terminal import TTY, own_terminal

    assert isinstance(choice, Choice)
    if choice.is_empty:
        raise UsageError("--test: nobody is told: give --terminal, --address or --command first")
    os.environ[TTY] = own_terminal()
    failures = send(choice, "end", "perceptui", tr("this is a test"), Path("RUN").absolute())
    if failures:
        raise PerceptuiError("; ".join(failures))
