"""Which pixels sway what a network says of a picture (Simonyan, Vedaldi and Zisserman 2013)."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.evaluation.evidence import Evidence
from engine.evaluation.judgement import Saliency
from engine.evaluation.wording import answer, truth
from engine.training.metrics import Evaluator
from engine.training.pictures import picture_of
from engine.training.splits import Split

MOST = 8
"""Pictures, one of each class; of the first classes where there are more."""


def saliencies(evaluator: Evaluator, part: Split, told: Evidence) -> list[Saliency]:
    """The first picture of each class with what it is told by; one that is told right if any is."""
    places = _places(told)
    pixels = evaluator.input_map.pixels
    if not places or pixels is None:
        return []
    rows = part.rows(torch.tensor(places)).cpu()
    maps = gradients(evaluator, rows, torch.tensor([int(told.predicted[n]) for n in places]))
    images = rows.float() / pixels.scale * 255
    found = []
    for image, where, place in zip(images, maps, places, strict=True):
        names = truth(told, place), answer(told, place)
        found.append(
            Saliency(
                picture=picture_of(image, names, 0, 1), where=picture_of(where[None], names, 0, 1)
            )
        )
    return found


def gradients(evaluator: Evaluator, rows: Tensor, said: Tensor) -> Tensor:
    """By pixel the size of the gradient of what is said, of channels the largest, up to 255.

    rows: stored pictures; said: their classes. Returns (pictures, height, width); zeros of a
    picture that no pixel of sways.
    """
    model = evaluator.model
    device = next((p.device for p in model.parameters()), rows.device)
    was_training = model.training
    model.eval()
    try:
        with torch.enable_grad():
            inputs = evaluator.input_map.batch(rows.to(device)).requires_grad_()
            outputs = model(inputs)
            scores = _scores(outputs, said.to(device))
            (found,) = torch.autograd.grad(scores.sum(), inputs)
    finally:
        model.train(was_training)
    sizes = found.abs().amax(1).cpu()
    most = sizes.amax((1, 2), keepdim=True)
    return torch.where(most > 0, sizes / most * 255, torch.zeros_like(sizes))


def _scores(outputs: Tensor, said: Tensor) -> Tensor:
    """The output that stands for what is said: of two classes with one, it or its opposite."""
    if outputs.shape[1] == 1:
        return torch.where(said == 1, outputs[:, 0], -outputs[:, 0])
    return outputs.gather(1, said[:, None])[:, 0]


def _places(told: Evidence) -> list[int]:
    if not told.is_classes:
        return []
    found = []
    for label in range(len(told.facts.classes)):
        own = (told.targets == label).nonzero()[0]
        right = own[told.predicted[own] == label]
        chosen = right if len(right) else own
        if len(chosen):
            found.append(int(chosen[0]))
    return found[:MOST]
