"""Computes what a screen draws of a network: boundary, actual against predicted, mistakes."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.runs.pictures import Boundary, Comparison, Curve, Picture, Pictures, Point
from engine.training.drawn_samples import cloud
from engine.training.inputs import InputMap
from engine.training.metrics import Evaluator
from engine.training.painting import painting
from engine.training.returned import latent_plane, returned
from engine.training.sequence_pictures import embedded, sequence_maps
from engine.training.splits import Split, Splits
from engine.training.writing import following, invented, sample_of

LEVELS = 6
"""Steps of confidence per class in a boundary: few, so that little changes from frame to frame."""
MAX_CLASSES = 256 // LEVELS
"""Classes that a boundary can show: a cell is one byte."""
MARGIN = 0.08
"""Free border around the points, as a share of their range."""
MAX_POINTS = 400
"""Points drawn at most per split."""


MAX_COMPARED = 200
"""Samples compared at most."""
MAX_MISTAKES = 8
MOST_FOLLOWING = 8
"""Tokens of which is told how likely they come next."""
CURVE_PLACES = 120


def all_pictures(
    evaluator: Evaluator,
    splits: Splits,
    losses: list[tuple[int, float | None]],
    size: tuple[int, int],
) -> Pictures:
    """Every picture that the data asks for; size: (columns, rows) of the boundary's grid."""
    facts = splits.facts
    drawn = (
        facts.planar and not facts.painting and len(facts.classes) <= MAX_CLASSES and min(size) > 0
    )
    drawn = drawn and splits.reader is None  # then nobody has the points
    written = sample_of(evaluator)
    return Pictures(
        losses=losses,
        comparison=comparison(evaluator, splits, MAX_COMPARED),
        boundary=boundary(evaluator, splits, size) if drawn else None,
        curve=curve(evaluator, splits, CURVE_PLACES),
        painting=painting(evaluator, splits),
        mistakes=mistakes(evaluator, splits, MAX_MISTAKES),
        written=written,
        following=following(evaluator, "", MOST_FOLLOWING) if written else [],
        invented=invented(written, evaluator.facts, splits.train.inputs) if written else (0, 0),
        maps=sequence_maps(evaluator, splits),
        plane=embedded(evaluator),
        returned=returned(evaluator, splits),
        latent=latent_plane(evaluator, splits),
        cloud=cloud(evaluator, splits, size),
    )


def boundary(evaluator: Evaluator, splits: Splits, size: tuple[int, int]) -> Boundary:
    """The network's say on a grid over the plane of its raw inputs; size: (columns, rows).

    Only for planar data of at most MAX_CLASSES classes.
    """
    columns, rows = size
    raw = {name: part.points for name, part in splits.named().items() if part.points is not None}
    (low, high), grid = plane(splits, size)
    scale = _TargetScale(splits)
    points = [
        point
        for name, part in raw.items()
        for point in _points(evaluator, splits, part, splits.named()[name], scale, name == "test")
    ]
    return Boundary(
        columns=columns,
        rows=rows,
        cells=bytes(_levels(evaluator, splits, grid, scale).tolist()),
        levels=LEVELS,
        classes=splits.facts.classes,
        x1=(float(low[0]), float(high[0])),
        x2=(float(low[1]), float(high[1])),
        points=points,
        values=scale.values,
    )


def plane(splits: Splits, size: tuple[int, int]) -> tuple[tuple[Tensor, Tensor], Tensor]:
    """The corners of the plane around all points, and its cells' centers row by row from the top.

    size: (columns, rows). Returns ((2,), (2,)) and (rows · columns, 2): raw inputs.
    """
    columns, rows = size
    parts = splits.named().values()
    every = torch.cat([part.points for part in parts if part.points is not None])
    low, high = every.amin(0), every.amax(0)
    border = ((high - low) * MARGIN).clamp_min(1e-6)
    low, high = low - border, high + border
    x1 = _centers(float(low[0]), float(high[0]), columns)
    x2 = _centers(float(low[1]), float(high[1]), rows).flip(0)
    return (low, high), torch.stack([x1.repeat(rows), x2.repeat_interleave(columns)], 1)


class _TargetScale:
    """Regression targets as levels between the lowest and the highest of the training split."""

    def __init__(self, splits: Splits) -> None:
        targets = splits.train.targets.double()
        self._low, self._high = float(targets.min()), float(targets.max())
        self.values = (self._low, self._high)

    def level(self, values: Tensor) -> Tensor:
        span = self._high - self._low
        share = (values.double() - self._low) / (span if span else 1.0)
        levels = (share.nan_to_num(0.5) * LEVELS).floor().clamp(0, LEVELS - 1)
        return levels.long()


def _centers(low: float, high: float, count: int) -> Tensor:
    width = (high - low) / count
    return low + width * (torch.arange(count) + 0.5)


def _outputs(evaluator: Evaluator, input_map: InputMap, raw: Tensor) -> Tensor:
    return _read(evaluator, evaluator.outputs(input_map.stored(raw))).cpu()


def _read(evaluator: Evaluator, outputs: Tensor) -> Tensor:
    """Outputs as they are, or the numbers of a regression in the data's own unit."""
    is_classes = evaluator.facts.task == "classification"
    return outputs if is_classes else evaluator.decoder.numbers(outputs)


