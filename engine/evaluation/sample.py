"""A sample as a person knows it: its values with their names, or its picture."""

from __future__ import annotations

import msgspec

from engine.runs.pictures import Picture


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One of a split."""

    number: int
    """Its place in the split, from 1."""
    names: list[str] = []
    values: list[str] = []
    """As many; empty for pictures."""
    picture: Picture | None = None

    def told(self, most: int = 8) -> str:
        """Its values in a line, the first of them."""
        pairs = list(zip(self.names, self.values, strict=True))
        shown = ", ".join(f"{name} {value}".strip() for name, value in pairs[:most])
        return f"{shown}, …" if len(pairs) > most else shown
