"""Samples of the data as somebody sees them, and one on its way through the network."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from engine.runs.events import Figure
from engine.runs.inside import LayerMaps, Look, Sample, SampleSeen, UnitTile
from engine.runs.tile import FINE, Tile
from engine.spec.chain import every
from engine.training.inside.network import Network
from engine.training.inside.tiles import as_pictures, fitted, signed_tiles
from engine.training.pictures import picture_of
from engine.training.splits import Split

ORDERED = 2
"""One is chosen to look at from the first samples of a split, so many times those of figures."""
MOST_LISTED = 100
"""Rows that are told of these."""
MOST_MAPS = 16
"""Feature maps that are shown of a layer."""
MOST_VALUES = 64
"""Inputs of a sample that are told."""


def sample_at(network: Network, name: str, row: int, outputs: Tensor) -> Sample:
    """A sample of a split; outputs: (1, outputs) what the network says of it."""
    part = network.splits.named()[name]
    inputs = part.rows(torch.tensor([row]))[0].cpu()
    actual = part.targets[row].cpu()
    classes = network.facts.classes
    picture, values = None, _values(network, part, row, inputs)
    if classes:
        predicted = network.evaluator.decoder.predicted_classes(outputs)[0]
        texts = _named(actual, classes), _named(predicted, classes)
    else:
        numbers = network.evaluator.decoder.numbers(outputs)[0].tolist()
        texts = _numbers(actual.reshape(-1).tolist()), _numbers(numbers)
    pixels = network.splits.input_map.pixels
    if network.is_of_pictures and pixels is not None:
        shown = inputs.float() / pixels.scale * 255
        picture = picture_of(shown, texts, 0, 1)
    return Sample(
        split=name,
        row=row,
        actual=texts[0],
        predicted=texts[1],
        values=values,
        picture=picture,
    )


def seen(network: Network, look: Look, row: int | None = None) -> tuple[SampleSeen, Tensor]:
    """The chosen sample with what is made of it, and its stored input, a batch of one."""
    name, part = network.part(look.split)
    rows, num_wrong = _ordered(network, part)
    asked = look.sample if row is None else row
    chosen = rows[0] if asked is None or asked < 0 else asked
    stored = part.rows(torch.tensor([chosen]))
    outputs = network.evaluator.outputs(stored)
    decoder = network.evaluator.decoder
    scores = decoder.probabilities(outputs) if network.facts.classes else decoder.numbers(outputs)
    return SampleSeen(
        sample=sample_at(network, name, chosen, outputs),
        scores=figures(scores[0, -1] if network.facts.positions else scores[0]),
        rows=rows[:MOST_LISTED],
        num_wrong=num_wrong,
        maps=_maps(network, network.values(stored), look) if network.is_of_pictures else [],
        saliency=_saliency(network, stored, look) if network.is_of_pictures else None,
    ), stored


def figures(values: Tensor) -> list[Figure]:
    """Numbers as JSON has them."""
    return [value if math.isfinite(value) else None for value in values.tolist()]


def _ordered(network: Network, part: Split) -> tuple[list[int], int]:
    """Rows of a split, the wrong ones first, or those that are furthest off; how many are wrong."""
    count = min(len(part), ORDERED * network.most_rows)
    outputs = network.evaluator.outputs(part.rows(torch.arange(count)))
    targets = part.targets[:count].to(outputs.device)
    decoder = network.evaluator.decoder
    if not network.facts.classes:
        errors = (decoder.numbers(outputs) - targets.reshape(count, -1)).abs().sum(1)
        return errors.nan_to_num(math.inf).argsort(descending=True, stable=True).tolist(), 0
    wrong = (decoder.predicted_classes(outputs) != targets).reshape(count, -1).any(1)
    return (~wrong).byte().argsort(stable=True).tolist(), int(wrong.sum())


def _named(targets: Tensor, classes: tuple[str, ...]) -> str:
    """A class, or those of a sequence's positions one after the other."""
    return " ".join(classes[one] for one in targets.reshape(-1).tolist())


def _values(network: Network, part: Split, row: int, stored: Tensor) -> list[Figure]:
    """A sample's inputs in the data's own unit; of pictures and sequences none."""
    if stored.dim() != 1:
        return []
    input_map = network.splits.input_map
    if input_map.means is not None and input_map.scales is not None and not input_map.crosses:
        stored = stored.double() * input_map.scales + input_map.means
    return figures(stored[:MOST_VALUES])


def _maps(network: Network, values: dict[tuple[int, ...], Tensor], look: Look) -> list[LayerMaps]:
    found = []
    for link in every(network.chain):
        if len(link.output_shape) != 3:
            continue
        maps = as_pictures(values[link.address][0])
        means = maps.flatten(1).mean(1)
        most = maps.flatten(1).norm(dim=1).nan_to_num(0.0)
        count = min(len(maps), MOST_MAPS)
        chosen = most.topk(count).indices if count < len(maps) else torch.arange(count)
        tiles = signed_tiles("map", fitted(maps[chosen], look.columns, look.rows))
        rows = zip(chosen.tolist(), tiles, most[chosen].tolist(), strict=True)
        told = [
            UnitTile(unit, "", tile, strength, value=figures(means[unit : unit + 1])[0])
            for unit, tile, strength in rows
        ]
        found.append(
            LayerMaps(layer=link.address, text=link.layer.brief, num_maps=len(maps), maps=told)
        )
    return found


def _saliency(network: Network, stored: Tensor, look: Look) -> Tile:
    """How much the score that wins moves with each pixel: the largest over the channels.

    Simonyan et al. 2013, Deep Inside Convolutional Networks; the score before any softmax of the
    loss.
    """
    model, batch = network.model, network.evaluator.input_map.batch(stored.to(network.device))
    batch = batch.detach().clone().requires_grad_()
    was_training = model.training
    model.eval()
    try:
        with torch.enable_grad():
            score = model(batch)[0].max()
            (gradient,) = torch.autograd.grad(score, batch)
    finally:
        model.train(was_training)
    pixels = gradient[0].abs().amax(0).float().cpu()
    known = pixels.nan_to_num(0.0, 0.0, 0.0)
    largest = float(known.max())
    cells = (known / (largest or 1.0) * FINE).round().byte()
    return Tile("saliency", cells.shape[1], cells.shape[0], cells.numpy().tobytes(), 0.0, largest)


def _numbers(values: list[float]) -> str:
    return ", ".join(f"{value:.6g}" for value in values)
