"""What can be known of a data set before it is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from engine.parts.shapes import Shape, Steps, Tokens

Task = Literal["classification", "regression", "generation", "reconstruction"]
"""`generation`: there is nothing to answer, but something to make that is like the data;
`reconstruction`: what comes in is to come out again."""
OwnSplit = Literal["validation", "test"]
"""A split that a data set may bring itself."""


@dataclass(frozen=True)
class Facts:
    """What can be known about a data set without loading torch."""

    shape: Shape
    """Shape of one network input, feature crosses and one-hot columns counted in."""
    task: Task
    num_samples: int
    classes: tuple[str, ...] = ()
    """Names of the classes in the order of their indices; empty for a regression."""
    num_targets: int = 1
    """Numbers to predict per sample of a regression."""
    num_validation_samples: int = 0
    num_test_samples: int = 0
    """Samples of the splits that the data set brings itself; 0 without one."""
    feature_names: tuple[str, ...] = ()
    """One name per raw feature, as a person gives them to `predict`."""
    input_names: tuple[str, ...] = ()
    """One name per network input, where a feature becomes several: `sex=male`."""
    target_names: tuple[str, ...] = ()
    """What is predicted, as the data calls it."""
    target_units: tuple[str, ...] = ()
    """The sign that stands at each of them in the data, like its currency; empty without one."""
    planar: bool = False
    """Whether raw inputs are points (x1, x2), so that a decision boundary can be drawn."""
    num_tokens: int = 0
    """What an input can be where they are tokens, 0, 1 …; 0 where they are numbers."""
    tokens: tuple[str, ...] = ()
    """What each of them is in a text; empty where they make up none."""
    positions: int = 0
    """Targets of a sample, one for each position of a sequence; 0: one target for all of it."""
    overlapping: int = 1
    """So many samples of the training in a row have places in common: windows of one text."""
    is_sequence: bool = False
    """Whether a sample is a sequence of positions with numbers each: (positions, features)."""
    has_targets: bool = True
    """Whether a sample has a target of its own; where not, an objective makes one."""
    made: Shape = ()
    """Shape of what the network learns to make; empty where that is nothing."""
    painting: Shape = ()
    """Height and width of the picture whose pixels the samples are, row by row from the top, and
    whose colors, from 0 to 1, are to be predicted; empty for other data."""
    unit_inputs: bool = False
    """Whether a network input is of pixels from 0 to 1, as scaled pictures are."""
    returned: Shape = ()
    """Shape of a sample that the network is to give back; empty where another thing is asked."""
    kinds: tuple[str, ...] = ()
    """The classes that the data has, where a network is not asked for them."""
    objective: str = ""
    """The objective that made these of the data's own facts; empty for those."""

    def __post_init__(self) -> None:
        if self.num_tokens:  # also where they come from a record
            object.__setattr__(self, "shape", Tokens(self.shape, self.num_tokens))
        if self.is_sequence:
            object.__setattr__(self, "shape", Steps(self.shape))

    @property
    def paints(self) -> bool:
        """Whether the numbers to predict are a picture's, from 0 to 1."""
        return bool(self.painting) or (self.has_unit_targets and len(self.returned) == 3)

    @property
    def has_unit_targets(self) -> bool:
        """Whether a sample that is to be given back has numbers from 0 to 1 only."""
        return bool(self.returned) and self.unit_inputs

    @property
    def own_sizes(self) -> dict[OwnSplit, int]:
        """Samples of the splits that the data set brings itself, in a fixed order."""
        sizes: dict[OwnSplit, int] = {"validation": self.num_validation_samples}
        sizes["test"] = self.num_test_samples
        return {name: size for name, size in sizes.items() if size}


def names_of_inputs(facts: Facts, count: int) -> tuple[str, ...]:
    """What each of so many inputs is called, raw or as the network takes them; empty if nothing."""
    known = (facts.input_names, facts.feature_names)
    return next((names for names in known if len(names) == count), ())
