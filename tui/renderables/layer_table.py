"""The network as a table: Layer, Output shape, Params."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from rich.text import Text

from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import count
from tui.renderables.table import Column, table

if TYPE_CHECKING:
    from engine.spec.backbone import BackboneRate
    from engine.spec.chain import Link
    from engine.spec.freezing import Freeze


class LayerRow(NamedTuple):
    """One layer as the table shows it."""

    layer: str
    """Its call: `Linear(4)`."""
    output: str
    """Its output shape: `(4,)`."""
    params: int
    depth: int = 0
    """In how many blocks it is: their parameters are counted with the blocks'."""
    is_frozen: bool = False
    share: float = 1.0
    """Of the learning rate, that it learns at."""


def rows_of(
    chain: Sequence[Link], freeze: Freeze = (), backbone_rate: BackboneRate = 1.0
) -> list[LayerRow]:
    """The rows of a network: a block without its layers, which have rows of their own below."""
    from engine.parts.shapes import shape_text
    from engine.spec.backbone import shares
    from engine.spec.chain import every
    from engine.spec.freezing import frozen_layers

    frozen = frozen_layers(freeze, chain)
    own = shares(backbone_rate, freeze, chain)
    return [
        LayerRow(
            link.layer.brief,
            shape_text(link.output_shape),
            link.num_parameters,
            len(link.address) - 1,
            link.address[0] in frozen,
            own.get(link.address[0], 1.0) if link.num_parameters else 1.0,
        )
        for link in every(chain)
    ]


def layer_table(rows: Sequence[LayerRow], width: int, look: Look) -> list[Text]:
    """The layers in order, the total of their parameters, and how many of them are frozen."""
    columns = (
        Column("Layer", least=8),
        Column("Output shape", least=6, drop=1),
        Column("Params", right=True),
    )
    body = [("  " * row.depth + _named(row), row.output, count(row.params)) for row in rows]
    whole = [row for row in rows if not row.depth]
    footer = [(tr("Total"), "", count(sum(row.params for row in whole)))]
    if any(row.is_frozen for row in whole):
        frozen = count(sum(row.params for row in whole if row.is_frozen))
        footer.append((tr("of which frozen"), "", frozen))
    return table(columns, body, width, look, footer=footer)


def _named(row: LayerRow) -> str:
    if row.share != 1:
        return f"{row.layer} ({tr(f'rate × {row.share:g}')})"
    return f"{row.layer} ({tr('frozen')})" if row.is_frozen else row.layer
