"""The source of a step as Inductor takes it: tensors only, and random numbers drawn before it."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, fx

from engine.training.traced.errors import Untraceable
from engine.training.traced.update import Update

SUMMED = 20_000
"""Products of matrices of so many multiplications are written as sums, which are fused with what is
around them; larger ones are left to the library of products: with two layers of 32 and batches of
256, a step of 62 µs has become 84 by sums."""

_aten = torch.ops.aten
_DRAWN = {
    _aten.randn_like.default: "normal_",
    _aten.rand_like.default: "uniform_",
    _aten.randn.default: "normal_",
    _aten.rand.default: "uniform_",
}
_INTO = {
    _aten.bernoulli_.float: "bernoulli_",
    _aten.normal_.default: "normal_",
    _aten.uniform_.default: "uniform_",
}


@dataclass(frozen=True)
class Draw:
    """A tensor that is filled with random numbers before each step, as an eager step would."""

    tensor: Tensor
    method: str
    arguments: tuple[Any, ...] = ()

    def __call__(self) -> None:
        getattr(self.tensor, self.method)(*self.arguments)


def take_out_draws(graph: fx.Graph, constants: dict[str, Tensor]) -> list[Draw]:
    """Make each draw of random numbers a constant that is drawn anew before every step.

    In the order of the graph, so that the generator gives each what it gives it eagerly. Raises
    Untraceable for a draw of another kind.
    """
    found: list[Draw] = []
    for node in list(graph.nodes):
        target = node.target
        if node.op != "call_function" or not isinstance(target, torch._ops.OpOverload):
            continue
        if target in _DRAWN:
            method, arguments = _DRAWN[target], ()
        elif target in _INTO:
            method, arguments = _INTO[target], tuple(node.args[1:])
        elif torch.Tag.nondeterministic_seeded in target.tags:
            raise Untraceable(f"random numbers of {target} can't be drawn before the step")
        else:
            continue
        like = node.meta["val"]
        tensor = torch.empty(like.shape, dtype=like.dtype, device=like.device)
        name = f"drawn{len(found)}"
        constants[name] = tensor
        with graph.inserting_before(node):
            drawn = graph.create_node("get_attr", name)
        drawn.meta["val"] = like
        node.replace_all_uses_with(drawn)
        graph.erase_node(node)
        found.append(Draw(tensor, method, arguments))
    return found


_NUMBERED = (
    (re.compile(r"\.add_\((\w+#?), alpha=(\w+)\)"), r".add_(\1 * \2)"),
    (re.compile(r"torch\.add\((\w+#?), (\w+#?), alpha=(\w+)\)"), r"torch.add(\1, \2 * \3)"),
    (re.compile(r"\.addcmul_\((\w+#?), (\w+#?), value=(\w+)\)"), r".add_(\1 * \2 * \3)"),
    (re.compile(r"\.addcdiv_\((\w+#?), (\w+#?), value=(\w+)\)"), r".add_(\1 / \2 * \3)"),
    (
        re.compile(r"torch\.addcmul\((\w+#?), (\w+#?), (\w+#?), value=([-\w]+)\)"),
        r"torch.add(\1, \2 * \3 * \4)",
    ),
)
"""Arguments that must be Python's numbers, as products with tensors."""


def of_tensors(update: Update) -> Update:
    """The same update with tensors without dimensions in place of its floats."""
    lines = []
    for line in update.lines:
        for pattern, other in _NUMBERED:
            line = pattern.sub(other, line)
        lines.append(line)
    return dataclasses.replace(update, lines=tuple(lines))


def as_function(
    text: str, names: Sequence[str], num_gradients: int, *, clips: bool
) -> Callable[..., Tensor]:
    """A step's source as a function of its tensors by name, inputs, targets and floats.

    It leaves the gradients, and their norm where it clips, in the tensors of these names.
    """
    text = text.replace("torch.ops.aten.mm(", "_mm(").replace("torch.ops.aten.addmm(", "_addmm(")
    text = re.sub(
        r"torch\._foreach_norm\(\[([^\]]*)\], 2\.0\)",
        r"[torch.ops.aten.linalg_vector_norm(one, 2.0) for one in [\1]]",
        text,
    )
    space: dict[str, Any] = {"torch": torch, "List": list, "_mm": _mm, "_addmm": _addmm}
    exec(compile(text, "<compiled step>", "exec"), space)
    left = [f"gradient{number}" for number in range(num_gradients)] + (["norm"] if clips else [])

    def step(tensors: Sequence[Tensor], inputs: Tensor, targets: Tensor, floats: Tensor) -> Tensor:
        named = dict(zip(names, tensors, strict=True))
        held = SimpleNamespace(**named)
        loss: Tensor = space["step"](held, inputs, targets, *floats.unbind())
        for name in left:
            named[name].copy_(getattr(held, name))
        return loss

    return step


def _mm(one: Tensor, other: Tensor) -> Tensor:
    if one.shape[0] * one.shape[1] * other.shape[1] > SUMMED:
        return torch.mm(one, other)
    return (one.unsqueeze(2) * other.unsqueeze(0)).sum(1)


def _addmm(added: Tensor, one: Tensor, other: Tensor) -> Tensor:
    return added + _mm(one, other)
