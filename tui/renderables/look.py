"""What a terminal can show: how many colors, which characters, and the glyphs made for them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from rich.color import Color, ColorSystem
from rich.style import Style

from tui.renderables.palette import CLASSES, INSTEAD, PLAIN, RGB, Hue, Palette, on_light

ColorDepth = Literal["none", "16", "256", "truecolor"]

_GLYPHS = ("●", "▲", "■", "◆", "★", "▼", "◀", "▶", "✚", "✖")
_OPEN_GLYPHS = ("○", "△", "□", "◇", "☆", "▽", "◁", "▷", "✛", "✕")
_LETTERS = "OXAHVNTYZWBCDEFGIJKLMPQRSU"
_TEXTURES = ("░▒", "·:", "-=", "'\"", "~≈", ",;", "_+", "/|", "`^", "<>")
_ASCII_TEXTURES = (".:", "-=", "'\"", "~%", ",;", "_+", "/|", "`^", "<>", "!?")
_RAMP = " ·-=+*#%@"
_ASCII_RAMP = " .-=+*#%@"
_CONSOLE_GLYPHS = ("•", "▲", "■", "♦", "☼", "▼", "◄", "►", "♣", "♠")
_CONSOLE = frozenset(bytes(range(128, 256)).decode("cp437") + "☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼")
"""What the font of a Linux console has beside ASCII: that of the IBM PC."""
_SYSTEMS: dict[str, ColorDepth] = {
    "standard": "16",
    "windows": "16",
    "256": "256",
    "truecolor": "truecolor",
}


@dataclass(frozen=True)
class Look:
    """How to draw for one terminal; the same numbers give the same rows for the same look."""

    ascii: bool = False
    """Only characters below 128."""
    color: ColorDepth = "truecolor"
    console: bool = False
    """Only what a Linux console's font has: no Braille, no small blocks, few signs."""
    palette: Palette = "usual"
    light: bool = False
    """Whether the page is light: signs on it are as dark as they must be to be seen."""

    @property
    def has_color(self) -> bool:
        """Whether any color may be used."""
        return self.color != "none"

    @property
    def half_blocks(self) -> bool:
        """Whether two colored pixels fit one character."""
        return self.has_color and not self.ascii

    def paint(
        self, ink: Hue | None = None, paper: Hue | None = None, *, bold: bool = False
    ) -> Style:
        """A style of foreground and background, without color where there is none."""
        return Style(
            color=self._name(ink, on_page=paper is None) if ink else None,
            bgcolor=self._name(paper) if paper else None,
            bold=bold or None,
        )

    def hue(self, hue: Hue) -> Hue:
        """What stands for a color in the palette that was chosen."""
        return INSTEAD[self.palette][CLASSES.index(hue)] if hue in CLASSES else hue

    def _name(self, hue: Hue, *, on_page: bool = False) -> str | None:
        if self.color == "none" or (hue is PLAIN and on_page):
            return None
        hue = self.hue(hue)
        if self.color == "16":
            return hue.name
        rgb = on_light(hue.rgb) if self.light and on_page else hue.rgb
        return _color_name(rgb, self.color == "256")

    def glyph(self, index: int, *, hollow: bool = False) -> str:
        """The sign of a class; hollow (in ASCII: lower case) for samples of the test split."""
        if self.ascii:
            letter = _LETTERS[index % len(_LETTERS)]
            return letter.lower() if hollow else letter
        if self.console:
            signs = _LETTERS.lower() if hollow else _CONSOLE_GLYPHS
            return signs[index % len(signs)]
        glyphs = _OPEN_GLYPHS if hollow else _GLYPHS
        return glyphs[index % len(glyphs)]

    def texture(self, index: int, strength: float) -> str:
        """The character that fills a class's area; strength 0..1 is the confidence."""
        textures = _ASCII_TEXTURES if self.ascii or self.console else _TEXTURES
        return textures[index % len(textures)][1 if strength > 0.5 else 0]

    def shade(self, strength: float) -> str:
        """A character from empty (0) to full (1)."""
        ramp = _ASCII_RAMP if self.ascii or self.console else _RAMP
        return ramp[round(min(max(strength, 0.0), 1.0) * (len(ramp) - 1))]

    def pick(self, unicode: str, ascii: str) -> str:
        """One of two spellings."""
        return ascii if self.ascii or (self.console and not on_console(unicode)) else unicode


def on_console(text: str) -> bool:
    """Whether a Linux console has all characters of a text."""
    return all(character.isascii() or character in _CONSOLE for character in text)


def look_for(
    environment: Mapping[str, str],
    *,
    encoding: str | None,
    is_terminal: bool,
    color_system: str | None,
    ascii_only: bool = False,
    console: bool | None = None,
    palette: Palette = "usual",
    light: bool = False,
) -> Look:
    """The look that fits a terminal.

    `color_system` is rich's (`Console.color_system`); `encoding` the stream's. console: whether
    only what a Linux console's font has is drawn; None: as TERM says. light: the page is.
    """
    narrow = (encoding or "ascii").lower().replace("-", "").replace("_", "")
    silent = (
        bool(environment.get("NO_COLOR"))
        or environment.get("TERM", "").lower() in {"dumb", "unknown"}
        or not is_terminal
    )
    depth = "none" if silent else _SYSTEMS.get(color_system or "", "none")
    if console is None:
        console = environment.get("TERM", "").lower() == "linux"
    ascii_only = ascii_only or not narrow.startswith("utf")
    console = console and not ascii_only
    return Look(ascii=ascii_only, color=depth, console=console, palette=palette, light=light)


@lru_cache(maxsize=4096)
def _color_name(rgb: RGB, indexed: bool) -> str:
    if not indexed:
        return "#{:02x}{:02x}{:02x}".format(*rgb)
    if max(rgb) - min(rgb) < 24:
        return f"color({Color.from_rgb(*rgb).downgrade(ColorSystem.EIGHT_BIT).number})"
    return f"color({min(_CUBE, key=lambda index: _unlike(rgb, _CUBE[index]))})"


_STEPS = (0, 95, 135, 175, 215, 255)
_CUBE: dict[int, RGB] = {
    16 + 36 * red + 6 * green + blue: (_STEPS[red], _STEPS[green], _STEPS[blue])
    for red in range(6)
    for green in range(6)
    for blue in range(6)
    if not red == green == blue
}
"""The colored ones of the 256 terminal colors by their index."""


def _unlike(first: RGB, second: RGB) -> float:
    """How unlike two colors are; hue counts most, or dark orange would turn olive or red."""
    brightness = [sum(color) / 3 for color in (first, second)]
    tints = [
        [part - mean for part in color]
        for color, mean in zip((first, second), brightness, strict=True)
    ]
    lengths = [math.hypot(*tint) for tint in tints]
    hue = sum((a / lengths[0] - b / lengths[1]) ** 2 for a, b in zip(*tints, strict=True))
    lightness = (brightness[0] - brightness[1]) / 255
    strength = (lengths[0] - lengths[1]) / 255
    return float(hue + 4 * lightness**2 + strength**2)  # ** of floats is Any to mypy
