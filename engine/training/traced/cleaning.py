"""Takes out of a traced graph what changes no number."""

from __future__ import annotations

import operator
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, fx

_aten = torch.ops.aten

_SAME = (_aten.detach.default, _aten.alias.default, _aten.lift_fresh_copy.default)
"""Calls that hand on their first argument; the copy is of a constant nobody changes."""
_FILLED = (_aten.ones_like.default, _aten.zeros_like.default)
_FRESH: tuple[Any, ...] = (
    _aten.addmm.default,
    _aten.mm.default,
    _aten.sub.Tensor,
    _aten.add.Tensor,
)
"""Calls whose result is a tensor of its own."""
_MAX_CONSTANT = 1024
"""Filled tensors up to this many values are made once and kept."""


def clean(graph: fx.Graph, constants: dict[str, Tensor]) -> None:
    """Simplify in place; tensors that are always the same move to the constants."""
    changed = {node.args[0] for node in graph.nodes if _changes_arguments(node)}
    transposed: dict[fx.Node, fx.Node] = {}
    for node in list(graph.nodes):
        if node.op != "call_function":
            continue
        source = node.args[0] if node.args else None
        if node.target in _SAME:
            node.replace_all_uses_with(source)
        elif node.target is _aten.t.default and isinstance(source, fx.Node):
            if source.target is _aten.t.default:
                node.replace_all_uses_with(source.args[0])
            elif source in transposed:
                node.replace_all_uses_with(transposed[source])
            else:
                transposed[source] = node
        elif node.target is _aten.view.default and isinstance(source, fx.Node):
            if _shape(node) == _shape(source):
                node.replace_all_uses_with(source)
            elif _sums_rows(source) and len(_shape(node)) == 1:
                source.args = (source.args[0], [0], False)
                source.meta["val"] = node.meta["val"]
                node.replace_all_uses_with(source)
        elif (
            node.target in _FILLED and node not in changed and _shape(node).numel() <= _MAX_CONSTANT
        ):
            _make_constant(graph, node, constants)
        elif node.target is _aten.neg.default:
            _subtract(node)
        elif node.target is _aten.clone.default:
            _spare_copy(node)
    drop_unused(graph)


def keep_transposed(
    graph: fx.Graph, constants: dict[str, Tensor], parameters: Sequence[Tensor]
) -> None:
    """Make constants of the parameters' transposed views, which follow what the parameters become.

    parameters: the tensors behind the first placeholders; they must stay where they lie.
    """
    placeholders = [node for node in graph.nodes if node.op == "placeholder"]
    for number, parameter in enumerate(parameters):
        for node in list(placeholders[number].users):
            if node.target is _aten.t.default:
                name = f"transposed{number}"
                constants[name] = parameter.detach().t()
                with graph.inserting_before(node):
                    view = graph.create_node("get_attr", name)
                view.meta["val"] = node.meta["val"]
                node.replace_all_uses_with(view)
                graph.erase_node(node)


def drop_unused(graph: fx.Graph) -> None:
    """Take out calls whose result nothing reads, unless they change something."""
    for node in reversed(list(graph.nodes)):
        if node.op == "call_function" and not node.users and not _changes_arguments(node):
            graph.erase_node(node)


def _shape(node: fx.Node) -> torch.Size:
    shape = node.meta["val"].shape
    assert isinstance(shape, torch.Size)
    return shape


def _changes_arguments(node: fx.Node) -> bool:
    return isinstance(node.target, torch._ops.OpOverload) and node.target._schema.is_mutable


def _sums_rows(node: fx.Node) -> bool:
    """Whether it is a matrix summed to one row, read by nothing but a view."""
    return (
        node.target is _aten.sum.dim_IntList
        and node.args[1:] == ([0], True)
        and len(_shape(node)) == 2
        and len(node.users) == 1
    )


def _subtract(negated: fx.Node) -> None:
    """Subtract what would be negated and added: the same bits."""
    for node in list(negated.users):
        is_added = node.target is _aten.add.Tensor and not node.kwargs
        if is_added and node.args[1] is negated and node.args[0] is not negated:
            node.target, node.args = _aten.sub.Tensor, (node.args[0], negated.args[0])


def _spare_copy(copy: fx.Node) -> None:
    """Multiply into a tensor of its own what was copied only because it is multiplied in place."""
    own = copy.args[0]
    if copy.kwargs or not isinstance(own, fx.Node) or len(own.users) != 2 or not _is_unseen(own):
        return
    other = next(node for node in own.users if node is not copy)
    if other.target is _aten.mul_.Tensor and other.args[0] is own and other.args[1] is not own:
        other.target = _aten.mul.Tensor
        copy.replace_all_uses_with(own)


def _is_unseen(node: fx.Node) -> bool:
    """Whether nothing but its own users reads a call's result: also not as a part of another."""
    if node.target is operator.getitem:
        parts = node.args[0]
        assert isinstance(parts, fx.Node)
        whole = parts.args[0]
        if parts.target is not _aten.unsafe_split.Tensor or not isinstance(whole, fx.Node):
            return False
        return len(whole.users) == 1 and whole.target in _FRESH
    return node.target in _FRESH


def _make_constant(graph: fx.Graph, node: fx.Node, constants: dict[str, Tensor]) -> None:
    like = node.meta["val"]
    fill = 1.0 if node.target is _aten.ones_like.default else 0.0
    name = f"filled{len(constants)}"
    constants[name] = torch.full(like.shape, fill, dtype=like.dtype, device=like.device)
    with graph.inserting_before(node):
        constant = graph.create_node("get_attr", name)
    constant.meta["val"] = like
    node.replace_all_uses_with(constant)
