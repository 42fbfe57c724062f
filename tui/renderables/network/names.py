"""What columns and units are called."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from tui.language import tr

if TYPE_CHECKING:
    from engine.runs.inside import Column, Inside, Unit


def column_name(column: Column) -> str:
    """A column's layers without their empty brackets: `Linear(6) Tanh`; `inputs`."""
    words = [text.removesuffix("()") for text in column.layers]
    if not column.layer:
        return " ".join([tr("inputs"), *words])
    return " ".join(words)


def layer_name(address: Sequence[int]) -> str:
    """`layer 0`, `layer 3.1` of one inside of a block."""
    return tr(f"layer {'.'.join(map(str, address))}")


def unit_name(inside: Inside, unit: Unit) -> str:
    """`x1`, `layer 0, unit 5`, `output inside`."""
    for column in inside.columns:
        if column.layer == unit.layer:
            name = next((one.name for one in column.units if one.index == unit.index), "")
            if not column.layer:
                return name or (tr("input") if column.num_units == 1 else tr(f"input {unit.index}"))
            if column.is_output:
                alone = tr("output") if column.num_units == 1 else tr(f"output {unit.index}")
                return tr(f"output {name}") if name else alone
    return tr(f"{layer_name(unit.layer)}, unit {unit.index}")
