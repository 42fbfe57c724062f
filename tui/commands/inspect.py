"""`perceptui predict` and `evaluate`: what a run's network says, and how good it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.inquiry import asked
from tui.commands.json_line import print_message


@app.command(context_settings={"ignore_unknown_options": True})
def predict(
    ctx: typer.Context,
    run: o.RunArgument,
    values: Annotated[
        list[str] | None, typer.Argument(metavar="VALUES", help="One value per feature.")
    ] = None,
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Samples, one a line.")
    ] = None,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say what a run's network predicts for new samples."""
    from engine.runs.run import find_run
    from tui.commands.samples import read_rows

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    _refuse_options(values or [])
    if bool(values) == (csv is not None):
        raise UsageError("predict: give the VALUES of one sample, or --csv FILE")
    found = find_run(run, shared.runs)
    facts = found.facts()
    rows = read_rows(csv, facts.feature_names) if csv else [list(values or [])]
    kind = o.kind(checkpoint)
    answers = asked(lambda session: session.predict(found, rows, kind))
    if shared.json:
        for answer in answers:
            print_message(answer)
        return
    from engine.runs.events import Predicted
    from tui.headless.report import Report
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    event = Predicted(predictions=answers, classes=list(facts.classes))
    report = Report(terminal.width, terminal.look, facts.target_names)
    terminal.rows(report.predictions(event))


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
    splits = asked(lambda session: session.evaluate(found, kind, shared.data))
    if shared.json:
        for split in splits:
            print_message(split)
        return
    from tui.headless.report import Report
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    report = Report(terminal.width, terminal.look, found.facts().target_names)
    for rows in report.evaluation(splits):
        terminal.rows(rows)
        terminal.line()


def _refuse_options(values: list[str]) -> None:
    """Unknown options reach us as values, so that negative numbers do; tell them apart."""
    for value in values:
        if value.startswith("-") and not _is_number(value):
            raise UsageError(f"predict: no such option: {value}")


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
