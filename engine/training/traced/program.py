"""A traced step, compiled and bound to the tensors it works on."""

from __future__ import annotations

from collections.abc import Iterable
from copy import copy
from typing import Self

import torch
from torch import Tensor, nn, optim

from engine.training.parameter_groups import group_numbers
from engine.training.rivalry import of_discriminator
from engine.training.step import Regularization
from engine.training.traced.cleaning import clean, keep_transposed
from engine.training.traced.errors import Untraceable
from engine.training.traced.graph import held_tensors, trace
from engine.training.traced.interpreters import INTERPRETERS, InterpreterName
from engine.training.traced.side_by_side import COUNT, SideBySide
from engine.training.traced.source import Ending, write_step
from engine.training.traced.update import Fused, Update, update_of


class Program:
    """A whole training step for one batch shape.

    The parameters, the buffers and the optimizer's own state are changed in place.
    """

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        batch: tuple[Tensor, Tensor],
        interpreter: InterpreterName = "torchscript",
        *,
        updates: bool = True,
        gathered: SideBySide | None = None,
    ) -> None:
        """Trace and compile for batches of this shape; raises Untraceable.

        updates: whether the parameters are changed; else it leaves their gradients, not clipped.
        gathered: the parameters side by side; None where they are not.
        """
        self._optimizer = optimizer
        self._parameters: list[Tensor] = [p for p in model.parameters() if p.requires_grad]
        self._groups = group_numbers(optimizer, self._parameters)
        buffers = list(held_tensors(model).values())
        self._update = update_of(optimizer) if updates else Update()
        self._gathered = (
            gathered if self._update.lines else None
        )  # what is fused is one call anyway
        clip_norm = regularization.clip_norm if updates else None
        self._clips = clip_norm is not None
        self._num_early = len(of_discriminator(model))
        if self._num_early and self._update.fused is not None:
            raise Untraceable("the fused update comes after all that is traced")
        graph = trace(model, criterion, regularization, *batch)
        clean(graph.graph, graph.constants)
        keep_transposed(graph.graph, graph.constants, self._parameters)
        source = write_step(
            graph.graph,
            self._groups,
            len(buffers),
            clip_norm,
            self._update,
            num_early=self._num_early,
            side_by_side=self._gathered is not None,
        )
        nothing = torch.zeros(())
        tensors = {
            **numbered("parameter", self._parameters),
            **numbered("buffer", buffers),
            **numbered("constant", (graph.constants[name] for name in source.constants)),
            **({"norm": nothing} if self._clips else {}),
        }
        if self._gathered is None:
            tensors |= numbered("gradient", (nothing for _ in self._parameters))
        else:
            lots = self._gathered.gradients
            tensors |= numbered("gradient", self._gathered.tensors(lots))
            tensors |= self._by_lot("gradient", lots)
            tensors |= self._by_lot("parameter", self._gathered.weights)
        tensors |= self._named_state()
        self._counters = graph.counters
        self._source = source
        self._interpreter: InterpreterName = interpreter
        self._tensors = tensors
        """What the source needs, but for the state of the optimizer as it is now."""
        self._holder = INTERPRETERS[interpreter](source.text, tensors)
        self._step = self._holder.step
        self._has_ending = False
        self.left: Tensor | None = None
        """What the ending of the last step has computed; None without one."""
        self._inference = torch.inference_mode()
        self._bind_state()

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        optimizer, update = self._optimizer, self._update
        if optimizer.state is not self._state:  # a checkpoint was loaded
            self._bind_state()
        number = 0.0 if self._count is None else self._count.item() + 1.0
        floats: tuple[float, ...] = ()
        for group in optimizer.param_groups:
            floats += update.values(group, number)
        if self._counters:
            floats = (*(1.0 / (counter.item() + 1.0) for counter in self._counters), *floats)
        with self._inference:
            loss = self._step(inputs, targets, *floats)
            if update.fused is not None:
                self._fuse(update.fused)
        if self._has_ending:
            self.left = self._holder.get("left")
        return loss

    def _fuse(self, fused: Fused) -> None:
        """The update in one call, or in one for each group."""
        gradients = self.gradients()
        groups = self._optimizer.param_groups
        if len(groups) == 1:
            fused(self._parameters, gradients, self._lists, groups[0])
            return
        for number, group in enumerate(groups):
            own = [place for place, of in enumerate(self._groups) if of == number]
            lists = {name: [tensors[i] for i in own] for name, tensors in self._lists.items()}
            parameters = [self._parameters[i] for i in own]
            fused(parameters, [gradients[i] for i in own], lists, group)

    def ending_with(self, ending: Ending, held: dict[str, Tensor]) -> Self:
        """The same step, which computes something more at its end; held: what that needs.

        Raises Untraceable.
        """
        if self._update.fused is not None:
            raise Untraceable("the fused update comes after all that is traced")
        program = copy(self)
        text = self._source.ending_with(ending.lines)
        tensors = {**self._tensors, **held, "left": torch.zeros(())}
        program._holder = INTERPRETERS[self._interpreter](text, tensors)
        program._step = program._holder.step
        program._has_ending = True
        program._bind_state()
        return program

    @property
    def source(self) -> str:
        return self._source.text

    def gradients(self) -> list[Tensor]:
        """Of the last step, in the order of the parameters, clipped."""
        return [self._holder.get(f"gradient{i}") for i in range(len(self._parameters))]

    def gradient_norm(self) -> float:
        """That of the last step's gradients, before clipping."""
        if self._clips:
            return self._holder.get("norm").item()
        gradients = self.gradients()
        return nn.utils.get_total_norm(gradients[: len(gradients) - self._num_early]).item()

    def _bind_state(self) -> None:
        for name, tensor in self._named_state().items():
            self._holder.put(name, tensor)
        self._state = self._optimizer.state
        members = [self._state[p] for p in self._parameters]
        self._lists = {name: [m[name] for m in members] for name in self._update.state}
        counted = self._update.lines and COUNT in self._lists
        self._count: Tensor | None = self._lists[COUNT][0] if counted else None

    def _named_state(self) -> dict[str, Tensor]:
        """The optimizer's state by the names that the source has for it."""
        update, named = self._update, dict[str, Tensor]()
        if self._gathered is not None:
            for name, lots in self._gathered.gather(self._optimizer, update.state).items():
                named |= self._by_lot(name, lots)
        elif update.lines:
            for name in update.state:
                tensors = (self._optimizer.state[p][name] for p in self._parameters)
                named |= numbered(name, tensors)
        return named

    def _by_lot(self, name: str, lots: Iterable[Tensor]) -> dict[str, Tensor]:
        assert self._gathered is not None, "there are lots"
        groups = self._gathered.groups
        return {f"{name}_of{group}": lot for group, lot in zip(groups, lots, strict=True)}


def numbered(name: str, tensors: Iterable[Tensor]) -> dict[str, Tensor]:
    """Tensors by the names that a source has for them."""
    return {f"{name}{number}": tensor for number, tensor in enumerate(tensors)}
