"""What the live rules look at: the numbers of a training at one report."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engine.doctor.penalty import Penalty
from engine.parts.layers.address import Address, place
from engine.parts.metrics import METRICS, Metric

LEARNED = 0.5
"""Of the way from a guess to all right: no first weights come so far by chance."""


@dataclass(frozen=True)
class Values:
    """How often a layer's outputs lie where, over the samples that it was measured on."""

    low: float
    high: float
    counts: tuple[int, ...]
    """Of equally wide bins from low to high."""


@dataclass(frozen=True)
class LayerFigures:
    """One layer, measured on a fixed sample of the training split."""

    address: Address
    text: str
    """As a sentence has it: `ReLU()`; of a block without what is inside."""
    units: int = 0
    """Features or channels of its output."""
    dead: int | None = None
    """Units of a ReLU that are zero for every sample; None for other layers."""
    saturated: int | None = None
    """Units of a hidden Sigmoid or Tanh at the ends of their range; None for other layers."""
    gradient: float | None = None
    """Root mean square of the weights' gradient; None without weights."""
    update: float | None = None
    """How far the last step moved the weights, as a share of their norm; None: not measured."""
    largest: float = 0.0
    """The largest absolute weight or output."""
    keeps_statistics: bool = False
    """Whether it evaluates by what it kept of the batches it trained on."""
    newest_share: float | None = None
    """How much the newest batch counts in what it kept; None: as much as any, or it keeps none."""
    values: Values | None = None
    """Of its outputs; None: not measured."""
    unlike: float | None = None
    """How far the outputs of a hidden layer's units are from their mean, as a share of their size;
    None for a single unit, the last layer, and layers without weights."""

    @property
    def place(self) -> str:
        return place(self.address)


@dataclass(frozen=True)
class Report:
    """The losses of a reported epoch."""

    epoch: int
    train_loss: float
    held_out_loss: float | None = None
    """Of the validation split, else of the test split."""
    evaluated_loss: float | None = None
    """Of the training split in eval mode, by the weights that the epoch ended with; train_loss is
    the mean over the epoch's batches, each before its step."""


@dataclass(frozen=True)
class Contest:
    """How two networks stand against each other at a report."""

    epoch: int
    told_apart: float
    """The share of points, the data's and made ones, that the second one tells right."""
    coverage: float
    """The share of the data's points with a made one near."""


@dataclass(frozen=True)
class Observation:
    """All that is known of a training at one moment."""

    epoch: int
    """Epochs finished."""
    epochs: int
    """Epochs planned."""
    steps_per_epoch: int
    losses: Sequence[float]
    """Training losses, epoch by epoch, oldest first; decimated beyond 2,000."""
    reports: Sequence[Report] = ()
    held_out: str = ""
    """The split whose loss the reports hold: `validation`, `test`, or none."""
    accuracies: Mapping[str, float] = field(default_factory=dict)
    """By split; empty for a regression."""
    commonest: Mapping[str, tuple[float, str, int]] = field(default_factory=dict)
    """By split: the share of its commonest class, that class, and how many samples it has."""
    num_classes: int = 0
    """0 for a regression."""
    gradient_norm: float = 0.0
    """Of the newest step, before it was clipped."""
    clip_norm: float | None = None
    """Where gradients are clipped, and steps follow them."""
    layers: Sequence[LayerFigures] = ()
    num_sampled: int = 0
    """Samples that the layers were measured on."""
    input_size: float = 0.0
    """The largest root mean square that a number of the network's inputs has; 0 where the first
    layer normalizes them."""
    scaling: str = ""
    """What would scale its inputs: `standardize=True for the data`."""
    penalty: Penalty | None = None
    """One on the weights that is too strong, the strongest."""

    pace: float = 0.0
    """The largest share of their norm that a step was ever seen to move a layer's weights by."""
    rate_to_come: float = 1.0
    """The highest learning rate that the schedule has still to come, times the present one."""
    fit: float | None = None
    """R² on the training split; None of a classification."""

    divergence: float | None = None
    """How far the places of samples are from noise, in nats; None where none are drawn."""

    selecting: Metric = METRICS["loss"]
    """What the best epoch is best by."""
    scores: Sequence[tuple[int, float]] = ()
    """That, of the held-out split, by epoch; empty where it is the loss."""
    contests: Sequence[Contest] = ()
    """Of two networks against each other, report by report; empty for one alone."""
    evenly: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """By split: the balanced accuracy, and that of naming the commonest class; empty where it does
    not stand for the training."""

    @property
    def progress(self) -> float:
        """How much of the planned training is done, 0 to 1."""
        return self.epoch / self.epochs

    @property
    def has_learned(self) -> bool:
        """Whether the training split is half of the way from a guess to all right, or the loss less
        than half of what it was."""
        share = self.commonest["train"][0] if "train" in self.commonest else 0.0
        right = self.accuracies.get("train")
        skill = self.fit if right is None or share == 1 else (right - share) / (1 - share)
        fell = len(self.losses) > 1 and self.losses[-1] < self.losses[0] / 2
        return fell or (skill is not None and skill >= LEARNED)

    @property
    def num_steps(self) -> int:
        """Steps of the whole training as planned."""
        return self.epochs * self.steps_per_epoch
