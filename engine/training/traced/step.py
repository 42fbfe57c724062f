"""The traced step, which trusts itself only after a comparison with the eager one."""

from __future__ import annotations

import copy
import logging
from collections import defaultdict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor, nn, optim

from engine.training.parameter_groups import group_numbers
from engine.training.rival_step import eager_step
from engine.training.step import Regularization
from engine.training.traced.errors import Untraceable
from engine.training.traced.interpreters import INTERPRETERS, InterpreterName
from engine.training.traced.program import Program
from engine.training.traced.side_by_side import side_by_side
from engine.training.traced.source import Ending
from engine.training.traced.step_state import StepState, same_bits
from engine.training.traced.update import update_of, variant


class AnyProgram(Protocol):
    """What runs the steps for batches of one shape."""

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor: ...

    def gradient_norm(self) -> float: ...


@dataclass(frozen=True)
class _Wanted:
    """An ending that is not proven yet."""

    ending: Ending
    held: dict[str, Tensor]
    expected: Callable[[], Tensor]


_Key = tuple[torch.Size, torch.Size, bool]
"""Shapes of inputs and targets, and the optimizer's variant."""

_log = logging.getLogger(__name__)


class TracedStep:
    """EagerStep's numbers to the last bit, without autograd, modules and hooks.

    The first step is eager if the optimizer has state to make. Then the first batch of each
    shape is tried both ways from the same state; where a bit differs, or no trace can be had,
    the eager step serves for that shape and the log says why. The model must be in training
    mode at every call. A traced step leaves the parameters' `.grad` None.
    """

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        interpreters: tuple[InterpreterName, ...] = tuple(INTERPRETERS),
    ) -> None:
        """interpreters: tried in this order until one gives the eager step's bits."""
        self.refusal = ""
        """Why the eager step serves instead, for one batch shape at least; empty: it doesn't."""
        self._interpreters = interpreters
        self._model = model
        self._criterion = criterion
        self._optimizer = optimizer
        self._regularization = regularization
        self._parameters = [p for p in model.parameters() if p.requires_grad]
        self._gathered = side_by_side(self._parameters, group_numbers(optimizer, self._parameters))
        self._eager = eager_step(model, criterion, optimizer, regularization)
        self._steps: dict[_Key, AnyProgram] = {}
        self._last: AnyProgram = self._eager
        self._state = optimizer.state
        self._wanted: _Wanted | None = None
        """An ending that the next step gets, if it can have it."""
        self._ended: Program | None = None
        """The step that has an ending."""
        self._begun = False
        """Whether the optimizer has been seen to have its state, or not to need any."""

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        if self._optimizer.state is not self._state:  # a checkpoint was loaded
            self._state, self._begun = self._optimizer.state, False
        if not self._begun:
            self._begun = True
            if self._parameters and not self._has_state():
                return self._eagerly(inputs, targets)
            self._gather()
            self._end_as_wanted(inputs, targets)
        key = inputs.shape, targets.shape, variant(self._optimizer.param_groups[0])
        step = self._steps.get(key)
        if step is None:
            return self._first(key, inputs, targets)
        self._last = step
        return step(inputs, targets)

    def prepare(self, inputs: Tensor, targets: Tensor) -> None:
        """Choose the step for batches like this one before there is one; changes nothing else.

        So the record can say how steps are run. Where this batch can't be trained on, the choice
        waits for one that can.
        """
        fresh = self._optimizer.state
        before = StepState(self._model, self._optimizer)
        try:
            begun = {one: copy.deepcopy(own) for one, own in fresh.items()}  # some have it at once
            self._optimizer.state = defaultdict(dict, begun)
            if self._parameters:
                self._eager(inputs, targets)  # makes the optimizer's state
                before.restore()
            key = inputs.shape, targets.shape, variant(self._optimizer.param_groups[0])
            self._steps[key] = self._chosen(inputs, targets)
        except RuntimeError as error:  # BCELoss raises for outputs that are no probabilities
            _log.warning("the step can't be traced beforehand: %s", error)
        finally:
            before.restore()
            self._optimizer.zero_grad()
            self._optimizer.state = self._state = fresh

    def gradient_norm(self) -> float:
        return self._last.gradient_norm()

    def renew(self) -> None:
        self._steps.clear()
        self._last, self._wanted, self._ended = self._eager, None, None
        self._begun = False

    def end_with(
        self, ending: Ending, held: dict[str, Tensor], expected: Callable[[], Tensor]
    ) -> None:
        """Have each step compute something more at its end, from the next one on if it can.

        held: what the ending needs; expected: computes the same, changing nothing.
        """
        self._wanted, self._begun = _Wanted(ending, held, expected), False

    def left(self) -> Tensor | None:
        """What the ending of the last step has computed, once; None where it had none."""
        if self._ended is None or self._last is not self._ended:
            return None
        left, self._ended.left = self._ended.left, None
        return left

    def _end_as_wanted(self, inputs: Tensor, targets: Tensor) -> None:
        """Give the step of batches like this one the ending that is wanted, if there is one."""
        key = inputs.shape, targets.shape, variant(self._optimizer.param_groups[0])
        wanted, plain = self._wanted, self._steps.get(key)
        if wanted is None or not isinstance(plain, Program):
            return
        self._wanted = None
        before = StepState(self._model, self._optimizer)
        try:
            ended = plain.ending_with(wanted.ending, wanted.held)
            numbers = [plain(inputs, targets), *plain.gradients(), wanted.expected()]
            after = StepState(self._model, self._optimizer)
            before.restore()
            loss = ended(inputs, targets)
            assert ended.left is not None
            if not same_bits(numbers, [loss, *ended.gradients(), ended.left]):
                raise Untraceable("its numbers differ from those computed one after the other")
            if not StepState(self._model, self._optimizer).same_as(after):
                raise Untraceable("what it changes differs from the step without it")
            self._steps[key] = self._ended = ended
        except (Untraceable, RuntimeError) as error:
            _log.info("the score of an epoch is traced apart from the step: %s", error)
        finally:
            before.restore()

    def _first(self, key: _Key, inputs: Tensor, targets: Tensor) -> Tensor:
        """Train on the first batch of its shape, and choose the step for the next ones."""
        if self._parameters and not self._has_state():  # a momentum that a schedule has begun
            return self._eagerly(inputs, targets)
        self._steps[key] = self._last = self._chosen(inputs, targets)
        return self._last(inputs, targets)

    def _eagerly(self, inputs: Tensor, targets: Tensor) -> Tensor:
        """A step by which the optimizer makes its state."""
        self._last = self._eager
        loss = self._eager(inputs, targets)
        self._gather()
        return loss

    def _gather(self) -> None:
        """Put the optimizer's state side by side, where it has any."""
        if self._gathered is None or not self._has_state():
            return
        with suppress(Untraceable):
            update = update_of(self._optimizer)
            if update.lines:
                self._gathered.gather(self._optimizer, update.state)
                self._state = self._optimizer.state

    def _has_state(self) -> bool:
        """Whether the optimizer has made the state that its update needs."""
        try:
            names = update_of(self._optimizer).state
        except Untraceable:
            return True
        state = self._optimizer.state
        return all(name in state.get(p, ()) for p in self._parameters for name in names)

    def _chosen(self, inputs: Tensor, targets: Tensor) -> AnyProgram:
        """The step for batches like this one; leaves everything as it was."""
        self._gather()
        before = StepState(self._model, self._optimizer)
        reasons: list[str] = []
        try:
            update_of(self._optimizer)
        except Untraceable as error:
            self.refusal = str(error)
            _log.warning("the step can't be traced: %s", error)
            return self._eager
        try:
            for interpreter in self._interpreters:
                try:
                    return self._proven(interpreter, inputs, targets, before)
                except Untraceable as error:
                    reasons.append(str(error))
                    _log.warning("the step can't be traced with %s: %s", interpreter, error)
            self.refusal = "; ".join(dict.fromkeys(reasons))
            return self._eager
        finally:
            before.restore()
            self._optimizer.zero_grad()

    def _proven(
        self, interpreter: InterpreterName, inputs: Tensor, targets: Tensor, before: StepState
    ) -> Program:
        """A program that gives the bits of the eager step on this batch; raises Untraceable."""
        if not self._parameters:
            raise Untraceable("the network has no parameters")
        program = Program(
            self._model,
            self._criterion,
            self._optimizer,
            self._regularization,
            (inputs, targets),
            interpreter,
            gathered=self._gathered,
        )
        before.restore()
        expected_loss = self._eager(inputs, targets)
        expected = StepState(self._model, self._optimizer)
        gradients = [p.grad for p in self._parameters if p.grad is not None]
        before.restore()
        try:
            loss = program(inputs, targets)
        except RuntimeError as error:
            raise Untraceable(f"the traced step failed: {error}") from error
        if not same_bits([expected_loss, *gradients], [loss, *program.gradients()]):
            raise Untraceable("its loss or gradients differ from the eager step's")
        if not StepState(self._model, self._optimizer).same_as(expected):
            raise Untraceable("what it changes differs from the eager step")
        norms = [torch.tensor(step.gradient_norm()) for step in (self._eager, program)]
        if not same_bits(norms[:1], norms[1:]):
            raise Untraceable("its gradient's norm differs from the eager step's")
        return program
