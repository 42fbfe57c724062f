"""The training loop: one batch at a time, yielding what happens."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
import torch
from torch import Tensor, nn

from engine.parts.data import DataLocations
from engine.parts.metrics import METRICS
from engine.runs.events import (
    Diverged,
    EpochFinished,
    Event,
    Figure,
    Reason,
    RunStarted,
)
from engine.runs.series import Series
from engine.spec.experiment import Experiment
from engine.spec.freezing import num_frozen
from engine.training.assembly import assemble, groups_of
from engine.training.baseline import baselines, headlines
from engine.training.device import resolve_device
from engine.training.drawn_data import Draw, drawn
from engine.training.epoch_end import EpochEnd
from engine.training.epoch_score import EpochScore, Newest
from engine.training.executor import (
    Executor,
    check_executor,
)
from engine.training.freezing import Network
from engine.training.loading import load
from engine.training.loss_meter import LossMeter
from engine.training.model import is_finite
from engine.training.precision import check_precision
from engine.training.reports import NOTHING, Reports, Said
from engine.training.shared.crew import Crew, undone_where_lost
from engine.training.silencing import Silenced, silence, silenced
from engine.training.splits import Splits


class Trainer:
    """Trains one experiment; advance it with `step`, or all of it with `events`."""

    def __init__(
        self,
        experiment: Experiment,
        locations: DataLocations,
        executor: Executor = "auto",
        draw: Draw = drawn,
        crew: Crew | None = None,
        *,
        learned: bool = True,
    ) -> None:
        """Load the data and build the network.

        executor: how steps are run; the results are the same to the last bit, unless they are
        compiled. draw: gives the data. crew: the processes that train it together; None for this
        one alone. learned: whether layers that begin with published weights get those.
        Raises DataUnavailable for data, UsageError for a device or an executor that isn't there or
        can't do what is asked for, BadExperiment for a batch size that the layers can't work with.
        """
        self.locations = locations
        self.crew = crew
        is_compiled = executor == "compiled" and experiment.device == "auto"
        wanted = resolve_device("cpu" if is_compiled else experiment.device)
        check_precision(experiment.precision, wanted)
        check_executor(executor, wanted)
        loaded = load(
            experiment,
            locations,
            wanted,
            draw,
            crew,
            learned=learned,
            may_move=executor != "graphed",
        )
        self.device = loaded.device
        self.device_reason = loaded.device_reason
        """What a person is to know of it, in a clause; empty for nothing."""
        self.experiment = experiment = loaded.experiment
        """The experiment as it is trained: seed, threads and device resolved."""
        self.splits: Splits = loaded.splits
        self.chain = loaded.chain
        self.rival_chain = loaded.rival_chain
        """The layers of the network that it is trained against; empty without one."""
        self.model = loaded.model
        made = assemble(loaded, executor, crew, locations)
        self.device_splits = made.device_splits
        self.criterion = made.criterion
        self.evaluator = made.evaluator
        self.reports = Reports(self.evaluator, self.device_splits, experiment.data.library)
        self.optimizer = made.optimizer
        self.batches = made.batches
        self.regularization = made.regularization
        self.execution = made.execution
        self._step = self.execution.step
        self.learning_rate = made.learning_rate
        self.selection = made.selection
        self._epoch_score: EpochScore | Newest = made.epoch_score
        if self.rival_chain and not METRICS[experiment.select].formula:
            self._epoch_score = Newest(lambda: self.epoch)
        self.epoch_end = EpochEnd(self.selection, self._epoch_score, comes_free=made.comes_free)
        self.losses = Series()
        self.epoch = 0
        """Epochs finished."""
        self.batch = 0
        """Batches done of the epoch that is running."""
        self.global_step = 0
        """Steps done in all."""
        self.elapsed_s = 0.0
        """Wall time spent in steps and reports."""
        self.reason: Reason | None = None
        """Why the training is over; None while it is not."""
        self.unread = LossMeter(self.device)
        """Losses of the last steps; `losses`, `epoch_losses` and `newest_loss` lack them."""
        self.epoch_losses: list[float] = []
        """Losses of the batches done of the epoch that is running."""
        self.newest_loss: float | None = None
        """Of the last step; None before the first."""
        self.first_loss: float | None = None
        """Of the first step, before any update; None before it."""
        self._stopped_short = False
        """Whether the last step raised before it had gradients."""
        self._train_loss = math.nan
        """Mean of the last epoch whose losses were read."""
        self.went_aside_at = -1
        """Steps done when the gradients that there are became those of another step."""
        self.started_from = ""
        """Whose weights it began with, as the record names them; empty for random ones."""
        self.model.train()

    def started(self, run: str, fingerprint: str = "") -> RunStarted:
        """The event that begins the record."""
        experiment = self.experiment
        sizes = {name: len(part) for name, part in self.splits.named().items()}
        guessed = baselines(self.splits)
        return RunStarted(
            run=run,
            title=experiment.title,
            device=experiment.device,
            threads=int(experiment.threads),
            seed=int(experiment.seed),
            epochs=experiment.epochs,
            steps_per_epoch=len(self.batches),
            num_train=sizes["train"],
            num_validation=sizes.get("validation", 0),
            num_test=sizes.get("test", 0),
            num_parameters=sum(x.num_parameters for x in (*self.chain, *self.rival_chain)),
            num_frozen=num_frozen(experiment.freeze, self.chain),
            torch=str(torch.__version__),
            facts=msgspec.to_builtins(self.splits.facts),
            executor=self.execution.executor,
            executor_reason=self.execution.reason,
            device_reason=self.device_reason,
            fingerprint=fingerprint,
            data_path=self.splits.data_path,
            data_reason=self.splits.data_reason,
            baselines=guessed,
            headlines=headlines(experiment, self.splits.facts, guessed),
            processes=1 if self.crew is None else self.crew.size,
            started_from=self.started_from,
        )

    @property
    def metrics(self) -> dict[str, Figure]:
        """Of the last reported epoch."""
        return self.reports.metrics

    def groups_of(self, model: Network) -> list[nn.Parameter] | list[dict[str, Any]]:
        """What an optimizer of this network, or of a copy of it, is made of."""
        return groups_of(self.experiment, self.chain, model)

    def stop_reading(self) -> None:
        """End the processes that read streamed data; whatever needs them starts them again."""
        if self.splits.reader is not None:
            self.splits.reader.stop()

    def silence(self, units: Silenced) -> None:
        """Fix these units' outputs to zero from now on, and wake all others."""
        if units != silenced(self.model):
            silence(self.model, units)
            self._step.renew()
            self._epoch_score.renew()
            self.went_aside_at = self.global_step

    def events(self) -> Iterator[Event]:
        """Train to the end, yielding each event as it happens."""
        while self.reason is None:
            yield from self.step()

    def step(self) -> list[Event]:
        """Train on the next batch; returns what happened, mostly nothing."""
        assert self.reason is None, "the training is over"
        began = time.perf_counter()
        if self.crew is None:
            self.begin_step()
            loss = self._loss_of_step()
        else:
            with undone_where_lost(self):
                self.begin_step()
                self.crew.before_step(self)
                loss = self._loss_of_shared_step(self.crew)
            self.crew.after_step(self)
        losses = self.unread.add(loss)
        self.batch += 1
        self.global_step += 1
        happened: list[Event] = []
        is_end = self.batch == len(self.batches)
        if is_end:
            losses = (*losses, *self.unread.read())
        if losses:
            happened += self._note(losses)
        if is_end and self.reason is None:
            self.batch = 0
            self.epoch += 1
            happened += self._finish_epoch(began)
        self.elapsed_s += time.perf_counter() - began
        return happened

    def begin_step(self) -> None:
        """Draw the epoch's order, where one begins, and set the rate of the next step."""
        if self.batch == 0:
            self.batches.shuffle()
            self.learning_rate.before_epoch(self.epoch)
        self.learning_rate.before_step(self.global_step)

    def read(self) -> list[Event]:
        """Wait for the device and take note of the losses that are unread.

        Nothing on the CPU, where `step` has read them. One that is not finite ends the training
        here, as if its step had been the last.
        """
        began = time.perf_counter()
        happened = self._note(self.unread.read())
        self.elapsed_s += time.perf_counter() - began
        return happened

    def _loss_of_step(self) -> Tensor:
        inputs, targets = self.batches[self.batch]
        try:
            return self._step(inputs, targets)
        except RuntimeError:
            if self._outputs_are_finite(inputs):
                raise
            return self._no_loss()

    def _loss_of_shared_step(self, crew: Crew) -> Tensor:
        try:
            return crew.do_part(self)
        except RuntimeError:
            if self._outputs_are_finite(self.batches.part(self.batch, 0, crew.size)[0]):
                raise
            return self._no_loss()

    def _outputs_are_finite(self, inputs: Tensor) -> bool:
        """Whether the network's answer is; large weights overflow though each is finite."""
        with torch.no_grad():
            return is_finite(self.model) and bool(self.model(inputs).isfinite().all())

    def _no_loss(self) -> Tensor:
        """BCELoss raises for outputs that are not finite, where others return nan."""
        self._stopped_short = True  # the gradients there are belong to the step before
        return torch.tensor(math.nan)

    def _note(self, losses: Sequence[float]) -> list[Event]:
        """Take note of the losses of the last steps; Diverged if one is not finite."""
        step = self.global_step - len(losses)
        for loss in losses:
            step += 1
            self.epoch_losses.append(loss)
            self.newest_loss = loss
            if not math.isfinite(loss):
                return [self._diverge(loss, step)]
            if self.first_loss is None:
                self.first_loss = loss
            if len(self.epoch_losses) == len(self.batches):
                # On the host, since it is summed with more care from Python 3.12 on.
                self._train_loss = sum(self.epoch_losses) / len(self.epoch_losses)
                self.losses.append(step // len(self.batches), self._train_loss)
                self.epoch_losses.clear()
        return []

    def _diverge(self, loss: float, step: int) -> Diverged:
        """End at a step, though more were done before its loss was read."""
        self.reason = "diverged"
        norm = "unknown"
        if step == self.global_step and not self._stopped_short:
            norm = f"{self._step.gradient_norm():g}"
        else:
            self.global_step = step
            self.epoch = (step - 1) // len(self.batches)
            self.batch = step - self.epoch * len(self.batches)
            self.learning_rate.apply(self.epoch, step - 1)
        return Diverged(
            epoch=self.epoch + 1,
            step=step,
            loss=str(loss),
            learning_rate=self.learning_rate.current,
            gradient_norm=norm,
        )

    def _finish_epoch(self, began: float) -> list[Event]:
        """What follows from the loss of the epoch that has just ended."""
        train_loss = self._train_loss
        experiment = self.experiment
        if experiment.stop_below is not None and train_loss < experiment.stop_below:
            self.reason = "stop_below"
        elif self.epoch >= experiment.epochs:
            self.reason = "completed"
        self._epoch_score.forget()
        score = self.epoch_end.judge(self.epoch, train_loss, is_last=self.reason is not None)
        if self.reason is None and self.selection.exhausted:
            self.reason = "patience"
        self.learning_rate.after_epoch(score)
        said = {
            name: outputs
            for name, part in self.device_splits.items()
            if (outputs := self._epoch_score.take_said(part)) is not None
        }
        overflow = None if self.reason is None else self.overflow(said)
        if self.reason is None and not self.is_reported(self.epoch):
            return []
        report = self._report(train_loss, began, said)
        return [report] if overflow is None else [report, overflow]

    def is_reported(self, epoch: int) -> bool:
        """Whether an epoch will be: the first, every report_every-th, the last as planned."""
        experiment = self.experiment
        return epoch == 1 or epoch % experiment.report_every == 0 or epoch == experiment.epochs

    def overflow(self, said: Said = NOTHING) -> Diverged | None:
        """What ends a training whose last update left no finite weights, or no finite loss.

        Evaluates every split, since no further step will come and tell; said: of which the network
        was asked already.
        """
        loss = self.reports.look_at_end(said).loss
        if math.isfinite(loss) and is_finite(self.model):
            return None
        self.reason = "diverged"
        is_stale = self.went_aside_at == self.global_step
        norm = "unknown" if is_stale else f"{self._step.gradient_norm():g}"
        return Diverged(
            epoch=self.epoch + (self.batch > 0),
            step=self.global_step,
            loss=str(math.nan if math.isfinite(loss) else loss),
            learning_rate=self.learning_rate.current,
            gradient_norm=norm,
            at_end=True,
        )

    @property
    def gradient_norm(self) -> float:
        """The length of the newest step's gradient, before it was clipped."""
        return self._step.gradient_norm()

    def _report(self, train_loss: float, began: float, said: Said) -> EpochFinished:
        measured = self.reports.report(train_loss, said)
        elapsed_s = self.elapsed_s + time.perf_counter() - began
        steps_per_s = self.global_step / elapsed_s
        return EpochFinished(
            epoch=self.epoch,
            step=self.global_step,
            metrics=measured,
            learning_rate=self.learning_rate.current,
            gradient_norm=self._step.gradient_norm(),
            steps_per_s=steps_per_s,
            samples_per_s=steps_per_s * self.batches.num_samples / len(self.batches),
            elapsed_s=elapsed_s,
        )
