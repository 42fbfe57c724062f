"""What a client keeps of a run's events: bounded, however long the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.parts.metrics import METRICS, SPLITS, declared
from engine.runs import events as ev
from engine.runs.series import Series
from tui.renderables.loss_chart import LossSeries as Curve

Point = tuple[int, float | None]


@dataclass
class History:
    """The newest of each kind of event, and the curves of what is reported."""

    started: ev.RunStarted | None = None
    newest: ev.EpochFinished | None = None
    evaluated: dict[str, ev.Evaluated] = field(default_factory=dict)
    predicted: ev.Predicted | None = None
    diverged: ev.Diverged | None = None
    failed: ev.Failed | None = None
    checkpoint: ev.CheckpointSaved | None = None
    unkept: str = ""
    """Why the newest checkpoints could not be written; empty while they can."""
    rescued: dict[str, ev.CheckpointRescued] = field(default_factory=dict)
    """What was written elsewhere at the end, by kind."""
    finished: ev.RunFinished | None = None
    findings: dict[str, ev.FindingAppeared] = field(default_factory=dict)
    """What the doctor finds now, by code and place, oldest first."""
    factor: float = 1.0
    """The learning-rate factor that a person set."""
    curves: dict[str, Series] = field(default_factory=dict)

    @property
    def targets(self) -> tuple[str, ...]:
        """What is predicted, as the data calls it; empty where it has no name for it."""
        return () if self.started is None else tuple(self.started.facts.get("target_names", ()))

    def add(self, event: ev.Event) -> None:
        """Take note of an event of the record."""
        match event:
            case ev.RunStarted():
                self.started = event
            case ev.EpochFinished():
                self.newest = event
                for name, value in event.metrics.items():
                    if name != "train_loss" and isinstance(value, float):
                        if name not in self.curves:
                            self.curves[name] = Series()
                        self.curves[name].append(event.epoch, value)
            case ev.Evaluated():
                self.evaluated[event.split] = event
            case ev.Predicted():
                self.predicted = event
            case ev.Diverged():
                self.diverged = event
            case ev.FindingAppeared():
                self.findings[_key(event)] = event
            case ev.FindingGone():
                self.findings.pop(_key(event), None)
            case ev.Failed():
                self.failed = event
            case ev.CheckpointSaved():
                if event.kind == "last":
                    self.checkpoint = event
                    self.unkept = ""
            case ev.CheckpointFailed():
                self.unkept = event.message
            case ev.CheckpointRescued():
                self.rescued[event.kind] = event
            case ev.LearningRateChanged():
                self.factor = event.factor
            case ev.WentBack():
                self._go_back(event)
            case ev.RunFinished():
                self.finished = event
                self.unkept = event.unkept

    def loss_series(self, train: list[Point]) -> list[Curve]:
        """The losses to draw; train: the training loss of every kept epoch."""
        return [_curve("train", train), *self.series("loss")]

    def series(self, metric: str) -> list[Curve]:
        """The curves of a metric, a split each, as far as reports tell them."""
        found = ((split, self.curves.get(f"{split}_{metric}")) for split in SPLITS)
        return [_curve(split, [*series.points()]) for split, series in found if series is not None]

    def measured(self) -> list[str]:
        """The metrics beside the loss that have curves, in the order in which they are told."""
        known = filter(None, map(declared, self.curves))
        found = {metric.name for _, metric in known}
        return [name for name in METRICS if name in found and name != "loss"]

    @property
    def unkept_sentence(self) -> str:
        """What could not be kept, why, and where it is instead; empty where nothing is lost."""
        if not self.unkept:
            return ""
        if self.finished is None:
            return f"no checkpoint can be written ({self.unkept}); it is tried again"
        if not self.rescued:
            return f"the weights could not be written: {self.unkept}"
        paths = " and ".join(event.path for event in self.rescued.values())
        return (
            f"the weights are in {paths}, not in the run; with room again, resume brings them "
            f"there ({self.unkept})"
        )

    def _go_back(self, event: ev.WentBack) -> None:
        for series in self.curves.values():
            series.cut(event.epoch)
        self.evaluated.clear()
        self.unkept = ""
        self.rescued.clear()
        self.findings.clear()  # the doctor begins anew, too
        self.predicted = self.diverged = self.failed = self.finished = None


def _curve(split: str, points: Sequence[Point]) -> Curve:
    return Curve(split, [epoch for epoch, _ in points], [value for _, value in points])


def _key(event: ev.LiveFinding) -> str:
    return f"{event.code} {event.place}"
