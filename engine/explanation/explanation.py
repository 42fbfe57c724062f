"""What is said of one thing: what it is, what it does here, and how to see that."""

from __future__ import annotations

import string
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:  # a picture says what it is before the parts are loaded
    from engine.spec.experiment import Experiment


@dataclass(frozen=True)
class Trial:
    """Two experiments to train side by side, which differ in one thing."""

    first: Experiment
    first_name: str
    """Of the first, in a few words: `with Dropout(p=0.2)`."""
    second: Experiment
    second_name: str


@dataclass(frozen=True)
class Explanation:
    """Two sentences about a layer, an option, a metric, a finding or a figure."""

    title: str
    what: str
    """What it is, whatever the experiment."""
    here: str = ""
    """What it does in this experiment; empty where that can't be known."""
    trial: Trial | None = None
    """What shows its effect; None where there is nothing to compare."""


def filled(text: str, figures: Mapping[str, str]) -> str:
    """A sentence with its {figures}; empty where one of them is not known."""
    names = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return text.format_map(figures) if names <= figures.keys() else ""


class Figure(NamedTuple):
    """What a picture of a training is, beside what draws it."""

    title: str
    words: str
    """How to read it, a sentence."""
    here: str = ""
    """What it shows of an experiment: a sentence with {figures}."""
