"""`perceptui evaluate`: how good a run's network is, how sure that is, and where it fails."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.evaluate_sweep import judged_over_seeds, sweep_named
from tui.commands.json_line import print_json, print_message
from tui.commands.one_off_session import answer_of
from tui.commands.output import may_replace
from tui.language import tr

if TYPE_CHECKING:
    from engine.evaluation.judgement import Cost
    from engine.runs.accepted import Accepted
    from engine.runs.run import Run
    from engine.service.client.session import Session
    from engine.service.protocol import Judged
    from engine.sweeps.directory import SweepDirectory
    from tui.commands.evaluate_sweep import Judge
    from tui.renderables.judgement.section import Section

T = TypeVar("T")
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
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="Other data, with its answers: any table."),
    ] = None,
    images: Annotated[
        Path | None,
        typer.Option(
            "--images",
            metavar="FOLDER",
            help="Other pictures, in a folder with a subfolder per class.",
        ),
    ] = None,
    cost: Annotated[
        str,
        typer.Option(
            "--cost",
            metavar="ALARM:MISS",
            help="What mistakes cost, of two classes: 1:5 where a miss is five false alarms.",
        ),
    ] = "1:1",
    accept: Annotated[
        str | None,
        typer.Option(
            "--accept",
            metavar="temperature|threshold|both|none",
            help="Keep it with the run: predict and the script read its probabilities so.",
        ),
    ] = None,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Judge a run's network on its data: is it good, how sure, where does it fail.

    Verdict first, against what needs no network; then every score with its 95 % interval. Of a
    sweep the best configuration is judged over its seeds.
    """
    from engine.runs.run import find_run

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    sweep = sweep_named(run, shared.runs)
    found = find_run(run, shared.runs) if sweep is None else None
    kind = o.kind(checkpoint)
    target = report_target(found, output, shared, force=force)
    costs, accepts = _costs(cost), _accepts(accept)
    table = csv.expanduser() if csv is not None else None
    pictures = images.expanduser() if images is not None else None
    if table is not None and pictures is not None:
        raise UsageError("evaluate: give --csv or --images, not both")
    if (table or pictures) is not None and accepts is not None:
        option = "--csv" if table is not None else "--images"
        raise UsageError(f"evaluate: --accept goes with the run's own data, not with {option}")

    async def asked(session: Session, one: Run) -> Judged:
        return await session.runs.judge(
            one, kind, shared.data, cost=costs, table=table, pictures=pictures
        )

    if found is None:
        assert sweep is not None, "it is one of both"
        if accepts is not None:
            raise UsageError("evaluate: --accept goes with a run: name one of the sweep's")
        _evaluate_sweep(sweep, asked, target, output, shared, table or pictures)
        return
    judged = _named(lambda: answer_of(partial(asked, one=found)), table or pictures)
    accepted = None
    if accepts is not None:
        from engine.runs.accepted import accepted_at, store

        accepted = accepted_of(judged, accepts, accepted_at(found.path, judged.step))
        store(found.path, accepted)
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
        if accepted is not None:
            _tell(accepted, shared)


def _evaluate_sweep(
    sweep: SweepDirectory,
    asked: Judge,
    target: Path | None,
    output: Path | None,
    shared: o.Shared,
    other: Path | None,
) -> None:
    from tui.renderables.judgement.over_seeds import sections

    judged = _named(lambda: judged_over_seeds(sweep, asked), other)
    if target is not None:
        from tui.renderables.judgement.section import markdown

        write_report(target, markdown(tr(f"Sweep of {sweep.plan().name}"), sections(judged)))
        told_written(output, shared)
    elif shared.json:
        print_message(judged)
    else:
        print_sections(sections(judged), shared)


def _named(answer: Callable[[], T], other: Path | None) -> T:
    """A worker's answer; a file or folder that is at fault is named as it was typed."""
    from engine.errors import PerceptuiError

    try:
        return answer()
    except PerceptuiError as error:
        if other is None:
            raise
        raise type(error)(str(error).replace(str(other.absolute()), str(other))) from error


def _costs(text: str) -> Cost:
    """What `--cost` says; raises UsageError."""
    from engine.evaluation.judgement import Cost

    alarm, _, miss = text.partition(":")
    try:
        found = Cost(alarm=float(alarm), miss=float(miss))
    except ValueError:
        found = Cost(alarm=-1)
    if not (0 <= found.alarm < math.inf and 0 <= found.miss < math.inf):
        raise UsageError(f"--cost {text}: give two numbers, of a false alarm and of a miss: 1:5")
    return found


def _accepts(text: str | None) -> tuple[bool, bool] | None:
    """Whether temperature and threshold are accepted; None to leave what was. Raises UsageError."""
    match text:
        case None:
            return None
        case "temperature" | "threshold" | "both" | "none":
            return text in ("temperature", "both"), text in ("threshold", "both")
    raise UsageError(f'--accept {text}: there are "temperature", "threshold", "both" and "none"')


def accepted_of(
    judged: Judged, accepts: tuple[bool, bool], before: Accepted | None = None
) -> Accepted:
    """What is to be kept with the run; raises UsageError for what there is not.

    before: what was accepted of the same weights; temperature and threshold don't touch each other.
    """
    from engine.runs.accepted import Accepted
    from tui.renderables.judgement.probabilities import helps

    calibration, threshold = judged.judgement.calibration, judged.judgement.threshold
    temperature, chosen = 1.0, None
    if before is not None and any(accepts):
        temperature, chosen = before.temperature, before.threshold
    if accepts[0]:
        if calibration is None or not helps(calibration):
            raise UsageError("--accept: no temperature makes this network's probabilities better")
        temperature = calibration.temperature
    if accepts[1]:
        if threshold is None:
            raise UsageError("--accept: a threshold is for two classes")
        chosen = threshold.chosen.threshold
    return Accepted(step=judged.step, temperature=temperature, threshold=chosen)


def _tell(accepted: Accepted, shared: o.Shared) -> None:
    from tui.terminal.printing import Terminal

    kept = []
    if accepted.temperature != 1:
        kept.append(tr(f"a temperature of {accepted.temperature:.3g}"))
    if accepted.threshold is not None:
        kept.append(tr(f"a threshold of {accepted.threshold:.3g}"))
    what = ", ".join(kept) or tr("nothing")
    Terminal(ascii_only=shared.ascii).tell(
        tr(f"Kept with the run: {what}; predict and the script read its probabilities so.")
    )


def report_target(
    run: Run | None, output: Path | None, shared: o.Shared, *, force: bool
) -> Path | None:
    """The file that a report is written to; None for none. Raises UsageError."""
    from engine.runs.output import destination

    if output is None:
        return None
    experiment = run.experiment() if run is not None else None

    def checked(replace: bool) -> Path:
        return destination(output, experiment, shared.data, replace=replace)

    return checked(force or may_replace(output, checked))


def write_report(target: Path, text: str) -> None:
    """Write a report; raises UsageError where that can't be done."""
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
