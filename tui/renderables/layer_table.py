"""The network as a table: Layer, Output shape, Params."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rich.text import Text

from tui.renderables.look import Look
from tui.renderables.numbers import count
from tui.renderables.table import Column, table


class LayerRow(NamedTuple):
    """One layer as the table shows it."""

    layer: str
    """Its call: `Linear(4)`."""
    output: str
    """Its output shape: `(4,)`."""
    params: int


def layer_table(rows: Sequence[LayerRow], width: int, look: Look) -> list[Text]:
    """The layers in order, and the total of their parameters."""
    columns = (
        Column("Layer", least=8),
        Column("Output shape", least=6, drop=1),
        Column("Params", right=True),
    )
    body = [(row.layer, row.output, count(row.params)) for row in rows]
    total = count(sum(row.params for row in rows))
    return table(columns, body, width, look, footer=[("Total", "", total)])
