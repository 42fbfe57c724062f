"""One frame of a film: the network at a moment, beside its losses and scores, as rows of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rich.style import Style
from rich.text import Text

from engine.runs.events import Evaluated
from engine.runs.pictures import Pictures
from engine.service import protocol as p
from tui.drawings import (
    FEW,
    Rows,
    boundary_rows,
    comparison_rows,
    confusion_rows,
    curve_rows,
    mistakes_rows,
    score_rows,
)
from tui.renderables import boundary as plane
from tui.renderables.latent import decoded_rows, places_rows, returned_rows
from tui.renderables.look import Look
from tui.renderables.loss_chart import LossSeries, loss_chart
from tui.renderables.numbers import metric
from tui.renderables.painting import painting_rows
from tui.renderables.sanitize import fit

LEAST_WIDTH, LEAST_HEIGHT = 20, 8
MOST_WIDTH, MOST_HEIGHT = 200, 60
_WIDE = 70
"""Columns from which the losses stand beside the picture."""
_GAP = 2
_HEAD = 2
"""Rows above the picture: where the training stands, and an empty one."""


@dataclass(frozen=True)
class Scene:
    """What every frame of a film is drawn from, and how."""

    title: str
    width: int
    height: int
    look: Look
    steps: int
    """Of the training when it ended, or until now."""
    epochs: int
    losses: Sequence[tuple[int, float | None]]
    """The curve: (epoch, loss)."""
    is_measured: bool = True
    """Whether there are scores of each moment."""

    @property
    def is_wide(self) -> bool:
        """Whether there is room beside the picture, and something to put there."""
        return self.width >= _WIDE and (self.is_measured or len(self.losses) > 1)

    def picture_size(self) -> tuple[int, int]:
        """Columns and rows that the picture has."""
        width = self.width * 3 // 5 if self.is_wide else self.width
        return width, self.height - _HEAD

    def grid(self) -> tuple[int, int]:
        """The columns and rows of the boundary's matrix."""
        return plane.grid_size(*self.picture_size(), self.look)


def frame(scene: Scene, reviewed: p.Reviewed, loss: float | None) -> Rows:
    """The rows of a moment, as many and as wide as the scene has; loss: of the step before."""
    look = scene.look
    width, height = scene.picture_size()
    left = _picture(reviewed.pictures, reviewed.evaluated, width, height, look)
    right: Rows = []
    if scene.is_wide:
        right = _beside(scene, reviewed, scene.width - width - _GAP, height)
    body = [_joined(left, right, row, width, scene.width) for row in range(height)]
    return [_head(scene, reviewed, loss), Text(), *body]


def _head(scene: Scene, reviewed: p.Reviewed, loss: float | None) -> Text:
    """What it is, and where the training stands."""
    dot = scene.look.pick(" · ", ", ")
    parts = [f"step {reviewed.step:,} of {scene.steps:,}", f"epoch {reviewed.epoch:,}"]
    if loss is not None:
        parts.append(f"loss {metric(loss)}")
    where = dot.join(parts)
    while len(where) > scene.width and len(parts) > 1:
        where = dot.join(parts[:-1])
        parts = parts[:-1]
    room = scene.width - len(where) - 2
    name = fit(scene.title, room, scene.look.ascii) if room >= 4 else ""
    row = Text.assemble((name, Style(bold=True)), " " * (scene.width - len(where)))
    return Text.assemble(row[: scene.width - len(where)], where)


def _picture(
    pictures: Pictures, evaluated: Sequence[Evaluated], width: int, height: int, look: Look
) -> Rows:
    """What the data asks for."""
    if pictures.boundary is not None:
        return boundary_rows(pictures.boundary, width, look)
    if pictures.curve is not None:
        return curve_rows(pictures.curve, width, height, look)
    if pictures.latent is not None or pictures.returned is not None:
        return _given_back(pictures, width, height, look)
    if pictures.painting is not None:
        return painting_rows(pictures.painting, width, height, look)
    split = next((one for one in evaluated if one.split == "test"), None)
    split = split or next(iter(evaluated), None)
    if split is not None and split.confusion and pictures.comparison.num_samples > FEW:
        rows = confusion_rows(split, width, look)
        room = height - len(rows) - 1
        wrong = mistakes_rows(pictures.mistakes, width, look, height=room) if room > 4 else []
        return [*rows, Text(), *wrong]
    if pictures.mistakes:
        return mistakes_rows(pictures.mistakes, width, look, height=height)
    return comparison_rows(pictures.comparison, width, height, look)


def _given_back(pictures: Pictures, width: int, height: int, look: Look) -> Rows:
    """The plane of places as what is decoded there, or as points, and samples below it."""
    plane = pictures.latent
    below = [] if pictures.returned is None else returned_rows(pictures.returned, width, look)
    if plane is None:
        return below
    room = height - len(below) - 1 if below else height
    drawn = decoded_rows(plane, width, room, look) or places_rows(plane, width, room, look)
    return [*drawn, Text(), *below]


def _beside(scene: Scene, reviewed: p.Reviewed, width: int, height: int) -> Rows:
    """The losses with a line where the training stands, and the scores."""
    look = scene.look
    samples: dict[str, int] = {one.split: one.samples for one in reviewed.evaluated}
    metrics = {
        f"{one.split}_{name}": value
        for one in reviewed.evaluated
        for name, value in one.metrics.items()
    }
    scores = [Text(), *score_rows(samples, metrics, width, look)] if samples else []
    known = [epoch for epoch, _ in scene.losses]
    if len(known) < 2:
        return scores[1:]
    span = max(1, known[-1] - known[0])
    at = min(1.0, max(0.0, (reviewed.epoch - known[0]) / span))
    series = LossSeries("train", known, [loss for _, loss in scene.losses])
    return [*loss_chart([series], width, height - len(scores), look, at=at), *scores]


def _joined(left: Rows, right: Rows, number: int, width: int, whole: int) -> Text:
    """A row of both sides, as wide as the frame."""
    row = left[number].copy() if number < len(left) else Text()
    row.truncate(width if right else whole, pad=True)
    if right:
        row.append(" " * _GAP)
        row.append_text(right[number] if number < len(right) else Text())
    row.truncate(whole, pad=True)
    return row
