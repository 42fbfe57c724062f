"""`perceptui evaluate`: how good a run's network is."""

from __future__ import annotations

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_message
from tui.commands.one_off_session import answer_of


@app.command()
def evaluate(
    ctx: typer.Context,
    run: o.RunArgument,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Measure a run's network on its data again."""
    from engine.runs.run import find_run

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    kind = o.kind(checkpoint)
    splits = answer_of(lambda session: session.evaluate(found, kind, shared.data))
    if shared.json:
        for split in splits:
            print_message(split)
        return
    from tui.headless.report import Report
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    report = Report(terminal.width, terminal.look, found.facts().target_names)
    for rows in report.evaluation(splits, found.started()):
        terminal.rows(rows)
        terminal.line()
