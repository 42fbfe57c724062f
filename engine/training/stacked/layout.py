"""Lays a stacked trace out so that small networks are fast: samples lie side by side.

`vmap` gives (trainings, samples, features). Of a few features and many samples a product, a
softmax or a sum runs many times faster over (trainings, features, samples): there a kernel's
innermost loop is over hundreds of samples instead of two classes. So products are turned,
(A B)ᵀ = Bᵀ Aᵀ, and seen through a transposed view; what works element by element keeps the layout
that it is given.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import fx

from engine.training.traced.cleaning import drop_unused

_aten = torch.ops.aten
_SAME_SHAPE = (_aten.view.default, _aten._unsafe_view.default, _aten.expand.default)
_OVER_DIMENSION = {
    _aten._softmax.default: 1,
    _aten._log_softmax.default: 1,
    _aten._softmax_backward_data.default: 2,
    _aten._log_softmax_backward_data.default: 2,
}
"""Functions along a dimension: how many tensors come before its number."""


def lay_out(graph: fx.Graph) -> None:
    """Turn what is faster turned, in place: the same numbers, but for the order of sums."""
    _drop_what_does_nothing(graph)
    for node in list(graph.nodes):
        if node.op != "call_function":
            continue
        if node.target is _aten.bmm.default and _is_tall(node):
            _turn_product(graph, node)
        elif node.target in _OVER_DIMENSION and _is_tall(node):
            _turn_function(graph, node, _OVER_DIMENSION[node.target])
        elif node.target is _aten.add.Tensor and len(node.args) == 2 and not node.kwargs:
            _join_bias(graph, node)
    _drop_what_does_nothing(graph)
    for node in graph.nodes:
        if node.target in (_aten.view.default, _aten._unsafe_view.default):
            node.target = _aten.reshape.default  # of what was turned there may be no view
    drop_unused(graph)


def _shape(node: fx.Node) -> torch.Size:
    shape = node.meta["val"].shape
    assert isinstance(shape, torch.Size)
    return shape


def _is_tall(node: fx.Node) -> bool:
    """Whether it has more samples than features."""
    shape = _shape(node)
    return len(shape) == 3 and shape[1] > shape[2]


def _is_turn(node: object) -> bool:
    """Whether it swaps the last two of three dimensions."""
    return (
        isinstance(node, fx.Node)
        and node.target is _aten.transpose.int
        and len(_shape(node)) == 3
        and {number % 3 for number in node.args[1:] if isinstance(number, int)} == {1, 2}
    )


def _turned(graph: fx.Graph, node: fx.Node) -> fx.Node:
    """A node with samples and features swapped."""
    if _is_turn(node):
        source = node.args[0]
        assert isinstance(source, fx.Node)
        return source
    return _called(graph, _aten.transpose.int, (node, 1, 2), node.meta["val"].transpose(1, 2))


def _called(
    graph: fx.Graph,
    target: Callable[..., object],
    arguments: tuple[fx.node.Argument, ...],
    value: object,
) -> fx.Node:
    """A new call; value: what a trace would have noted of its result."""
    node = graph.call_function(target, arguments)
    node.meta["val"] = value
    return node


def _replace(graph: fx.Graph, node: fx.Node, made: fx.Node) -> None:
    """Put what was made turned in the place of a node."""
    node.replace_all_uses_with(_called(graph, _aten.transpose.int, (made, 1, 2), node.meta["val"]))
    graph.erase_node(node)


def _turn_product(graph: fx.Graph, node: fx.Node) -> None:
    left, right = node.args
    assert isinstance(left, fx.Node)
    assert isinstance(right, fx.Node)
    with graph.inserting_before(node):
        arguments = _turned(graph, right), _turned(graph, left)
        made = _called(graph, _aten.bmm.default, arguments, node.meta["val"].transpose(1, 2))
        _replace(graph, node, made)


def _turn_function(graph: fx.Graph, node: fx.Node, num_tensors: int) -> None:
    dimension = node.args[num_tensors]
    if dimension not in (2, -1):
        return
    tensors = [tensor for tensor in node.args[:num_tensors] if isinstance(tensor, fx.Node)]
    with graph.inserting_before(node):
        arguments = tuple(_turned(graph, tensor) for tensor in tensors)
        assert callable(node.target)
        made = _called(
            graph,
            node.target,
            (*arguments, 1, *node.args[num_tensors + 1 :]),
            node.meta["val"].transpose(1, 2),
        )
        _replace(graph, node, made)


def _join_bias(graph: fx.Graph, node: fx.Node) -> None:
    """Make a turned product that a bias is added to one call."""
    for bias, product in (node.args, node.args[::-1]):
        if not isinstance(bias, fx.Node) or not isinstance(product, fx.Node):
            return
        if not _is_turn(product) or len(product.users) != 1 or len(_shape(bias)) != 3:
            continue
        turned = product.args[0]
        assert isinstance(turned, fx.Node)
        if turned.target is not _aten.bmm.default or _shape(bias)[1] != 1:
            continue
        with graph.inserting_before(node):
            arguments = _turned(graph, bias), *turned.args
            made = _called(graph, _aten.baddbmm.default, arguments, turned.meta["val"])
            _replace(graph, node, made)
        return


def _drop_what_does_nothing(graph: fx.Graph) -> None:
    """Take out views of the same shape, factors of 1, and what is turned twice."""
    for node in list(graph.nodes):
        if node.op != "call_function" or not node.args or not isinstance(node.args[0], fx.Node):
            continue
        source = node.args[0]
        is_same_shape = node.target in _SAME_SHAPE and _shape(node) == _shape(source)
        is_once = node.target is _aten.mul.Scalar and node.args[1] == 1
        if _is_turn(node) and _is_turn(source):
            assert isinstance(source.args[0], fx.Node)
            source = source.args[0]
        elif not is_same_shape and not is_once:
            continue
        node.replace_all_uses_with(source)
        graph.erase_node(node)
