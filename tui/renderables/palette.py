"""The colors, each with one meaning; nobody else names one.

Orange and blue are the first two classes, and negative and positive values, as TensorFlow
Playground has them. What is no class has colors that no class has: the splits, what the network
says, what asks for attention, and how things stand. A test looks at all of them through
color-blind eyes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

RGB = tuple[int, int, int]


@dataclass(frozen=True)
class Hue:
    """One color in two precisions."""

    rgb: RGB
    name: str
    """The nearest of the 16 terminal colors, as rich names them."""


PLAIN = Hue((222, 222, 222), "default")
"""The terminal's own, near white on a dark one: the training split, and what is right."""
SECONDARY = Hue((138, 138, 138), "bright_black")
ATTENTION = Hue((255, 190, 60), "bright_yellow")
"""The focus, keys, the cursor, a warning: what asks for attention."""
GOOD = Hue((95, 200, 120), "green")
"""It runs, it is better."""
BROKEN = Hue((240, 90, 75), "red")
"""An error, what is wrong, what is worse."""
MODEL = Hue((240, 150, 200), "bright_magenta")
"""What the network says, where it is drawn beside what is so."""
MEASURED = Hue((120, 200, 220), "cyan")
"""A measure that is of no split: times, shares, rates."""

NEGATIVE = Hue((245, 147, 34), "yellow")
POSITIVE = Hue((40, 140, 220), "blue")

CLASSES = (
    NEGATIVE,
    POSITIVE,
    Hue((0, 178, 130), "green"),
    Hue((240, 228, 66), "bright_yellow"),
    Hue((214, 132, 178), "magenta"),
    Hue((110, 195, 240), "cyan"),
    Hue((213, 94, 0), "red"),
    Hue((170, 170, 170), "white"),
    Hue((160, 140, 230), "bright_magenta"),
    Hue((150, 110, 60), "bright_red"),
)
"""After the first two Okabe and Ito's colors (safe for color-blind eyes, jfly.uni-koeln.de/color),
lightened where they vanish on black."""

SPLITS: Mapping[str, Hue] = {
    "train": PLAIN,
    "test": Hue((178, 145, 245), "magenta"),
    "validation": Hue((60, 190, 175), "cyan"),
}
"""Never a class's color, and the same wherever a split is drawn."""

Palette = Literal["usual", "okabe-ito", "high-contrast"]
INSTEAD: Mapping[Palette, tuple[Hue, ...]] = {
    "usual": CLASSES,
    "okabe-ito": (
        Hue((230, 159, 0), "yellow"),
        Hue((86, 180, 233), "cyan"),
        Hue((0, 158, 115), "green"),
        Hue((240, 228, 66), "bright_yellow"),
        Hue((204, 121, 167), "magenta"),
        Hue((0, 114, 178), "blue"),
        Hue((213, 94, 0), "red"),
        Hue((200, 200, 200), "white"),
        Hue((170, 136, 255), "bright_magenta"),
        Hue((136, 85, 0), "bright_red"),
    ),
    "high-contrast": (
        Hue((255, 221, 68), "bright_yellow"),
        Hue((51, 119, 255), "bright_blue"),
        Hue((255, 255, 255), "bright_white"),
        Hue((187, 85, 102), "red"),
        Hue((0, 200, 200), "bright_cyan"),
        Hue((170, 170, 170), "white"),
        Hue((255, 120, 120), "bright_red"),
        Hue((120, 220, 120), "bright_green"),
        Hue((200, 140, 255), "bright_magenta"),
        Hue((110, 110, 110), "bright_black"),
    ),
}
"""What stands for each color of CLASSES. Okabe and Ito's as they are: they differ for every kind
of color-blind eyes. high-contrast: after Paul Tol's (personal.sron.nl/~pault), told apart by
lightness alone, also where no color is seen."""

NIGHT: RGB = (30, 30, 34)
"""What the pictures' colors fade to: dark, so that points stand out."""
DAY: RGB = (250, 250, 248)
"""The page of a light theme."""
LEAST_CONTRAST = 3.0
"""Between a sign and its page, after WCAG 2.2, 1.4.11."""


def class_hue(index: int) -> Hue:
    """The color of a class; after ten they repeat, the glyphs later."""
    return CLASSES[index % len(CLASSES)]


def blend(start: RGB, end: RGB, share: float) -> RGB:
    """The color `share` (0..1) of the way from start to end."""
    share = min(max(share, 0.0), 1.0)
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(start, end, strict=True))
    return red, green, blue


def contrast(first: RGB, second: RGB) -> float:
    """The contrast ratio of two colors, 1 to 21, after WCAG 2.2."""
    light, dark = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def on_light(rgb: RGB) -> RGB:
    """The same color, as much darker as it must be to be seen on a light page."""
    for tenths in range(10):
        darker = blend(rgb, (0, 0, 0), tenths / 10)
        if contrast(darker, DAY) >= LEAST_CONTRAST:
            return darker
    return 0, 0, 0


def _luminance(rgb: RGB) -> float:
    parts = (part / 255 for part in rgb)
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return float(0.2126 * red + 0.7152 * green + 0.0722 * blue)  # ** of floats is Any to mypy
