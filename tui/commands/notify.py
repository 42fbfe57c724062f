"""`perceptui notify`: where to be told what becomes of trainings."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import PerceptuiError, UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr

if TYPE_CHECKING:
    from engine.notices.choice import Choice


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
    stall: Annotated[
        float | None,
        typer.Option("--stall", metavar="S", help="Without progress for so long it stalls: 30."),
    ] = None,
    clear: Annotated[bool, typer.Option("--clear", help="Tell nobody any more.")] = False,
    test: Annotated[bool, typer.Option("--test", help="Send a notice now.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Choose where to be told when a training ends, diverges, stalls, or its trainer dies."""
    from engine.notices.choice import (
        LEAST_STALL_S,
        Choice,
        check_addresses,
        check_least,
        check_stall,
        choice_file,
        words_of,
    )

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    added = tuple(address or ())
    with _of("--address"):
        check_addresses(added)
    with _of("--command"):
        typed = words_of(command) if command is not None else None
    with _of("--least"):
        check_least(0.0 if least is None else least)
    with _of("--stall"):
        check_stall(LEAST_STALL_S if stall is None else stall)
    before = Choice() if clear else Choice.load()
    choice = Choice(
        addresses=tuple(dict.fromkeys((*before.addresses, *added))),
        command=before.command if typed is None else typed,
        terminal=before.terminal if terminal is None else terminal,
        least_s=before.least_s if least is None else least,
        stall_s=before.stall_s if stall is None else stall,
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
                "stall_s": choice.stall_s,
            }
        )
        return
    from tui.terminal.printing import Terminal

    out = Terminal(ascii_only=shared.ascii)
    if choice.is_empty:
        out.tell("Nobody is told. For example: perceptui notify --terminal")
        return
    if choice.addresses:
        out.tell(tr(f"addresses: {choice.schemes}"))
    if choice.command:
        out.tell(tr(f"command: {shlex.join(choice.command)} RUN"))
    if choice.terminal:
        out.tell("the terminal that a training was started from")
    out.tell(tr(f"not told: trainings that end within {choice.least_s:g} s"))
    out.tell(tr(f"stalls: no progress for {choice.stall_s:g} s and for ten usual steps"))
    out.tell(tr(f"kept in {choice_file()}"))


@contextmanager
def _of(option: str) -> Iterator[None]:
    """Say of a mistake which option it is in."""
    try:
        yield
    except UsageError as error:
        raise UsageError(f"{option} {error}") from error


def _send(choice: Choice) -> None:
    """Send a notice every way that is chosen; raises PerceptuiError for what does not work."""
    from engine.notices.sending import try_out

    if choice.is_empty:
        raise UsageError("--test: nobody is told: give --terminal, --address or --command first")
    failures = try_out(choice, tr("this is a test"))
    if failures:
        raise PerceptuiError("; ".join(failures))
