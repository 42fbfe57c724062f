"""Traces a step of two networks, of which one changes before the other is computed to its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn
from torch.func import functional_call

from engine.training.rivalry import DISCRIMINATOR, RivalLoss, RivalNetwork, of_discriminator
from engine.training.step import Regularization
from engine.training.traced.errors import Untraceable
from engine.training.traced.recording import Recorder
from engine.training.traced.source import UPDATE

_OWN = f"{DISCRIMINATOR}."


def recorded_rivals(
    model: RivalNetwork,
    criterion: nn.Module,
    regularization: Regularization,
    buffers: dict[str, Tensor],
    inputs: Tensor,
    targets: Tensor,
) -> Recorder:
    """What RivalStep does but for the updates.

    The placeholders are the parameters, those of the discriminator once more as they are after
    its update, for which there is a mark, the buffers, inputs and targets; the output is
    (loss, *gradients).
    """
    assert isinstance(criterion, RivalLoss), "they learn by it"
    named = {name: p for name, p in model.named_parameters() if p.requires_grad}
    num_own = len(named) - len(of_discriminator(model))
    after = [p.detach().clone().requires_grad_() for p in of_discriminator(model)]
    kept = {name: buffer.clone() for name, buffer in buffers.items()}
    recorder = Recorder()
    for number, tensor in enumerate((*named.values(), *after, *kept.values(), inputs, targets)):
        recorder.given(tensor, f"given{number}")
    state = {**named, **kept}
    of_rival = {n.removeprefix(_OWN): t for n, t in state.items() if n.startswith(_OWN)}
    rivals = [name for name in named if name.startswith(_OWN)]
    of_later = {**of_rival, **dict(zip((n.removeprefix(_OWN) for n in rivals), after, strict=True))}

    def said(state: dict[str, Tensor], points: Tensor) -> Tensor:
        found: Tensor = functional_call(model.discriminator, state, (points,))
        return found

    with recorder:
        made: Tensor = functional_call(model, state, (inputs,))
        of_data, of_made = said(of_rival, targets), said(of_rival, made.detach())
        rivals_loss = criterion.of_points(of_data) + criterion.of_made(of_made)
        parameters: Sequence[Tensor] = list(named.values())
        of_rivals = torch.autograd.grad(rivals_loss, parameters[num_own:])
    recorder.graph.create_node("get_attr", UPDATE)
    with recorder:
        loss = criterion.of_points(said(of_later, made))
        weights = [state[name] for name in regularization.weights or ()]
        objective = regularization.added(loss, weights)
        own = torch.autograd.grad(objective, parameters[:num_own])
        results = (loss.detach(), *own, *of_rivals)
    recorder.graph.output(tuple(recorder.node_of(result) for result in results))
    return recorder


def check_averages(rates: Mapping[float, Tensor]) -> None:
    """Raise Untraceable where a layer's rate changes within a step."""
    if rates:
        raise Untraceable("a batch normalization without momentum counts within the step")
