"""The picture in the middle: boundary, curve, actual against predicted, or confusion."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from rich.text import Text
from textual.binding import Binding
from textual.events import Resize
from textual.message import Message
from textual.reactive import reactive

from engine.explanation.explanation import Figure
from tui.drawings import (
    boundary_rows,
    comparison_rows,
    confusion_rows,
    curve_rows,
    draws_confusion,
    mistakes_rows,
    sample_rows,
    writing_rows,
)
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.renderables import boundary as plane
from tui.renderables.cloud import cloud_rows
from tui.renderables.latent import (
    Place,
    decoded_rows,
    middle,
    places_rows,
    returned_rows,
)
from tui.renderables.network.large import large_rows, titled
from tui.renderables.painting import painting_rows
from tui.renderables.sequence import sequence_rows
from tui.renderables.table import sentence
from tui.renderables.targets import target_heading
from tui.renderables.thumbnail import thumbnail
from tui.widgets.curve_cursor import CurveCursor
from tui.widgets.picture_figures import (
    BOUNDARY,
    CLOUD,
    COMPARISON,
    CONFUSION,
    CURVE,
    DATA,
    LATENT,
    MISTAKES,
    PAINTING,
    SAMPLES,
    SEQUENCE,
    UNIT,
    WRITTEN,
)
from tui.widgets.scrolled import ScrolledView

if TYPE_CHECKING:
    from engine.runs.events import Evaluated
    from engine.runs.inside import Inside, Unit
    from engine.runs.pictures import Pictures
    from engine.service.protocol.description import Description


Drawing = tuple[Figure, Callable[[], list[Text]]]
"""What is drawn, and how its rows are made."""
LEAST_PLANE = 10
"""Rows of the plane of places, where more than that is to be seen."""
LEAST_STRIP = 5
"""Rows of the smallest images with what they were taken for."""
_COUNTS = 2
"""Rows below the picture of the data, for its classes."""
EMPTY = (
    "space trains it and pauses it; n trains one batch, N one epoch.",
    "In the experiment (1) enter changes a line; r begins anew with what was changed.",
    "v leads into the network, m takes a step apart.",
)
"""Said before anything is trained, below the data."""
ARRIVING = ("The data is being looked at.",)
"""Said above it until that is known."""
DRAWING = ("The network is being drawn from its checkpoint.",)
"""Said of a run that is over until its picture is there."""
ROOMY = 9
"""Rows from which values have one to spare for what they are of."""


class PictureView(ScrolledView, CurveCursor, can_focus=True):
    """Draws what the data asks for; knows which grid the boundary's matrix should have."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("left", "aside(-1)", "To the left", show=False),
        Binding("right", "aside(1)", "To the right", show=False),
        Binding("left_curly_bracket", "sampling(-1)", "Sampling: back to noise", show=False),
        Binding("right_curly_bracket", "sampling(1)", "Sampling: on to points", show=False),
    ]

    discrete: reactive[bool] = reactive(False, repaint=False)
    """Whether the boundary shows classes only, without confidence; of the plane of places, where
    samples lie in it."""
    test_points: reactive[bool] = reactive(False, repaint=False)
    """Whether the test split's points are drawn too."""

    by_sample: reactive[bool] = reactive(False, repaint=False)
    """Whether every sample is shown in turn instead."""
    description: reactive[Description | None] = reactive(None, repaint=False)
    """What the data looks like; seen until something is trained."""

    place: reactive[Place | None] = reactive(None, repaint=False)
    """Of the plane of places: where the cursor is; None until it is moved."""

    steps_back: reactive[int] = reactive(0, repaint=False)
    """Of points that a network makes: so many stages before their end they are seen."""

    large: reactive[Unit | None] = reactive(None, repaint=False)
    """The unit of the network that is drawn in its place."""

    class Resized(Message):
        """There is more or less room than before; the picture is to be drawn for it."""

    keys_told: Sequence[str] = EMPTY
    """Said before anything is trained, below the data."""

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.post_message(self.Resized())

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        evaluated = snapshot.evaluated
        splits = evaluated.get("test"), evaluated.get("train")
        inside = snapshot.inside if self.large is not None else None
        return snapshot.pictures, *splits, snapshot.is_over, snapshot.started, inside

    @property
    def is_of_places(self) -> bool:
        """Whether what is drawn is the plane of a network's narrowest place."""
        pictures = self.snapshot.pictures
        return pictures is not None and pictures.latent is not None

    def chart_rows(self) -> Sequence[Text]:
        return self.all_rows(*self.size) if self._has_curve() else []

    def redraw(self) -> None:
        self.remake()

    def _has_curve(self) -> bool:
        pictures = self.snapshot.pictures
        return pictures is not None and (
            self.by_sample or (pictures.boundary is None and pictures.curve is not None)
        )

    def watch_discrete(self) -> None:
        self.remake()

    def watch_test_points(self) -> None:
        self.remake()

    def watch_by_sample(self) -> None:
        self.remake()

    def watch_place(self) -> None:
        self.remake()

    def action_move(self, by: int) -> None:
        """Move the cursor on the plane of places, or show other rows."""
        if not self._step(0, by):
            super().action_move(by)

    def action_aside(self, by: int) -> None:
        """Move the cursor on the plane of places."""
        self._step(by, 0)

    def _step(self, across: int, down: int) -> bool:
        pictures = self.snapshot.pictures
        plane = None if pictures is None else pictures.latent
        if plane is None:
            return False
        column, row = self.place or middle(plane)
        column, row = column + across, row + down
        self.place = min(max(column, 0), plane.columns - 1), min(max(row, 0), plane.rows - 1)
        return True

    def watch_snapshot(self, before: Snapshot, after: Snapshot) -> None:
        if (before.run, before.past) != (after.run, after.past):
            self.set_reactive(PictureView.steps_back, 0)
        super().watch_snapshot(before, after)

    @property
    def _num_stages(self) -> int:
        """On the way from noise to points, where they are seen and do not come at once."""
        pictures = self.snapshot.pictures
        cloud = None if pictures is None else pictures.cloud
        return 0 if cloud is None else len(cloud.stages)

    @property
    def _stage(self) -> int | None:
        """Which of them is seen; None for the end."""
        back = min(self.steps_back, self._num_stages)
        return self._num_stages - back if back else None

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """At the ends of a sampling its keys are the screen's, which go through the training."""
        if action != "sampling":
            return super().check_action(action, parameters)
        back = min(self.steps_back, self._num_stages)
        if not parameters:
            return self._num_stages > 0
        return back > 0 if parameters[0] == 1 else back < self._num_stages

    def action_sampling(self, by: int) -> None:
        """See what is made a few steps earlier, or later, on its way from noise."""
        self.steps_back = min(max(self.steps_back - by, 0), self._num_stages)

    def watch_steps_back(self) -> None:
        self.remake()
        self.refresh_bindings()

    def watch_description(self) -> None:
        self.remake()

    def watch_large(self) -> None:
        self.remake()

    def heading(self) -> str:
        """What the pane is called now."""
        inside = self._inside()
        if inside is not None and self.large is not None:
            return titled(inside, self.large)
        return self.figure.title

    def _inside(self) -> Inside | None:
        """The network, where one of its units is drawn and known."""
        inside, large = self.snapshot.inside, self.large
        if large is None or inside is None or inside.unit is None or inside.unit.unit != large:
            return None
        has_own = inside.unit.after is not None or inside.sample is not None
        return inside if has_own else None

    def grid(self) -> tuple[int, int]:
        """The columns and rows of the matrix that fills this widget; (0, 0) while unseen."""
        width, height = self.size
        if not width or not height:
            return 0, 0
        return plane.grid_size(width, height, self.look)

    def all_rows(self, width: int, height: int) -> list[Text]:
        return self._drawing(width, height)[1]()

    @property
    def figure(self) -> Figure:
        """What is drawn now."""
        return self._drawing(*self.size)[0]

    def _drawing(self, width: int, height: int) -> Drawing:
        """What is to be drawn, which is often asked, and how, which takes a while."""
        pictures, look = self.snapshot.pictures, self.look
        inside = self._inside()
        if inside is not None and self.large is not None:
            return UNIT, partial(large_rows, inside, self.large, width, height, look)
        if pictures is None:
            return DATA, partial(self._before_training, width, height)
        if self.by_sample and pictures.comparison.actual:
            compared = pictures.comparison
            return SAMPLES, partial(sample_rows, compared, width, height, look, at=self.at)
        if pictures.boundary is not None:
            how = {"discrete": self.discrete, "test_points": self.test_points}
            return BOUNDARY, partial(boundary_rows, pictures.boundary, width, look, **how)
        if pictures.cloud is not None:
            cloud, stage = pictures.cloud, self._stage
            return CLOUD, partial(cloud_rows, cloud, width, height, look, stage=stage)
        if pictures.latent is not None or pictures.returned is not None:
            return LATENT, partial(self._given_back, pictures, width, height)
        if pictures.painting is not None:
            painting, before = pictures.painting, self.snapshot.painted_before
            return PAINTING, partial(painting_rows, painting, width, height, look, before=before)
        if pictures.written:
            return WRITTEN, partial(writing_rows, pictures, width, look)
        if pictures.maps or pictures.plane is not None:
            return SEQUENCE, partial(self._sequence, pictures, width, height)
        return self._compared(pictures, width, height)

    def _sequence(self, pictures: Pictures, width: int, height: int) -> list[Text]:
        """What layers make of a sequence, and what the network says."""
        seen = sequence_rows(pictures.maps, pictures.plane, width, self.look)
        said = self._compared(pictures, width, height)[1]()
        return [*seen, Text(), *said] if seen else said

    def _given_back(self, pictures: Pictures, width: int, height: int) -> list[Text]:
        """The plane of places as points, or as what is decoded there; then samples given back."""
        look, plane = self.look, pictures.latent
        below = [] if pictures.returned is None else returned_rows(pictures.returned, width, look)
        if plane is None:
            return below
        room = max(height - len(below) - 1, LEAST_PLANE) if below else height
        decoded = decoded_rows(plane, width, room, look, at=self.place)
        drawn = decoded
        if self.discrete or not decoded:
            drawn = places_rows(plane, width, room, look, at=self.place or middle(plane))
        if not below:
            below = self._compared(pictures, width, height)[1]()
        return [*drawn, Text(), *below]

    def _compared(self, pictures: Pictures, width: int, height: int) -> Drawing:
        """What the network says of samples, beside what is right."""
        look = self.look
        if pictures.curve is not None:
            return CURVE, partial(curve_rows, pictures.curve, width, height, look, at=self.at)
        evaluated = self.snapshot.evaluated
        split = evaluated.get("test") or evaluated.get("train")
        if split is not None and draws_confusion(pictures, split):
            return CONFUSION, partial(self._confused, split, pictures, width, height)
        if pictures.mistakes:
            return MISTAKES, partial(mistakes_rows, pictures.mistakes, width, look, height=height)
        return COMPARISON, partial(self._beside, pictures, width, height)

    def _confused(
        self, split: Evaluated, pictures: Pictures, width: int, height: int
    ) -> list[Text]:
        """What was taken for what, and pictures that were taken for another."""
        rows = confusion_rows(split, width, self.look)
        rest = height - len(rows) - 1
        room = rest if rest >= LEAST_STRIP else height  # else they are scrolled to
        return [*rows, Text(), *mistakes_rows(pictures.mistakes, width, self.look, height=room)]

    def _beside(self, pictures: Pictures, width: int, height: int) -> list[Text]:
        """Actual and predicted values of samples."""
        look = self.look
        of = target_heading(tr("Actual and predicted values"), self.snapshot.target, width, look)
        of = of if height >= ROOMY else []
        return [*of, *comparison_rows(pictures.comparison, width, height - len(of), look)]

    def _before_training(self, width: int, height: int) -> list[Text]:
        """The data, as large as there is room, and below it what there is to do."""
        is_drawn = self.snapshot.is_over and not self.snapshot.message
        texts = DRAWING if is_drawn else self.keys_told
        told = [row for text in texts for row in sentence(text, width, self.look)]
        if self.description is None:
            is_awaited = self.snapshot.phase == "starting"
            first = ARRIVING if is_awaited and not is_drawn else ()
            above = [row for text in first for row in sentence(text, width, self.look)]
            return [*above, *([Text()] if above else []), *told]
        room = height - len(told) - 1 - _COUNTS
        if room < LEAST_STRIP:
            told, room = [], height - _COUNTS
        rows = thumbnail(self.description, width, self.look, height=max(room, 1))
        return [*rows, Text(), *told] if told else rows
