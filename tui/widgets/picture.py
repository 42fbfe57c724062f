"""The picture in the middle: boundary, curve, actual against predicted, or confusion."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive

from tui.drawings import (
    boundary_rows,
    comparison_rows,
    confusion_rows,
    curve_rows,
    mistakes_rows,
)
from tui.renderables import boundary as plane
from tui.renderables.table import sentence
from tui.widgets.training import SnapshotView


class PictureView(SnapshotView):
    """Draws what the data asks for; knows which grid the boundary's matrix should have."""

    discrete: reactive[bool] = reactive(False, repaint=False)
    """Whether the boundary shows classes only, without confidence."""
    test_points: reactive[bool] = reactive(False, repaint=False)
    """Whether the test split's points are drawn too."""

    def watch_discrete(self) -> None:
        self.remake()

    def watch_test_points(self) -> None:
        self.remake()

    def grid(self) -> tuple[int, int]:
        """The columns and rows of the matrix that fills this widget; (0, 0) while unseen."""
        width, height = self.size
        if not width or not height:
            return 0, 0
        return plane.grid_size(width, height, self.look)

    def make_rows(self, width: int, height: int) -> list[Text]:
        pictures, look = self.snapshot.pictures, self.look
        if pictures is None:
            return sentence("Press space to train: the network is drawn here.", width, look)
        if pictures.boundary is not None:
            return boundary_rows(
                pictures.boundary,
                width,
                look,
                discrete=self.discrete,
                test_points=self.test_points,
            )
        if pictures.curve is not None:
            return curve_rows(pictures.curve, width, height, look)
        evaluated = self.snapshot.evaluated
        split = evaluated.get("test") or evaluated.get("train")
        if split is not None and split.confusion and pictures.comparison.num_samples > 20:
            rows = confusion_rows(split, width, look)
            rest = height - len(rows) - 1
            drawn = mistakes_rows(pictures.mistakes, width, look) if rest > 6 else []
            return [*rows, Text(), *drawn]
        if pictures.mistakes:
            return mistakes_rows(pictures.mistakes, width, look)
        return comparison_rows(pictures.comparison, width, height, look)
