"""What a person changed by hand while a run was trained, so that it can be done again."""

from __future__ import annotations

from collections.abc import Iterable

from engine.runs.events import (
    Event,
    LayerRedrawn,
    LearningRateChanged,
    ParameterSet,
    TakenBack,
    UnitSilenced,
    UnitWoken,
)

Touch = ParameterSet | UnitSilenced | UnitWoken | LayerRedrawn
"""A change of the network itself."""
Change = LearningRateChanged | Touch


def standing_changes(events: Iterable[Event]) -> list[Change]:
    """The changes among events in their order, without those that were taken back.

    No step lies between a change and its taking back, so leaving both out gives the same bits.
    """
    found: dict[int, Change] = {}
    for event in events:
        if isinstance(event, TakenBack):
            found.pop(event.change, None)
        elif isinstance(event, Change):
            found[event.n] = event
    return list(found.values())
