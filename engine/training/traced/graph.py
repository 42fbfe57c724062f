"""Traces forward, loss and gradients of one batch shape to a graph of ATen calls."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call
from torch.nn.modules.batchnorm import _BatchNorm

from engine.parts.layers.modules import Pretrained
from engine.training.freezing import trained_parameters
from engine.training.rivalry import RivalNetwork
from engine.training.step import Regularization
from engine.training.traced.errors import Untraceable
from engine.training.traced.recording import recorded
from engine.training.traced.rivals import check_averages, recorded_rivals


@dataclass(frozen=True)
class StepGraph:
    """What a step computes: graph.placeholders are parameters, what is held, inputs, targets,
    rates. Where two networks are trained, those of the second stand behind the parameters once
    more, as they are behind the mark UPDATE."""

    graph: fx.Graph
    """Its output is (loss, *gradients); buffers are changed in place."""
    constants: dict[str, Tensor]
    """The tensors behind its get_attr nodes, by target."""
    counters: list[Tensor]
    """num_batches_tracked of each layer that averages over all batches. Its rate, a float
    placeholder, is 1 / (counter + 1)."""


def trace(
    model: nn.Module,
    criterion: nn.Module,
    regularization: Regularization,
    inputs: Tensor,
    targets: Tensor,
) -> StepGraph:
    """The graph of a step on a batch of this shape; changes nothing but the generators.

    The model must be in training mode. Raises Untraceable.
    """
    refuse_kept_features(model)
    names = [name for name, p in model.named_parameters() if p.requires_grad]
    parameters: list[Tensor] = [p for p in model.parameters() if p.requires_grad]
    buffers = held_tensors(model)

    def step(
        parameters: Sequence[Tensor], buffers: Sequence[Tensor], inputs: Tensor, targets: Tensor
    ) -> tuple[Tensor, ...]:
        state = {
            **dict(zip(names, parameters, strict=True)),
            **dict(zip(kept, buffers, strict=True)),
        }
        loss = criterion(functional_call(model, state, (inputs,)), targets)
        weights = [state[name] for name in regularization.weights or ()]
        objective = regularization.added(loss, weights)
        return loss.detach(), *torch.autograd.grad(objective, parameters)

    kept = list(buffers)
    with _averaging(model) as rates:
        try:
            if isinstance(model, RivalNetwork):
                check_averages(rates)
                two = recorded_rivals(model, criterion, regularization, buffers, inputs, targets)
                return StepGraph(two.graph, two.constants, [])
            copies = [b.clone() for b in buffers.values()]
            graph, constants = recorded(step, parameters, copies, inputs, targets)
        except (RuntimeError, TypeError, NotImplementedError) as error:
            raise Untraceable(f"tracing failed: {error}") from error
    last_placeholder = [node for node in graph.nodes if node.op == "placeholder"][-1]
    with graph.inserting_after(last_placeholder):
        for number, rate in reversed(list(enumerate(rates))):
            placeholder = graph.placeholder(f"rate{number}")
            for node in graph.nodes:
                if node.op == "call_function" and rate in node.args:
                    node.args = tuple(placeholder if a == rate else a for a in node.args)
    return StepGraph(graph, constants, list(rates.values()))


def refuse_kept_features(model: nn.Module) -> None:
    """Raise Untraceable where a part of it looks up what it has computed before."""
    if keeps_features(model):
        raise Untraceable("what a frozen network makes of a picture is computed once and kept")


def keeps_features(model: nn.Module) -> bool:
    """Whether what a frozen part of it makes of a picture is kept."""
    backbones = (module for module in model.modules() if isinstance(module, Pretrained))
    return any(not trained_parameters(module) for module in backbones)


def held_tensors(model: nn.Module) -> dict[str, Tensor]:
    """What a step reads and has no gradient of, by name: the buffers, and what is frozen."""
    frozen = {name: p.detach() for name, p in model.named_parameters() if not p.requires_grad}
    return {**dict(model.named_buffers()), **frozen}


@contextmanager
def _averaging(model: nn.Module) -> Iterator[dict[float, Tensor]]:
    """Give layers with momentum=None, whose rate depends on their counter, a marked rate.

    Yields the counter behind each mark. Reading the counter itself would end the trace.
    """
    layers = [
        layer
        for layer in model.modules()
        if isinstance(layer, _BatchNorm)
        and layer.momentum is None
        and layer.num_batches_tracked is not None
    ]
    rates: dict[float, Tensor] = {}
    try:
        for number, layer in enumerate(layers):
            layer.momentum = 0.1234567891011 + number * 2**-20
            assert layer.num_batches_tracked is not None
            rates[layer.momentum] = layer.num_batches_tracked
        yield rates
    finally:
        for layer in layers:
            layer.momentum = None
