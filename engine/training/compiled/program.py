"""A compiled step, bound to the tensors it works on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import torch
from torch import Tensor, nn, optim

from engine.parts.data import DataLocations
from engine.training.compiled.compiler import Kind, Order
from engine.training.compiled.entries import compiled
from engine.training.compiled.source import of_tensors, take_out_draws
from engine.training.parameter_groups import group_numbers
from engine.training.step import Regularization
from engine.training.traced.cleaning import clean
from engine.training.traced.errors import Untraceable
from engine.training.traced.graph import held_tensors, trace
from engine.training.traced.program import numbered
from engine.training.traced.source import write_step
from engine.training.traced.update import lines_of


class CompiledProgram:
    """A whole training step for one batch shape, as one call of machine code.

    Parameters, buffers and the optimizer's own state are changed in place.
    """

    def __init__(
        self,
        model: nn.Module,
        criterion: nn.Module,
        optimizer: optim.Optimizer,
        regularization: Regularization,
        batch: tuple[Tensor, Tensor],
        locations: DataLocations,
    ) -> None:
        """Trace and compile for batches of this shape, or load what was compiled of it.

        Raises Untraceable.
        """
        self._parameters: list[Tensor] = [p for p in model.parameters() if p.requires_grad]
        groups = group_numbers(optimizer, self._parameters)
        buffers = list(held_tensors(model).values())
        self._update = of_tensors(lines_of(optimizer))
        self._clips = regularization.clip_norm is not None
        graph = trace(model, criterion, regularization, *batch)
        if graph.counters:
            raise Untraceable("a BatchNorm without momentum takes another rate at each step")
        clean(graph.graph, graph.constants)
        self._draws = take_out_draws(graph.graph, graph.constants)
        clip_norm = regularization.clip_norm
        source = write_step(graph.graph, groups, len(buffers), clip_norm, self._update)
        self._gradients = [torch.zeros_like(p) for p in self._parameters]
        self._norm = torch.zeros(())
        self._floats = torch.zeros(max(1, len(self._update.numbers) * (max(groups) + 1)))
        self._given: tuple[float, ...] = ()
        """What the floats are now."""
        self._tensors = {
            **numbered("parameter", (p.detach() for p in self._parameters)),
            **numbered("buffer", buffers),
            **numbered("constant", (graph.constants[name] for name in source.constants)),
            **numbered("gradient", self._gradients),
            **({"norm": self._norm} if self._clips else {}),
        }
        self._optimizer = optimizer
        self._bind_state()
        kinds = [_kind(tensor) for tensor in (*self._bound, *batch, self._floats)]
        order = Order(
            text=source.text,
            names=tuple(self._names),
            tensors=tuple(kinds),
            num_gradients=len(self._gradients),
            clips=self._clips,
            threads=torch.get_num_threads(),
        )
        library, self.compile_s = compiled(order, locations)
        self._run = _runner(library)
        self._inference = torch.inference_mode()

    def __call__(self, inputs: Tensor, targets: Tensor) -> Tensor:
        optimizer, update = self._optimizer, self._update
        if optimizer.state is not self._state:  # a checkpoint was loaded
            self._bind_state()
        number = 0.0 if self._count is None else self._count.item() + 1.0
        floats: tuple[float, ...] = ()
        for group in optimizer.param_groups:
            floats += update.values(group, number)
        if floats != self._given:
            self._given = floats
            self._floats.copy_(torch.tensor(floats))
        with self._inference:
            for draw in self._draws:
                draw()
            (loss,) = self._run([*self._bound, inputs, targets, self._floats])
        return loss

    def gradients(self) -> list[Tensor]:
        """Of the last step, in the order of the parameters, clipped."""
        return self._gradients

    def gradient_norm(self) -> float:
        """That of the last step's gradients, before clipping."""
        if self._clips:
            return self._norm.item()
        return nn.utils.get_total_norm(self._gradients).item()

    def _bind_state(self) -> None:
        self._state = self._optimizer.state
        members = [self._state[p] for p in self._parameters]
        lists = {name: [m[name] for m in members] for name in self._update.state}
        kept = {key: one for name, all_ in lists.items() for key, one in _named(name, all_)}
        everything = {**self._tensors, **kept}
        self._names, self._bound = list(everything), list(everything.values())
        self._count: Tensor | None = lists["step"][0] if "step" in lists else None


def _named(name: str, tensors: Iterable[Tensor]) -> Iterable[tuple[str, Tensor]]:
    return numbered(name, tensors).items()


def _kind(tensor: Tensor) -> Kind:
    dtype = str(tensor.dtype).removeprefix("torch.")
    return Kind(tuple(tensor.shape), tuple(tensor.stride()), dtype)


def _runner(library: Path) -> Callable[[list[Tensor]], list[Tensor]]:
    """The machine code as a function; raises Untraceable where this torch can't load it."""
    try:
        runner = torch._C._aoti.AOTIModelContainerRunnerCpu(str(library), 1)
    except (RuntimeError, AttributeError) as error:
        raise Untraceable(f"what was compiled can't be loaded: {error}") from error
    run: Callable[[list[Tensor]], list[Tensor]] = runner.run
    return run
