"""The end of a headless training: its report, the path of the run, the exit code."""

from __future__ import annotations

from collections.abc import Iterator

from rich.text import Text

from engine.paths import runs_dir
from engine.runs.pictures import Pictures
from engine.runs.run import Run
from tui.headless.progress import Presentation
from tui.headless.report import Report, ending
from tui.language import tr
from tui.live.history import History
from tui.renderables.sanitize import plain
from tui.renderables.shell import shell_line, shell_word

DIVERGED = 3
UNKEPT = 1


def exit_code(history: History, signal: int) -> int:
    """0 done, 3 diverged, 1 where the weights could not be kept, 128 + the signal that ended it;
    what a failure says."""
    if signal:
        return 128 + signal
    if history.latest.failed is not None:
        return history.latest.failed.exit_code
    if history.latest.diverged is not None:
        return DIVERGED
    return UNKEPT if history.latest.unkept else 0


def print_end(
    presentation: Presentation, history: History, pictures: Pictures | None, run: Run
) -> None:
    """Print the report of a run that just ended; without pictures its losses and last lines."""
    terminal = presentation.terminal
    if not presentation.quiet and history.latest.finished is not None:
        report = Report(terminal.width, terminal.look, history.targets)
        for rows in _sections(report, history, pictures, run):
            terminal.line()
            terminal.rows(rows)
        terminal.line()
    _print_last(presentation, history, run)


def print_record(presentation: Presentation, history: History, run: Run) -> None:
    """Print the report of a run that is not live, as far as its record goes."""
    terminal = presentation.terminal
    report = Report(terminal.width, terminal.look, history.targets)
    curve = report.loss_curve(history.loss_series(run.losses()))
    standing = report.findings(list(history.latest.findings))
    evaluation = report.evaluation(list(history.latest.evaluated.values()), history.latest.started)
    for rows in [curve, *evaluation, *([standing] if standing else [])]:
        terminal.line()
        terminal.rows(rows)
    terminal.line()
    _print_last(presentation, history, run)


def _sections(
    report: Report, history: History, pictures: Pictures | None, run: Run
) -> Iterator[list[Text]]:
    curve = report.loss_curve(history.loss_series(run.losses()))
    if curve:
        yield curve
    standing = report.findings(list(history.latest.findings))
    if pictures is None:
        if standing:
            yield standing
        return
    yield from report.evaluation(list(history.latest.evaluated.values()), history.latest.started)
    yield from report.pictures(pictures)
    if history.latest.predicted is not None:
        yield report.predictions(history.latest.predicted)
    if standing:
        yield standing


def _print_last(presentation: Presentation, history: History, run: Run) -> None:
    terminal = presentation.terminal
    if history.latest.failed is not None:
        terminal.line(f"Failed: {plain(history.latest.failed.message, terminal.look.ascii)}")
    if history.latest.finished is not None:
        terminal.line(ending(history.latest.finished, history.latest.diverged))
    saved, is_kept = history.latest.checkpoint, run.directory.checkpoint("last").is_file()
    reason = history.latest.finished.reason if history.latest.finished is not None else ""
    if is_kept and reason in ("interrupted", "stopped"):
        terminal.tell(f"To go on: perceptui resume {shell_word(_called(run))}")
    if is_kept and history.latest.diverged is not None and saved is not None:
        for line in offer(run, saved.epoch, history.latest.factor):
            terminal.tell(line)
    rescued = history.latest.rescued.get("last")
    if rescued is not None:
        terminal.line(f"Checkpoint: {plain(rescued.path, terminal.look.ascii)}")
    elif saved is not None:
        path = plain(saved.path, terminal.look.ascii)
        terminal.line(f"Checkpoint: {path if is_kept else 'none is left, somebody removed it'}")
    if history.latest.started is not None:
        path = plain(history.latest.started.run, terminal.look.ascii)
        terminal.line(f"Run: {path}{'' if run.path.is_dir() else ' (gone)'}")


def _called(run: Run) -> str:
    """What a run is called on the command line: by name where it lies in the usual place."""
    usual = run.path.absolute().parent == runs_dir().absolute()
    return run.name if usual else str(run.path)


def offer(run: Run, epoch: int, factor: float) -> list[str]:
    """How to go on with a run that diverged.

    epoch: epochs that the checkpoint has finished; factor: of the learning rate until now.
    """
    experiment = run.experiment()
    rate = experiment.optimizer.lr * factor / 10
    words = ["perceptui", "resume", str(run.path), "--rewind", "--set", f"optimizer.lr={rate:.3g}"]
    return [
        tr(f"To go on from its checkpoint of epoch {epoch} with a tenth of the learning rate:"),
        f"  {shell_line(words)}",
    ]
