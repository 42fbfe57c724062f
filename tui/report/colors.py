"""The colors of a page: named once, light and dark, for CSS to choose from."""

from __future__ import annotations

from tui.renderables.palette import (
    BROKEN,
    CLASSES,
    DAY,
    GOOD,
    POSITIVE,
    RGB,
    SPLITS,
    on_light,
)

NIGHT: RGB = (24, 25, 29)
_FIXED: dict[str, tuple[RGB, RGB]] = {
    "page": (DAY, NIGHT),
    "ink": ((32, 33, 36), (228, 228, 230)),
    "faint": ((95, 97, 102), (160, 162, 168)),
    "rule": ((214, 215, 210), (62, 64, 70)),
    "raised": ((255, 255, 255), (32, 33, 38)),
}
"""By name: on a light page, and on a dark one."""
_SIGNS: dict[str, RGB] = {
    "accent": POSITIVE.rgb,
    "good": GOOD.rgb,
    "broken": BROKEN.rgb,
    "train": (222, 222, 222),
    **{name: hue.rgb for name, hue in SPLITS.items() if name != "train"},
    **{f"class-{number}": hue.rgb for number, hue in enumerate(CLASSES)},
}
"""As a dark page has them; a light one has them darker where they would vanish."""

NAMES = (*_FIXED, *_SIGNS)


def class_name(index: int) -> str:
    """The name of a class's color; after ten they repeat."""
    return f"class-{index % len(CLASSES)}"


def pair(name: str) -> tuple[RGB, RGB]:
    """A color on a light page, and on a dark one."""
    if name in _FIXED:
        return _FIXED[name]
    rgb = _SIGNS[name]
    return (_FIXED["ink"][0] if name == "train" else on_light(rgb)), rgb


def variables(scope: str) -> str:
    """CSS that gives every color its value, by what the reader prefers."""
    light, dark = (
        "".join(f"--{name}:{_hex(pair(name)[side])};" for name in NAMES) for side in (0, 1)
    )
    return (
        f"{scope}{{color-scheme:light dark;{light}}}\n"
        f"@media (prefers-color-scheme:dark){{{scope}{{{dark}}}}}\n"
        f"@media print{{{scope}{{{light}}}}}\n"
    )


def _hex(rgb: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*rgb)
