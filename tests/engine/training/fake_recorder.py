"""A recorder for the CPU that is as strict as a CUDA graph."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import torch
from torch import Tensor, nn, optim

from engine.training.graphed.recorder import WARM_UPS, Recording, Unrecordable
from engine.training.traced.step_state import StepState, tensors

T = TypeVar("T")


class FakeRecorder:
    """Records by noting what the work used; replays by doing it again with exactly that."""

    def __init__(self, model: nn.Module, optimizer: optim.Optimizer) -> None:
        self.model, self.optimizer = model, optimizer
        self.made: list[str] = []
        """What was recorded: `gradients` or `update`."""
        self.refused: Sequence[str] = ()
        """What of that can't be."""

    def warm_up(self, work: Callable[[], object]) -> None:
        for _ in range(WARM_UPS):
            work()

    def record(self, work: Callable[[], T]) -> tuple[Recording, T]:
        before = StepState(self.model, self.optimizer)
        group = self.optimizer.param_groups[0]
        results = work()
        assert not group.get("capturable"), "the optimizer is left as it was"
        kind = "update" if results is None else "gradients"
        before.restore()
        if kind in self.refused:
            raise Unrecordable("operation not permitted when stream is capturing")
        self.made.append(kind)
        if results is None:
            return _Update(self.model, self.optimizer, work), results
        return _Gradients(self.model, work, results), results


class _Gradients:
    """Fills the same results anew, and touches no attribute of anything."""

    def __init__(self, model: nn.Module, work: Callable[[], Any], results: Any) -> None:
        self._model, self._work, self._results = model, work, _flat(results)

    def replay(self) -> None:
        present = [p.grad for p in self._model.parameters()]
        found = _flat(self._work())
        _give(self._model, present)
        for kept, new in zip(self._results, found, strict=True):
            kept.copy_(new)


class _Update:
    """Refuses to replay with other numbers, tensors or gradients than were recorded."""

    def __init__(
        self, model: nn.Module, optimizer: optim.Optimizer, work: Callable[[], object]
    ) -> None:
        self._model, self._optimizer, self._work = model, optimizer, work
        self._used = self._uses()
        self._gradients = [p.grad for p in model.parameters()]

    def replay(self) -> None:
        assert self._uses() == self._used, "a graph replays what it was recorded with"
        present = [p.grad for p in self._model.parameters()]
        _give(self._model, self._gradients)
        self._work()
        _give(self._model, present)

    def _uses(self) -> tuple[dict[str, Any], list[int]]:
        group = self._optimizer.param_groups[0]
        settings = {name: value for name, value in group.items() if name != "params"}
        return settings, [t.data_ptr() for t in tensors(self._model, self._optimizer)]


def _give(model: nn.Module, gradients: Sequence[Tensor | None]) -> None:
    for parameter, gradient in zip(model.parameters(), gradients, strict=True):
        parameter.grad = gradient


def _flat(results: Any) -> list[Tensor]:
    if isinstance(results, Tensor):
        return [results]
    found: list[Tensor] = []
    for field in dataclasses.fields(results):
        value = getattr(results, field.name)
        if isinstance(value, torch.Tensor):
            found.append(value)
        elif value is not None:
            found += value
    return found
