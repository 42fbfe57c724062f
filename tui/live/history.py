"""What a client keeps of a run's events: bounded, however long the run."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from engine.parts.metrics import METRICS, SPLITS, declared
from engine.runs import events as ev
from engine.runs.series import Series
from tui.live.latest_events import LatestEvents
from tui.renderables.loss_chart import LossSeries as Curve

Point = tuple[int, float | None]


class History:
    """The newest of each kind of event, and the curves of what is reported."""

    def __init__(self) -> None:
        self.latest = LatestEvents()
        self.curves: dict[str, Series] = {}

    @property
    def targets(self) -> tuple[str, ...]:
        """What is predicted, as the data calls it; empty where it has no name for it."""
        started = self.latest.started
        return () if started is None else tuple(started.facts.get("target_names", ()))

    def add(self, event: ev.Event) -> None:
        """Take note of an event of the record."""
        self.latest = _after(self.latest, event)
        match event:
            case ev.EpochFinished():
                for name, value in event.metrics.items():
                    if name != "train_loss" and isinstance(value, float):
                        if name not in self.curves:
                            self.curves[name] = Series()
                        self.curves[name].append(event.epoch, value)
            case ev.WentBack():
                for series in self.curves.values():
                    series.cut(event.epoch)

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


def _after(latest: LatestEvents, event: ev.Event) -> LatestEvents:
    """What counts after one more event."""
    match event:
        case ev.RunStarted():
            return replace(latest, started=event)
        case ev.EpochFinished():
            return replace(latest, newest=event)
        case ev.Evaluated():
            return replace(latest, evaluated={**latest.evaluated, event.split: event})
        case ev.Predicted():
            return replace(latest, predicted=event)
        case ev.Diverged():
            return replace(latest, diverged=event)
        case ev.FindingAppeared():
            findings = {_key(one): one for one in (*latest.findings, event)}
            return replace(latest, findings=tuple(findings.values()))
        case ev.FindingGone():
            findings = {_key(one): one for one in latest.findings}
            findings.pop(_key(event), None)
            return replace(latest, findings=tuple(findings.values()))
        case ev.Failed():
            return replace(latest, failed=event)
        case ev.CheckpointSaved():
            if event.kind == "best":
                return replace(latest, best=event)
            return replace(latest, checkpoint=event, unkept="")
        case ev.CheckpointFailed():
            return replace(latest, unkept=event.message)
        case ev.CheckpointRescued():
            return replace(latest, rescued={**latest.rescued, event.kind: event})
        case ev.LearningRateChanged():
            return replace(latest, factor=event.factor)
        case ev.WentBack():  # the doctor begins anew, too
            return LatestEvents(
                started=latest.started,
                newest=latest.newest,
                checkpoint=latest.checkpoint,
                best=latest.best if latest.best and latest.best.step <= event.from_step else None,
                factor=latest.factor,
            )
        case ev.RunFinished():
            return replace(latest, finished=event, unkept=event.unkept)
    return latest


def _curve(split: str, points: Sequence[Point]) -> Curve:
    return Curve(split, [epoch for epoch, _ in points], [value for _, value in points])


def _key(event: ev.LiveFinding) -> str:
    return f"{event.code} {event.place}"
