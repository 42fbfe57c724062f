"""The learning rate over the training: whether it is high when it must be, and low at the end."""

from __future__ import annotations

from functools import cached_property

from engine.doctor.case import Case
from engine.doctor.finding import Severity
from engine.doctor.rule import Changes, Remark, Remarks, figure, plural, rule
from engine.parts.schedules import Schedule

MOST_READ = 1000
"""Counts at which a schedule is read, at most."""
LEAST_LENGTH = 5
"""Steps or epochs from which a schedule has a course at all."""

GONE, GONE_SHARE = 0.01, 0.5
"""Below this share of its highest a rate moves nothing that counts; for so much of a training that
is more than settling. A cosine is there for 6 percent of it, ten halvings for a third."""
LOW, HIGH = 0.25, 0.5
"""A rate that was this low had begun to settle; that ends this high has begun to stir again."""
ALIKE = 0.001
"""Rates that are as low as each other, in shares of the highest."""
LATEST_PEAK = 0.6
"""Share of a training after which no rate should still be rising: Goyal et al. 2017 warm up for 5
epochs of 90, OneCycleLR's own default rises for 0.3."""


class _Course:
    """A schedule's rates from the first step or epoch to the last."""

    def __init__(self, case: Case, schedule: Schedule) -> None:
        self._lr = case.experiment.optimizer.lr
        self._schedule = schedule
        self.total = case.num_steps if schedule.counts == "steps" else case.experiment.epochs
        self.unit = "step" if schedule.counts == "steps" else "epoch"

    @property
    def is_one(self) -> bool:
        """Whether there is one, long enough to be judged, that follows from the count alone."""
        return (
            (self._schedule.moves or self._schedule.warmup_length > 0)
            and self.total >= LEAST_LENGTH
            and not self._schedule.watches_loss
            and self._schedule.patience_epochs is None
            and self.highest > 0
        )

    @cached_property
    def counts(self) -> list[int]:
        """Where it is read: all over, and its very end."""
        read = {self.total * n // MOST_READ for n in range(MOST_READ)} | {self.total - 1}
        return sorted(read)

    @cached_property
    def rates(self) -> list[float]:
        return [self._schedule.rate(self._lr, done, self.total) for done in self.counts]

    @cached_property
    def highest(self) -> float:
        return max(self.rates)

    @property
    def peak(self) -> int:
        """Where the rate is highest for the first time."""
        return self.counts[self.rates.index(self.highest)]

    @property
    def gone_at(self) -> int:
        """From where on it is next to nothing; the training's length where it never is."""
        last = max(n for n, rate in enumerate(self.rates) if rate > GONE * self.highest)
        return self.counts[last + 1] if last + 1 < len(self.counts) else self.total

    @property
    def runs_out(self) -> bool:
        """Whether its rate is next to nothing for most of the training."""
        return self.peak < self.gone_at <= (1 - GONE_SHARE) * self.total

    @property
    def climbs_back(self) -> bool:
        """Whether its rate was low, and is high at the end."""
        after = self.rates[self.rates.index(self.highest) :]
        return min(after) <= LOW * self.highest and after[-1] >= HIGH * self.highest


@rule("rate-runs-out")
def rate_runs_out(case: Case) -> Remarks:
    """A rate that has fallen to nothing trains nobody (Lornatang/SRGAN-PyTorch#1; bitsfolio.com on
    schedules that kill convergence)."""
    course = _Course(case, case.experiment.schedule)
    if not course.is_one or not course.runs_out:
        return
    yield Remark(
        "warning",
        "schedule",
        f"after {plural(course.gone_at, course.unit)} of {course.total:,} the learning rate is "
        f"below a hundredth of its highest: the other {course.total - course.gone_at:,} change "
        "next to nothing",
        *_spread(case, course),
    )


@rule("rate-climbs-back")
def rate_climbs_back(case: Case) -> Remarks:
    """Whoever lets the rate fall wants to end where it is low; CosineAnnealingLR climbs again after
    its T_max (CodefyUI#205), and a restart just before the end undoes the fall before it."""
    course = _Course(case, case.experiment.schedule)
    if not course.is_one or not course.climbs_back:
        return
    after = course.rates[course.rates.index(course.highest) :]
    limit = min(after) + ALIKE * course.highest
    lowest = max(n for n, r in zip(course.counts, course.rates, strict=True) if r <= limit)
    yield Remark(
        "warning",
        "schedule",
        f"the learning rate has fallen to {figure(min(after))} at {course.unit} {lowest:,}, but "
        f"ends at {figure(after[-1])}: the last of {course.total:,} {course.unit}s stir up what "
        "had settled",
        *_spread(case, course),
    )


@rule("late-peak")
def late_peak(case: Case) -> Remarks:
    """A warm-up guards the first steps (Goyal et al. 2017); one that fills the training keeps the
    rate from ever being what it should be (Search-R1#28: 0.95 of all steps)."""
    schedule = case.experiment.schedule
    course = _Course(case, schedule)
    warmup = schedule.warmup_length
    if not course.is_one or course.rates[0] >= course.highest:
        return
    if max(course.peak, min(warmup, course.total)) < LATEST_PEAK * course.total:
        return
    other = schedule.begun_sooner(course.total)
    sooner = _Course(case, other)
    cures = sooner.peak < LATEST_PEAK * course.total and other.warmup_length < course.total / 2
    changes: Changes = {"schedule": other} if cures else {}
    share = course.rates[0] / course.highest
    message = (
        f"the warm-up takes {plural(warmup, course.unit)}, and the training has {course.total:,}: "
        "the learning rate never is what it was set to"
        if warmup >= course.total
        else f"the learning rate rises from {share:.0%} of its highest until {course.unit} "
        f"{max(course.peak, warmup):,} of {course.total:,}: most of the training goes too slowly"
    )
    # a cycle that rises for 0.95 of its steps ended no worse than one that rises for 0.3
    severity: Severity = "warning" if warmup >= course.total else "info"
    yield Remark(severity, "schedule", message, f"use {other}" if changes else "", changes)


@rule("idle-schedule")
def idle_schedule(case: Case) -> Remarks:
    """A schedule whose first drop lies behind the last epoch is none."""
    schedule = case.experiment.schedule
    waits = schedule.patience_epochs
    if waits is not None:
        if waits < case.experiment.epochs:
            return
        yield Remark(
            "info",
            "schedule",
            f"{schedule.name} waits for {plural(waits, 'epoch')} without a better loss, and there "
            f"are {case.experiment.epochs:,}: the learning rate never moves",
        )
        return
    course = _Course(case, schedule)
    if not schedule.moves or not course.is_one:
        return
    begun = zip(course.counts, course.rates, strict=True)
    settled = [rate for count, rate in begun if count >= schedule.warmup_length]
    if len(settled) < LEAST_LENGTH or min(settled) < max(settled):
        return
    yield Remark(
        "info",
        "schedule",
        f"{schedule} leaves the learning rate at {figure(course.highest)} for all of the "
        f"{plural(course.total, course.unit)}",
        *_spread(case, course),
    )


def _spread(case: Case, course: _Course) -> tuple[str, Changes]:
    """The same schedule over the whole training, where that ends low and not too soon."""
    other = case.experiment.schedule.spread(course.total)
    after = _Course(case, other)
    falls = after.rates[-1] < HIGH * after.highest and not after.runs_out
    if other == case.experiment.schedule or not falls:
        return "", {}
    return f"use {other}", {"schedule": other}


RULES = (rate_runs_out, rate_climbs_back, late_peak, idle_schedule)
