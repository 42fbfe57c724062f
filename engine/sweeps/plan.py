"""What a sweep trains: an experiment, axes, seeds and folds, and how configurations are chosen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Literal

import msgspec

from engine.spec.overrides import set_value
from engine.spec.toml_text import parse_toml
from engine.sweeps.axes import Axis
from engine.sweeps.folds import fold_of

if TYPE_CHECKING:
    from engine.parts.metrics import Metric
    from engine.spec.experiment import Experiment

VERSION = 1
"""Of the directory's files; a sweep of another one is not read."""
Search = Literal["grid", "random", "tpe"]
Place = Literal["processes", "ray"]
Cell = tuple[str, ...]
"""A configuration: a value for each axis, as `--set` takes them."""


@dataclass(frozen=True)
class Trial:
    """One training that a sweep asks for."""

    number: int
    """From 1, the same in whatever order they are trained."""
    cell: int
    """Which configuration, from 0."""
    seed: int
    fold: int
    """Which part is the validation split, from 1; 0 where there are no folds."""


class Plan(msgspec.Struct, frozen=True, kw_only=True, dict=True):
    """All that decides a sweep, as it is kept in its directory."""

    version: int = VERSION
    name: str
    """Of the preset or file."""
    what: str = ""
    """The preset or file as a command names it; empty where there is none that is like it."""
    settings: tuple[str, ...] = ()
    """What was set over it, as `--set` takes it."""
    toml: str
    """The experiment that is varied, every field of it; its seed is the first."""
    axes: tuple[Axis, ...] = ()
    seeds: int = 1
    folds: int = 0
    search: Search = "grid"
    trials: int = 0
    """Configurations of a search; a grid has as many as it has."""
    prune: bool = False
    stack: bool = True
    processes: int = 1
    place: Place = "processes"
    address: str = ""
    """Of the cluster; empty for one that is begun on this machine."""
    storage: str = ""
    """A path or fsspec URL that all machines of the cluster reach; empty: the sweep's directory."""
    gpus: float = 0.0
    """The share of a GPU that a training on a cluster asks for."""
    data_dir: str

    @property
    def num_cells(self) -> int:
        """How many configurations there will be."""
        if self.search != "grid":
            return self.trials
        count = 1
        for axis in self.axes:
            count *= len(axis.values)
        return count

    @property
    def repeats(self) -> int:
        """Trainings of one configuration."""
        return self.seeds * max(1, self.folds)

    @property
    def num_trials(self) -> int:
        """Trainings in all, if none is cut short."""
        return self.num_cells * self.repeats

    def grid(self) -> Iterator[Cell]:
        """Every configuration of a grid, the last axis moving fastest."""
        return itertools.product(*(axis.values for axis in self.axes))

    def trials_of(self, cell: int) -> list[Trial]:
        """The trainings of a configuration: a seed after the other, of each its folds."""
        folds = range(1, self.folds + 1) if self.folds else range(1)
        repeats = itertools.product(range(self.seeds), folds)
        return [
            Trial(cell * self.repeats + index + 1, cell, self.first_seed + seed, fold)
            for index, (seed, fold) in enumerate(repeats)
        ]

    def experiment(self, values: Cell, trial: Trial) -> Experiment:
        """What a trial trains; raises BadExperiment.

        One thread each unless the person gave a number: processes share the cores.
        """
        from engine.spec.experiment_reader import from_raw

        raw = with_values(self.raw, self.axes, values)
        if not any(axis.field == "seed" for axis in self.axes):
            raw["seed"] = trial.seed
        if raw.get("threads", "auto") == "auto":
            raw["threads"] = 1
        experiment = from_raw(raw)
        return fold_of(experiment, trial.fold, self.folds) if trial.fold else experiment

    def chosen(self, values: Cell) -> Experiment:
        """What a configuration is to somebody who uses it: trained with the first seed, alone."""
        from engine.spec.experiment_reader import from_raw

        return from_raw(with_values(self.raw, self.axes, values))

    @cached_property
    def raw(self) -> dict[str, object]:
        """The experiment that is varied, as TOML has it."""
        return parse_toml(self.toml)

    @cached_property
    def base(self) -> Experiment:
        """The experiment that is varied."""
        from engine.spec.experiment_reader import from_raw

        return from_raw(self.raw)

    @property
    def first_seed(self) -> int:
        """That of the first training of each configuration."""
        seed = self.base.seed
        assert isinstance(seed, int), "a plan has a number for its seed"
        return seed

    @property
    def metric(self) -> Metric:
        """What configurations are compared by."""
        from engine.parts.metrics import METRICS

        return METRICS[self.base.select]

    @cached_property
    def objective(self) -> str:
        """Its name in a training's record: of the validation split, else of the training split."""
        facts = self.base.data.facts()
        own = facts.num_validation_samples if facts else 0
        is_validated = self.folds or self.base.validation_fraction or own
        return f"{'validation' if is_validated else 'train'}_{self.metric.name}"


def with_values(raw: dict[str, object], axes: tuple[Axis, ...], values: Cell) -> dict[str, object]:
    """A raw experiment with a value for each axis: wholes before what lies in them.

    Raises BadExperiment for a value that can't be set.
    """
    pairs = sorted(zip(axes, values, strict=True), key=lambda pair: not pair[0].is_whole_part)
    changed = dict(raw)
    for axis, value in pairs:
        changed = set_value(changed, f"{axis.field}={value}")
    return changed
