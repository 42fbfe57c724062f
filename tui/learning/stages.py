"""What is presented of an experiment, one thing after the other."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Stage:
    """One thing, which has the whole screen."""

    title: str
    pane: str
    """The pane that shows it."""
    trains: bool = False
    """Whether the training begins with it."""


STAGES = (
    Stage("The data", "picture"),
    Stage("The network", "network"),
    Stage("The training", "loss", trains=True),
    Stage("What it predicts", "picture"),
    Stage("Inside the network", "network"),
)
"""From what is learned from to what was learned."""