def _levels(evaluator: Evaluator, splits: Splits, raw: Tensor, scale: _TargetScale) -> Tensor:
    outputs = _outputs(evaluator, splits.input_map, raw)
    if splits.facts.task == "regression":
        return scale.level(outputs[:, 0])
    predicted = evaluator.decoder.predicted_classes(outputs)
    probabilities = evaluator.decoder.probabilities(outputs)
    of_predicted = probabilities.gather(1, predicted.unsqueeze(1))[:, 0]
    chance = 1 / len(splits.facts.classes)
    share = ((of_predicted - chance) / (1 - chance)).nan_to_num(0.0)
    return predicted * LEVELS + (share * LEVELS).floor().clamp(0, LEVELS - 1).long()


def _points(
    evaluator: Evaluator,
    splits: Splits,
    raw: Tensor,
    part: Split,
    scale: _TargetScale,
    is_test: bool,
) -> list[Point]:
    raw, targets = raw[:MAX_POINTS], part.targets[:MAX_POINTS]
    outputs = _outputs(evaluator, splits.input_map, raw)
    if splits.facts.task == "regression":
        actual, predicted = scale.level(targets[:, 0]), scale.level(outputs[:, 0])
    else:
        actual, predicted = targets, evaluator.decoder.predicted_classes(outputs)
    rows = zip(raw.tolist(), actual.tolist(), predicted.tolist(), strict=True)
    return [Point(x1, x2, a, p, is_test) for (x1, x2), a, p in rows]


def comparison(evaluator: Evaluator, splits: Splits, limit: int) -> Comparison:
    """Actual against predicted for the first samples of the test split, else the training's."""
    name, part = _shown(splits)
    outputs = _read(
        evaluator, evaluator.outputs(part.rows(torch.arange(min(limit, len(part)))))
    ).cpu()
    targets = part.targets[:limit].cpu()
    facts = evaluator.facts
    probabilities: list[float | None] = []
    if facts.returned:  # of rows the numbers one after the other, as many as of other samples
        actual, predicted = targets.flatten()[:limit].tolist(), outputs.flatten()[:limit].tolist()
    elif facts.task != "classification":
        actual, predicted = targets[:, 0].tolist(), outputs[:, 0].tolist()
    else:
        # Of sequences the positions one after the other, as many as of other samples.
        actual = targets.flatten()[:limit].tolist()
        predicted = evaluator.decoder.predicted_classes(outputs).flatten()[:limit].tolist()
        if len(facts.classes) == 2:
            probabilities = evaluator.decoder.probabilities(outputs)[:, 1].tolist()
    return Comparison(
        actual=actual,
        predicted=predicted,
        probabilities=probabilities,
        classes=facts.classes,
        split=name,
        num_samples=len(part),
    )


def _shown(splits: Splits) -> tuple[str, Split]:
    return ("test", splits.test) if splits.test is not None else ("train", splits.train)


def curve(evaluator: Evaluator, splits: Splits, count: int) -> Curve | None:
    """The network over the range of its one input, at `count` places; None for other data."""
    facts = splits.facts
    if facts.task != "regression" or facts.shape != (1,) or splits.reader is not None:
        return None
    inputs = torch.cat([part.inputs for part in splits.named().values()])
    x = torch.linspace(float(inputs.min()), float(inputs.max()), count).unsqueeze(1)
    samples = {
        name: list(
            zip(
                part.inputs[:MAX_POINTS, 0].tolist(),
                part.targets[:MAX_POINTS, 0].tolist(),
                strict=True,
            )
        )
        for name, part in splits.named().items()
    }
    y = _read(evaluator, evaluator.outputs(x))[:, 0].tolist()
    return Curve(x=x[:, 0].tolist(), y=y, train=samples["train"], test=samples.get("test", []))


def mistakes(evaluator: Evaluator, splits: Splits, limit: int) -> list[Picture]:
    """The first wrongly classified images of the test split, else the training's."""
    if splits.input_map.pixels is None or splits.facts.task != "classification":
        return []
    part = _shown(splits)[1]
    targets = part.targets.cpu()
    found: list[Picture] = []
    start = 0
    for images in part.chunks(evaluator.together):
        predicted = evaluator.decoder.predicted_classes(evaluator.outputs(images)).cpu()
        actual = targets[start : start + len(images)]
        start += len(images)
        wrong = (predicted != actual).nonzero()[: limit - len(found), 0]
        shown = images[wrong.to(images.device)].cpu().float() / splits.input_map.pixels.scale * 255
        pairs = zip(shown, actual[wrong].tolist(), predicted[wrong].tolist(), strict=True)
        found += [picture_of(image, evaluator.facts.classes, *pair) for image, *pair in pairs]
        if len(found) == limit:  # the rest need not even be read
            break
    return found


def picture_of(image: Tensor, classes: tuple[str, ...], actual: int, predicted: int) -> Picture:
    """An image with what it is; image: (channels, height, width) from 0 to 255."""
    channels, height, width = image.shape
    return Picture(
        height=height,
        width=width,
        channels=channels,
        pixels=bytes(image.round().clamp(0, 255).byte().flatten().tolist()),
        actual=classes[actual],
        predicted=classes[predicted],
    )
