"""The compiled step, which trusts itself only where its numbers are near the eager ones."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn, optim

from engine.parts.data import DataLocations
from engine.training.compiled.program import CompiledProgram
from engine.training.step import Regularization
from engine.training.traced.errors import Untraceable
from engine.training.traced.program import Program
from engine.training.traced.step import AnyProgram, TracedStep
from engine.training.traced.step_state import StepState

TOLERANCE = 1e-3
"""How far numbers may be from the eager ones after a step, as a share of the largest of a tensor;
rounding alone comes to a hundredth of that."""
TIMED = 30
"""Steps that are timed, to tell from how many on it pays."""


class CompiledStep(TracedStep):
    """A step of machine code, for batches as large as most are; smaller ones are traced.

    Its bits are its own: the same ones in every training on the same machine, also in one that
    goes on from a checkpoint.
    """

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        locations: DataLocations,
    ) -> None:
        """locations: who is told while it is compiled, and may raise to give that up."""
        super().__init__(model, criterion, optimizer, regularization)
        self.costs = ""
        """What it took, and from how many steps on that pays, in a clause."""
        self._locations = locations
        self._shape: tuple[torch.Size, torch.Size] | None = None
        """Of the batches that are compiled for: the first that it was prepared for."""

    def _chosen(self, inputs: Tensor, targets: Tensor) -> AnyProgram:
        shape = inputs.shape, targets.shape
        if self._shape is None:
            self._shape = shape
        if shape != self._shape:
            return super()._chosen(inputs, targets)
        self._gather()
        before = StepState(self._model, self._optimizer)
        try:
            return self._near(inputs, targets, before)
        except Untraceable as error:
            self.refusal = str(error)
            return self._eager
        finally:
            before.restore()
            self._optimizer.zero_grad()

    def _near(self, inputs: Tensor, targets: Tensor, before: StepState) -> CompiledProgram:
        """A program whose numbers on this batch are near the eager step's; raises Untraceable."""
        if not self._parameters:
            raise Untraceable("the network has no parameters")
        began = time.perf_counter()
        program = CompiledProgram(
            self._model,
            self._criterion,
            self._optimizer,
            self._regularization,
            (inputs, targets),
            self._locations,
        )
        ready_s = time.perf_counter() - began
        try:
            is_near = self._is_near(program, inputs, targets, before)
        except RuntimeError as error:
            raise Untraceable(f"the compiled step failed: {error}") from error
        if not is_near:
            raise Untraceable("its numbers are not near the eager step's")
        if not self.costs:
            self.costs = self._worth(program, inputs, targets, before, ready_s)
        return program

    def _is_near(
        self, program: CompiledProgram, inputs: Tensor, targets: Tensor, before: StepState
    ) -> bool:
        """Whether a batch gives it near the eager loss, gradients and buffers, and these an update.

        The update is compared with the optimizer's by the same gradients: to one that is nothing
        but rounding, Adam gives a step as long as to any other.
        """
        before.restore()
        loss = self._eager(inputs, targets)
        expected = [p.grad.clone() for p in self._parameters if p.grad is not None]
        buffers = [buffer.clone() for buffer in self._model.buffers()]
        before.restore()
        found_loss = program(inputs, targets)
        found = [gradient.clone() for gradient in program.gradients()]
        found_buffers = [buffer.clone() for buffer in self._model.buffers()]
        updated = _copies(self._optimizer, self._parameters)
        before.restore()
        for parameter, gradient in zip(self._parameters, found, strict=True):
            parameter.grad = gradient
        self._optimizer.step()
        return (
            are_near(
                [torch.cat([one.flatten() for one in found])],
                [torch.cat([one.flatten() for one in expected])],
            )
            and are_near([found_loss, *found_buffers], [loss, *buffers])
            and are_near(updated, _copies(self._optimizer, self._parameters))
        )

    def _worth(
        self,
        program: CompiledProgram,
        inputs: Tensor,
        targets: Tensor,
        before: StepState,
        ready_s: float,
    ) -> str:
        """What it cost and what it saves, measured on this batch."""
        plain = Program(
            self._model,
            self._criterion,
            self._optimizer,
            self._regularization,
            (inputs, targets),
        )
        took_s = [_each_s(step, inputs, targets, before) for step in (program, plain)]
        how = "compiled in" if program.compile_s else "compiled before, ready in"
        saved_s = took_s[1] - took_s[0]
        if saved_s <= 0:
            return f"{how} {ready_s:.1f} s, and no faster than traced here: it never pays"
        pays_from = int(ready_s / saved_s)
        return (
            f"{how} {ready_s:.1f} s, {1e6 * took_s[0]:,.0f} µs each and {1e6 * took_s[1]:,.0f} "
            f"traced: it pays from about {_rounded(pays_from):,} steps on"
        )


def _each_s(
    step: Callable[[Tensor, Tensor], Tensor], inputs: Tensor, targets: Tensor, before: StepState
) -> float:
    took = []
    before.restore()
    for _ in range(TIMED):
        began = time.perf_counter()
        step(inputs, targets)
        took.append(time.perf_counter() - began)
    before.restore()
    return min(took)


def _rounded(count: int) -> int:
    """Two digits."""
    size: int = 10 ** max(0, len(str(count)) - 2)
    return -(-count // size) * size


def _copies(optimizer: optim.Optimizer, parameters: Sequence[Tensor]) -> list[Tensor]:
    """What an update changes: the parameters, and what the optimizer keeps of each."""
    kept = (optimizer.state[p][name] for p in parameters for name in sorted(optimizer.state[p]))
    tensors = (one for one in kept if isinstance(one, Tensor))
    return [one.detach().clone() for one in (*parameters, *tensors)]


def are_near(some: Sequence[Tensor], others: Sequence[Tensor]) -> bool:
    """Whether tensors agree but for rounding; what is not finite is so in both."""
    for one, other in zip(some, others, strict=True):
        if one.shape != other.shape:
            return False
        largest = other.double().nan_to_num(0.0, 0.0, 0.0).abs().max() if other.numel() else 0.0
        apart = TOLERANCE * float(largest) + 1e-7
        if not torch.allclose(one.double(), other.double(), rtol=0, atol=apart, equal_nan=True):
            return False
    return True
