"""A network as rows of text: tiles, where they stand, lines, and one unit in numbers."""

from __future__ import annotations

import pytest

from engine.runs.inside import (
    Column,
    Effect,
    Inside,
    Unit,
    UnitFigures,
    UnitTile,
    Weight,
    Wire,
    Wires,
)
from engine.runs.tile import Tile
from tui.renderables.look import Look
from tui.renderables.network.arrangement import SIZES, Shape, arrange
from tui.renderables.network.drawing import NetworkDrawing
from tui.renderables.network.figures import Done, signed, unit_lines
from tui.renderables.network.large import large_rows, large_size
from tui.renderables.network.lines import Line, lane
from tui.renderables.network.tiles import tile_glyphs

ASCII = Look(ascii=True, color="none")
COLORED = Look(color="truecolor")


def plane(*rows: str) -> Tile:
    """A tile of the plane: `-` most negative, `+` most positive, `0` zero."""
    cells = bytes({"-": 0, "0": 6, "+": 12}[cell] for row in rows for cell in row)
    return Tile("plane", len(rows[0]), len(rows), cells, -2.0, 2.0)


def text_of(tile: Tile, columns: int, rows: int, look: Look = ASCII, **how: bool) -> list[str]:
    return [
        "".join(sign for sign, _ in row) for row in tile_glyphs(tile, columns, rows, look, **how)
    ]


HALVES = plane("--0++", "--0++", "--0++", "--0++")


def small(*, weight: float = 1.0, is_silenced: bool = False) -> Inside:
    """Two inputs, one unit, one output."""
    inputs = [UnitTile(n, f"x{n + 1}", HALVES, 1.0) for n in range(2)]
    return Inside(
        epoch=0,
        step=0,
        columns=[
            Column(layer=(), layers=(), num_units=2, units=inputs),
            Column(
                layer=(0,),
                layers=("Linear(1)", "Tanh()"),
                sources=(0,),
                num_units=1,
                units=[UnitTile(0, "", HALVES, 1.0, is_silenced)],
            ),
            Column(
                layer=(2,),
                layers=("Linear(1)",),
                sources=(1,),
                num_units=1,
                units=[UnitTile(0, "in", HALVES, 1.0)],
                is_output=True,
            ),
        ],
        wires=[
            Wires(source=0, target=1, wires=[Wire(0, 0, weight), Wire(1, 0, -weight)]),
            Wires(source=1, target=2, wires=[Wire(0, 0, weight)]),
        ],
        has_all_wires=True,
    )


def test_a_tile_is_a_texture_without_half_blocks() -> None:
    """Negative and positive have the textures of the first two classes; zero is empty."""
    assert text_of(HALVES, 5, 2, is_spaced=False) == [":: ==", ":: =="]
    assert text_of(HALVES, 5, 3) == [":: ==", ":: ==", "     "]


def test_a_tile_of_color_leaves_half_a_row_free() -> None:
    """Two pixels a character, runs where they are equal; the last half row belongs to nobody."""
    assert text_of(HALVES, 5, 2, COLORED) == ["     ", "▀▀▀▀▀"]
    assert text_of(HALVES, 5, 2, COLORED, is_spaced=False) == ["     ", "     "]


def test_what_has_other_cells_is_thinned_or_repeated() -> None:
    """Each character shows the cell that lies there."""
    assert text_of(plane("-+"), 4, 1, is_spaced=False) == ["::=="]
    assert text_of(plane("--++--++"), 4, 1, is_spaced=False) == [":=:="]


def test_a_curve_is_the_area_between_zero_and_the_value() -> None:
    """Above zero as positive, below as negative."""
    curve = Tile("curve", 3, 1, bytes([0, 127, 255]), -1.0, 1.0)
    assert text_of(curve, 3, 2, is_spaced=False) == ["  =", ":: "]


def test_classes_have_a_row_each() -> None:
    """Each class where its samples are; of one without classes the bars."""
    classes = Tile("histogram", 3, 2, bytes([255, 0, 0, 0, 0, 255]), 0.0, 1.0)
    assert text_of(classes, 3, 2, is_spaced=False) == [":  ", "  ="]
    bars = Tile("histogram", 3, 1, bytes([255, 127, 0]), 0.0, 1.0)
    assert text_of(bars, 3, 2, is_spaced=False) == ["@  ", "@@ "]


