"""What a lesson knows of one training: its events, folded as they come."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from engine.runs import events as ev
from engine.spec.experiment import Experiment


@dataclass
class Training:
    """One training of a lesson, up to now."""

    experiment: Experiment | None
    """As it was edited when it began."""
    began: int
    """The moment at which it began."""
    went_on: int = 0
    """The moment at which it last did something."""
    started: ev.RunStarted | None = None
    epoch: int = 0
    """Epochs finished."""
    step: int = 0
    """Steps done."""
    is_paused: bool = False
    first: dict[str, float] = field(default_factory=dict)
    """The first value of each metric that was reported."""
    newest: dict[str, float] = field(default_factory=dict)
    lowest: dict[str, float] = field(default_factory=dict)
    highest: dict[str, float] = field(default_factory=dict)
    learning_rate: float | None = None
    gradient_norm: float | None = None
    factor: float = 1.0
    """What a person multiplied the schedule's learning rate by."""
    standing: dict[tuple[str, str], ev.LiveFinding] = field(default_factory=dict)
    """What the doctor finds in it now, by code and place."""
    evaluated: dict[str, ev.Evaluated] = field(default_factory=dict)
    """By split, with the final weights."""
    diverged: ev.Diverged | None = None
    finished: ev.RunFinished | None = None

    def happened(self, event: ev.Event, moment: int) -> None:
        """Take in what it tells of itself."""
        self.went_on = moment
        match event:
            case ev.RunStarted():
                self.started = event
            case ev.EpochFinished():
                self._reported(event)
            case ev.Paused() | ev.Continued():
                self.step, self.is_paused = event.step, isinstance(event, ev.Paused)
            case ev.LearningRateChanged():
                self.factor = event.factor
            case ev.FindingAppeared():
                self.standing[event.code, event.place] = event
            case ev.FindingGone():
                self.standing.pop((event.code, event.place), None)
            case ev.WentBack():
                self.step, self.epoch = event.from_step, event.epoch
                self.finished = self.diverged = None
                self.is_paused = False
            case ev.Evaluated():
                self.evaluated[event.split] = event
                named = {f"{event.split}_{k}": v for k, v in event.metrics.items()}
                named.pop("train_loss", None)  # what is told and drawn is that of the steps
                self._measured(named)
            case ev.Diverged():
                self.diverged = event
                self.step, self.epoch = event.step, max(self.epoch, event.epoch - 1)
            case ev.RunFinished():
                self._ended(event)

    def _reported(self, event: ev.EpochFinished) -> None:
        self.epoch, self.step, self.is_paused = event.epoch, event.step, False
        self.learning_rate, self.gradient_norm = event.learning_rate, event.gradient_norm
        self._measured(event.metrics)

    def _ended(self, event: ev.RunFinished) -> None:
        self.finished, self.is_paused = event, False
        self.epoch, self.step = event.epochs, event.steps
        # The training loss of the end is that of its last epoch, which was reported already.
        self._measured({k: v for k, v in event.metrics.items() if k not in self.newest})

    def _measured(self, metrics: dict[str, ev.Figure]) -> None:
        for name, value in metrics.items():
            if value is None or not math.isfinite(value):
                continue
            self.first.setdefault(name, value)
            self.newest[name] = value
            self.lowest[name] = min(value, self.lowest.get(name, value))
            self.highest[name] = max(value, self.highest.get(name, value))

    @property
    def is_over(self) -> bool:
        return self.finished is not None

    @property
    def is_completed(self) -> bool:
        """Whether it came to an end of its own: its epochs are done, or it met what stops it."""
        return self.finished is not None and self.finished.reason in (
            "completed",
            "stop_below",
            "patience",
        )
