"""Writes a traced step as straight-line source that TorchScript and Python both read."""

from __future__ import annotations

import math
import operator
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

import torch
from torch import fx

from engine.training.traced.errors import Untraceable
from engine.training.traced.update import Update

_WRITING = (
    torch.ops.aten.mm.default,
    torch.ops.aten.sum.dim_IntList,
    torch.ops.aten.add.Tensor,
    torch.ops.aten.mul.Tensor,
)
"""Calls that write into a given tensor what they give else, by the same kernels."""
UPDATE = "update"
"""The mark in a graph at which the last parameters are changed already."""
_RAISING = (torch.ops.aten.binary_cross_entropy.default,)
"""Losses that raise for outputs that are not finite, where others give nan."""


@dataclass(frozen=True)
class Source:
    """A method `step(self, inputs, targets, *floats)` that trains once and returns the loss.

    Its object holds `parameter0` and so on, likewise `buffer`, `constant` and each state of
    the update; the method leaves `gradient0` and so on there and, where it clips, `norm`, that
    of the gradients before clipping. A fused update is not part of it. Where tensors are side by
    side, the object holds `parameter_of0` of group 0 and so on, likewise `gradient_of0` and the
    state; the method leaves the gradients in the tensors that lie there, `gradient0` and so on.
    """

    head: str
    lines: tuple[str, ...]
    loss: str
    constants: tuple[str, ...]
    """The graph's names of the constants, in the order of their numbers."""

    @property
    def text(self) -> str:
        return self.ending_with(())

    def ending_with(self, lines: Sequence[str]) -> str:
        """With more lines at its end."""
        return "\n    ".join((self.head, *self.lines, *lines, f"return {self.loss}")) + "\n"


@dataclass(frozen=True)
class Ending:
    """Lines at a step's end that leave `left`, a loss of the weights that it leaves.

    The object holds `judged_inputs`, `judged_targets` and `judged_constant0` and so on for them.
    """

    lines: tuple[str, ...]
    constants: tuple[str, ...]


def write_ending(graph: fx.Graph, num_parameters: int, num_buffers: int) -> Ending:
    """The ending that computes a graph of parameters, buffers, inputs and targets.

    Raises Untraceable where that may fail: the step itself would be lost then.
    """
    placeholders = [n for n in graph.nodes if n.op == "placeholder"]
    constants = list(dict.fromkeys(n.target for n in graph.nodes if n.op == "get_attr"))
    held = ["judged_inputs", "judged_targets"]
    own = [f"parameter{i}" for i in range(num_parameters)]
    own += [f"buffer{i}" for i in range(num_buffers)]
    names = dict(zip(placeholders, [*own, *held], strict=True))
    held += [f"judged_constant{i}" for i in range(len(constants))]
    lines = [f"{name} = self.{name}" for name in held]
    for number, node in enumerate(graph.nodes):
        if node.target in _RAISING:
            raise Untraceable(f"{node.target} refuses outputs that are not finite")
        if node.op == "output":
            lines.append(f"self.left = {value_text(node.args[0][0], names)}")
        elif node.op == "get_attr":
            names[node] = f"judged_constant{constants.index(node.target)}"
        elif node.op == "call_function":
            names[node] = f"w{number}"
            lines.append(f"{names[node]} = {call_text(node, names)}")
    return Ending(tuple(lines), tuple(constants))


def write_step(
    graph: fx.Graph,
    groups: Sequence[int],
    num_buffers: int,
    clip_norm: float | None,
    update: Update,
    *,
    side_by_side: bool = False,
    num_early: int = 0,
) -> Source:
    """The source of a step; its floats are the graph's rates, then the update's numbers by group.

    groups: of each parameter, the number of its group. side_by_side: whether what belongs to a
    group lies in one buffer. num_early: how many of the last parameters, which have a group of
    their own, are changed at the graph's mark, behind which it has them once more.
    """
    lots = [(str(place), group) for place, group in enumerate(groups)]
    if side_by_side:
        lots = [(f"_of{group}", group) for group in sorted(set(groups))]
    num_parameters, num_late = len(groups), len(groups) - num_early
    nodes = [n for n in graph.nodes if n.op == "get_attr" and n.target != UPDATE]
    placeholders = [n for n in graph.nodes if n.op == "placeholder"]
    constants = list(dict.fromkeys(n.target for n in nodes))
    held = [f"parameter{i}" for i in range(num_parameters)]
    buffers = [f"buffer{i}" for i in range(num_buffers)]
    given = [*held, *held[num_late:], *buffers]
    rates = [f"rate{i}" for i in range(len(placeholders) - len(given) - 2)]
    names = dict(zip(placeholders, [*given, "inputs", "targets", *rates], strict=True))
    held += [*buffers, *(f"constant{i}" for i in range(len(constants)))]
    if side_by_side:
        held += [f"gradient{i}" for i in range(num_parameters)]
        held += [f"{name}{of}" for name in ("parameter", "gradient") for of, _ in lots]
    if update.lines:
        held += [f"{name}{of}" for name in update.state for of, _ in lots]
    lines = [f"{name} = self.{name}" for name in held]
    places = _places(graph) if side_by_side else {}
    loss = ""
    results = next(n for n in reversed(graph.nodes) if n.op == "output").args[0]

    def changed(own: range) -> list[str]:
        """What keeps these parameters' gradients, if there are any, and changes them."""
        known = own[: len(results) - 1]
        values = {i: value_text(results[1 + i], names) for i in known}
        if side_by_side:
            elsewhere = {*known} - {*places.values()}
            found = [f"gradient{i}.copy_({values[i]})" for i in sorted(elsewhere)]
        else:
            found = [f"gradient{i} = {name}" for i, name in values.items()]
        if clip_norm is not None:
            found += _clipping(own, clip_norm)
        if not side_by_side:
            found += [f"self.gradient{i} = gradient{i}" for i in known]
        changing = {groups[i] for i in own}
        for number, (of, group) in enumerate(lots):
            if group in changing if side_by_side else number in own:
                for line in update.lines:
                    found.append(_in_group(line, update.numbers, group).replace("#", of))
        return found

    for number, node in enumerate(graph.nodes):
        if node.op == "output":
            loss = value_text(results[0], names)
        elif node.op == "get_attr" and node.target == UPDATE:
            lines += changed(range(num_late, num_parameters))
        elif node.op == "get_attr":
            names[node] = f"constant{constants.index(node.target)}"
        elif node.op == "call_function":
            names[node] = f"v{number}"
            call = call_text(node, names)
            if node in places:
                call = f"{call.removesuffix(')')}, out=gradient{places[node]})"
            lines.append(f"{names[node]} = {call}")
    lines += changed(range(num_late))
    own = [_of_group(update.numbers, number) for number in range(max(groups, default=0) + 1)]
    floats = "".join(f", {name}: float" for name in (*rates, *chain.from_iterable(own)))
    head = f"def step(self, inputs, targets{floats}):"
    return Source(head, tuple(lines), loss, tuple(constants))


