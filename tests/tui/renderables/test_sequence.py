"""Maps of what networks do with sequences."""

from __future__ import annotations

from rich.cells import cell_len

from engine.runs.pictures import SequenceMap, TokenPlane
from engine.runs.tile import Tile
from tui.renderables.look import Look
from tui.renderables.sequence import layer_rows, map_rows

WHOLE = "Attention of layers[2][1]: what each row takes of each column"


def test_a_title_is_short_before_it_is_cut() -> None:
    """Which layer it is stands there at any width; what a row is where there is room for it."""
    head = Tile("saliency", 2, 2, bytes(4), 0.0, 1.0)
    shown = SequenceMap(layer="layers[2][1]", kind="attention", edge=["1", "8"], tiles=[head])
    assert cell_len(WHOLE) == 61
    assert map_rows(shown, 61, Look())[0].plain.rstrip() == WHOLE
    assert map_rows(shown, 60, Look())[0].plain.rstrip() == "Attention of layers[2][1]"


def test_a_layer_has_its_own_maps_and_those_of_what_is_in_it() -> None:
    """Neither those of others nor all of them for the input; an embedding has its tokens."""
    head = Tile("saliency", 2, 2, bytes(4), 0.0, 1.0)
    maps = [
        SequenceMap(layer=f"layers{at}", kind="attention", edge=["1", "8"], tiles=[head])
        for at in ("[2][1]", "[12]")
    ]
    plane = TokenPlane(
        names=["a", "b", "c"], x=[-1.0, 0.0, 1.0], y=[0.0, 0.5, -1.0], share=0.75, layer="layers[0]"
    )

    def told(layer: tuple[int, ...]) -> list[str]:
        rows = layer_rows(maps, plane, layer, 40, 12, Look(ascii=True, color="none"))
        return [row.plain.rstrip() for row in rows]

    assert told((2, 1))[0] == told((2,))[0] == "Attention of layers[2][1]"
    assert told((12,))[0] == "Attention of layers[12]"
    assert told((0,))[0].startswith("Tokens in the plane (0.750")
    assert len(told((0,))) == 12
    assert [told(other) for other in ((), (1,), (2, 0), (2, 1, 0))] == [[]] * 4


def test_what_has_no_room_is_in_the_picture() -> None:
    """It is said where the rest is; nothing is begun that would say nothing."""
    head = Tile("saliency", 2, 2, bytes(4), 0.0, 1.0)
    shown = SequenceMap(layer="layers[1]", kind="attention", edge=["1", "8"], tiles=[head] * 9)
    rows = [row.plain for row in layer_rows([shown], None, (1,), 20, 5, Look(ascii=True))]
    assert len(rows) == 5
    assert rows[-1] == "The picture (3) has"
    assert layer_rows([shown], None, (1,), 20, 3, Look()) == []
