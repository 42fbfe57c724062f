"""The gradients of one process's part of a batch, by autograd or by a trace."""

from __future__ import annotations

import logging
from collections.abc import Sequence

import torch
from torch import Tensor, nn, optim

from engine.training.shared.buckets import Buckets
from engine.training.step import Regularization
from engine.training.traced.errors import Untraceable
from engine.training.traced.interpreters import INTERPRETERS
from engine.training.traced.program import Program
from engine.training.traced.step_state import StepState, same_bits

_log = logging.getLogger(__name__)
_Key = tuple[torch.Size, torch.Size]


class LocalGradients:
    """Fills buckets by autograd: each is on its way as soon as it is full."""

    executor = "eager"
    refusal = ""

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        regularization: Regularization,
        parameters: Sequence[Tensor],
    ) -> None:
        self._model = model
        self._criterion = criterion
        self._regularization = regularization
        self._weights = regularization.weights_of(model)
        self._filling: Buckets | None = None
        """Those that a backward pass is filling now."""
        for parameter in parameters:
            hook = parameter.register_post_accumulate_grad_hook
            hook(self._filled)  # type: ignore[no-untyped-call]  # torch has no types for it

    def fill(self, inputs: Tensor, targets: Tensor, buckets: Buckets) -> Tensor:
        """The gradients of the loss and its penalties; returns the loss, 0-dim."""
        self._filling = buckets
        try:
            return self._passed(inputs, targets)
        finally:
            self._filling = None

    def _passed(self, inputs: Tensor, targets: Tensor) -> Tensor:
        loss: Tensor = self._criterion(self._model(inputs), targets)
        objective = self._regularization.added(loss, self._weights)
        objective.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        return loss.detach()

    def _filled(self, parameter: Tensor) -> None:
        if self._filling is not None:  # somebody else may ask for gradients, too
            self._filling.filled(parameter)

    def renew(self) -> None:
        """The network does something else from now on: nothing was made of it."""


class TracedGradients(LocalGradients):
    """The same bits without autograd and modules, for each shape once they are proven."""

    executor = "traced"

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        parameters: Sequence[Tensor],
    ) -> None:
        super().__init__(model, criterion, regularization, parameters)
        self._optimizer = optimizer
        self._parameters = list(parameters)
        self._programs: dict[_Key, Program | None] = {}

    def fill(self, inputs: Tensor, targets: Tensor, buckets: Buckets) -> Tensor:
        key = inputs.shape, targets.shape
        if key not in self._programs:
            self._programs[key] = self._chosen(inputs, targets)
        program = self._programs[key]
        if program is None:
            return super().fill(inputs, targets, buckets)
        loss = program(inputs, targets)
        torch._foreach_copy_(buckets.views, program.gradients())
        return loss

    def prepare(self, inputs: Tensor, targets: Tensor) -> None:
        """Choose for parts like this one before there is one; changes nothing else."""
        self._programs[inputs.shape, targets.shape] = self._chosen(inputs, targets)

    def renew(self) -> None:
        self._programs.clear()

    def _chosen(self, inputs: Tensor, targets: Tensor) -> Program | None:
        """The program for parts like this one; None where autograd has to serve."""
        before = StepState(self._model, self._optimizer)
        gradients = [parameter.grad for parameter in self._parameters]
        reasons: list[str] = []
        try:
            for name in INTERPRETERS:
                try:
                    program = Program(
                        self._model,
                        self._criterion,
                        self._optimizer,
                        self._regularization,
                        (inputs, targets),
                        name,
                        updates=False,
                    )
                    before.restore()
                    self._prove(program, inputs, targets, before)
                    return program
                except (Untraceable, RuntimeError) as error:
                    reasons.append(str(error))
                    _log.warning("gradients can't be traced with %s: %s", name, error)
            self.refusal = "; ".join(dict.fromkeys(reasons))
            return None
        finally:
            before.restore()
            for parameter, gradient in zip(self._parameters, gradients, strict=True):
                parameter.grad = gradient

    def _prove(self, program: Program, inputs: Tensor, targets: Tensor, before: StepState) -> None:
        """Raise Untraceable unless a program gives autograd's bits."""
        for parameter in self._parameters:
            parameter.grad = None
        loss = self._passed(inputs, targets)
        expected = [p.grad for p in self._parameters if p.grad is not None]
        after = StepState(self._model, self._optimizer)
        before.restore()
        found = program(inputs, targets)
        if not same_bits([loss, *expected], [found, *program.gradients()]):
            raise Untraceable("its loss or gradients differ from autograd's")
        if not StepState(self._model, self._optimizer).same_as(after):
            raise Untraceable("what it changes differs from autograd's pass")
