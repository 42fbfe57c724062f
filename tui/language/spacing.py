"""Spaces between Chinese and other letters, where a sentence was put together."""

from __future__ import annotations

import re

_WIDE = "一-鿿"
_SIGNS = "，。：；、？！（）“”"
_MISSING = re.compile(rf"(?<=[{_WIDE}])(?=[A-Za-z0-9])|(?<=[A-Za-z0-9%)])(?=[{_WIDE}])")
_NEEDLESS = re.compile(
    rf"(?<=[{_WIDE}{_SIGNS}]) +(?=[{_WIDE}{_SIGNS}])|(?<=[{_SIGNS}]) +| +(?=[{_SIGNS}])"
)


def spaced(text: str) -> str:
    """One space between the two, none within Chinese and beside its signs."""
    return _MISSING.sub(" ", _NEEDLESS.sub("", text))
