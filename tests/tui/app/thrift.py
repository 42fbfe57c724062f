"""What an app under a pilot need not do again, or at all: nobody is before its terminal."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any, cast

import pytest
from textual._compositor import Compositor
from textual._context import visible_screen_stack
from textual.cache import LRUCache
from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet
from textual.screen import Screen

from engine.spec.toml_text import read_raw

_draw, _forgotten = Compositor.render_update, Stylesheet.set_variables
_create = Stylesheet.__init__
_MOST_SHEETS = 1000
_READ: dict[tuple[tuple[str, str], ...], LRUCache[tuple[Any, ...], list[RuleSet]]] = {}
"""What was read of style sheets, by the variables that stand in them."""


def draw_nothing(patch: pytest.MonkeyPatch) -> None:
    """Draw no frame, which a headless terminal shows to nobody.

    Whoever looks, as `stand.seen` and a screenshot do, has the whole screen drawn for itself.
    """
    patch.setattr(Compositor, "render_update", _passed_over)


def share_style_sheets(patch: pytest.MonkeyPatch) -> None:
    """Have each app take what another one of this process has read with the same variables."""
    patch.setattr(Stylesheet, "__init__", _created)
    patch.setattr(Stylesheet, "set_variables", _set_variables)


def share_presets(patch: pytest.MonkeyPatch) -> None:
    """Have each app list what another one has read of presets that are still the same."""
    patch.setattr("engine.spec.presets.read_raw", _read)


def _read(path: Path) -> dict[str, Any]:
    found = path.stat()
    return _read_once(path, found.st_mtime_ns, found.st_size)


@cache
def _read_once(path: Path, changed_ns: int, size: int) -> dict[str, Any]:
    return read_raw(path)


def _passed_over(
    self: Compositor,
    full: bool = False,
    screen_stack: list[Screen[Any]] | None = None,
    simplify: bool = False,
) -> object:
    if full:
        return _draw(self, full, screen_stack, simplify)
    visible_screen_stack.set([] if screen_stack is None else cast("list[Any]", screen_stack))
    self._dirty_regions.clear()
    return None


def _created(self: Stylesheet, *, variables: dict[str, str] | None = None) -> None:
    _create(self, variables=variables)
    _share(self)


def _set_variables(self: Stylesheet, variables: dict[str, str]) -> None:
    self._parse_cache = LRUCache(1)  # what is shared is not to be cleared
    _forgotten(self, variables)
    _share(self)


def _share(sheet: Stylesheet) -> None:
    key = tuple(sheet._variables.items())
    sheet._parse_cache = _READ.setdefault(key, LRUCache(_MOST_SHEETS))
