"""A step of a whole stack as plain ATen calls: those that vmap over its gradients makes."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

import torch
from torch import Tensor, fx, nn
from torch.func import functional_call, grad, vmap
from torch.nn.attention import SDPBackend, sdpa_kernel

from engine.training.stacked.errors import Unstackable
from engine.training.stacked.layout import lay_out
from engine.training.stacked.masks import Masks
from engine.training.step import penalty
from engine.training.traced.cleaning import clean
from engine.training.traced.recording import recorded


@dataclass(frozen=True)
class Shape:
    """Where a network's parameters lie in one row of numbers."""

    names: tuple[str, ...]
    sizes: tuple[torch.Size, ...]

    @classmethod
    def of(cls, model: nn.Module) -> Shape:
        named = dict(model.named_parameters())
        return cls(tuple(named), tuple(parameter.shape for parameter in named.values()))

    def views(self, rows: Tensor) -> list[Tensor]:
        """The parameters, (trainings, *size) each, of rows (trainings, numbers); no copies."""
        ends = accumulate((size.numel() for size in self.sizes), initial=0)
        return [
            rows[:, first:last].view(len(rows), *size)
            for (first, last), size in zip(pairwise(ends), self.sizes, strict=True)
        ]


@dataclass(frozen=True)
class StackGraph:
    """A step of all: its output is losses, gradients, then the buffers as the step leaves them.

    Its placeholders are parameters, buffers, masks, the criterion's weights, the penalties' two
    rows of factors, inputs and targets.
    """

    graph: fx.Graph
    constants: dict[str, Tensor]


@dataclass(frozen=True)
class Traced:
    """What a stack's step is made of, beside its tensors."""

    masks: Masks
    criterion: nn.Module
    penalized: tuple[str, ...] | None
    """The parameters that penalties are about; None for no penalties."""
    shares_batches: bool
    """Whether all trainings have the same batches."""


def trace(
    traced: Traced,
    names: Sequence[str],
    parameters: Sequence[Tensor],
    buffers: dict[str, Tensor],
    masks: Sequence[Tensor],
    weights: dict[str, Tensor],
    factors: Tensor,
    inputs: Tensor,
    targets: Tensor,
) -> StackGraph:
    """The graph of a step on batches of this shape; changes nothing. Raises Unstackable.

    factors: (2, trainings) of the penalties l1 and l2; weights: the criterion's own, a row each.
    """
    model, criterion, penalized = traced.masks.model, traced.criterion, traced.penalized

    def one(
        own: list[Tensor],
        kept: list[Tensor],
        own_masks: list[Tensor],
        own_weights: list[Tensor],
        own_factors: Tensor,
        batch: Tensor,
        aims: Tensor,
    ) -> tuple[Tensor, list[Tensor], list[Tensor]]:
        def objective(own: list[Tensor]) -> tuple[Tensor, tuple[Tensor, list[Tensor]]]:
            state = dict(zip(names, own, strict=True))
            changed = {name: tensor.clone() for name, tensor in zip(buffers, kept, strict=True)}
            with traced.masks.given(own_masks):
                outputs = functional_call(model, {**state, **changed}, (batch,))
            loss = functional_call(
                criterion, dict(zip(weights, own_weights, strict=True)), (outputs, aims)
            )
            whole = loss
            if penalized is not None:
                chosen = [state[name] for name in penalized]
                whole = loss + penalty(chosen, own_factors[0], own_factors[1])
            return whole, (loss, list(changed.values()))

        gradients, (loss, changed) = grad(objective, has_aux=True)(own)
        return loss, gradients, changed

    batched = None if traced.shares_batches else 0
    over_all = vmap(one, in_dims=(0, 0, 0, 0, 1, batched, batched))

    def step(
        parameters: list[Tensor],
        buffers: list[Tensor],
        masks: list[Tensor],
        weights: list[Tensor],
        factors: Tensor,
        inputs: Tensor,
        targets: Tensor,
    ) -> tuple[Tensor, ...]:
        losses, gradients, changed = over_all(
            parameters, buffers, masks, weights, factors, inputs, targets
        )
        return losses, *gradients, *changed

    given = (
        [p.detach() for p in parameters],
        list(buffers.values()),
        list(masks),
        list(weights.values()),
        factors,
        inputs,
        targets,
    )
    try:
        # Attention in plain products: the fused kernel takes one training at a time.
        with warnings.catch_warnings(), sdpa_kernel(SDPBackend.MATH):
            warnings.filterwarnings("error", "There is a performance drop", UserWarning)
            graph, constants = recorded(step, *given)
    except (RuntimeError, TypeError, NotImplementedError, ValueError, UserWarning) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Unstackable(f"its step has no stacked form ({reason})") from error
    clean(graph, constants)
    lay_out(graph)
    return StackGraph(graph, constants)
