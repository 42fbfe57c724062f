"""perceptui's own themes, a dark and a light one: the page that the palette was made for."""

from __future__ import annotations

from textual.theme import Theme

from tui.renderables.palette import ATTENTION, BROKEN, GOOD, POSITIVE, RGB, SECONDARY, on_light
from tui.settings import OWN_THEME

LIGHT = "perceptui-light"


def _hex(rgb: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)


THEMES = (
    Theme(
        OWN_THEME,
        primary=_hex(POSITIVE.rgb),
        secondary=_hex(SECONDARY.rgb),
        accent=_hex(ATTENTION.rgb),
        warning=_hex(ATTENTION.rgb),
        error=_hex(BROKEN.rgb),
        success=_hex(GOOD.rgb),
        foreground="#dedede",
        background="#14161b",
        surface="#191c22",
        panel="#22262e",
        dark=True,
        variables={"footer-key-foreground": _hex(ATTENTION.rgb)},
    ),
    Theme(
        LIGHT,
        primary=_hex(on_light(POSITIVE.rgb)),
        secondary=_hex(on_light(SECONDARY.rgb)),
        accent=_hex(on_light(ATTENTION.rgb)),
        warning=_hex(on_light(ATTENTION.rgb)),
        error=_hex(on_light(BROKEN.rgb)),
        success=_hex(on_light(GOOD.rgb)),
        foreground="#24262b",
        background="#fafaf8",
        surface="#f3f3f0",
        panel="#e6e6e1",
        dark=False,
        variables={"footer-key-foreground": _hex(on_light(ATTENTION.rgb))},
    ),
)
