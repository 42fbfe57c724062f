"""The step of a whole stack, compiled and bound to the tensors it works on.

All parameters of a training are one row, (trainings, numbers), so that the optimizer's arithmetic
is a handful of calls whatever the network is made of.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, fx

from engine.training.stacked.errors import Unstackable
from engine.training.stacked.graph import Shape, StackGraph
from engine.training.traced.errors import Untraceable
from engine.training.traced.interpreters import INTERPRETERS, Holder
from engine.training.traced.program import numbered
from engine.training.traced.source import call_text, value_text
from engine.training.traced.update import Update


class Rows:
    """The numbers of a stack that steps change: a row each, on the device."""

    def __init__(
        self,
        shape: Shape,
        parameters: Tensor,
        buffers: dict[str, Tensor],
        state: dict[str, Tensor],
        *,
        counts: bool,
    ) -> None:
        """parameters, and each state of the optimizer: (trainings, numbers).

        counts: whether the optimizer keeps how many steps it made, too.
        """
        self.shape = shape
        self.parameters = parameters
        self.buffers = buffers
        """By name: (trainings, *size)."""
        self.state = state
        self.counts = counts
        self.views = shape.views(parameters)

    def __len__(self) -> int:
        return len(self.parameters)

    def tensors(self) -> list[Tensor]:
        """All of them."""
        return [self.parameters, *self.buffers.values(), *self.state.values()]

    def taken(self, rows: Sequence[int]) -> Rows:
        """Copies of some of the rows."""
        index = torch.tensor(list(rows), device=self.parameters.device)
        return Rows(
            self.shape,
            self.parameters.index_select(0, index),
            {name: tensor.index_select(0, index) for name, tensor in self.buffers.items()},
            {name: tensor.index_select(0, index) for name, tensor in self.state.items()},
            counts=self.counts,
        )

    def take_over(self, others: Rows, mask: Tensor) -> None:
        """Copy those rows of others for which the mask (trainings,) says so."""
        for own, other in zip(self.tensors(), others.tensors(), strict=True):
            torch.where(mask.view(-1, *(1 for _ in own.shape[1:])), other, own, out=own)


class StackedProgram:
    """A whole step of all trainings, for one batch shape; changes the rows in place."""

    def __init__(
        self,
        graph: StackGraph,
        rows: Rows,
        update: Update,
        by_row: frozenset[str],
        weights: Sequence[Tensor],
        factors: Tensor,
        num_masks: int,
        most_norms: Tensor | None,
        best: tuple[Rows, Tensor] | None,
    ) -> None:
        """Compile; raises Unstackable.

        weights, factors: as trace was given them. most_norms: (trainings, 1), what gradients are
        clipped to. best: where to keep the rows whose loss is the least so far, as they are before
        the update, and (trainings,) what that loss is.
        """
        self.rows = rows
        nothing = torch.zeros(())
        tensors = {
            "parameter": rows.parameters,
            **numbered("p", rows.views),
            **numbered("buffer", rows.buffers.values()),
            **rows.state,
            **numbered("weight", weights),
            "factors": factors,
            "gradient": nothing,
            "norm": nothing,
        }
        if most_norms is not None:
            tensors["most"] = most_norms
        if best is not None:
            kept, values = best
            tensors |= {"best_value": values, **numbered("best", kept.tensors())}
        constants = list(
            dict.fromkeys(str(n.target) for n in graph.graph.nodes if n.op == "get_attr")
        )
        tensors |= numbered("constant", (graph.constants[name] for name in constants))
        source = _source(
            graph.graph, tensors, rows, update, by_row, num_masks, constants, len(weights)
        )
        self._holder = _compiled(source, tensors)
        self._inference = torch.inference_mode()

    def __call__(
        self,
        inputs: Tensor,
        targets: Tensor,
        masks: Sequence[Tensor],
        numbers: Sequence[float | Tensor],
    ) -> Tensor:
        """Update every row once; returns the losses before the update, (trainings,)."""
        with self._inference:
            return self._holder.step(inputs, targets, *masks, *numbers)

    def gradients(self) -> Tensor:
        """Of the last step, (trainings, numbers), clipped."""
        return self._holder.get("gradient")

    def gradient_norms(self) -> Tensor:
        """Of the last step's gradients before clipping, (trainings,)."""
        return self._holder.get("norm").view(-1)


