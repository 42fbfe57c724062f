"""`perceptui evaluate`: how good a run's network is, how sure that is, and where it fails."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json, print_message
from tui.commands.one_off_session import answer_of
from tui.commands.output import may_replace
from tui.language import tr

if TYPE_CHECKING:
    from engine.evaluation.judgement import Cost
    from engine.runs.run import Run
    from engine.service.protocol import Judged
    from tui.renderables.judgement.section import Section

ReportOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", help="Write it as Markdown: report.md."),
]
ForceOption = Annotated[
    bool, typer.Option("--force", help="Replace a file that is there, without asking.")
]


@app.command()
def evaluate(
    ctx: typer.Context,
    run: o.RunArgument,
    output: ReportOption = None,
    force: ForceOption = False,
    cost: Annotated[
        str,
        typer.Option(
            "--cost",
            metavar="ALARM:MISS",
            help="What mistakes cost, of two classes: 1:5 where a miss is five false alarms.",
        ),
    ] = "1:1",
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Judge a run's network on its data: is it good, how sure, where does it fail.

    Verdict first, against what needs no network; then every score with its 95 % interval.
    """
    from engine.runs.run import find_run

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    found = find_run(run, shared.runs)
    kind = o.kind(checkpoint)
    target = report_target(found, output, shared, force=force)
    costs = _costs(cost)
    judged = answer_of(lambda session: session.judge(found, kind, shared.data, cost=costs))
    if target is not None:
        from tui.renderables.judgement.section import markdown
        from tui.renderables.judgement.sections import sections

        write_report(target, markdown(found.title(), sections(judged.judgement)))
        told_written(output, shared)
    elif shared.json:
        for split in judged.splits:
            print_message(split)
        print_message(judged.judgement)
    else:
        _print(found, judged, shared)


def _costs(text: str) -> Cost:
    """What `--cost` says; raises UsageError."""
    from engine.errors import UsageError
    from engine.evaluation.judgement import Cost

    alarm, _, miss = text.partition(":")
    try:
        found = Cost(alarm=float(alarm), miss=float(miss))
    except ValueError:
        found = Cost(alarm=-1)
    if not (0 <= found.alarm < math.inf and 0 <= found.miss < math.inf):
        raise UsageError(f"--cost {text}: give two numbers, of a false alarm and of a miss: 1:5")
    return found


def report_target(run: Run, output: Path | None, shared: o.Shared, *, force: bool) -> Path | None:
    """The file that a report is written to; None for none. Raises UsageError."""
    from engine.runs.output import destination

    if output is None:
        return None
    experiment = run.experiment()

    def checked(replace: bool) -> Path:
        return destination(output, experiment, shared.data, replace=replace)

    return checked(force or may_replace(output, checked))


def write_report(target: Path, text: str) -> None:
    """Write a report; raises UsageError where that can't be done."""
    from engine.errors import UsageError
    from engine.runs.files import replace_bytes

    try:
        replace_bytes(target, text.encode())
    except OSError as error:
        raise UsageError(f"{target}: can't be written ({error.strerror or error})") from error


def told_written(output: Path | None, shared: o.Shared) -> None:
    """Say where a report is."""
    if shared.json:
        print_json({"file": str(output)})
        return
    from tui.terminal.printing import Terminal

    Terminal(ascii_only=shared.ascii).tell(tr(f"written: {output}"))


def print_sections(found: Iterator[Section], shared: o.Shared) -> None:
    """Print the parts of a judgement, an empty line between them."""
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    for section in found:
        terminal.rows(section.text(terminal.width, terminal.look))
        terminal.line()


def _print(run: Run, judged: Judged, shared: o.Shared) -> None:
    from tui.headless.report import Report
    from tui.renderables.judgement.sections import sections
    from tui.terminal.printing import Terminal

    print_sections(sections(judged.judgement), shared)
    terminal = Terminal(ascii_only=shared.ascii)
    report = Report(terminal.width, terminal.look, run.facts().target_names)
    for place, rows in enumerate(report.evaluation(judged.splits, run.started())):
        if place == 1:
            continue  # the classes, which were told with their intervals
        terminal.rows(rows)
        terminal.line()