def _places(graph: fx.Graph) -> dict[fx.Node, int]:
    """The calls that can write their result where a gradient is kept, with its number."""
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    output = next(node for node in graph.nodes if node.op == "output")
    found: dict[fx.Node, int] = {}
    for number, node in enumerate(output.args[0][1:]):
        if isinstance(node, fx.Node) and node.target in _WRITING and node not in found:
            own, wanted = node.meta["val"], placeholders[number].meta["val"]
            if (own.shape, own.dtype) == (wanted.shape, wanted.dtype):
                found[node] = number
    return found


def _of_group(numbers: Sequence[str], group: int) -> list[str]:
    """What the floats of a group are called."""
    return [f"{name}_{group}" if group else name for name in numbers]


def _in_group(line: str, numbers: Sequence[str], group: int) -> str:
    """A line with the floats of a group; the keywords of its calls stay."""
    for name, own in zip(numbers, _of_group(numbers, group), strict=True):
        line = line if name == own else re.sub(rf"\b{name}\b(?!=)", own, line)
    return line


def _clipping(parameters: range, clip_norm: float) -> list[str]:
    """What nn.utils.clip_grad_norm_ does."""
    gradients = [f"gradient{i}" for i in parameters]
    # In-place calls on lists are dropped by TorchScript, so each gradient is scaled by itself.
    return [
        f"norms = torch._foreach_norm([{', '.join(gradients)}], 2.0)",
        "norm = torch.ops.aten.linalg_vector_norm(torch.stack(norms), 2.0)",
        "self.norm = norm",
        f"share = torch.reciprocal(norm + 1e-6) * {float(clip_norm)!r}",
        "share = torch.ops.aten.clamp(share, max=1.0)",
        *(f"{gradient}.mul_(share)" for gradient in gradients),
    ]


def call_text(node: fx.Node, names: dict[fx.Node, str]) -> str:
    if node.target is operator.getitem:
        return f"{value_text(node.args[0], names)}[{node.args[1]}]"
    target = node.target
    if target is torch.ops.aten.mkldnn_rnn_layer.default:
        raise Untraceable("LSTM is run by oneDNN, which keeps what a step needs out of sight")
    if not isinstance(target, torch._ops.OpOverload) or target.namespace != "aten":
        raise Untraceable(f"the trace has a call that is not ATen's: {target}")
    # TorchScript looks for the overload itself, by the types of the arguments.
    arguments = [value_text(a, names) for a in node.args]
    arguments += [f"{name}={value_text(a, names)}" for name, a in node.kwargs.items()]
    return f"torch.ops.aten.{target._schema.name.removeprefix('aten::')}({', '.join(arguments)})"


def value_text(value: Any, names: dict[fx.Node, str]) -> str:
    """An argument as source; raises Untraceable for what has no literal."""
    if isinstance(value, fx.Node):
        return names[value]
    if value is None or isinstance(value, bool | int | str):
        return repr(value)
    if isinstance(value, float):
        return repr(value) if math.isfinite(value) else f'float("{value}")'
    if isinstance(value, list | tuple):
        if not value:
            return "torch.jit.annotate(List[int], [])"
        return f"[{', '.join(value_text(item, names) for item in value)}]"
    if isinstance(value, torch.dtype | torch.layout | torch.memory_format):
        return str(value)
    if isinstance(value, torch.device):
        return f'torch.device("{value}")'
    raise Untraceable(f"the trace has an argument of an unknown kind: {value!r}")
