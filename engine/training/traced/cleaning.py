"""Takes out of a traced graph what changes no number."""

from __future__ import annotations

import torch
from torch import Tensor, fx

_aten = torch.ops.aten

_SAME = (_aten.detach.default, _aten.alias.default, _aten.lift_fresh_copy.default)
"""Calls that hand on their first argument; the copy is of a constant nobody changes."""
_FILLED = (_aten.ones_like.default, _aten.zeros_like.default)
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
                node.replace_all_uses_with(source)
        elif (
            node.target in _FILLED and node not in changed and _shape(node).numel() <= _MAX_CONSTANT
        ):
            _make_constant(graph, node, constants)
    drop_unused(graph)


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


def _make_constant(graph: fx.Graph, node: fx.Node, constants: dict[str, Tensor]) -> None:
    like = node.meta["val"]
    fill = 1.0 if node.target is _aten.ones_like.default else 0.0
    name = f"filled{len(constants)}"
    constants[name] = torch.full(like.shape, fill, dtype=like.dtype, device=like.device)
    with graph.inserting_before(node):
        constant = graph.create_node("get_attr", name)
    constant.meta["val"] = like
    node.replace_all_uses_with(constant)
