"""The benchmark's findings as Markdown and as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.benchmarks.machine import sentence
from tests.benchmarks.turns import Spread


@dataclass(frozen=True)
class Row:
    """One contestant's time, and how much longer it takes than perceptui."""

    contestant: str
    seconds: Spread
    ratio: Spread | None = None
    """This one's time divided by perceptui's, turn by turn; None for perceptui and the floor."""
    target: float | None = None
    """What the ratio must reach."""
    losses: str = ""
    """How they compare with perceptui's."""

    @property
    def met(self) -> bool:
        return self.target is None or self.ratio is None or self.ratio.middle >= self.target


@dataclass(frozen=True)
class Section:
    """One experiment's table."""

    title: str
    rows: list[Row]
    notes: list[str] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """Promises that were not kept, other than ratios."""

    @property
    def missed(self) -> list[str]:
        """Everything that falls short."""
        below = [
            f"{self.title}: {row.contestant}: {row.ratio.middle:.2f} of at least {row.target:g}"
            for row in self.rows
            if not row.met and row.ratio is not None
        ]
        return below + [f"{self.title}: {failure}" for failure in self.failures]


def duration(seconds: float) -> str:
    """Three digits with a unit."""
    for factor, unit in ((1.0, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            value = seconds * factor
            return f"{value:.{max(0, 3 - len(str(int(value))))}f} {unit}"
    return f"{seconds * 1e6:.2f} µs"


def _row(row: Row) -> str:
    times = f"{duration(row.seconds.low)} … {duration(row.seconds.high)}"
    ratio = spread = target = ""
    if row.ratio is not None:
        ratio = f"{row.ratio.middle:.2f}×"
        spread = f"{row.ratio.low:.2f} … {row.ratio.high:.2f}"
    if row.target is not None:
        target = f"≥ {row.target:g}×: {'met' if row.met else '**missed**'}"
    middle = duration(row.seconds.middle)
    cells = (row.contestant, middle, times, ratio, spread, target, row.losses)
    return f"| {' | '.join(cells)} |"


def section_markdown(section: Section) -> str:
    """A heading, a table, the notes."""
    head = "| | median | quartiles | takes longer than perceptui | quartiles | target | losses |"
    lines = [f"## {section.title}", "", head, "|---|--:|--:|--:|--:|---|---|"]
    lines += [_row(row) for row in section.rows]
    for note in section.notes + [f"**{failure}**" for failure in section.failures]:
        lines += ["", note]
    return "\n".join(lines)


def markdown(machine: Mapping[str, Any], sections: Sequence[Section], command: str) -> str:
    """The whole report."""
    head = (
        f"# Benchmark\n\n{sentence(machine)} Made by `{command}`.\n\n"
        "Contestants take turns in processes of one tree; a ratio compares neighbours in time. "
        "The floor is the time of the same matrix products and convolutions alone."
    )
    missed = [line for section in sections for line in section.missed]
    if missed:
        head += "\n\nMissed:\n\n" + "\n".join(f"- {line}" for line in missed)
    return "\n\n".join([head, *map(section_markdown, sections)]) + "\n"


def as_json(machine: Mapping[str, Any], sections: Sequence[Section]) -> str:
    """The same numbers for programs."""
    found = {"machine": machine, "sections": [dataclasses.asdict(s) for s in sections]}
    return json.dumps(found, indent=1, ensure_ascii=False) + "\n"
