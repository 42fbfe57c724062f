"""What coordinates a sweep: hands trials to an executor, and writes down what they come to.

It never loads torch. Who asked for the sweep may go; whoever follows it reads its directory.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress

from engine.errors import DataUnavailable, PerceptuiError
from engine.runs.events import Figure
from engine.runs.lease import HEARTBEAT_S, own_lease, write_lease
from engine.runs.pictures import Boundary
from engine.spec.experiment import Experiment
from engine.sweeps.directory import Running, Standing, SweepDirectory, TableWriter
from engine.sweeps.execution import Assignment, Executor, Group
from engine.sweeps.plan import Plan, Trial
from engine.sweeps.queue import Queue
from engine.sweeps.results import Results
from engine.sweeps.stacking import MOST_AT_ONCE, groups, stack_size
from engine.sweeps.table import (
    Lines,
    StackChecked,
    SweepEnded,
    TrialCrashed,
    TrialEnded,
    WinnerTrained,
)
from engine.sweeps.verdict import is_over, verdict_of

TELL_S = 0.5
WINNER = 0
"""The number of the training of the winner alone."""
ATTEMPTS = 2


class GivenUp(Exception):
    """The sweep can't go on; the message says why."""


class Coordinator:
    """One life of a sweep, from where the lives before it have left the table."""

    def __init__(self, directory: SweepDirectory, plan: Plan, executor: Executor) -> None:
        self._directory = directory
        self._plan = plan
        self._executor = executor
        self._lines, _ = directory.lines()
        self._table = TableWriter(directory)
        self._queue = Queue(plan, self._lines)
        self._began = time.monotonic()
        self._num_done_before = sum(isinstance(line, TrialEnded) for line in self._lines)
        self._num_done = self._num_done_before
        self._trials: dict[int, Trial] = {}
        """Those under way."""
        self._runs: dict[int, str] = {}
        self._shares: dict[int, float] = {}
        self._cut: set[int] = set()
        self._crashed = dict(Counter(c.trial for c in self._lines if isinstance(c, TrialCrashed)))
        self._again: list[Trial] = []
        self._experiments: dict[int, Experiment] = {}
        """Of trials that wait, by number, once they were looked at."""
        self._tasks: set[asyncio.Task[None]] = set()
        self._doing = ""

    async def run(self) -> None:
        """Train all that is left; raises GivenUp."""
        ticking = asyncio.create_task(self._tell())
        try:
            while self._fill() or self._tasks:
                done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    self._tasks.discard(task)
                    task.result()
            await self._train_winner()
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.gather(*self._tasks, return_exceptions=True)
            ticking.cancel()
            await self._executor.close()
            self._directory.write_standing(Standing(elapsed_s=self._elapsed_s))

    def end(self, reason: str, complaint: str = "") -> None:
        """Write the last line, if it can be written."""
        line = SweepEnded(
            reason="stopped" if reason == "stopped" else "failed" if complaint else "completed",
            complaint=complaint,
            elapsed_s=self._elapsed_s,
        )
        with suppress(OSError):
            self._table.write(line)
        self._table.close()

    @property
    def _elapsed_s(self) -> float:
        return time.monotonic() - self._began

    # What is trained next.

    def _fill(self) -> bool:
        """Begin as many groups as may be under way; whether any is."""
        while len(self._tasks) < self._executor.num_at_once:
            group = self._next_group()
            if group is None:
                break
            self._tasks.add(asyncio.create_task(self._train(group)))
        return bool(self._tasks)

    def _next_group(self) -> Group | None:
        """What to train next; None where nothing waits now."""
        if self._again:
            return (self._assigned(self._again.pop()),)
        while (trial := self._next_trial()) is not None:
            if not self._is_over_already(trial):
                return self._together(trial)
        return None

    def _together(self, trial: Trial) -> Group:
        """A trial with those that wait and are best trained in one with it."""
        if not self._plan.stack or self._plan.prune or self._has_begun(trial):
            return (self._assigned(trial),)
        idle = max(1, self._executor.num_at_once - len(self._tasks))
        waiting = self._queue.waiting()
        if stack_size(self._experiment(trial), 1 + len(waiting), idle) == 1:
            return (self._assigned(trial),)
        others = [one for one in waiting[: MOST_AT_ONCE * idle] if not self._has_begun(one)]
        trials = {one.number: one for one in (trial, *others)}
        assignments = [Assignment(n, "", self._experiment(one)) for n, one in trials.items()]
        numbers = next(
            numbers
            for group in groups(assignments, idle)
            if trial.number in (numbers := [one.number for one in group])
        )
        for number in numbers:
            if number != trial.number:
                self._queue.take(trials[number])
        return tuple(self._assigned(trials[number]) for number in numbers)

    def _has_begun(self, trial: Trial) -> bool:
        """Whether an earlier life has left something of it."""
        return self._directory.run(_name(trial.number, 1)).path.exists()

    def _next_trial(self) -> Trial | None:
        while not (waiting := self._queue.waiting()):
            was_known = self._queue.num_unopened
            if (chosen := self._queue.choose()) is not None:
                self._write(chosen)
            elif not was_known:
                return None
        self._queue.take(waiting[0])
        return waiting[0]

    def _is_over_already(self, trial: Trial) -> bool:
        """Write down a training that came to its end just before an earlier life did."""
        for attempt in reversed(range(1, ATTEMPTS + 1)):
            name = _name(trial.number, attempt)
            run = self._directory.run(name)
            if run.path.is_dir() and is_over(run):
                self._trials[trial.number], self._runs[trial.number] = trial, name
                self.ended(trial.number, None)
                return True
        return False

    def _assigned(self, trial: Trial) -> Assignment:
        name = _name(trial.number, self._crashed.get(trial.number, 0) + 1)
        self._trials[trial.number], self._runs[trial.number] = trial, name
        experiment = self._experiment(trial)
        del self._experiments[trial.number]
        return Assignment(trial.number, name, experiment)

    def _experiment(self, trial: Trial) -> Experiment:
        """What a trial trains, read once until it is under way."""
        if trial.number not in self._experiments:
            values = self._queue.values(trial.cell)
            self._experiments[trial.number] = self._plan.experiment(values, trial)
        return self._experiments[trial.number]

    async def _train(self, group: Group) -> None:
        """Train a group; what of it crashed is tried once more, or reported."""
        try:
            await self._executor.train(group, self)
            complaint = "its process ended without a word of it"
        except (PerceptuiError, OSError) as error:
            self._probe()
            if isinstance(error, DataUnavailable):
                raise GivenUp(str(error)) from error
            complaint = str(error)
        for assignment in group:
            if assignment.number in self._trials:
                self._crash(assignment.number, complaint)

    def _crash(self, number: int, complaint: str) -> None:
        trial, run = self._trials.pop(number), self._runs.pop(number)
        self._shares.pop(number, None)
        self._crashed[number] = self._crashed.get(number, 0) + 1
        if self._crashed[number] < ATTEMPTS:
            self._write(TrialCrashed(trial=number, run=run, complaint=complaint))
            self._again.append(trial)
            return
        self._over(
            TrialEnded(
                trial=number,
                cell=trial.cell,
                values=self._queue.values(trial.cell),
                seed=trial.seed,
                fold=trial.fold,
                ending="crashed",
                run=run,
                complaint=complaint,
            )
        )

    def _probe(self) -> None:
        """Raise GivenUp where nothing can be written any more: no training would fare better."""
        if trouble := self._directory.trouble():
            raise GivenUp(f"{self._directory.path}: can't be written any more ({trouble})")

    # What the executor tells, as a Listener.

    def begun(self, number: int) -> None:
        """Its run's directory is there."""
        self._shares[number] = 0.0

    def progressed(self, number: int, share: float) -> None:
        """So much of its training is done."""
        self._shares[number] = share

    def reported(self, number: int, epoch: int, metrics: Mapping[str, Figure]) -> bool:
        """An epoch was reported; whether the training is to go on."""
        trial = self._trials.get(number)
        if trial is None or self._queue.goes_on(trial, epoch, metrics):
            return True
        self._cut.add(number)
        return False

    def ended(self, number: int, boundary: Boundary | None) -> None:
        """Its record has its end; one that says it failed has crashed."""
        self._shares.pop(number, None)
        if number == WINNER:
            return
        run = self._directory.run(self._runs[number])
        verdict = verdict_of(run, self._plan, is_cut=number in self._cut)
        if verdict.ending == "crashed":
            self._probe()
            self._crash(number, verdict.complaint)
            return
        trial = self._trials.pop(number)
        self._over(
            TrialEnded(
                trial=number,
                cell=trial.cell,
                values=self._queue.values(trial.cell),
                seed=trial.seed,
                fold=trial.fold,
                ending=verdict.ending,
                value=verdict.value,
                metrics=verdict.metrics,
                epochs=verdict.epochs,
                elapsed_s=verdict.elapsed_s,
                run=self._runs.pop(number),
                executor=verdict.executor,
                boundary=boundary,
            )
        )

    def compared(self, apart: Mapping[int, float | None]) -> None:
        """Some trials of a stack were trained alone, too."""
        known = [share for share in apart.values() if share is not None]
        worst = max(known) if len(known) == len(apart) else None
        self._write(StackChecked(trials=tuple(sorted(apart)), worst=worst))

    def _over(self, line: TrialEnded) -> None:
        self._num_done += 1
        self._write(line)
        self._queue.ended(line)

    def _write(self, line: Lines) -> None:
        self._lines.append(line)
        try:
            self._table.write(line)
        except OSError as error:
            reason = error.strerror or str(error)
            raise GivenUp(
                f"{self._directory.path}: can't be written any more ({reason})"
            ) from error

    # The end.

    async def _train_winner(self) -> None:
        """Train the best configuration alone, where no trial of it was that."""
        best = Results.of(self._plan, self._lines).best
        if best is None:
            return
        first = best.trials[0]
        if first.executor != "stacked" and not first.fold:
            self._write(WinnerTrained(cell=best.cell, run=first.run, value=first.value))
            return
        self._doing = "training the winner alone"
        run = self._directory.run("winner")
        if not (run.path.is_dir() and is_over(run)):
            assignment = Assignment(WINNER, run.name, self._plan.chosen(best.values))
            try:
                await self._executor.train((assignment,), self)
            except (PerceptuiError, OSError) as error:
                self._probe()
                raise GivenUp(f"the winner could not be trained alone: {error}") from error
        value = verdict_of(run, self._plan).metrics.get(self._plan.objective)
        self._write(WinnerTrained(cell=best.cell, run=run.name, value=value))

    # What it does now.

    async def _tell(self) -> None:
        """Tell what runs, and that this process lives."""
        beaten_at = 0.0
        while True:
            self._directory.write_standing(self._standing())
            if time.monotonic() - beaten_at >= HEARTBEAT_S:
                beaten_at = time.monotonic()
                with suppress(OSError):
                    write_lease(self._directory.path, own_lease("", "running"))
            await asyncio.sleep(TELL_S)

    def _standing(self) -> Standing:
        here = self._num_done - self._num_done_before + sum(self._shares.values())
        left = self._plan.num_trials - self._num_done - sum(self._shares.values())
        return Standing(
            running=[Running(number, share) for number, share in sorted(self._shares.items())],
            elapsed_s=self._elapsed_s,
            left_s=self._elapsed_s / here * left if here > 0 else None,
            doing=self._doing,
        )


def _name(number: int, attempt: int) -> str:
    return f"{number:04}{'-again' if attempt > 1 else ''}"