def test_what_is_silenced_is_struck_out_and_nan_said() -> None:
    """Both are seen without any color."""
    assert text_of(HALVES, 4, 2, is_silenced=True) == ["////", "    "]
    nothing = Tile("plane", 1, 1, bytes([6]), None, None)
    assert text_of(nothing, 5, 1) == [" nan "]


def test_all_units_get_the_largest_tile_that_has_room() -> None:
    """32 units in two layers have room in 118 columns and 32 rows, small ones in 50."""
    shapes = [Shape(2, "tile", 2), Shape(32), Shape(32), Shape(1, "tile", 10)]
    wide, narrow = arrange(shapes, 118, 32), arrange(shapes, 52, 32)
    assert (wide.is_whole, wide.tile) == (True, (8, 3))
    assert (narrow.is_whole, narrow.tile) == (True, SIZES[-1])
    assert not arrange(shapes, 52, 14).is_whole


def test_units_of_few_stand_below_each_other() -> None:
    """Then each has lines of its own."""
    found = arrange([Shape(2, "tile", 2), Shape(6), Shape(1)], 60, 15)
    assert [slot.across for slot in found.slots.values()] == [1, 1, 1]
    assert found.is_whole


def test_what_has_no_room_is_scrolled_to_what_is_chosen() -> None:
    """The chosen unit is seen, and its column beside its neighbors."""
    shapes = [Shape(1), Shape(64), Shape(64), Shape(64), Shape(64), Shape(10)]
    for chosen in ((1, 0), (3, 63), (5, 9)):
        found = arrange(shapes, 30, 10, around=chosen)
        assert not found.is_whole
        assert found.slots[chosen[0]].place(chosen[1]) is not None
        assert all(slot.end <= 30 for slot in found.slots.values())


def test_no_size_breaks_an_arrangement() -> None:
    """Down to one character, whatever the network."""
    for shapes in ([Shape(1)], [Shape(3, "tile", 30), Shape(64, "dot", 4), Shape(1)]):
        for width in (1, 4, 20, 80):
            for height in (1, 2, 5, 40):
                assert arrange(shapes, width, height).slots


def test_a_name_is_as_long_as_cells_are_free() -> None:
    """Beside large tiles it is cut nowhere; where lanes are narrow the output's grows first."""
    shapes = [Shape(2, label=14), Shape(32), Shape(32), Shape(1, label=10)]
    assert [slot.label for slot in arrange(shapes, 102, 26).slots.values()] == [14, 0, 0, 10]
    tight = arrange([Shape(2, label=2), *shapes[1:]], 56, 30)
    assert tight.is_whole
    assert tight.slots[3].label == 10
    assert tight.slots[3].end <= 55


def test_a_steep_line_has_a_dot_in_every_row() -> None:
    """It would not be seen to lead anywhere, with one for each column alone."""
    cells = lane([Line(0, 9, 1.0)], 2, 10, COLORED)
    assert {y for _, y in cells} == set(range(10))


def test_lines_are_solid_up_and_dashed_down() -> None:
    """In strokes and in Braille; what is next to nothing has none."""
    strokes = lane([Line(0, 0, 0.5), Line(1, 1, -0.5), Line(2, 2, 0.1)], 4, 3, ASCII)
    rows = ["".join(strokes.get((x, y), (" ",))[0] for x in range(4)) for y in range(3)]
    assert rows == ["----", ": : ", "    "]
    dots = lane([Line(0, 0, 0.5), Line(1, 1, -0.5)], 4, 2, COLORED)
    rows = ["".join(dots.get((x, y), (" ",))[0] for x in range(4)) for y in range(2)]
    assert rows == ["⠒⠒⠒⠒", "⠒ ⠒ "]


def test_a_small_network_is_drawn_whole() -> None:
    """Columns under their names, every weight a line, the chosen unit between brackets."""
    drawing = NetworkDrawing(small(), 40, 8, ASCII, Unit((0,), 0))
    assert [row.plain.rstrip() for row in drawing.rows()] == [
        " inputs     Linear(1) Tanh    Linear(1)",
        " :::  == ==",
        "           \\=",
        "   x1        :=[:::  ==]====== :::  ==",
        " :::  == : :   [       ]",
        "                                 in",
        "   x2",
        "",
    ]


