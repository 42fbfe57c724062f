"""What a script needs to know of an experiment before it is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from engine.errors import BadExperiment, Problem
from engine.parts.data import DataLocations, Facts, Pixels
from engine.parts.metrics import METRICS, Metric, reported
from engine.runs.accepted import Accepted
from engine.runs.changes import Change
from engine.runs.events import LearningRateChanged
from engine.spec.backbone import shares
from engine.spec.chain import Link, links
from engine.spec.experiment import Experiment
from engine.spec.freezing import frozen_layers
from engine.spec.placement import is_small
from engine.spec.rivalry import rival_links
from engine.spec.validator import held_back, selecting_stride


@dataclass
class Piece:
    """One part of a script."""

    lines: list[str] = field(default_factory=list)
    imports: set[str] = field(default_factory=set)


def function_lines(head: str, help: str, body: list[str]) -> list[str]:
    """A function's definition with the free lines around it; head: `name(arguments)`."""
    indented = [f"    {line}" if line else "" for line in body]
    return ["", "", f"def {head}:", f'    """{help}"""', *indented, "", ""]


@dataclass(frozen=True)
class Plan:
    """An experiment with what follows from it."""

    experiment: Experiment
    locations: DataLocations
    facts: Facts
    chain: Sequence[Link]
    sizes: dict[str, int]
    """Samples of each split that is cut from the data, in the order they are cut."""
    pixels: Pixels | None
    changes: tuple[Change, ...] = ()
    """What a person did by hand, that the script can repeat."""
    accepted: Accepted | None = None
    """How a person wants its probabilities to be read."""

    @property
    def frozen(self) -> tuple[int, ...]:
        """The network's layers that are left as they are."""
        return frozen_layers(self.experiment.freeze, self.chain)

    @property
    def shares(self) -> dict[int, float]:
        """The shares of the learning rate of layers that have one of their own, by number."""
        return shares(self.experiment.backbone_rate, self.experiment.freeze, self.chain)

    @property
    def rivals(self) -> Sequence[Link]:
        """The layers of a second network, that the first one is trained against."""
        return rival_links(self.experiment.objective, self.facts, [])

    @property
    def changes_rate(self) -> bool:
        """Whether the learning rate is among it."""
        return any(isinstance(change, LearningRateChanged) for change in self.changes)

    @property
    def splits(self) -> tuple[str, ...]:
        """The splits there are, the training split first."""
        there = {"train", *self.sizes, *self.facts.own_sizes}
        return tuple(name for name in ("train", "validation", "test") if name in there)

    def inputs(self, split: str) -> str:
        """The variable that holds a split's inputs."""
        return f"{split}_inputs" if len(self.splits) > 1 else "inputs"

    def targets(self, split: str) -> str:
        """The variable that holds a split's targets."""
        return f"{split}_targets" if len(self.splits) > 1 else "targets"

    @property
    def scales_targets(self) -> bool:
        """Whether numbers are trained on in another scale than the data's."""
        data = self.experiment.data
        return data.standardizes_target or data.scales_target == "log"

    @property
    def loss_targets(self) -> str:
        """The variable that holds what the training compares with the outputs."""
        return "scaled_targets" if self.scales_targets else self.targets("train")

    @property
    def num_outputs(self) -> int:
        return self.chain[-1].output_shape[-1]

    @property
    def num_train(self) -> int:
        return self.sizes["train"]

    @property
    def batch_size(self) -> int:
        asked = self.experiment.batch_size
        return self.num_train if asked == "full" else min(int(asked), self.num_train)

    @property
    def full_batch(self) -> bool:
        return self.batch_size == self.num_train

    @property
    def buffer(self) -> int | None:
        """Rows that are shuffled at a time, of a table that the training leaves on the disk."""
        return self.experiment.data.buffer

    @property
    def draws_balanced(self) -> bool:
        """Whether an epoch draws each class as often."""
        return self.experiment.sampler == "balanced"

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.num_train // self.batch_size)

    @property
    def on_cpu(self) -> bool:
        device = self.experiment.device
        layers = [*self.chain, *self.rivals]
        return device == "cpu" or (device == "auto" and is_small(layers, self.batch_size))

    @property
    def watches(self) -> bool:
        """Whether what selects decides how the next epoch is trained, or whether there is one."""
        experiment = self.experiment
        plateau = experiment.schedule.watches_loss
        return experiment.patience is not None or plateau

    @property
    def looks_at_training(self) -> bool:
        """Whether that is measured of the training split, at the epoch's end."""
        return self.watches and "validation" not in self.splits

    @property
    def stride(self) -> int:
        """Every how many-th training sample is looked at then."""
        return selecting_stride(self.num_train, self.batch_size)

    @property
    def make(self) -> str:
        """The function that makes each batch anew; empty where they stay as they are."""
        function = type(self.experiment.objective).make
        return "" if function is None else function.__name__

    def made(self, inputs: str, targets: str) -> str:
        """The call that makes a batch anew."""
        named = self.experiment.objective.making().items()
        return f"{self.make}({', '.join((inputs, targets, *(f'{n}={v!r}' for n, v in named)))})"

    @property
    def forward(self) -> str:
        """The function that gives the network's outputs."""
        return "forward" if self.experiment.precision == "bf16" else "model"

    @property
    def to_device(self) -> str:
        """What is appended to a tensor or network to move it where the training runs."""
        return "" if self.on_cpu else ".to(device)"

    @property
    def classifies(self) -> bool:
        return self.facts.task == "classification"

    @property
    def metrics(self) -> tuple[Metric, ...]:
        """What is measured of a split that is held back, as in reports; the loss first.

        But what is measured of samples that the network makes: the script's end does that.
        """
        facts = self.facts
        select, pictures = self.experiment.select, facts.paints
        kind = facts.task, len(facts.classes), select, facts.objective
        told = reported(*kind, pictures=pictures)
        return tuple(one for one in told if not one.is_of_made)

    @property
    def numbers(self) -> str:
        """The expression for what outputs say in the unit of the data."""
        if not self.facts.returned:
            return "own_unit(outputs)" if self.scales_targets else "outputs"
        own = "outputs"
        if self.experiment.objective.own_network() is not None:
            own += f"[:, :{self.facts.num_targets}]"
        return own + (".sigmoid()" if self.experiment.loss.outputs == "logit" else "")

    @property
    def selecting(self) -> Metric:
        """What the best epoch is best by."""
        return METRICS[self.experiment.select]

    @property
    def one_hot(self) -> bool:
        """Whether the loss compares one number per class with each output."""
        return self.classifies and not self.experiment.loss.class_targets and self.num_outputs > 1

    @property
    def one_column(self) -> bool:
        """Whether one output stands for the second of two classes."""
        return self.classifies and self.num_outputs == 1

    @property
    def num_before(self) -> int:
        """Shuffled training samples before the validation split."""
        return held_back(self.facts.num_samples, self.experiment.validation_offset)


def make_plan(
    experiment: Experiment, locations: DataLocations, changes: Sequence[Change] = ()
) -> Plan:
    """Raises BadExperiment where the layers don't fit the data, DataUnavailable for a file."""
    facts = experiment.objective.facts(experiment.data.known_facts())
    problems: list[Problem] = []
    chain = links(experiment.network, facts.shape, problems)
    if problems:
        raise BadExperiment(problems)
    total = facts.num_samples
    test = held_back(total, experiment.test_fraction)
    validation = held_back(total, experiment.validation_fraction)
    sizes = {"test": test, "validation": validation, "train": total - test - validation}
    sizes = {name: size for name, size in sizes.items() if size or name == "train"}
    pixels = experiment.data.pixels()
    return Plan(experiment, locations, facts, chain, sizes, pixels, tuple(changes))
