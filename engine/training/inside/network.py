"""A network that is looked into, with its columns and what its layers give."""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import cached_property

import torch
from torch import Tensor, nn

from engine.parts.data import names_of_inputs
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, module_name
from engine.parts.shapes import product
from engine.runs.events import Figure
from engine.spec.chain import every, links
from engine.spec.columns import Column, columns_of
from engine.training.layer_outputs import watched
from engine.training.metrics import Evaluator
from engine.training.splits import Split, Splits

MOST_ROWS, LEAST_ROWS = 500, 50
"""Samples of the training split that figures are of, evenly spaced."""
MOST_VALUES = 500_000
"""Values that all layers give for these, at most: a look takes a hundredth of a second or few."""


class Network:
    """A model with its weights as they are, and the data that it is about; nothing is changed."""

    def __init__(self, evaluator: Evaluator, layers: Sequence[Layer], splits: Splits) -> None:
        self.evaluator = evaluator
        self.model: nn.Module = evaluator.model
        self.splits = splits
        self.facts = splits.facts
        self.layers = layers
        self.chain = links(layers, splits.facts.shape, [])
        self.columns: list[Column] = columns_of(self.chain)
        parameter = next(self.model.parameters(), None)
        self.device = torch.device("cpu") if parameter is None else parameter.device

    @property
    def is_of_pictures(self) -> bool:
        return len(self.facts.shape) == 3

    def num_units(self, index: int) -> int:
        """How many units a column has."""
        column = self.columns[index]
        return self.facts.shape[0] if column.is_input else column.num_units

    @property
    def output(self) -> int:
        """The column that the network ends with."""
        return len(self.columns) - 1

    def module(self, address: Address) -> nn.Module:
        """The module of a layer."""
        return self.model.get_submodule(module_name(address))

    def values(self, stored: Tensor) -> dict[Address, Tensor]:
        """What each layer gives for stored inputs, in evaluation mode; under () the inputs."""
        with torch.no_grad():
            return self._run(stored)[0]

    def loss_of_rows(self) -> Tensor | None:
        """The loss of the rows that figures are of, to be differentiated.

        None where the outputs are not finite: some losses refuse them.
        """
        train = self.splits.train
        with torch.enable_grad():
            outputs = self._run(train.rows(self.rows))[1]
            if not bool(outputs.isfinite().all()):
                return None
            targets = train.targets[self.rows].to(self.device)
            wanted = self.evaluator.decoder.loss_targets(targets, outputs.shape[-1])
            loss: Tensor = self.evaluator.criterion(outputs, wanted)
            return loss

    def _run(self, stored: Tensor) -> tuple[dict[Address, Tensor], Tensor]:
        """What each layer gives, and what comes out."""
        model = self.model
        batch = self.evaluator.input_map.batch(stored.to(self.device))
        values: dict[Address, Tensor] = {(): batch}
        was_training = model.training
        model.eval()
        try:
            with watched(model, self.layers, values.__setitem__):
                outputs: Tensor = model(batch)
        finally:
            model.train(was_training)
        return values, outputs

    @cached_property
    def most_rows(self) -> int:
        """Of how many samples a look asks all layers."""
        values = sum(product(link.output_shape) for link in every(self.chain))
        return max(LEAST_ROWS, min(MOST_ROWS, MOST_VALUES // values))

    @cached_property
    def rows(self) -> Tensor:
        """The rows of the training split that figures are of."""
        count = len(self.splits.train)
        return torch.linspace(0, count - 1, min(count, self.most_rows)).round().long()

    @cached_property
    def of_rows(self) -> dict[Address, Tensor]:
        """What each layer gives for them."""
        return self.values(self.splits.train.rows(self.rows))

    def part(self, name: str) -> tuple[str, Split]:
        """A split by name; of an empty one, the test split or else the training's."""
        named = self.splits.named()
        found = name or ("test" if "test" in named else "train")
        return found, named[found]

    def names(self, index: int) -> tuple[str, ...]:
        """What the units of a column are called, inputs and outputs; empty where by nothing."""
        facts, count = self.facts, self.num_units(index)
        if index == 0:
            crosses = self.splits.input_map.crosses
            return crosses or names_of_inputs(facts, count)
        if index != self.output:
            return ()
        if facts.task != "classification":
            return facts.target_names if len(facts.target_names) == count else ()
        if count == 1:
            return facts.classes[1:2]
        return facts.classes if len(facts.classes) == count else ()

    def output_range(self, index: int) -> tuple[Figure, Figure]:
        """Between what a column's values lie; None where there is no end, or it isn't known."""
        column = self.columns[index]
        if column.is_input:
            return None, None
        low, high = column.last.layer.output_range
        return low if math.isfinite(low) else None, high if math.isfinite(high) else None


def after(column: Column) -> Address:
    """The layer whose output is a column's, after its activation."""
    return () if column.is_input else column.last.address


def by_unit(output: Tensor) -> Tensor:
    """What a layer gives, the mean over places: (samples, units, …) to (units, samples)."""
    flat = output.detach().float().flatten(2) if output.dim() > 2 else output.detach().float()
    return (flat.mean(2) if flat.dim() > 2 else flat).t().cpu()