def test_a_click_finds_the_unit_that_is_drawn_there() -> None:
    """And arrows lead to what lies beside it."""
    drawing = NetworkDrawing(small(), 40, 12, ASCII, Unit((0,), 0))
    slot = drawing.arrangement.slots[0]
    second = slot.place(1)
    assert second is not None
    assert drawing.unit_at(*second) == Unit((), 1)
    assert drawing.unit_at(39, 11) is None
    assert drawing.neighbor("right") == Unit((2,), 0)
    assert drawing.neighbor("left") in (Unit((), 0), Unit((), 1))
    assert drawing.neighbor("down") == Unit((0,), 0)


@pytest.mark.parametrize("look", [ASCII, COLORED, Look(color="none"), Look(color="16")])
@pytest.mark.parametrize("size", [(0, 0), (3, 1), (18, 3), (57, 15), (198, 50)])
def test_a_network_fits_at_every_size(look: Look, size: tuple[int, int]) -> None:
    """Never wider, never higher, in its alphabet, whatever is silenced or not finite."""
    for inside in (small(), small(weight=float("nan")), small(is_silenced=True)):
        rows = NetworkDrawing(inside, *size, look, Unit((), 1)).rows()
        assert len(rows) <= size[1]
        assert all(row.cell_len <= size[0] for row in rows)
        assert all(row.plain.isascii() for row in rows if look.ascii)


FIGURES = UnitFigures(
    unit=Unit((0,), 0),
    name="",
    bias=Weight("bias", 0.5, (0,), "bias", (0,)),
    incoming=[
        Weight("x1", 1.0, (0,), "weight", (0, 0)),
        Weight("x2", -0.25, (0,), "weight", (0, 1)),
    ],
    outgoing=[Weight("in", -2.0, (2,), "weight", (0, 0))],
    num_incoming=2,
    num_outgoing=1,
    num_samples=20,
    mean=0.125,
    spread=1.5,
    dead=0.25,
    gradient=0.003,
)


def told(width: int, look: Look = ASCII, done: Done | None = None) -> list[str]:
    from msgspec.structs import replace

    inside = replace(small(), unit=FIGURES)
    return [line.text.plain.rstrip() for line in unit_lines(inside, width, look, done=done)]


def test_a_unit_is_told_in_numbers() -> None:
    """What it gives, then every weight with its name and a bar by the largest."""
    assert told(30) == [
        "mean +0.125   spread 1.5",
        "dead 25%   gradient 0.003",
        "in",
        " bias   +0.500 ####",
        "   x1   +1.000 #######",
        "   x2   -0.250 ##",
        "out to Linear(1)",
        "   in   -2.000 ##############",
    ]


def test_a_change_by_hand_is_told_with_what_it_did() -> None:
    """Accuracy, then loss, of the split that nobody learns from where there is one."""
    effect = Effect(
        event=3,
        before={"test_loss": 0.01, "test_accuracy": 1.0, "train_loss": 0.0},
        after={"test_loss": 0.75, "test_accuracy": 0.7125, "train_loss": 0.5},
        num_samples={"test": 5},
    )
    assert told(50, done=Done("without it", effect))[2:4] == [
        "without it:   test accuracy 1.000 -> 0.713",
        "test loss 0.0100 -> 0.7500",
    ]


def test_numbers_are_short_and_signed() -> None:
    """With three decimals where these tell them apart, else with an exponent."""
    assert [signed(value) for value in (1.5, -0.0004, 0.0, 12345.0, None)] == [
        "+1.500",
        "-4.0e-04",
        "+0.000",
        "+1.2e+04",
        "nan",
    ]


def test_both_sides_of_an_activation_stand_beside_each_other() -> None:
    """With the largest value of each below."""
    from msgspec.structs import replace

    figures = replace(FIGURES, before=plane("-+"), after=plane("0+"))
    rows = large_rows(replace(small(), unit=figures), Unit((0,), 0), 20, 5, ASCII)
    plain = [row.plain.rstrip() for row in rows]
    assert plain == ["::::====       ===="] * 4 + ["before..   after i.."]
    assert large_size(80, 20, COLORED) == (38, 38)
    assert large_size(3, 1, COLORED) == (0, 0)
