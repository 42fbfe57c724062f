"""Records the ATen calls of a function as a graph: what make_fx does, without its bookkeeping.

make_fx notes for each call where it came from and what a fake tensor would be, a millisecond a
call: as long as a small stack trains in all.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, fx
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_map
from torch.utils.weak import WeakTensorKeyDictionary

_HOST = (torch.ops.aten._local_scalar_dense.default, torch.ops.aten.is_nonzero.default)
"""Calls that read a number, which would be the same for ever in a graph."""


class Recorder(TorchDispatchMode):  # type: ignore[no-untyped-call]  # torch's
    """Within it every call becomes a node; `meta["val"]` has its result's shape, and no memory."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # torch's
        self.graph = fx.Graph()
        self.constants: dict[str, Tensor] = {}
        """The tensors behind its get_attr nodes, by target."""
        self._nodes: WeakTensorKeyDictionary = WeakTensorKeyDictionary()
        """Which node gives a tensor, as it is by now."""

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Asked by torch: to say that this is not compiled it would import the compiler."""
        return False

    def given(self, tensor: Tensor, name: str) -> None:
        """Make a tensor an argument of the graph."""
        self._note(tensor, self.graph.placeholder(name))

    def node_of(self, tensor: Tensor) -> fx.Node:
        """The node of a tensor; one that was never seen is a constant."""
        node = self._nodes.get(tensor)  # type: ignore[no-untyped-call]  # torch's
        if node is None:
            name = f"constant{len(self.constants)}"
            self.constants[name] = tensor
            node = self.graph.create_node("get_attr", name)
            self._note(tensor, node)
        assert isinstance(node, fx.Node)
        return node

    def __torch_dispatch__(
        self,
        func: Any,
        types: Sequence[type],
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        if func in _HOST:
            raise RuntimeError("a number is read from a tensor")
        named = kwargs or {}

        def noted(value: Any) -> Any:
            return self.node_of(value) if isinstance(value, Tensor) else value

        arguments = tree_map(noted, args), tree_map(noted, named)
        results = func(*args, **named)
        node = self.graph.call_function(func, *arguments)
        if isinstance(results, Tensor):
            self._note(results, node)
        elif isinstance(results, tuple | list):
            for number, result in enumerate(results):
                if isinstance(result, Tensor):
                    part = self.graph.call_function(operator.getitem, (node, number))
                    self._note(result, part)
        return results

    def _note(self, tensor: Tensor, node: fx.Node) -> None:
        single = torch.empty((), dtype=tensor.dtype, device=tensor.device)
        node.meta["val"] = single.expand(tensor.shape)
        self._nodes[tensor] = node


def recorded(
    function: Callable[..., Sequence[Tensor]], *arguments: Tensor | list[Tensor]
) -> tuple[fx.Graph, dict[str, Tensor]]:
    """What a function does with its arguments, and its constants; its results are the output.

    The placeholders are the tensors among the arguments, those in lists too, in order.
    """
    recorder = Recorder()
    for number, tensor in enumerate(flattened(arguments)):
        recorder.given(tensor, f"given{number}")
    with recorder:
        results = function(*arguments)
    recorder.graph.output(tuple(recorder.node_of(result) for result in results))
    return recorder.graph, recorder.constants


def flattened(values: Sequence[Any]) -> list[Tensor]:
    """The tensors among arguments, those in lists too, in order."""
    found: list[Tensor] = []
    for value in values:
        found += [value] if isinstance(value, Tensor) else flattened(value)
    return found
