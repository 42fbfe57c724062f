"""What is drawn of a column's units, as the data asks for it."""

from __future__ import annotations

import torch
from torch import Tensor

from engine.parts.layers.address import Address
from engine.runs.tile import Tile
from engine.spec.columns import Column
from engine.training.inside.connections import Connection
from engine.training.inside.network import Network, after, by_unit
from engine.training.inside.tiles import (
    as_pictures,
    curve_tiles,
    fitted,
    histogram_tiles,
    signed_tiles,
)
from engine.training.pictures import plane

MOST_CLASSES = 12
"""Classes that a histogram keeps apart; of more it is of all samples together."""


class Drawing:
    """Makes the tiles of one look; what the network gives is computed once for all."""

    def __init__(self, network: Network, connections: list[Connection]) -> None:
        self._network = network
        self._weights = {each.target: each for each in connections}
        self._planes: dict[tuple[int, int], dict[Address, Tensor]] = {}
        self.sample: dict[Address, Tensor] | None = None
        """What each layer gives for the chosen sample, a batch of one."""

    def tiles(
        self, index: int, units: Tensor, size: tuple[int, int], *, before: bool
    ) -> list[Tile]:
        """Of some units of a column; size: (columns, rows) of a tile at most."""
        network, column = self._network, self._network.columns[index]
        address = side(column, before=before)
        if network.is_of_pictures:
            return self._of_pictures(index, address, units, size)
        if network.splits.reader is None and network.facts.planar:
            values = by_unit(self._over_plane(size)[address])[units]
            return signed_tiles("plane", values.view(len(units), size[1], size[0]))
        if network.splits.reader is None and network.facts.shape == (1,):
            return curve_tiles(by_unit(self._over_line(size[0])[address])[units])
        return self._histograms(address, units, size[0])

    def _of_pictures(
        self, index: int, address: Address, units: Tensor, size: tuple[int, int]
    ) -> list[Tile]:
        if self.sample is not None:
            maps = as_pictures(self.sample[address][0])
            return signed_tiles("map", fitted(maps[units], *size))
        if index == 0:
            mean = as_pictures(self._network.of_rows[()].mean(0))
            return signed_tiles("map", fitted(mean[units], *size))
        learned = self._learned(index)
        if learned is None:
            return self._histograms(address, units, size[0])
        return signed_tiles("weights", fitted(learned[units], *size))

    def _learned(self, index: int) -> Tensor | None:
        """(units, height, width): a column's weights as pictures; the mean over what comes in."""
        connection = self._weights.get(index)
        if connection is None or not connection.is_summed or len(connection.places) not in (1, 2):
            return None
        values = connection.values()
        is_kernel = connection.weights.dim() > 2
        if not is_kernel and connection.source != 0:
            return None  # what a map laid out flat means nobody sees
        if len(connection.places) == 1:
            return values  # of a sequence: a row for each channel
        mean = values.sum(1) / (connection.index >= 0).sum(1)
        return mean.view(len(mean), *connection.places)

    def _histograms(self, address: Address, units: Tensor, bins: int) -> list[Tile]:
        network = self._network
        values = by_unit(network.of_rows[address])[units]
        targets, count = (
            network.splits.train.targets[network.rows].cpu(),
            len(network.facts.classes),
        )
        if not 0 < count <= MOST_CLASSES or network.facts.positions:
            targets, count = torch.zeros(len(network.rows), dtype=torch.long), 1
        return histogram_tiles(values, targets, count, bins)

    def _over_plane(self, size: tuple[int, int]) -> dict[Address, Tensor]:
        if size not in self._planes:
            splits = self._network.splits
            _, grid = plane(splits, size)
            self._planes[size] = self._network.values(splits.input_map.stored(grid))
        return self._planes[size]

    def _over_line(self, count: int) -> dict[Address, Tensor]:
        key = count, 1
        if key not in self._planes:
            parts = self._network.splits.named().values()
            every = torch.cat([part.inputs for part in parts])
            places = torch.linspace(float(every.min()), float(every.max()), count).unsqueeze(1)
            self._planes[key] = self._network.values(places)
        return self._planes[key]


def side(column: Column, *, before: bool) -> Address:
    """The layer whose output stands for a column, before its activation or after it."""
    return column.address if before else after(column)
