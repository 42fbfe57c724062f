"""Rows of text as pixels: a bitmap font, and what no font has drawn by hand."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from rich.color import Color
from rich.console import Console
from rich.style import Style
from rich.terminal_theme import DEFAULT_TERMINAL_THEME, TerminalTheme
from rich.text import Text

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import ImageFont

    RGB = tuple[int, int, int]

CELL_WIDTH, CELL_HEIGHT = 6, 12
"""Pixels of a character; the font has 6 by 11."""
MOST_PIXELS = 1_300
"""Up to so wide a picture is drawn twice as large."""
PAPER, INK = (22, 22, 26), (220, 220, 220)
_BOLD_INK = (255, 255, 255)
_DIM = 0.55
_MOST_COLORS = 256
_STANDS_FOR = {"→": ">", "←": "<", "−": "-", "…": ".", "–": "-", "’": "'", "‹": "<", "›": ">"}
_EIGHTHS = "▁▂▃▄▅▆▇█"
_SHADES = {"░": 0.25, "▒": 0.5, "▓": 0.75}
_BRAILLE = 0x2800
_DOTS = ((0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3))
"""Column and row of each bit's dot."""
_LINES = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu", "├": "rud", "┤": "lud",
    "┬": "lrd", "┴": "lru", "┼": "lrud", "┊": "ud", "╴": "l", "╶": "r",
}  # fmt: skip
_SIGNS = {
    "●": "disk",
    "•": "disk",
    "○": "ring",
    "■": "box",
    "□": "frame",
    "◆": "diamond",
    "◇": "lozenge",
    "▲": "up",
    "△": "up-open",
    "▼": "down",
    "▽": "down-open",
    "◀": "left",
    "◁": "left-open",
    "▶": "right",
    "▷": "right-open",
    "★": "diamond",
    "☆": "lozenge",
    "✚": "plus",
    "✛": "plus",
    "✖": "cross",
    "✕": "cross",
}


def animated(
    frames: Sequence[Sequence[Text]], width: int, height: int, frame_s: float, end_s: float
) -> bytes:
    """A GIF of frames of so many cells; the last one stays longer."""
    from PIL import Image

    drawn = [drawing(rows, width, height) for rows in frames]
    palette, dither = _palette(drawn), Image.Dither.NONE
    images = [_scaled(image, width).quantize(palette=palette, dither=dither) for image in drawn]
    durations = [max(20, round(frame_s * 1000))] * (len(images) - 1) + [round(end_s * 1000)]
    buffer = io.BytesIO()
    images[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=images[1:],
        duration=durations,
        loop=0,
        optimize=False,
    )
    return buffer.getvalue()


