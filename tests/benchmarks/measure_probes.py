"""Measures what the doctor's looks cost a training: with and without, side by side.

python -m tests.benchmarks.measure_probes [--within 0.002] [--seconds 120] [--control]

One training goes on and on, and in turns of a few thousandths of a second it may be looked at or
not. Each pair of turns gives a ratio of their times on the CPU: what else the machine does slows
both alike, and does not count while it has the processor; two trainings would differ by where their
memory lies. The pairs in which something was measured and those in which it was not each give a
median, which a few turns that were disturbed do not move, and the two are weighed by how many
they are. It goes on until that is known closely enough, or for the time that is given. --control
never looks: that must give 1.
"""

from __future__ import annotations

import argparse
import dataclasses
import math
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from engine.training.probes.budget import FIRST_S, SHARE, Budget
from engine.training.warmup import warm_up
from tests.engine.service.live import to_train

PRESETS = ("circle", "spiral", "checkerboard", "digits")
REPORT_EVERY = (1, 10)
ENDLESS = 10**8
"""Epochs: the measurement ends before the training."""
TURN_S, TURNS = 0.003, 50
"""Time on the CPU that a turn takes at least, about: whole epochs up to a report, since evaluating
is dear; and how many pairs of turns come between two looks at the clock."""
WARM_UP = 10
TARGET = 0.02
"""Share of the training's time that the looks may take."""


class Switched(Budget):
    """Allows nothing while it is off; that time earns nothing either."""

    is_on = False
    off_s = 0.0

    def allows(self, what: str, elapsed_s: float, expected_s: float = FIRST_S) -> bool:
        return self.is_on and super().allows(what, elapsed_s - self.off_s, expected_s)


class Training:
    """A training that is looked at when it is asked for."""

    def __init__(self, experiment: Experiment, folder: Path) -> None:
        order = to_train(experiment, folder, name="measured", data_dir=data_dir())
        self._training = TrainingRun.begin(
            order, prepare(experiment, DataLocations(Path(order.data_dir)))
        )
        self._budget = Switched()
        self._training.instruments.budget = self._training.last_good.budget = self._budget

    @property
    def period(self) -> int:
        """Batches from one report to the next."""
        trainer = self._training.trainer
        return len(trainer.batches) * trainer.experiment.report_every

    @property
    def spent_s(self) -> float:
        """What the looks say they took."""
        return self._budget.spent_s

    def advance(self, batches: int, *, looked_at: bool) -> float:
        """Train so many batches; returns the seconds that they took on the CPU."""
        trainer, self._budget.is_on = self._training.trainer, looked_at
        before_s, began = trainer.elapsed_s, time.process_time()
        self._training.advance(math.inf, batches)
        took_s = time.process_time() - began
        if not looked_at:
            self._budget.off_s += trainer.elapsed_s - before_s
        return took_s

    @property
    def counted(self) -> float:
        """The share of the time in which it was looked at that the looks say they took."""
        return self._budget.spent_s / (self._training.trainer.elapsed_s - self._budget.off_s)


@dataclasses.dataclass(frozen=True)
class Estimate:
    """A figure, and how far off it may be with 95 percent confidence."""

    middle: float
    reach: float

    @classmethod
    def median(cls, values: Sequence[float]) -> Estimate:
        """Of at least one value; how far by the ranks, whatever their distribution."""
        ordered, count = sorted(values), len(values)
        ranks = 0.98 * math.sqrt(count)  # 1.96 deviations of the median's rank
        low = ordered[max(0, math.floor(count / 2 - ranks))]
        high = ordered[min(count - 1, math.ceil(count / 2 + ranks))]
        return cls(statistics.median(ordered), (high - low) / 2)

    @property
    def verdict(self) -> str:
        """Whether the target is met, as far as that can be told."""
        if self.middle + self.reach <= 1 + TARGET:
            return "within"
        return "over" if self.middle - self.reach > 1 + TARGET else "not settled"


@dataclasses.dataclass
class Pairs:
    """The ratios of neighboring turns, by whether anything was measured in the first of them."""

    measured: list[float] = dataclasses.field(default_factory=list)
    idle: list[float] = dataclasses.field(default_factory=list)

    def estimate(self) -> Estimate:
        """The mean ratio, made of the two medians."""
        kinds = [kind for kind in (self.measured, self.idle) if kind]
        total = sum(map(len, kinds))
        parts = [(len(kind) / total, Estimate.median(kind)) for kind in kinds]
        middle = math.fsum(share * part.middle for share, part in parts)
        return Estimate(middle, math.hypot(*(share * part.reach for share, part in parts)))


def measure(experiment: Experiment, within: float, seconds: float, *, control: bool) -> str:
    """One line: the ratio, how far off it may be, the share that was counted, the verdict."""
    with tempfile.TemporaryDirectory() as folder:
        training = Training(experiment, Path(folder))
        batches = _batches(training)
        pairs = Pairs()
        deadline = time.monotonic() + seconds
        while True:
            _take_turns(training, batches, pairs, control=control)
            found = pairs.estimate()
            if found.reach <= within or time.monotonic() > deadline:
                break
        counted = 0.0 if control else training.counted
        looks, total = len(pairs.measured), len(pairs.measured) + len(pairs.idle)
        figures = f"{found.middle:>8.4f} ±{found.reach:.4f} {total:>7} {looks:>7}"
        return f"{figures} {counted:>8.4f}  {found.verdict}"


def _batches(training: Training) -> int:
    """How many batches a turn has; the first ones, which trace and warm up, do not count."""
    took_s = [training.advance(training.period, looked_at=False) for _ in range(WARM_UP)]
    return training.period * max(1, round(TURN_S / min(took_s[1:])))


def _take_turns(training: Training, batches: int, pairs: Pairs, *, control: bool) -> None:
    """Many pairs of turns; which of the two comes first changes from pair to pair."""
    for turn in range(TURNS):
        took, before_s = {}, training.spent_s
        for side in (turn % 2 == 0, turn % 2 == 1):
            took[side] = training.advance(batches, looked_at=side and not control)
        kind = pairs.idle if training.spent_s == before_s else pairs.measured
        kind.append(took[True] / took[False])


def main() -> int:
    """Measure and print a small table; 1 where a preset is over the target."""
    parser = argparse.ArgumentParser(description="Measure what the doctor's looks cost.")
    parser.add_argument("--within", type=float, default=0.002, help="how closely to know (0.002)")
    parser.add_argument("--seconds", type=float, default=120.0, help="at most, for each line (120)")
    parser.add_argument("--control", action="store_true", help="never look")
    given = parser.parse_args()
    warm_up()
    print(f"{'':<20}with/without, time on the CPU")
    print(f"{'preset':<13}report   ratio  95 percent  turns   looks  counted")
    lines = []
    for name in PRESETS:
        for every in REPORT_EVERY:
            experiment = dataclasses.replace(
                read_file(path_of(name)), device="cpu", threads=1, epochs=ENDLESS,
                report_every=every, patience=None, stop_below=None,
            )  # fmt: skip
            lines.append(measure(experiment, given.within, given.seconds, control=given.control))
            print(f"{name:<13}{every:>6} {lines[-1]}", flush=True)
    print(f"target: counted at most {SHARE}, with/without at most {1 + TARGET}")
    return int(any(line.endswith("over") for line in lines))


if __name__ == "__main__":
    sys.exit(main())
