"""A sweep as the app shows it: read from its directory, again and again while it fills."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from engine.runs.pictures import Boundary
from engine.sweeps.directory import Standing, SweepDirectory
from engine.sweeps.plan import Plan
from engine.sweeps.results import Results, Row
from engine.sweeps.table import Lines, SweepEnded, TrialEnded
from engine.sweeps.telling import Winner, named, winner_of
from tui.language import tr
from tui.past.sweep_lines import remark

Curve = list[tuple[int, float | None]]

SORTS = ("best", "worst", "number", "spread")
"""Orders that the table can have; after them come its axes."""


@dataclass(frozen=True)
class SweepView:
    """What is known of a sweep at a moment."""

    plan: Plan
    results: Results
    standing: Standing
    state: str
    num_done: int
    boundaries: dict[int, Boundary]
    """By configuration: what its first training with a picture says."""
    winner: Winner | None
    complaint: str = ""

    @property
    def is_live(self) -> bool:
        """Whether something of it is trained now."""
        return self.state.startswith("running")

    def title(self, row: Row) -> str:
        """A configuration in a few words."""
        return named(self.plan, row.values) or tr(f"seed {self.plan.first_seed}")

    def listed(self, order: str, wanted: str) -> list[Row]:
        """The configurations in an order, those that have all wanted words.

        order: one of SORTS, or an axis's field.
        """
        rows = [row for row in self.results.ranked if self._has(row, wanted)]
        if order == "worst":
            rows.reverse()
        elif order == "number":
            rows.sort(key=lambda row: row.cell)
        elif order == "spread":
            rows.sort(key=lambda row: -(row.deviation or 0.0))
        elif order != "best":
            place = [axis.field for axis in self.plan.axes].index(order)
            rows.sort(key=lambda row: _by_value(row.values[place]))
        return rows

    def _has(self, row: Row, wanted: str) -> bool:
        text = f"{self.title(row)} {remark(row)}".lower().replace(",", "")
        return all(word in text for word in wanted.lower().replace("=", " ").split())


def _by_value(text: str) -> tuple[bool, float, str]:
    """Numbers by their size, before words."""
    try:
        return False, float(text), text
    except ValueError:
        return True, 0.0, text


@dataclass
class SweepReader:
    """Reads what is new in a sweep's directory."""

    directory: SweepDirectory
    _lines: list[Lines] = field(default_factory=list)
    _place: int = 0
    _plan: Plan | None = None
    _results: Results | None = None

    def read(self) -> SweepView:
        """What is known now; raises PerceptuiError."""
        if self._plan is None:
            self._plan = self.directory.plan()
        state = self.directory.state()
        found, self._place = self.directory.lines(self._place)
        self._lines += found
        if self._results is None or found:
            self._results = Results.of(self._plan, self._lines)
            self._results.ties  # noqa: B018  # here, where nobody waits for a key
        results = self._results
        ended = {line.trial: line for line in self._lines if isinstance(line, TrialEnded)}
        last = self._lines[-1] if self._lines else None
        return SweepView(
            self._plan,
            results,
            self.directory.standing() if state.startswith("running") else Standing(),
            state,
            len(ended),
            _boundaries(ended.values()),
            winner_of(self.directory, results, self._lines),
            last.complaint if isinstance(last, SweepEnded) else "",
        )

    def curves(self, rows: Sequence[Row]) -> list[tuple[Row, Curve]]:
        """The training loss of each configuration's first training, as far as it is kept."""
        found = []
        for row in rows:
            trial = next((one for one in row.trials if one.run), None)
            curve = self.directory.run(trial.run).losses() if trial is not None else []
            if curve:
                found.append((row, curve))
        return found


def _boundaries(ended: Iterable[TrialEnded]) -> dict[int, Boundary]:
    found: dict[int, Boundary] = {}
    for line in sorted(ended, key=lambda one: one.trial):
        if line.boundary is not None:
            found.setdefault(line.cell, line.boundary)
    return found
