"""The experiment: one small description from which everything starts."""

from __future__ import annotations

from typing import Any, Literal

from engine.parts.component import Declared, parameter
from engine.parts.data import Data
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Constant, Schedule

Measured = dict[str, tuple[float, float]]
"""Final metrics by name, each with the lowest and highest value seen over several seeds."""


class Experiment(Declared):
    """What to train and how: read from TOML, changed by the editor, stored by a run.

    Build one with engine.spec.experiment_reader, which checks it; the constructor does not.
    """

    always_written = ("epochs", "batch_size")

    data: Data = parameter(help="the data set, as a call: circle(samples=100)")
    layers: tuple[Layer, ...] = parameter(help="the layers in order, each a call: Linear(4)")
    loss: Loss = parameter(help="what the training makes small: BCELoss()")
    optimizer: Optimizer = parameter(help="how gradients change the weights: SGD(lr=0.1)")
    schedule: Schedule = parameter(default=Constant(), help="how the learning rate moves")
    epochs: int = parameter(
        default=100, help="passes over the training data", minimum=1, maximum=10**9, unit="epochs"
    )
    batch_size: int | Literal["full"] = parameter(
        default="full",
        help='samples per step, or "full" for all of them',
        minimum=1,
        unit="samples",
    )
    shuffle: bool = parameter(
        default=True, help="a new order each epoch; a full batch keeps its order"
    )
    sampler: Literal["balanced"] | None = parameter(
        default=None,
        help='"balanced" draws samples with replacement, each class as often as the others',
    )
    seed: int | Literal["random"] = parameter(
        default=0,
        help='start of all random numbers; "random" draws one',
        minimum=0,
        maximum=2**63 - 1,
    )
    device: str = parameter(default="auto", help='"auto", "cpu", "cuda" or "cuda:1"')
    threads: int | Literal["auto"] = parameter(
        default="auto",
        help="CPU threads; their number changes the last digits",
        minimum=1,
        maximum=1024,
    )
    precision: Literal["float32", "bf16"] = parameter(
        default="float32", help='"bf16" multiplies in 16 bits: for newer GPUs, less exact'
    )
    validation_fraction: float = parameter(
        default=0.0, help="share of the data that selects the best weights", minimum=0, below=1
    )
    test_fraction: float = parameter(
        default=0.0, help="share of the data held back for the final test", minimum=0, below=1
    )
    class_weights: tuple[float, ...] | Literal["balanced"] | None = parameter(
        default=None, help='weight of each class in the loss, or "balanced"', minimum=0
    )
    l1: float = parameter(default=0.0, help="penalty on the weights' absolute values", minimum=0)
    l2: float = parameter(default=0.0, help="penalty on the weights' squares", minimum=0)
    clip_norm: float | None = parameter(
        default=None, help="longest gradient that is not scaled down", above=0
    )
    stop_below: float | None = parameter(
        default=None, help="stop after an epoch whose training loss is below this"
    )
    patience: int | None = parameter(
        default=None,
        help="stop after this many epochs without a better loss",
        minimum=1,
        unit="epochs",
    )
    start_from: str = parameter(
        default="", help="a checkpoint whose weights it starts from, instead of fresh ones"
    )
    report_every: int = parameter(
        default=1, help="epochs between two reported ones", minimum=1, unit="epochs"
    )
    predict: tuple[tuple[float, ...], ...] = parameter(
        default=(), help="samples to predict at the end, each a list of its features"
    )
    title: str = parameter(default="", help="what it is called on screen", tells=True)
    group: str = parameter(
        default="Mine", help="the group of presets it is listed under", tells=True
    )
    summary: str = parameter(default="", help="what it is about, in one sentence", tells=True)
    teaches: str = parameter(default="", help="what can be learned from it", tells=True)
    expect: str = parameter(default="", help="what will be seen, and why", tells=True, passes=True)
    healthy: bool = parameter(
        default=True,
        help="whether it is meant to be free of known mistakes",
        tells=True,
        passes=True,
    )
    measured: Measured | None = parameter(
        default=None,
        help="final metrics seen, each [lowest, highest]; none means not measured",
        tells=True,
        passes=True,
    )

    @property
    def full_batch(self) -> bool:
        return self.batch_size == "full"

    def without_prose(self) -> Experiment:
        """The experiment as it is trained, without what is told about it."""
        return self.with_values(**{name: _default(name) for name in PROSE})

    def without_claims(self) -> Experiment:
        """The experiment without what may not hold of one that was made from it."""
        return self.with_values(**{name: _default(name) for name in CLAIMS})


_DECLARED = Experiment.parameters()

PROSE = tuple(name for name, (_, field) in _DECLARED.items() if field.tells)
"""Fields that say something about an experiment and change nothing in its training."""
TEXTS = tuple(name for name in PROSE if _DECLARED[name][0] is str)
"""Those of them that people read and no program does."""
CLAIMS = tuple(name for name in PROSE if _DECLARED[name][1].passes)
"""Those of them that hold of the experiment as it is, and of no changed one."""


def _default(name: str) -> Any:
    return _DECLARED[name][1].default
