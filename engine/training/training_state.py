"""What a training needs to go on beside tensors, as a checkpoint's JSON holds it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from engine.runs.events import Figure, Reason

Count = Annotated[int, Meta(ge=0, le=2**53)]
Seconds = Annotated[float, Meta(ge=0, le=1e15)]
Factor = Annotated[float, Meta(gt=0, le=1e15)]


class PlateauState(msgspec.Struct, frozen=True):
    """Where torch's ReduceLROnPlateau stands; the fields have its names."""

    best: float
    num_bad_epochs: Count
    cooldown_counter: Count
    last_epoch: Count


class RateState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the learning rate stands beside its schedule."""

    factor: Factor
    plateau: PlateauState | None = None
    """Of a schedule that watches the loss, as `plateau_lr` is."""
    plateau_lr: Annotated[float, Meta(ge=0)] | None = None


class SelectionState(msgspec.Struct, frozen=True):
    """The best epoch so far."""

    value: float = msgspec.field(name="loss")
    """Of what selects; it was always the loss once."""
    epoch: Count
    seen: Count


class TrainingState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Counters, curves and schedules: what is no tensor."""

    epoch: Count
    batch: Count
    step: Count
    reason: Reason | None
    optimizer: str
    elapsed_s: Seconds
    last_event: Count
    learning_rate: RateState
    selection: SelectionState
    losses: list[tuple[Count, float]]
    metrics: dict[str, Figure]
    first_loss: float | None = None
    """Of the first step; older checkpoints don't have it."""
    silenced: dict[str, tuple[Count, ...]] = {}
    """The units whose outputs a person has fixed to zero, by the module that gives them."""


def plain(state: msgspec.Struct) -> dict[str, Any]:
    """A state as plain values, for a checkpoint."""
    found: dict[str, Any] = msgspec.to_builtins(state)
    return found
