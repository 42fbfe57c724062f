"""Splits a data set and makes network inputs of it.

The exported script writes the functions at the top as its own lines: same numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from engine.parts.data import Dataset, Facts, OwnSplit
from engine.parts.data.generators.figures import FIGURE_ROWS, column_figures
from engine.runs.events import DataPath
from engine.spec.experiment import Experiment
from engine.spec.validator import held_back
from engine.training.inputs import InputMap
from engine.training.streaming.source import Source
from engine.training.streaming.table_reader import TableReader
from engine.training.targets import PLAIN, TargetMap


def column_fills(inputs: Tensor, medians: Sequence[int] = ()) -> Tensor:
    """The mean of each column, missing cells (NaN) left out, or its median: (columns,) float32."""
    fill = inputs.double().nanmean(0).nan_to_num()
    for column in medians:
        fill[column] = inputs[:, column].nanmedian().nan_to_num()
    return fill.float()


def fill_missing(inputs: Tensor, fill: Tensor) -> Tensor:
    """Put the column's fill where a cell is missing (NaN)."""
    return torch.where(inputs.isnan(), fill, inputs)


def column_scales(inputs: Tensor) -> Tensor:
    """The standard deviation of each column, float64; 1 for a column that never changes.

    inputs: in float64: the squares of 10,000,003 and its like have no digits left in float32.
    """
    # Not told by the deviation: that of many times 0.1 is a rounding error, not 0.
    spread = inputs.amax(0) - inputs.amin(0)
    constant = spread <= 1e-6 * inputs.abs().amax(0)
    return torch.where(constant, 1.0, inputs.std(0, correction=0))


@dataclass(frozen=True)
class Split:
    """Samples that belong together: inputs in their stored type, targets as the data has them."""

    inputs: Tensor
    """(samples, *stored shape); of a streamed split a shape without numbers: ask `rows`."""
    targets: Tensor
    """(samples,) int64 or (samples, targets) float32."""
    points: Tensor | None = None
    """(samples, 2) raw inputs, where the data lies in a plane."""
    origin: tuple[Tensor, Tensor] | None = None
    """Stored inputs and targets of the data, of which an objective makes batches anew; None where
    they are these."""

    def __len__(self) -> int:
        return len(self.targets)

    def on(self, device: torch.device) -> Split:
        """The split on a device."""
        moved = self.origin and (self.origin[0].to(device), self.origin[1].to(device))
        return Split(self.inputs.to(device), self.targets.to(device), origin=moved)

    def every(self, stride: int) -> Split:
        """Each so many-th of its samples; itself for a stride of 1."""
        if stride == 1:
            return self
        fewer = self.origin and (self.origin[0][::stride], self.origin[1][::stride])
        inputs = self.inputs[::stride].contiguous()
        return Split(inputs, self.targets[::stride], origin=fewer)

    def rows(self, index: Tensor) -> Tensor:
        """The inputs of a few samples, not to be changed: (len(index), *stored shape)."""
        return self.inputs.index_select(0, index.to(self.inputs.device))

    def chunks(self, size: int) -> Iterator[Tensor]:
        """The inputs of all samples in order, so many at a time."""
        yield from torch.split(self.inputs, size)


@dataclass(frozen=True, kw_only=True)
class StreamedSplit(Split):
    """Samples whose inputs are read from their files, onto the reader's device."""

    reader: Source
    index: Tensor
    """(samples,) which of the reader's images these are; on the CPU."""

    def on(self, device: torch.device) -> StreamedSplit:
        return replace(self, targets=self.targets.to(device))

    def every(self, stride: int) -> StreamedSplit:
        return replace(self, targets=self.targets[::stride], index=self.index[::stride])

    def rows(self, index: Tensor) -> Tensor:
        return self.reader.rows(self.index[index.cpu()])

    def chunks(self, size: int) -> Iterator[Tensor]:
        yield from self.reader.batches(torch.split(self.index, size))


@dataclass(frozen=True)
class Splits:
    """A data set, split and made ready for the network."""

    facts: Facts
    input_map: InputMap
    train: Split
    validation: Split | None
    test: Split | None
    reader: Source | None = None
    """Of streamed splits."""
    target_map: TargetMap = PLAIN
    _placed: dict[torch.device, dict[str, Split]] = field(
        default_factory=dict, repr=False, compare=False
    )
    """The splits by the device that they were asked for on."""

    @property
    def data_path(self) -> DataPath:
        """Whether the inputs are in memory or streamed from their files."""
        return "resident" if self.reader is None else "streamed"

    @property
    def data_reason(self) -> str:
        """Why the inputs are streamed; empty where they are not."""
        return "" if self.reader is None else self.reader.reason

    @property
    def measured_map(self) -> InputMap:
        """How the splits' inputs become what the network takes: those made once are it already."""
        return self.input_map if self.train.origin is None else InputMap()

    def named(self) -> dict[str, Split]:
        """The splits that there are, by name, in a fixed order."""
        pairs = (("train", self.train), ("validation", self.validation), ("test", self.test))
        return {name: split for name, split in pairs if split is not None}

    def on(self, device: torch.device) -> dict[str, Split]:
        """The splits that there are on a device, by name; the same ones each time."""
        if device not in self._placed:
            self._placed[device] = {name: part.on(device) for name, part in self.named().items()}
        return dict(self._placed[device])