def drawing(rows: Sequence[Text], width: int, height: int) -> Image:
    """Rows of text as a picture."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (width * CELL_WIDTH, height * CELL_HEIGHT), PAPER)
    draw = ImageDraw.Draw(image)
    console = Console(file=io.StringIO(), width=max(width, 1), color_system="truecolor")
    for number, row in enumerate(rows[:height]):
        column, base = 0, console.get_style(row.style)
        for segment in row.render(console):
            ink, paper = _colors(base + segment.style if segment.style else base)
            for character in segment.text:
                if column < width:
                    _put(draw, column * CELL_WIDTH, number * CELL_HEIGHT, character, ink, paper)
                column += 1
    return image


def _scaled(image: Image, width: int) -> Image:
    from PIL import Image

    if width * CELL_WIDTH * 2 > MOST_PIXELS:
        return image
    size = (image.width * 2, image.height * 2)
    return image.resize(size, Image.Resampling.NEAREST)


def _palette(images: Sequence[Image]) -> Image:
    """The colors of all frames; the nearest ones where they are more than a GIF has."""
    from PIL import Image

    found: dict[tuple[int, ...], int] = {}
    for image in images:
        for count, color in image.getcolors(image.width * image.height) or ():
            assert isinstance(color, tuple), "an RGB picture has colors of three parts"
            found[color] = found.get(color, 0) + count
    most = sorted(found, key=lambda color: -found[color])[:_MOST_COLORS]
    palette = Image.new("P", (1, 1))
    flat = [part for color in most for part in color]
    palette.putpalette(flat + list(most[0]) * (_MOST_COLORS - len(most)))
    return palette


def _colors(style: Style) -> tuple[RGB, RGB]:
    theme = DEFAULT_TERMINAL_THEME
    ink = _rgb(style.color, theme) or (_BOLD_INK if style.bold else INK)
    paper = _rgb(style.bgcolor, theme) or PAPER
    if style.reverse:
        ink, paper = paper, ink
    if style.dim:
        ink = _mixed(ink, paper, _DIM)
    return ink, paper


def _rgb(color: Color | None, theme: TerminalTheme) -> RGB | None:
    if color is None or color.is_default:
        return None
    red, green, blue = color.get_truecolor(theme)
    return red, green, blue


def _mixed(ink: RGB, paper: RGB, share: float) -> RGB:
    red, green, blue = (round(p + (i - p) * share) for i, p in zip(ink, paper, strict=True))
    return red, green, blue


def _put(draw: ImageDraw, x: int, y: int, character: str, ink: RGB, paper: RGB) -> None:
    """Draw one character into its cell."""
    right, bottom = x + CELL_WIDTH - 1, y + CELL_HEIGHT - 1
    if paper != PAPER:
        draw.rectangle((x, y, right, bottom), fill=paper)
    if character == " ":
        return
    if character == "▀":
        draw.rectangle((x, y, right, y + CELL_HEIGHT // 2 - 1), fill=ink)
    elif character in _EIGHTHS:
        rows = CELL_HEIGHT * (_EIGHTHS.index(character) + 1) // 8
        draw.rectangle((x, bottom - rows + 1, right, bottom), fill=ink)
    elif character in _SHADES:
        draw.rectangle((x, y, right, bottom), fill=_mixed(ink, paper, _SHADES[character]))
    elif _BRAILLE <= ord(character) < _BRAILLE + 256:
        for bit, (column, row) in enumerate(_DOTS):
            if (ord(character) - _BRAILLE) >> bit & 1:
                left, top = x + 1 + 3 * column, y + 1 + 3 * row
                draw.rectangle((left, top, left + 1, top + 1), fill=ink)
    elif character in _LINES:
        _put_line(draw, x, y, _LINES[character], ink)
    elif character in _SIGNS:
        _put_sign(draw, x, y, _SIGNS[character], ink)
    else:
        text = _STANDS_FOR.get(character, character)
        draw.text((x, y), text if ord(text) < 256 else "?", fill=ink, font=_font())


def _put_line(draw: ImageDraw, x: int, y: int, arms: str, ink: RGB) -> None:
    """Lines from the middle of a cell to its sides: l, r, u, d."""
    middle, center = x + CELL_WIDTH // 2 - 1, y + CELL_HEIGHT // 2 - 1
    ends = {
        "l": (x, center),
        "r": (x + CELL_WIDTH - 1, center),
        "u": (middle, y),
        "d": (middle, y + CELL_HEIGHT - 1),
    }
    for arm in arms:
        draw.line((middle, center, *ends[arm]), fill=ink)


def _put_sign(draw: ImageDraw, x: int, y: int, sign: str, ink: RGB) -> None:
    """A class's sign, in a square of the cell's width."""
    top = y + 3
    left, right, bottom = x, x + CELL_WIDTH - 1, top + CELL_WIDTH - 1
    shape, _, is_open = sign.partition("-")
    inside = None if is_open else ink
    middle = (left + right) / 2, (top + bottom) / 2
    corners: dict[str, list[tuple[float, float]]] = {
        "up": [(left, bottom), (right, bottom), (middle[0], top)],
        "down": [(left, top), (right, top), (middle[0], bottom)],
        "left": [(right, top), (right, bottom), (left, middle[1])],
        "right": [(left, top), (left, bottom), (right, middle[1])],
        "diamond": [(middle[0], top), (right, middle[1]), (middle[0], bottom), (left, middle[1])],
    }
    corners["lozenge"] = corners["diamond"]
    match shape:
        case "disk":
            draw.rectangle((left, top + 1, right, bottom - 1), fill=ink)
            draw.rectangle((left + 1, top, right - 1, bottom), fill=ink)
        case "ring":
            for row in (top, bottom):
                draw.line((left + 1, row, right - 1, row), fill=ink)
            for column in (left, right):
                draw.line((column, top + 1, column, bottom - 1), fill=ink)
        case "box" | "frame":
            fill = ink if shape == "box" else None
            draw.rectangle((left, top, right, bottom), fill=fill, outline=ink)
        case "plus":
            draw.line((left, middle[1], right, middle[1]), fill=ink)
            draw.line((middle[0], top, middle[0], bottom), fill=ink)
        case "cross":
            draw.line((left, top, right, bottom), fill=ink)
            draw.line((left, bottom, right, top), fill=ink)
        case _:
            fill = None if shape == "lozenge" else inside
            draw.polygon(corners[shape], fill=fill, outline=ink)


@lru_cache(maxsize=1)
def _font() -> ImageFont:
    from PIL.ImageFont import load_default_imagefont

    return load_default_imagefont()
