"""The graphed step, which trusts a recording only after a comparison with the eager step."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.nn.modules.batchnorm import _BatchNorm

from engine.training.graphed.recorder import Recorder, Recording, Unrecordable
from engine.training.step import EagerStep, Regularization
from engine.training.traced.graph import keeps_features
from engine.training.traced.step_state import StepState, same_bits

STEADY = 100
"""Updates with the same settings before one is recorded: a recording costs some of them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Gradients:
    """What a recorded forward and backward pass leaves."""

    loss: Tensor
    gradients: Sequence[Tensor]
    """In the order of the parameters, clipped."""
    norm: Tensor | None
    """Before clipping; None where nothing is clipped."""


@dataclass
class _Recorded:
    """The step of one batch shape."""

    inputs: Tensor
    targets: Tensor
    """Where a batch is put before a replay; it lies on the device by then: resident data always
    does, and streamed data is on its way there before the batch ahead of it is used."""
    recording: Recording
    found: _Gradients
    update: Recording | None = None
    settings: dict[str, Any] | None = None
    """The optimizer's, with which the update was recorded."""


class GraphedStep:
    """EagerStep's numbers to the last bit, with one call for forward, loss, gradients, clipping.

    The update is a second such call once the optimizer's settings have stood still, where the
    recorded kernels are those that the optimizer runs otherwise; else the
    optimizer runs by itself. Each batch shape has a recording of its own. Where none can be had,
    or it differs from the eager step in a bit, the eager step serves, and the log says why.
    The model must be in training mode at every call.
    """

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        recorder: Recorder,
        records_updates: bool,
    ) -> None:
        """records_updates: whether a recorded step of this optimizer repeats, as its part says."""
        self.refusal = ""
        """Why the eager step serves instead, for one batch shape at least; empty: it doesn't."""
        self._model = model
        self._criterion = criterion
        self._optimizer = optimizer
        self._regularization = regularization
        self._recorder = recorder
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._weights = regularization.weights_of(model)
        self._eager = EagerStep(model, criterion, optimizer, regularization)
        self._steps: dict[tuple[torch.Size, torch.Size], _Recorded | EagerStep] = {}
        self._last: _Recorded | EagerStep = self._eager
        self._given: _Recorded | None = None
        """Whose gradients the parameters have."""
        self._records_updates = records_updates and len(optimizer.param_groups) == 1
        self._state = optimizer.state
        self._settings: dict[str, Any] = {}
        self._steady = 0
        """Updates since the settings changed."""
        self._untold: list[str] = []
        """For the log of the run, which there is none of yet while a training is prepared."""

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        step = self._step(inputs, targets)
        self._tell()
        self._last = step
        if isinstance(step, EagerStep):
            self._given = None
            return step(inputs, targets)
        step.inputs.copy_(inputs)
        step.targets.copy_(targets)
        step.recording.replay()
        self._update(step)
        return step.found.loss.clone()

    def prepare(self, inputs: Tensor, targets: Tensor) -> None:
        """Record the step for batches like this one; changes nothing else."""
        self._step(inputs, targets)

    def gradient_norm(self) -> float:
        if isinstance(self._last, EagerStep):
            return self._last.gradient_norm()
        found = self._last.found
        norm = nn.utils.get_total_norm(found.gradients) if found.norm is None else found.norm
        return norm.item()

    def renew(self) -> None:
        self._steps.clear()
        self._last, self._given = self._eager, None

    def _step(self, inputs: Tensor, targets: Tensor) -> _Recorded | EagerStep:
        """The step for batches like this one; a new one leaves everything as it was."""
        key = inputs.shape, targets.shape
        step = self._steps.get(key)
        if step is None:
            before = StepState(self._model, self._optimizer)
            try:
                step = self._proven(inputs, targets, before)
            except Unrecordable as error:
                step, self.refusal = self._eager, str(error)
                self._untold.append(f"the step can't be recorded: {error}")
            finally:
                before.restore()
                self._optimizer.zero_grad()
                self._given = None
            self._steps[key] = step
        return step

    def _proven(self, inputs: Tensor, targets: Tensor, before: StepState) -> _Recorded:
        """A recording that gives the eager step's bits on this batch; raises Unrecordable."""
        _check(self._model)
        still = inputs.clone(), targets.clone()
        work = partial(self._work, *still)
        self._recorder.warm_up(work)
        before.restore()
        recording, found = self._recorder.record(work)
        before.restore()
        loss = self._eager.gradients(inputs, targets)
        expected = [loss, *(p.grad.clone() for p in self._parameters if p.grad is not None)]
        norm = self._eager.gradient_norm()
        after = StepState(self._model, self._optimizer)
        before.restore()
        recording.replay()
        if not same_bits(expected, [found.loss, *found.gradients]):
            raise Unrecordable("its loss or gradients differ from the eager step's")
        if found.norm is not None and not same_bits([torch.tensor(norm)], [found.norm.cpu()]):
            raise Unrecordable("its gradient's norm differs from the eager step's")
        if not StepState(self._model, self._optimizer).same_as(after):
            raise Unrecordable("what it changes differs from the eager step")
        return _Recorded(*still, recording, found)

    def _work(self, inputs: Tensor, targets: Tensor) -> _Gradients:
        """What is recorded first: all but the update."""
        loss: Tensor = self._criterion(self._model(inputs), targets)
        objective = self._regularization.added(loss, self._weights)
        # Not backward(): it would add to gradients that a recording does not know.
        gradients = torch.autograd.grad(objective, self._parameters)
        norm = None
        if self._regularization.clip_norm is not None:
            self._give(gradients)
            norm = nn.utils.clip_grad_norm_(self._parameters, self._regularization.clip_norm)
        return _Gradients(loss.detach(), gradients, norm)

    def _give(self, gradients: Sequence[Tensor]) -> None:
        for parameter, gradient in zip(self._parameters, gradients, strict=True):
            parameter.grad = gradient

    def _update(self, step: _Recorded) -> None:
        if self._given is not step:
            self._give(step.found.gradients)
            self._given = step
        if self._records_updates:
            self._see_settings()
            if step.settings is not self._settings and self._steady >= STEADY:
                self._record_update(step)
            if step.update is not None and step.settings is self._settings:
                step.update.replay()
                return
        self._optimizer.step()

    def _see_settings(self) -> None:
        """Note how long the optimizer's settings and the tensors of its state have stood still."""
        group = self._optimizer.param_groups[0]
        settings = {name: value for name, value in group.items() if name != "params"}
        is_loaded = self._optimizer.state is not self._state  # from a checkpoint
        if is_loaded or settings != self._settings:
            self._state, self._settings, self._steady = self._optimizer.state, settings, 0
        self._steady += 1

    def _record_update(self, step: _Recorded) -> None:
        """Record the optimizer's step if a replay gives its bits; leaves everything as it was."""
        before = StepState(self._model, self._optimizer)
        try:
            update, _ = self._recorder.record(self._optimizer_step)
            before.restore()
            self._optimizer.step()
            after = StepState(self._model, self._optimizer)
            before.restore()
            update.replay()
            if not StepState(self._model, self._optimizer).same_as(after):
                raise Unrecordable("what it changes differs from the optimizer's step")
            step.update, step.settings = update, self._settings
        except Unrecordable as error:
            self._records_updates = False
            self._untold.append(f"the update can't be recorded: {error}")
            self._tell()
        finally:
            before.restore()

    def _optimizer_step(self) -> None:
        """The optimizer's step, said to be capturable, which changes none of its kernels here."""
        groups = [group for group in self._optimizer.param_groups if "capturable" in group]
        for group in groups:
            group["capturable"] = True
        try:
            self._optimizer.step()
        finally:
            for group in groups:
                group["capturable"] = False

    def _tell(self) -> None:
        for line in self._untold:
            _log.warning(line)
        self._untold.clear()


def _check(model: nn.Module) -> None:
    """Refuse what is known to read from the device: a recording that fails can leave it unfit."""
    if keeps_features(model):
        raise Unrecordable("what a frozen network makes of a picture is computed once and kept")
    for layer in model.modules():
        if isinstance(layer, _BatchNorm) and layer.momentum is None:
            raise Unrecordable("a batch normalization without momentum reads its counter")
    if not any(parameter.requires_grad for parameter in model.parameters()):
        raise Unrecordable("the network has no parameters")
