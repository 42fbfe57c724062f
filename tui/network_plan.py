"""What a network will look like, known from its experiment alone: whether it is worth drawing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from rich.cells import cell_len

from engine.doctor.examination import known_facts
from engine.errors import Problem
from engine.parts.data import names_of_inputs
from engine.spec.chain import links
from engine.spec.columns import columns_of
from tui.renderables.network import Shape, arrange

if TYPE_CHECKING:
    from engine.parts.data import Facts
    from engine.spec.experiment import Experiment

Side = Literal["above", "beside"]
"""Where the network stands of the picture."""
_FRAME = 2
"""Columns, and rows, of a pane's border."""
MOST_INPUTS = 12
"""Of a table with more, the network says less than the picture."""
MOST_UNITS = 64
"""As engine.training.inside has it."""


def planned_shapes(experiment: Experiment, facts: Facts | None) -> list[Shape]:
    """The columns of a network from left to right; none where that can't be known yet."""
    facts = facts or known_facts(experiment)
    if facts is None:
        return []
    problems: list[Problem] = []
    chain = links(experiment.network, facts.shape, problems)
    if problems or not facts.shape:
        return []
    columns = columns_of(chain)
    is_image = len(facts.shape) > 1
    makers = [column.maker for column in columns if not column.is_input]
    is_sampled = is_image and any(len(maker.output_shape) > 1 for maker in makers)
    found = [_inputs(facts)]
    for place, column in enumerate(columns[1:], start=2):
        count = column.num_units
        label = 0
        if place == len(columns):
            names = facts.classes if len(facts.classes) == count else facts.classes[1:count]
            label = max((cell_len(name) for name in names), default=0)
        is_number = is_sampled and len(column.last.output_shape) == 1
        found.append(Shape(min(count, MOST_UNITS), "dot" if is_number else "tile", label))
    return found


def room_for_network(shapes: list[Shape], width: int, height: int) -> Side | None:
    """Where it stands of the picture, in a column of such panes; None where it has no room.

    Beside it, unless picture and tiles are larger where it stands above: a picture keeps its
    shape, and a character is twice as high as wide.
    """
    rooms: dict[Side, tuple[int, int]] = {
        "beside": (width // 2 - _FRAME, height - _FRAME),
        "above": (width - _FRAME, height // 2 - _FRAME),
    }
    sizes: dict[Side, int] = {}
    for side, room in rooms.items():
        tile = tile_worth_drawing(shapes, *room)
        if tile is not None:
            sizes[side] = tile[0] * min(room[0], 2 * room[1])
    return max(sizes, key=lambda side: sizes[side], default=None)


def tile_worth_drawing(shapes: list[Shape], width: int, height: int) -> tuple[int, int] | None:
    """A tile's characters where all of a network has room and it has few inputs; None elsewhere."""
    if len(shapes) < 2 or shapes[0].units > MOST_INPUTS:
        return None
    found = arrange(shapes, width, height)
    return found.tile if found.is_whole else None


def _inputs(facts: Facts) -> Shape:
    count = facts.shape[0]
    if len(facts.shape) > 1:  # the channels of a picture
        return Shape(min(count, MOST_UNITS))
    names = names_of_inputs(facts, count)
    return Shape(min(count, MOST_UNITS), "tile", max(map(cell_len, names), default=0))
