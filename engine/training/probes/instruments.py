"""Watches over a training: measures at its reports, and tells what it finds."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterable

import torch

from engine.doctor.case import RATE_SAMPLES
from engine.doctor.finding import Finding
from engine.doctor.live.doctor import Change, LiveDoctor
from engine.doctor.live.observation import Contest, Observation, Report
from engine.doctor.penalty import strong_penalties
from engine.doctor.scaling import scaling
from engine.parts.metrics import METRICS, Metric
from engine.runs.events import EpochFinished, Event, Figure, FindingAppeared, FindingGone
from engine.training.baseline import baselines, headlines
from engine.training.probes.budget import FIRST_S, Budget
from engine.training.probes.probe import SAMPLES, Probe
from engine.training.trainer import Trainer

_log = logging.getLogger(__name__)

KEPT_REPORTS = 400
"""Reported losses kept at most; of more, every second one goes."""


class Instruments:
    """The live doctor beside a trainer; call `before_step` before each of its steps."""

    def __init__(self, trainer: Trainer) -> None:
        self.budget = Budget()
        self._trainer = trainer
        self._probe: Probe | None = None
        self._last_batch = len(trainer.batches) - 1
        held_out = [name for name in ("validation", "test") if name in trainer.device_splits]
        self._held_out = held_out[0] if held_out else ""
        self._commonest = _commonest(trainer)
        self._selecting = METRICS[trainer.experiment.select]
        self._evenly = _evenly(trainer)
        self._scores: list[tuple[int, float]] = []
        self._contests: list[Contest] = []
        self._doctor = LiveDoctor()
        self._reports: list[Report] = []
        self._newest: EpochFinished | None = None
        self._pace = 0.0

    def before_step(self) -> None:
        """Keep what is needed to measure a step that a report will follow."""
        trainer = self._trainer
        if trainer.batch != self._last_batch or not trainer.is_reported(trainer.epoch + 1):
            return
        if self._probe is not None and self._may_look():
            try:
                with self.budget.spending("keep"):
                    self._probe.before_step()
            except Exception as error:  # no memory left, say: never worth a training
                _log.warning("the weights could not be kept for a look", exc_info=error)
                self._probe.forget_step()

    def remember(self, events: Iterable[Event]) -> None:
        """Take note of reports from a record: a resumed run's."""
        for event in events:
            if isinstance(event, EpochFinished):
                self._note(event)

    def reported(self, event: EpochFinished) -> list[Event]:
        """What an epoch's report shows; nothing where a look would cost too much now."""
        self._note(event, self._trainer.reports.evaluated_loss)
        if not self._may_look():
            if self._probe is not None:
                self._probe.forget_step()
            return []
        with self.budget.spending("look"):
            return self._look(final=False)

    def finished(self) -> list[Event]:
        """What a last look shows, when the training is over and its time no longer counts."""
        if self._newest is None:
            return []
        return self._look(final=True)

    def went_back(self) -> None:
        """Forget all: the training stands where it stood before."""
        epoch = self._trainer.epoch
        self._doctor = LiveDoctor()
        self._reports = [report for report in self._reports if report.epoch <= epoch]
        self._scores = [score for score in self._scores if score[0] <= epoch]
        self._contests = [one for one in self._contests if one.epoch <= epoch]
        if self._probe is not None:
            self._probe.forget_step()

    def _note(self, event: EpochFinished, evaluated: Figure | None = None) -> None:
        self._newest = event
        loss = event.metrics.get(f"{self._held_out}_loss")
        held_out = loss if isinstance(loss, float) and math.isfinite(loss) else None
        if event.train_loss is not None:
            self._reports.append(Report(event.epoch, event.train_loss, held_out, evaluated))
        if len(self._reports) > KEPT_REPORTS:
            self._reports = _halved(self._reports)
        apart, covered = (event.metrics.get(f"train_{n}") for n in ("told_apart", "coverage"))
        if apart is not None and covered is not None:
            self._contests = [*self._contests, Contest(event.epoch, apart, covered)][-KEPT_REPORTS:]
        score = event.metrics.get(f"{self._held_out}_{self._selecting.name}")
        if self._selecting.formula and score is not None:
            self._scores.append((event.epoch, score))
            if len(self._scores) > KEPT_REPORTS:
                self._scores = _fewer(self._scores, self._selecting)

    def _may_look(self) -> bool:
        """Whether the budget allows a look, which costs about as much as the steps of as many
        samples, and one of them for the overhead."""
        trainer = self._trainer
        step_s = trainer.elapsed_s / max(1, trainer.global_step)
        batch = trainer.batches.num_samples / len(trainer.batches)
        expected_s = max(FIRST_S, step_s * (1 + SAMPLES / batch))
        return self.budget.allows("look", trainer.elapsed_s, expected_s)

    def _look(self, *, final: bool) -> list[Event]:
        try:
            if self._probe is None:
                self._probe = Probe(self._trainer)
            observation = self._seen(self._probe)
        except RuntimeError as error:  # no memory left, say: a look is never worth a training
            _log.warning("the network could not be looked at: %s", error)
            return []
        except Exception as error:  # the doctor's own mistake ends no training either
            return self._told(self._doctor.fail(error))
        return self._told(self._doctor.look(observation, final=final))

    def _told(self, change: Change) -> list[Event]:
        epoch = self._trainer.epoch
        gone = [_told(FindingGone, finding, epoch) for finding in change.gone]
        return [*gone, *(_told(FindingAppeared, found, epoch) for found in change.appeared)]

    def _seen(self, probe: Probe) -> Observation:
        trainer, newest = self._trainer, self._newest
        assert newest is not None, "a look follows a report"
        metrics = newest.metrics
        layers = probe.measure()
        self._pace = max([self._pace, *(x.update for x in layers if x.update is not None)])
        accuracies = {name: metrics.get(f"{name}_accuracy") for name in trainer.device_splits}
        return Observation(
            epoch=trainer.epoch,
            epochs=trainer.experiment.epochs,
            steps_per_epoch=len(trainer.batches),
            losses=[loss for _, loss in trainer.losses.points()],
            reports=self._reports,
            held_out=self._held_out,
            accuracies={name: value for name, value in accuracies.items() if value is not None},
            commonest=self._commonest,
            selecting=self._selecting,
            scores=self._scores,
            contests=self._contests,
            evenly={
                name: (value, guessed)
                for name, guessed in self._evenly.items()
                if (value := metrics.get(f"{name}_balanced_accuracy")) is not None
            },
            layers=layers,
            pace=self._pace,
            rate_to_come=_rate_to_come(trainer),
            fit=metrics.get("train_r2"),
            divergence=metrics.get("train_divergence"),
            num_classes=len(trainer.splits.facts.classes),
            gradient_norm=trainer.gradient_norm,
            clip_norm=trainer.experiment.clip_norm
            if trainer.experiment.optimizer.follows_gradient
            else None,
            num_sampled=probe.num_samples,
            input_size=probe.input_size,
            scaling=scaling(trainer.experiment.data),
            penalty=next(strong_penalties(trainer.experiment), None),
        )


