"""A sweep without an app: followed while it runs, told at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec
from rich.progress import BarColumn, Progress, TextColumn
from rich.text import Text

from engine.sweeps.directory import SweepDirectory
from engine.sweeps.launch import stop
from engine.sweeps.plan import Plan
from engine.sweeps.results import Results
from engine.sweeps.table import Lines, SweepEnded, TrialCrashed, TrialEnded
from engine.sweeps.telling import (
    command_words,
    named,
    objective_words,
    of_stacks,
    sentences,
    winner_of,
)
from tui.commands.complaint import complain
from tui.commands.json_line import print_json, print_message
from tui.headless.ending import DIVERGED
from tui.headless.progress import Presentation
from tui.headless.signals import caught_signals
from tui.language import tr
from tui.past.sweep_lines import has_map, results_map, results_sheet, score_text
from tui.renderables.numbers import counted, duration, metric
from tui.renderables.sanitize import plain
from tui.renderables.shell import shell_line

LOOK_S = 0.1
MOST_ROWS = 20
"""Configurations that the table at the end has; `sweeps show` has them all."""
STOPPED = (2, 15)
"""SIGINT and SIGTERM stop a sweep that was begun here; a lost connection does not."""


def follow(directory: SweepDirectory, presentation: Presentation, *, is_own: bool) -> int:
    """Show a sweep until nothing of it runs any more; returns the exit code.

    is_own: whether it was begun for this command, so that Ctrl-C stops it.
    """
    return asyncio.run(_followed(directory, presentation, is_own=is_own))


async def _followed(directory: SweepDirectory, presentation: Presentation, *, is_own: bool) -> int:
    plan = directory.plan()
    shown = _Shown(plan, presentation)
    with caught_signals() as caught:
        following = asyncio.create_task(_follow(directory, shown))
        try:
            await caught.or_done(following)
            if not following.done():
                if is_own and caught.number in STOPPED:
                    await asyncio.to_thread(stop, directory)
                    await following
                else:
                    following.cancel()
        finally:
            shown.close()
        if following.done() and not following.cancelled():
            following.result()
    if caught.number:
        _tell_how_to_go_on(directory, presentation, is_own=is_own and caught.number in STOPPED)
        return caught.exit_code
    return tell(directory, presentation)


async def _follow(directory: SweepDirectory, shown: _Shown) -> None:
    place = 0
    while True:
        is_live = directory.is_live  # before the table is read: what it wrote last is told
        lines, place = directory.lines(place)
        shown.show(lines, directory)
        if not is_live:
            return
        await asyncio.sleep(LOOK_S)


class _Shown:
    """What is printed of a sweep while it runs: a bar, lines, JSON lines or nothing."""

    def __init__(self, plan: Plan, presentation: Presentation) -> None:
        self._plan = plan
        self._presentation = presentation
        self._terminal = presentation.terminal
        self._num_done = 0
        self._bar: Progress | None = None
        is_quiet = presentation.json or presentation.quiet
        if not is_quiet and presentation.moves:
            columns = [TextColumn("{task.description}", markup=False)]
            if self._terminal.width >= 60 and not self._terminal.look.ascii:
                columns.append(BarColumn(bar_width=None))  # type: ignore[arg-type]  # a column too
            columns.append(TextColumn("{task.fields[status]}", markup=False))
            self._bar = Progress(
                *columns,
                console=self._terminal.console,
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
                expand=self._terminal.width >= 60,
            )
            self._bar.start()
            self._task = self._bar.add_task("", total=plan.num_trials, status="")

    def show(self, lines: Sequence[Lines], directory: SweepDirectory) -> None:
        """Show what came, and what runs now."""
        for line in lines:
            self._num_done += isinstance(line, TrialEnded)
            if self._presentation.json:
                print_message(_without_picture(line))
            elif isinstance(line, TrialCrashed) or (
                isinstance(line, TrialEnded) and line.ending == "crashed"
            ):
                again = ", tried once more" if isinstance(line, TrialCrashed) else ""
                self._print(f"training {line.trial} crashed{again}: {line.complaint}")
            elif isinstance(line, TrialEnded) and self._bar is None:
                self._print(self._told(line))
        if self._bar is not None:
            standing = directory.standing()
            share = sum(running.share for running in standing.running)
            left = f"{duration(standing.left_s)} left" if standing.left_s is not None else ""
            self._bar.update(
                self._task,
                completed=self._num_done + share,
                description=f"{self._num_done:,}/{self._plan.num_trials:,}",
                status=standing.doing or left,
            )

    def close(self) -> None:
        """End whatever is drawn live."""
        if self._bar is not None:
            self._bar.stop()

    def _told(self, line: TrialEnded) -> str:
        repeat = f"seed {line.seed}" + (f", fold {line.fold}" if line.fold else "")
        what = f"{named(self._plan, line.values)}, {repeat}" if line.values else repeat
        came = metric(line.value) if line.value is not None else line.ending
        done = f"{self._num_done:>{len(str(self._plan.num_trials))}}/{self._plan.num_trials}"
        return f"{done}  {what}: {came}  {duration(line.elapsed_s)}"

    def _print(self, text: str) -> None:
        if self._presentation.quiet:
            return
        line = Text(plain(text, self._terminal.look.ascii))
        if self._bar is not None:
            self._bar.console.print(line, highlight=False)
        else:
            self._terminal.line(line)
            self._terminal.console.file.flush()


def _without_picture(line: Lines) -> Lines:
    return msgspec.structs.replace(line, boundary=None) if isinstance(line, TrialEnded) else line


def _tell_how_to_go_on(
    directory: SweepDirectory, presentation: Presentation, *, is_own: bool
) -> None:
    name = directory.name
    if presentation.json:
        return
    if is_own:
        presentation.terminal.tell(f"To go on: perceptui sweeps resume {name}")
    else:
        presentation.terminal.tell(f"It goes on; to follow it: perceptui sweeps attach {name}")


def tell(directory: SweepDirectory, presentation: Presentation, most: int = MOST_ROWS) -> int:
    """Print what a sweep has come to; returns the exit code. most: configurations, at most."""
    plan = directory.plan()
    lines, _ = directory.lines()
    results = Results.of(plan, lines)
    if presentation.json:
        _print_json(directory, results, lines)
    else:
        _print(directory, results, lines, presentation, most)
    ended = lines[-1] if lines else None
    if isinstance(ended, SweepEnded) and ended.complaint:
        complain(ended.complaint)
        complain(f"nothing is lost: `perceptui sweeps resume {directory.name}` goes on")
        return 1
    state = directory.state()
    if state == "crashed":
        _complain_of_crash(directory)
        return 1
    if results.best is None and state == "completed":
        diverged = any(row.count("diverged") for row in results.ranked)
        return DIVERGED if diverged else 1
    return 0


def _complain_of_crash(directory: SweepDirectory) -> None:
    why = "its process is gone without a word: it was killed or it crashed"
    if trouble := directory.trouble():
        why = f"it can't be written any more ({trouble})"
    complain(f"{directory.path}: {why}")
    complain(f"nothing is lost: `perceptui sweeps resume {directory.name}` goes on")


def _print(
    directory: SweepDirectory,
    results: Results,
    lines: Sequence[Lines],
    presentation: Presentation,
    most: int,
) -> None:
    plan, terminal = results.plan, presentation.terminal
    look, width, state = terminal.look, terminal.width, directory.state()
    if state != "completed":
        done = len({line.trial for line in lines if isinstance(line, TrialEnded)})
        terminal.tell(tr(f"{state}: {done:,} of {plan.num_trials:,} trainings"))
    if results.ranked and plan.axes and not presentation.quiet:
        found = results_sheet(results, look)
        terminal.line()
        terminal.rows([found.heading(width), found.rule(width)])
        terminal.rows(found.row(index, width) for index in range(len(results.ranked[:most])))
        if len(results.ranked) > most:
            more = counted(len(results.ranked) - most, "configuration")
            terminal.tell(f"and {more} more: perceptui sweeps show {directory.name} --all")
        if has_map(plan):
            terminal.line()
            terminal.rows(results_map(results, width, look))
    terminal.line()
    for sentence in [*sentences(results), of_stacks(lines)]:
        if sentence:
            terminal.tell(sentence)
    _print_winner(directory, results, lines, presentation)
    terminal.path(str(directory.path))


def _print_winner(
    directory: SweepDirectory, results: Results, lines: Sequence[Lines], presentation: Presentation
) -> None:
    plan, terminal, best = results.plan, presentation.terminal, results.best
    if best is None:
        return
    winner = winner_of(directory, results, lines)
    if winner is not None:
        if best.mean is not None and winner.run.name == "winner":
            told = f"Trained alone it comes to a {objective_words(plan)} of {metric(winner.alone)}."
            terminal.tell(told)
        if winner.test:
            scores = (score_text(n, *value, terminal.look) for n, value in winner.test.items())
            terminal.tell(f"Test split, looked at for the winner only: {', '.join(scores)}.")
    terminal.line(f"Best: {shell_line(command_words(plan, best.values))}")
    if winner is not None:
        terminal.tell(f"Its run: {winner.run.path}")


def _print_json(directory: SweepDirectory, results: Results, lines: Sequence[Lines]) -> None:
    plan, best = results.plan, results.best
    winner = winner_of(directory, results, lines)
    lead = results.lead()
    fields = [axis.field for axis in plan.axes]
    print_json(
        {
            "sweep": str(directory.path),
            "state": directory.state(),
            "objective": plan.objective,
            "trainings": plan.num_trials,
            "configurations": [
                {
                    "values": dict(zip(fields, row.values, strict=True)),
                    "mean": row.mean,
                    "sd": row.deviation,
                    "trained": len(row.trials),
                    "diverged": row.count("diverged"),
                    "pruned": row.count("pruned"),
                    "crashed": row.count("crashed"),
                }
                for row in results.ranked
            ],
            "lead": None
            if lead is None
            else {
                "over": dict(zip(fields, lead.other.values, strict=True)),
                "mean": lead.mean,
                "low": lead.low,
                "high": lead.high,
                "clear": lead.is_clear,
            },
            "sentences": sentences(results),
            "best": None if best is None else dict(zip(fields, best.values, strict=True)),
            "command": None if best is None else command_words(plan, best.values),
            "test": None
            if winner is None
            else {name: {"mean": mean, "sd": sd} for name, (mean, sd) in winner.test.items()},
            "run": None if winner is None else str(winner.run.path),
        }
    )
