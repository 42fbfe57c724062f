"""The data of a training: loaded and split, as its seed draws both."""

from __future__ import annotations

from collections.abc import Callable

import torch

from engine.errors import UsageError
from engine.parts.data import DataLocations
from engine.spec.experiment import Experiment
from engine.training.making import made_once
from engine.training.splits import Splits, split
from engine.training.streaming.choice import loaded

Draw = Callable[[Experiment, DataLocations, torch.device], Splits]
"""Gives an experiment's data, drawn from the global generator of the CPU as it stands."""

_DECIDING = ("data", "objective", "test_fraction", "validation_fraction", "fold", "batch_size")
"""What of an experiment decides its data beside its seed."""


def drawn(experiment: Experiment, locations: DataLocations, device: torch.device) -> Splits:
    """Load the data and split it; raises DataUnavailable and BadExperiment."""
    dataset, reader = loaded(experiment.data, locations, device, experiment.batch_size)
    objective = experiment.objective
    if reader is not None and type(objective).make is not None:
        reader.stop()
        raise UsageError(
            f"{objective} makes each batch anew of samples that are kept in memory, and there is "
            f"no room for these: {reader.reason}"
        )
    return made_once(split(objective.dataset(dataset), experiment, reader), objective)


class SharedData:
    """Draws data once for all trainings that would draw the same.

    Where nothing is drawn that is all of them, else those of the same seed; the generator is left
    as if each had drawn its own.
    """

    def __init__(self) -> None:
        self._known: dict[str, list[tuple[torch.Tensor, Splits, torch.Tensor]]] = {}
        """By what is loaded and how it is split: the generator before, the data, and after."""

    def __call__(
        self, experiment: Experiment, locations: DataLocations, device: torch.device
    ) -> Splits:
        values = experiment.values()
        asked = [str(values[name]) for name in _DECIDING if name in values]
        known = self._known.setdefault("\n".join(asked), [])
        before = torch.get_rng_state()
        for state, splits, after in known:
            if torch.equal(state, after):
                return splits
            if torch.equal(state, before):
                torch.set_rng_state(after)
                return splits
        splits = drawn(experiment, locations, device)
        known.append((before, splits, torch.get_rng_state()))
        return splits
