"""What a metric is: all that other rooms must know of one, without computing it."""

from __future__ import annotations

import inspect
import math
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Literal, get_args

Task = Literal["classification", "regression", "generation", "reconstruction"]
Unit = Literal["", "loss", "target"]
"""`loss`: as the loss function has it; `target`: as the targets have it; else it has none."""


@dataclass(frozen=True, kw_only=True)
class Metric:
    """A number that says how good a network is on the samples of a split."""

    name: str
    """In the record, behind the split's: `test_accuracy`."""
    title: str
    """Over a column."""
    what: str
    """What it is, in a line."""
    words: str = ""
    """What it says, for someone who never heard of it: a sentence."""
    here: str = "Here it is {value} over {samples} {split} samples."
    """What it says of a result: a sentence with {figures}, that engine.explanation knows."""
    unit: Unit = ""
    higher_is_better: bool
    tasks: tuple[Task, ...]
    least_classes: int = 0
    """Classes from which on it says something."""
    objectives: tuple[str, ...] = ()
    """What must be asked of a network for it to say something; empty: anything."""
    of_pictures: bool = False
    """Whether it says something only where the numbers are a picture's, from 0 to 1."""
    formula: str
    """The function that computes it, in `formulas`; in `library_formulas` where it needs a
    library. Its parameters' names say what it is given: `outputs`, the classes
    `predicted` and `actual`, their `probabilities`, the predicted `numbers` and the `targets`; the
    `points` of the data and those that the network has `made`, of both which are `taken` for data
    by a second network, and what that costs it; the `means` and `logs` of where
    samples lie, the `loss`, and the objective's `beta`. Empty: the loss function."""
    library: str = ""
    """What must be imported to compute it, beside torch. Takes long, so reports go without."""
    imports: tuple[str, ...] = ()
    """The lines that its formula needs in a script, beside `import torch`."""
    decimals: int | None = None
    """So many are shown; None: as many as make about four digits."""
    is_headline: bool = False
    """Whether it stands for its task where there is room for one metric only."""
    is_even: bool = False
    """Whether it counts every class the same, so that it stands beside a headline where a common
    class could hide the others."""
    in_line: bool = False
    """Whether a reported epoch's line tells it."""
    weight: int
    """Tables leave out the highest numbers first where there is little room; 0: never."""

    def fits(
        self, task: Task, num_classes: int, objective: str = "", *, pictures: bool = False
    ) -> bool:
        """Whether it can be measured where targets are of this kind."""
        asked = not self.objectives or objective in self.objectives
        asked = asked and (pictures or not self.of_pictures)
        return asked and task in self.tasks and num_classes >= self.least_classes

    @property
    def is_reported(self) -> bool:
        """Whether every report has it: what a few operations on tensors give."""
        return not self.library

    @property
    def worst(self) -> float:
        """What every other value is better than."""
        return -math.inf if self.higher_is_better else math.inf

    def is_better(self, value: float | None, than: float | None) -> bool:
        """Whether a value is; one that is undefined or not finite is never, and always beaten."""
        if value is None or not math.isfinite(value):
            return False
        if than is None or math.isnan(than):
            return True
        return value > than if self.higher_is_better else value < than

    @property
    def is_always_defined(self) -> bool:
        """Whether its formula never gives None."""
        returned = inspect.signature(self.function()).return_annotation if self.formula else float
        return type(None) not in get_args(returned)

    def function(self) -> Callable[..., float | None]:
        """What computes it."""
        return _function(self)

    def arguments(self) -> tuple[str, ...]:
        """The names of what the function is given."""
        return _arguments(self)

    @property
    def is_of_made(self) -> bool:
        """Whether it is measured of samples that the network makes for it."""
        return any(name.rpartition("_")[2] == "made" for name in self.arguments())

    def source(self) -> str:
        """The function's Python source, as it is printed into scripts."""
        return textwrap.dedent(inspect.getsource(self.function())).rstrip()


@cache
def _function(metric: Metric) -> Callable[..., float | None]:
    name = "library_formulas" if metric.library else "formulas"
    module = import_module(f"engine.parts.metrics.{name}")
    found: Callable[..., float | None] = getattr(module, metric.formula)
    return found


@cache
def _arguments(metric: Metric) -> tuple[str, ...]:
    return tuple(inspect.signature(metric.function()).parameters) if metric.formula else ()
