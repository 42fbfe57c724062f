"""A run that is to go on longer than it was planned: what its experiment is then."""

from __future__ import annotations

from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml

ENDINGS = ("stop_below", "patience")
"""Fields that end a training; the reason of that end has the field's name."""


def extended(experiment: Experiment, epochs: int, reason: str) -> Experiment:
    """The experiment with so many epochs in all, without the condition that has ended its run.

    reason: why the run ended; empty where it has no end. Raises BadExperiment for a number of
    epochs that can't be.
    """
    raw = {**parse_toml(to_toml(experiment, complete=True)), "epochs": epochs}
    if reason in ENDINGS:
        raw.pop(reason, None)
    return from_raw(raw)


def remarks(before: Experiment, after: Experiment) -> list[str]:
    """What a person should know of an extension, a sentence each."""
    told = [
        f"it goes on without {name} = {getattr(before, name)}, which had ended it"
        for name in ENDINGS
        if getattr(before, name) != getattr(after, name)
    ]
    if after.schedule.spans_training and before.epochs != after.epochs:
        told.append(
            f"{after.schedule} spreads over all epochs: from here on the rate is that of a "
            f"training of {after.epochs:,} epochs, so the weights are not what {after.epochs:,} "
            "at once would give"
        )
    return told
