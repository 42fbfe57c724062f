"""Sweeps in one line each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from rich.text import Text

from engine.errors import PerceptuiError
from engine.sweeps.directory import SweepDirectory, all_sweeps
from engine.sweeps.results import Results
from engine.sweeps.table import TrialEnded
from engine.sweeps.telling import named
from tui.renderables.look import Look
from tui.renderables.numbers import metric
from tui.renderables.table import Column, Sheet


@dataclass(frozen=True)
class ListedSweep:
    """What a list says of a sweep."""

    directory: SweepDirectory
    state: str
    num_done: int = 0
    num_trials: int = 0
    objective: str = ""
    best: str = ""
    value: float | None = None
    complaint: str = ""
    """Why its plan can't be read."""

    def as_plain(self) -> dict[str, object]:
        """What `--json` prints of it."""
        row: dict[str, object] = {
            "sweep": str(self.directory.path),
            "state": self.state,
            "done": self.num_done,
            "trainings": self.num_trials,
            "objective": self.objective,
            "best": self.best,
            "value": self.value,
        }
        return {**row, "complaint": self.complaint} if self.complaint else row


def listed(directory: SweepDirectory) -> ListedSweep:
    """Look at a sweep; one that can't be read hides no other."""
    try:
        plan, (lines, _) = directory.plan(), directory.lines()
        results = Results.of(plan, lines)
        best = results.best
        return ListedSweep(
            directory,
            directory.state(),
            len({line.trial for line in lines if isinstance(line, TrialEnded)}),
            plan.num_trials,
            plan.objective,
            named(plan, best.values) if best is not None else "",
            best.mean if best is not None else None,
        )
    except PerceptuiError as error:
        return ListedSweep(directory, "unreadable", complaint=str(error))


class SweepLister:
    """Lists the sweeps again and again; those that did not change are not read again."""

    def __init__(self, runs_dir: Path) -> None:
        self._runs_dir = runs_dir
        self._known: dict[Path, tuple[object, ListedSweep]] = {}

    def read(self) -> list[ListedSweep]:
        """All of them, oldest first; raises UsageError where they can't be listed."""
        found = []
        for directory in all_sweeps(self._runs_dir):
            stamp = directory.state(), directory.table_size()
            known = self._known.get(directory.path)
            if known is None or known[0] != stamp:
                self._known[directory.path] = known = (stamp, listed(directory))
            found.append(known[1])
        return found


def sweep_sheet(found: list[ListedSweep], look: Look) -> Sheet:
    """A row for each sweep."""
    columns = [
        Column("Sweep", least=12, keep_end=True),
        Column("State", least=8),
        Column("Done", right=True),
        Column("Value", right=True, drop=1),
        Column("Best", least=10, drop=2),
    ]
    return Sheet(columns, [_row(one) for one in found], look)


def _row(one: ListedSweep) -> list[str | Text]:
    state = Text(one.state, "bold") if one.state.startswith("running") else one.state
    done = f"{one.num_done:,}/{one.num_trials:,}" if one.num_trials else ""
    value = metric(one.value) if one.value is not None else ""
    return [one.directory.name, state, done, value, one.best or one.complaint]
