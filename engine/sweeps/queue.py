"""Which trials come next: of a grid all in turn, of a search as the study chooses."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from engine.runs.events import Figure
from engine.sweeps.plan import Cell, Plan, Trial
from engine.sweeps.study import Study
from engine.sweeps.table import CellChosen, Lines, TrialEnded


class Queue:
    """The trials of a plan that are not over yet, in the order in which they are trained.

    A grid takes a seed of every configuration before the next seed, so that all of it is seen
    early; a search finishes a configuration, since it learns from whole ones. Where trainings may
    be cut short the first of a configuration decides for its others.
    """

    def __init__(self, plan: Plan, lines: Sequence[Lines] = ()) -> None:
        """lines: what earlier lives of the sweep came to."""
        self._plan = plan
        self._ended: dict[int, list[TrialEnded]] = {}
        for line in lines:
            if isinstance(line, TrialEnded):
                self._ended.setdefault(line.cell, []).append(line)
        self._over = {line.trial for line in lines if isinstance(line, TrialEnded)}
        self._cells: dict[int, Cell] = {
            line.cell: line.values for line in lines if isinstance(line, CellChosen)
        }
        self._study = Study(plan, len(self._cells)) if _is_studied(plan) else None
        self._waiting: deque[Trial] = deque()
        self._unopened: deque[int] = deque()
        if plan.search == "grid":
            self._cells = dict(enumerate(plan.grid()))
        if self._study is None:
            in_turn = zip(*(plan.trials_of(cell) for cell in self._cells), strict=True)
            self._waiting.extend(
                trial for repeat in in_turn for trial in repeat if trial.number not in self._over
            )
        else:
            self._remember(self._study)

    def values(self, cell: int) -> Cell:
        """A configuration."""
        return self._cells[cell]

    @property
    def num_unopened(self) -> int:
        """Configurations that are known, and of which no trial waits yet."""
        return len(self._unopened)

    def waiting(self) -> list[Trial]:
        """Those that may be trained now, without asking for more."""
        return list(self._waiting)

    def take(self, trial: Trial) -> None:
        """Count a trial as under way."""
        self._waiting.remove(trial)

    def choose(self) -> CellChosen | None:
        """Open one more configuration; None where there is none, or it was no choice."""
        study, plan = self._study, self._plan
        if study is None:
            return None
        if self._unopened:
            cell = self._unopened.popleft()
            study.enter(cell, self._cells[cell])
            self._open(cell)
            return None
        if plan.search == "grid" or len(self._cells) >= plan.trials:
            return None
        cell = len(self._cells)
        self._cells[cell] = study.ask(cell)
        self._open(cell)
        return CellChosen(cell=cell, values=self._cells[cell])

    def goes_on(self, trial: Trial, epoch: int, metrics: Mapping[str, Figure]) -> bool:
        """Whether a training is worth going on after what it reported."""
        value = metrics.get(self._plan.objective)
        if self._study is None or not self._plan.prune or not self._decides(trial):
            return True
        return value is None or self._study.report(trial.cell, epoch, value)

    def ended(self, line: TrialEnded) -> None:
        """Learn how a trial ended."""
        self._over.add(line.trial)
        of_cell = self._ended.setdefault(line.cell, [])
        of_cell.append(line)
        if self._study is None:
            return
        rest = [t for t in self._plan.trials_of(line.cell) if t.number not in self._over]
        if line.ending == "pruned" or not rest:
            self._study.tell(line.cell, _worth(of_cell))
        elif self._plan.prune and len(of_cell) == 1:
            self._waiting.extend(rest)

    def _decides(self, trial: Trial) -> bool:
        """Whether it is the first of its configuration."""
        return trial.number == trial.cell * self._plan.repeats + 1

    def _open(self, cell: int) -> None:
        rest = [t for t in self._plan.trials_of(cell) if t.number not in self._over]
        is_first = self._plan.prune and not self._ended.get(cell)
        self._waiting.extend(rest[:1] if is_first else rest)

    def _remember(self, study: Study) -> None:
        """Learn from earlier lives; what they had not finished is opened again."""
        for cell, values in self._cells.items():
            of_cell = self._ended.get(cell, [])
            is_cut = any(line.ending == "pruned" for line in of_cell)
            if is_cut or len(of_cell) == self._plan.repeats:
                study.remember(values, _worth(of_cell))
            else:
                self._unopened.append(cell)


def _is_studied(plan: Plan) -> bool:
    return plan.search != "grid" or plan.prune


def _worth(ended: Sequence[TrialEnded]) -> float | None:
    """What a study is told of a configuration: the mean, if all came to a number."""
    values = [line.value for line in ended]
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known and len(known) == len(values) else None