def _commonest(trainer: Trainer) -> dict[str, tuple[float, str, int]]:
    """By split: the share of its commonest class, its name, and how many samples there are."""
    facts = trainer.splits.facts
    if facts.task != "classification":
        return {}
    found = {}
    for name, part in trainer.device_splits.items():
        counts = torch.bincount(part.targets.flatten(), minlength=len(facts.classes))
        index = int(counts.argmax())
        found[name] = (int(counts[index]) / part.targets.numel(), facts.classes[index], len(part))
    return found


def _rate_to_come(trainer: Trainer) -> float:
    """The highest rate that the schedule has still to come, in times of the present one."""
    experiment = trainer.experiment
    schedule, lr = experiment.schedule, experiment.optimizer.lr
    by_step = schedule.counts == "steps"
    total = experiment.epochs * (len(trainer.batches) if by_step else 1)
    done = min(trainer.global_step if by_step else trainer.epoch, total)
    present = schedule.rate(lr, done, total)
    left = range(done, total, max(1, (total - done) // RATE_SAMPLES))
    highest = max([present, *(schedule.rate(lr, n, total) for n in left)])
    return highest / present if present > 0 else 1.0


def _evenly(trainer: Trainer) -> dict[str, float]:
    """By split: the balanced accuracy of naming the commonest class, where that says something."""
    experiment, facts = trainer.experiment, trainer.splits.facts
    guessed = baselines(trainer.splits)
    if "balanced_accuracy" not in headlines(experiment, facts, guessed):
        return {}
    return {name: guessed[f"{name}_balanced_accuracy"] for name in trainer.device_splits}


def _fewer(scores: list[tuple[int, float]], metric: Metric) -> list[tuple[int, float]]:
    """Every second score, and the best and the newest whatever their place."""
    best = scores[0]
    for score in scores:
        best = score if metric.is_better(score[1], best[1]) else best
    return [s for n, s in enumerate(scores) if n % 2 == 0 or s is best or s is scores[-1]]


def _halved(reports: list[Report]) -> list[Report]:
    """Every second report, and the best and the newest whatever their place."""
    scored = [r for r in reports if r.held_out_loss is not None]
    best = min(scored, key=lambda r: r.held_out_loss or 0.0, default=None)
    return [r for n, r in enumerate(reports) if n % 2 == 0 or r is best or r is reports[-1]]


def _told(kind: type[FindingAppeared | FindingGone], finding: Finding, epoch: int) -> Event:
    return kind(
        code=finding.code,
        severity=finding.severity,
        place=finding.place,
        message=finding.message,
        repair=finding.repair,
        epoch=epoch,
        evidence=finding.evidence if kind is FindingAppeared else None,
    )
