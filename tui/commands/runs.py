"""`perceptui runs`: the runs that were made."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.language import tr
from tui.past.run_filter import EXAMPLE, conditions, in_order, matches

if TYPE_CHECKING:
    from engine.runs.known_runs import ListedRun


@app.command()
def runs(
    ctx: typer.Context,
    delete: Annotated[
        list[str] | None,
        typer.Option("--delete", metavar="RUN", help="Delete this run and those that follow."),
    ] = None,
    more: Annotated[
        list[str] | None, typer.Argument(metavar="[RUN]...", help="More to delete.")
    ] = None,
    where: Annotated[
        str,
        typer.Option("--where", metavar="CONDITIONS", help=f"Only those: '{EXAMPLE}'."),
    ] = "",
    sort: Annotated[
        str,
        typer.Option(
            "--sort",
            metavar="[-]NAME",
            help="By a metric, a field, epochs, state, title or run, the most last; - turns it.",
        ),
    ] = "",
    yes: Annotated[bool, typer.Option("--yes", help="Delete without asking.")] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """List the runs, newest last, or delete some."""
    from engine.runs.known_runs import KnownRuns

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if delete:
        _delete([*delete, *(more or [])], shared, yes=yes)
        return
    if more or yes:
        raise UsageError("runs: RUN and --yes belong to --delete RUN")
    wanted = conditions(where)
    listed = (one for one in KnownRuns(shared.runs).newest_first() if matches(one, wanted))
    found = sorted(listed, key=lambda one: one.run.name)
    found = in_order(found, sort) if sort else found
    if shared.json:
        for one in found:
            print_json(_row(one))
    elif not found:
        from tui.terminal.printing import Terminal

        if where:
            Terminal(ascii_only=shared.ascii).tell(f"No run in {shared.runs} is like that: {where}")
            return
        hint = tr("`perceptui --preset NAME` makes one")
        Terminal(ascii_only=shared.ascii).tell(f"There are no runs in {shared.runs}: {hint}.")
    else:
        _print(found, shared.ascii)


def _report(deleted: Path, shared: o.Shared) -> None:
    if shared.json:
        print_json({"deleted": str(deleted)})
        return
    from tui.terminal.printing import Terminal

    Terminal(ascii_only=shared.ascii).tell(f"deleted {deleted}")


def _delete(names: list[str], shared: o.Shared, *, yes: bool) -> None:
    """Delete runs that are all looked at before the first one goes."""
    from engine.runs.deletion import check
    from engine.runs.deletion import delete as delete_run
    from engine.runs.run import find_run
    from tui.commands.complaint import complain
    from tui.past.run_summary import deletion_question
    from tui.terminal.question import can_ask, is_granted

    found = {run.path.resolve(): run for run in (find_run(text, shared.runs) for text in names)}
    chosen = list(found.values())
    for run in chosen:
        check(run)
    if not yes:
        if not can_ask():
            raise UsageError("runs --delete: nobody is here to be asked: give --yes too")
        if not is_granted(deletion_question(chosen)):
            complain("nothing was deleted")
            raise typer.Exit(1)
    for run in chosen:
        delete_run(run)
        _report(run.path, shared)


def _row(listed: ListedRun) -> dict[str, object]:
    state, outcome = listed.state, listed.outcome
    row: dict[str, object] = {
        "run": str(listed.run.path),
        "title": outcome.title,
        "state": state.text,
        "epochs": outcome.epochs,
        "metrics": outcome.metrics,
    }
    return {**row, "complaint": state.complaint} if state.complaint else row


def _print(found: list[ListedRun], ascii_only: bool) -> None:
    from tui.past.run_summary import measured_anywhere, summary_columns, summary_row
    from tui.renderables.table import table
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    there = measured_anywhere(found)
    columns = summary_columns(there, terminal.look)
    body = [summary_row(listed, there) for listed in found]
    terminal.rows(table(columns, body, terminal.width, terminal.look))