def _compiled(source: str, tensors: dict[str, Tensor]) -> Holder:
    reasons = []
    for make in INTERPRETERS.values():
        try:
            return make(source, tensors)
        except Untraceable as error:
            reasons.append(str(error))
    raise Unstackable("; ".join(reasons))


def _source(
    graph: fx.Graph,
    tensors: dict[str, Tensor],
    rows: Rows,
    update: Update,
    by_row: frozenset[str],
    num_masks: int,
    constants: Sequence[str],
    num_weights: int,
) -> str:
    """The method `step(self, inputs, targets, masks…, numbers…)`, which returns the losses."""
    num_parameters, num_buffers = len(rows.views), len(rows.buffers)
    masks = [f"mask{i}" for i in range(num_masks)]
    names: dict[fx.Node, str] = dict(
        zip(
            (node for node in graph.nodes if node.op == "placeholder"),
            (
                *(f"p{i}" for i in range(num_parameters)),
                *(f"buffer{i}" for i in range(num_buffers)),
                *masks,
                *(f"weight{i}" for i in range(num_weights)),
                "factors",
                "inputs",
                "targets",
            ),
            strict=True,
        )
    )
    held = [name for name in tensors if name not in ("gradient", "norm")]
    lines = [f"{name} = self.{name}" for name in held]
    results: list[str] = []
    try:
        for number, node in enumerate(graph.nodes):
            if node.op == "output":
                results = [value_text(value, names) for value in node.args[0]]
            elif node.op == "get_attr":
                names[node] = f"constant{constants.index(str(node.target))}"
            elif node.op == "call_function":
                names[node] = f"v{number}"
                lines.append(f"v{number} = {call_text(node, names)}")
    except Untraceable as error:
        raise Unstackable(str(error)) from error
    losses, gradients = results[0], results[1 : 1 + num_parameters]
    flat = ", ".join(f"{name}.reshape([{len(rows)}, -1])" for name in gradients)
    lines += [f"losses = {losses}", f"gradient = torch.cat([{flat}], 1)"]
    lines += ["norm = torch.ops.aten.linalg_vector_norm(gradient, 2.0, [1], True)"]
    if "most" in tensors:
        lines += ["gradient.mul_(torch.ops.aten.clamp(most / (norm + 1e-6), max=1.0))"]
    lines += ["self.gradient = gradient", "self.norm = norm"]
    if "best_value" in tensors:
        lines += _keeping_best(rows)
    for i, changed in enumerate(results[1 + num_parameters :]):
        lines.append(f"buffer{i}.copy_({changed})")
    lines += [line.replace("#", "") for line in update.lines]
    floats = [f"{name}: float" if name not in by_row else name for name in update.numbers]
    head = f"def step({', '.join(['self', 'inputs', 'targets', *masks, *floats])}):"
    return "\n    ".join((head, *lines, "return losses")) + "\n"


def _keeping_best(rows: Rows) -> list[str]:
    """Keep the rows whose loss is less than any before, as they are before the update."""
    lines = [
        "better = torch.lt(losses, best_value)",
        "torch.where(better, losses, best_value, out=best_value)",
    ]
    names = ["parameter", *(f"buffer{i}" for i in range(len(rows.buffers))), *rows.state]
    for i, (name, tensor) in enumerate(zip(names, rows.tensors(), strict=True)):
        mask = f"better.view({[len(rows), *(1 for _ in tensor.shape[1:])]})"
        lines.append(f"torch.where({mask}, {name}, best{i}, out=best{i})")
    return lines
