"""One unit large, on both sides of its activation; a sample on its way through the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.images import Image, gallery
from tui.renderables.look import Look
from tui.renderables.network.figures import signed
from tui.renderables.network.names import unit_name
from tui.renderables.network.tiles import tile_glyphs
from tui.renderables.numbers import short
from tui.renderables.palette import ATTENTION, SECONDARY, blend
from tui.renderables.predictions import class_prediction, value_prediction
from tui.renderables.runs import row_of
from tui.renderables.sanitize import crop, fit
from tui.renderables.table import sentence

if TYPE_CHECKING:
    from engine.runs.inside import Inside, LayerMaps, Sample, SampleSeen, Unit
    from engine.runs.tile import Tile

_GAP = 2
_LARGEST = 28
"""Columns of a sample's picture."""
_CAPTION = 1
_MAP = (8, 4)
"""Characters of a feature map."""
MOST_COLUMNS = 64
"""Of a large tile: the engine draws no larger ones fast enough."""
_DIMMED = 0.65
"""How bright a picture is below what matters of it."""


def large_size(width: int, height: int, look: Look) -> tuple[int, int]:
    """Columns and rows of cells to ask for; (0, 0) where there is no room."""
    rows = min(height - _CAPTION, width // 4)
    if rows < 2:
        return 0, 0
    columns = min(2 * rows, MOST_COLUMNS)
    return columns, 2 * rows if look.half_blocks else rows


def large_rows(inside: Inside, chosen: Unit, width: int, height: int, look: Look) -> list[Text]:
    """The unit that is looked at, then the sample that goes through the network."""
    rows: list[Text] = []
    figures = inside.unit
    is_input = not chosen.layer
    sample = inside.sample
    if figures is not None and not (is_input and sample is not None and sample.sample.picture):
        room = height if sample is None or not sample.maps else max(height // 2, 4)
        if figures.after is not None and _is_number(figures.after):
            rows += [Text(fit(tr(f"it gives {_given(inside, chosen)}"), width, look.ascii))]
        else:
            rows += _sides(figures.before, figures.after, width, room, look)
    if sample is not None and sample.sample.picture is not None:
        rows += [Text()] if rows else []
        rows += sample_rows(inside, sample, width, height - len(rows), look)
    return rows


def _is_number(tile: Tile) -> bool:
    """Whether all that a unit makes of a sample is one number, which has no picture."""
    return (tile.kind, tile.columns, tile.rows) == ("map", 1, 1)


def _given(inside: Inside, chosen: Unit) -> str:
    """What a unit gives for the chosen sample."""
    given = [
        unit.value
        for column in inside.columns
        if column.layer == chosen.layer
        for unit in column.units
        if unit.index == chosen.index
    ]
    return signed(given[0] if given else None)


def _sides(
    before: Tile | None, after: Tile | None, width: int, height: int, look: Look
) -> list[Text]:
    """Both sides of an activation beside each other, where there are two and room for them."""
    long, short = (
        [
            (name, tile)
            for name, tile in zip(names, (before, after), strict=True)
            if tile is not None
        ]
        for names in ((tr("before its activation"), tr("after it")), (tr("before"), tr("after")))
    )
    sides = long
    if len(sides) == 2 and (before == after or width < 4 * _GAP):
        sides = sides[1:]
    if len(sides) == 1:
        sides = [(tr("it gives"), sides[0][1])]
    if not sides:
        return []
    each = (width - _GAP * (len(sides) - 1)) // len(sides)
    if len(sides) == 2 and not _all_fit(sides, each, look) and _all_fit(short, each, look):
        sides = short
    blocks = [_captioned(name, tile, each, height, look) for name, tile in sides]
    return [
        Text(" " * _GAP).join(
            [_padded(block[y], each) if y < len(block) else Text(" " * each) for block in blocks]
        )
        for y in range(max(map(len, blocks)))
    ]


def _captioned(name: str, tile: Tile, width: int, height: int, look: Look) -> list[Text]:
    rows = max(min(height - _CAPTION, width // 2), 1)
    columns = min(2 * rows, width)
    drawn = tile_glyphs(tile, columns, rows, look, is_spaced=False)
    caption = Text(fit(_told_of(name, tile, look), width, look.ascii), look.paint(SECONDARY))
    return [*(row_of(line) for line in drawn), caption]


def _all_fit(sides: list[tuple[str, Tile]], width: int, look: Look) -> bool:
    return all(cell_len(_told_of(name, tile, look)) <= width for name, tile in sides)


def _told_of(name: str, tile: Tile, look: Look) -> str:
    """What is drawn, and between what its values lie."""
    return f"{name}, {_range(tile, look)}" if tile.low is not None else name


def _range(tile: Tile, look: Look) -> str:
    """Between what its values lie; of what is drawn around zero, the largest."""
    low, high = (short(float(f"{float(end or 0.0):.3g}")) for end in (tile.low, tile.high))
    if tile.kind in ("curve", "histogram"):
        return f"{low} to {high}"
    return tr(f"up to {look.pick('±', '+-')}{high}")


def _padded(row: Text, width: int) -> Text:
    row = row.copy()
    row.append(" " * max(width - row.cell_len, 0))
    return row


def sample_rows(
    inside: Inside, seen: SampleSeen, width: int, height: int, look: Look
) -> list[Text]:
    """The picture, which of its pixels matter, what it is taken for, and its feature maps.

    height: how many rows are seen at once, for which small pictures are made larger.
    """
    told = _told(inside, seen, width, look)
    each = max((width - _GAP) // 2, 4)
    pictures = [_enlarged(one, each, height - len(told) - _CAPTION) for one in _pictures(seen)]
    rows = [*gallery(pictures, width, look, columns=max(min(each, _LARGEST), 4)), *told]
    for layer in seen.maps:
        rows += _maps(layer, width, look)
    return rows


def _pictures(seen: SampleSeen) -> list[Image]:
    sample = seen.sample
    picture = sample.picture
    assert picture is not None, "only pictures are drawn so"
    shown = Image(
        picture.width, picture.height, picture.channels, picture.pixels, f"a {sample.actual}"
    )
    tile = seen.saliency
    if tile is None or (tile.columns, tile.rows) != (picture.width, picture.height):
        return [shown]
    size = picture.width * picture.height
    pixels = bytearray(3 * size)
    for at in range(size):
        grey = [picture.pixels[at + size * (channel % picture.channels)] for channel in range(3)]
        red, green, blue = (round(part * _DIMMED) for part in grey)
        color = blend((red, green, blue), ATTENTION.rgb, tile.cells[at] / 255)
        for channel in range(3):
            pixels[channel * size + at] = color[channel]
    matters = Image(picture.width, picture.height, 3, bytes(pixels), tr("what matters"))
    return [shown, matters]


def _enlarged(image: Image, width: int, height: int) -> Image:
    """Each pixel as often beside and below itself as there is room for."""
    times = min(min(width, _LARGEST) // image.columns, 2 * height // image.rows)
    if times < 2:
        return image
    pixels = bytes(
        image.pixels[start + column]
        for start in range(0, image.channels * image.rows * image.columns, image.columns)
        for _ in range(times)
        for column in range(image.columns)
        for _ in range(times)
    )
    size = times * image.columns, times * image.rows
    return Image(*size, image.channels, pixels, image.caption)


def _told(inside: Inside, seen: SampleSeen, width: int, look: Look) -> list[Text]:
    """Which sample it is, and what the network says of it."""
    sample = seen.sample
    place = seen.rows.index(sample.row) if sample.row in seen.rows else None
    which = tr(f"{sample.split} sample {sample.row:,}")
    if place is not None:
        which += f", {place + 1} of {len(seen.rows):,}"
        wrong = tr(f"{seen.num_wrong:,} wrong") if seen.num_wrong else tr("none wrong")
        which += tr(f" ({wrong}, those first)")
    rows = [Text(row.plain, look.paint(SECONDARY)) for row in sentence(which, width, look)]
    names = [unit.name for unit in inside.columns[-1].units]
    scores = [None if one is None else float(one) for one in seen.scores]
    if any(names) and len(scores) == len(names):
        return [*rows, *_said(sample, scores, names, width, look)]
    if any(names) and len(scores) == 2:  # two classes, of one output
        classes = _two(sample.actual, sample.predicted, names[0])
        return [*rows, *_said(sample, scores, classes, width, look)]
    return [*rows, *value_prediction((), scores, width, look)]


def _said(
    sample: Sample, scores: list[float | None], names: list[str], width: int, look: Look
) -> list[Text]:
    """What it is and what it is taken for, with the probability of each class."""
    return class_prediction(
        (), sample.predicted, scores, names, width, look, file=f"a {sample.actual}"
    )


def _two(actual: str, predicted: str, second: str) -> list[str]:
    first = next((name for name in (actual, predicted) if name != second), "other")
    return [first, second]


def _maps(layer: LayerMaps, width: int, look: Look) -> list[Text]:
    """A layer's feature maps, as many lines of them as they take."""
    wide, high = _MAP
    tiles = [unit.tile for unit in layer.maps if unit.tile is not None]
    across = max((width + 1) // (wide + 1), 1)
    count = tr(f"{layer.num_maps} maps")
    if layer.num_maps > len(layer.maps):
        count = tr(f"{len(layer.maps)} of {layer.num_maps} maps, the strongest")
    rows = [Text(), Text(fit(f"{layer.text}: {count}", width, look.ascii), Style(bold=True))]
    for start in range(0, len(tiles), across):
        drawn = [tile_glyphs(tile, wide, high, look) for tile in tiles[start : start + across]]
        rows += [
            crop(Text(" ").join([row_of(one[y]) for one in drawn]), width, look.ascii)
            for y in range(high)
        ]
    return rows


def titled(inside: Inside, unit: Unit) -> str:
    """A unit as the heading of its pane."""
    name = unit_name(inside, unit)
    return name[:1].upper() + name[1:]
