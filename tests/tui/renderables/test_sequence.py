"""Maps of what networks do with sequences."""

from __future__ import annotations

from rich.cells import cell_len

from engine.runs.pictures import SequenceMap
from engine.runs.tile import Tile
from tui.renderables.look import Look
from tui.renderables.sequence import map_rows

WHOLE = "Attention of layers[2][1]: what each row takes of each column"


def test_a_title_is_short_before_it_is_cut() -> None:
    """Which layer it is stands there at any width; what a row is where there is room for it."""
    head = Tile("saliency", 2, 2, bytes(4), 0.0, 1.0)
    shown = SequenceMap(layer="layers[2][1]", kind="attention", edge=["1", "8"], tiles=[head])
    assert cell_len(WHOLE) == 61
    assert map_rows(shown, 61, Look())[0].plain.rstrip() == WHOLE
    assert map_rows(shown, 60, Look())[0].plain.rstrip() == "Attention of layers[2][1]"
