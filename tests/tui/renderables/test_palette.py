"""Every color is seen on its page, and those that stand together are told apart by any eyes."""

from __future__ import annotations

import itertools

import pytest

from tui.renderables.palette import (
    ATTENTION,
    BROKEN,
    CLASSES,
    DAY,
    GOOD,
    LEAST_CONTRAST,
    MEASURED,
    MODEL,
    NEGATIVE,
    NIGHT,
    PLAIN,
    POSITIVE,
    RGB,
    SECONDARY,
    SPLITS,
    Hue,
    contrast,
    on_light,
)

ROLES = (PLAIN, SECONDARY, ATTENTION, GOOD, BROKEN, MODEL, MEASURED, *SPLITS.values())
TOGETHER = {
    "signs of values": (NEGATIVE, POSITIVE),
    "splits": tuple(SPLITS.values()),
    "what is and what the network says": (PLAIN, MODEL),
    "right and wrong": (PLAIN, BROKEN),
    "states": (GOOD, ATTENTION, BROKEN),
}
"""Colors that stand beside each other with different meanings."""
EYES: dict[str, tuple[tuple[float, float, float], ...]] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanope": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranope": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanope": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
"""How such eyes mix red, green and blue, in linear light: Machado, Oliveira and Fernandes 2009."""
LEAST_DISTANCE = 10.0
"""In CIE L*a*b*: 2.3 can just be noticed, 10 at a glance."""


@pytest.mark.parametrize("hue", [*ROLES, NEGATIVE, POSITIVE], ids=lambda hue: hue.name)
def test_every_color_is_seen_on_both_pages(hue: Hue) -> None:
    """Signs keep WCAG's ratio, on the dark page as they are, on the light one darkened."""
    assert contrast(hue.rgb, NIGHT) >= LEAST_CONTRAST
    assert contrast(on_light(hue.rgb), DAY) >= LEAST_CONTRAST


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("what", TOGETHER)
def test_what_stands_together_is_told_apart(what: str, eyes: str) -> None:
    """Also without one kind of cones."""
    seen = [_lab(hue.rgb, EYES[eyes]) for hue in TOGETHER[what]]
    for one, other in itertools.combinations(seen, 2):
        assert sum((a - b) ** 2 for a, b in zip(one, other, strict=True)) ** 0.5 > LEAST_DISTANCE


def test_no_class_has_the_color_of_a_split_or_a_state() -> None:
    assert not {hue.rgb for hue in CLASSES} & {hue.rgb for hue in ROLES}


def test_contrast_is_that_of_the_guidelines() -> None:
    """Black on white is 21 to 1; #777 on white is 4.48 to 1."""
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)


def _lab(rgb: RGB, eyes: tuple[tuple[float, float, float], ...]) -> tuple[float, float, float]:
    """A color as such eyes see it, in CIE L*a*b* with the white of D65."""
    linear = [part / 255 for part in rgb]
    linear = [v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in linear]
    red, green, blue = (
        min(max(sum(m * v for m, v in zip(row, linear, strict=True)), 0.0), 1.0) for row in eyes
    )
    x = (0.4124 * red + 0.3576 * green + 0.1805 * blue) / 0.95047
    y = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    z = (0.0193 * red + 0.1192 * green + 0.9505 * blue) / 1.08883
    fx, fy, fz = (v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in (x, y, z))
    return 116 * fy - 16, 500 * (fx - fy), 200 * (fy - fz)