def whole(dataset: Dataset, reader: Source | None) -> Split:
    """A data set as it is, not split; reader: of one whose inputs are not in memory."""
    if reader is None:
        return Split(dataset.inputs, dataset.targets)
    index = torch.arange(len(dataset.targets))
    return StreamedSplit(dataset.inputs, dataset.targets, reader=reader, index=index)


def split(dataset: Dataset, experiment: Experiment, reader: Source | None = None) -> Splits:
    """Divide a data set as the experiment asks; reader: of one whose inputs are not in memory.

    Only where a fraction is held back, one permutation is drawn from the global generator:
    the test samples first, then the validation samples, then the training samples, of which some
    come before those that are validated on, where an offset says so.
    """
    num_samples = len(dataset.targets)
    test, validation, train = divided(num_samples, experiment)
    if isinstance(reader, TableReader):  # rows are read in the order that the file has them
        for index in (test, validation, train):
            index.numpy().sort()  # in place: there may be many
        reader.input_map = input_map = _streamed_map(dataset, reader, train)
    else:
        input_map = _input_map(dataset, train)

    def part(index: Tensor) -> Split | None:
        if not len(index):
            return None
        whole = len(index) == num_samples  # then keep the one copy there is
        raw = dataset.inputs if whole else dataset.inputs[index]
        targets = dataset.targets if whole else dataset.targets[index]
        if reader is not None:
            return StreamedSplit(raw, targets, reader=reader, index=index)
        points = input_map.filled(raw) if dataset.facts.planar else None
        return Split(input_map.stored(raw), targets, points)

    train_split = part(train)
    assert train_split is not None, "the validator leaves samples to train on"
    own = _own_splits(dataset, input_map, reader)
    held_out = own.get("validation") or part(validation), own.get("test") or part(test)
    target_map = _target_map(dataset, train_split.targets)
    return Splits(dataset.facts, input_map, train_split, *held_out, reader, target_map)


def divided(num_samples: int, experiment: Experiment) -> tuple[Tensor, Tensor, Tensor]:
    """Which samples are tested on, validated on and trained on."""
    num_test = held_back(num_samples, experiment.test_fraction)
    num_validation = held_back(num_samples, experiment.validation_fraction)
    if not num_test and not num_validation:
        return torch.arange(0), torch.arange(0), torch.arange(num_samples)
    before = held_back(num_samples, experiment.validation_offset)
    sizes = [num_test, before, num_validation, num_samples - num_test - before - num_validation]
    test, first, validation, train = torch.split(torch.randperm(num_samples), sizes)
    return test, validation, torch.cat([first, train]) if before else train


def _own_splits(
    dataset: Dataset, input_map: InputMap, reader: Source | None
) -> dict[OwnSplit, Split]:
    """The splits that a data set brings itself; the reader has their images after the others."""
    found: dict[OwnSplit, Split] = {}
    first = len(dataset.targets)
    for name, (inputs, targets) in dataset.own.items():
        if reader is None:
            found[name] = Split(input_map.stored(inputs), targets)
        else:
            index = torch.arange(first, first + len(targets))
            found[name] = StreamedSplit(inputs, targets, reader=reader, index=index)
        first += len(targets)
    return found


def _target_map(dataset: Dataset, targets: Tensor) -> TargetMap:
    """How the numbers to predict are scaled; targets: the training split's."""
    if dataset.facts.task != "regression":
        return PLAIN
    logarithmic = dataset.target_scale == "log"
    if not dataset.standardize_target:
        return TargetMap(logarithmic)
    values = targets.double().log() if logarithmic else targets.double()
    return TargetMap(logarithmic, values.mean(0), column_scales(values))


def _streamed_map(dataset: Dataset, reader: TableReader, train: Tensor) -> InputMap:
    """The same in one pass over the training split's rows, which are not in memory."""
    fill, means, scales = column_figures(reader.raw_parts(train, FIGURE_ROWS))
    if not dataset.standardize:
        return InputMap(fill=fill)
    return InputMap(fill=fill, means=means, scales=scales)


def _input_map(dataset: Dataset, train: Tensor) -> InputMap:
    means = scales = fill = None
    if dataset.inputs.is_floating_point() and dataset.inputs.dim() == 2:
        inputs = dataset.inputs[train]
        # A sample to predict may miss a cell that no other does.
        fill = column_fills(inputs, dataset.medians)
        if dataset.standardize:
            inputs = fill_missing(inputs, fill).double()
            means, scales = inputs.mean(0), column_scales(inputs)
    return InputMap(dataset.crosses, dataset.pixels, fill, means, scales)
