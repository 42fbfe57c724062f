"""One experiment under examination: what the rules ask about it."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any

from engine.doctor.rates import is_usual
from engine.doctor.statistics import Statistics
from engine.doctor.stretch import Stretch, stretches
from engine.errors import DataUnavailable, Problem
from engine.parts.data import Facts
from engine.parts.layers import Layer
from engine.parts.layers.address import Address, at, spliced, walk
from engine.parts.layers.base import UNBOUNDED, Meaning, Range
from engine.parts.objectives import Supervised
from engine.parts.optimizers import Adam
from engine.spec.chain import Link, every, links
from engine.spec.duration import step_seconds
from engine.spec.experiment import Experiment
from engine.spec.freezing import num_frozen
from engine.spec.need import Need, need_of
from engine.spec.rivalry import of_two, rival_links
from engine.spec.validator import check_against, held_back

SMALL_NETWORK = 1_000
"""Parameters up to which a repair dares Adam's larger rate."""
SMALL_NETWORK_RATE = 0.05
"""Adam's rate for small networks: what the repaired tutorials were measured with."""
USUAL_RATE = 1e-3
"""Adam's rate for all others: PyTorch's default (Kingma and Ba 2015)."""
RATE_SAMPLES = 64
"""Points at which a schedule is read to find its mean rate."""


Earlier = Callable[[], Iterable[Experiment]]


@dataclasses.dataclass(frozen=True)
class Case:
    """An experiment with all that is known about its data."""

    experiment: Experiment
    facts: Facts | None = None
    """None where only a file that is absent could tell; most rules are silent then."""
    statistics: Statistics | None = None
    earlier: Earlier = tuple
    """What the experiment was before, the newest first: where a repair looks for a value before it
    takes one by rule. Asked only then, since it may have to be read."""

    def __post_init__(self) -> None:
        if self.facts is not None:  # of the data, or of what the network is asked
            object.__setattr__(self, "facts", self.experiment.objective.facts(self.facts))

    @cached_property
    def chain(self) -> list[Link]:
        """The layers with their shapes; empty unless all of them fit."""
        problems: list[Problem] = []
        shape = self.facts.shape if self.facts else ()
        chain = links(self.experiment.layers, shape, problems) if self.facts else []
        return [] if problems else chain

    @property
    def goes_on(self) -> bool:
        """Whether the objective has layers of its own behind those of the experiment."""
        experiment = self.experiment
        return len(experiment.network) > len(experiment.layers)

    @property
    def every_link(self) -> Iterator[Link]:
        """The layers with their shapes, and those inside of blocks; none unless all of them fit."""
        return every(self.chain)

    @cached_property
    def rival_chain(self) -> list[Link]:
        """The layers of a second network with their shapes; empty unless there is one that fits."""
        return rival_links(self.experiment.objective, self.facts, []) if self.facts else []

    @property
    def of_rival(self) -> Case:
        """The same of the second network: of points it is asked whether they were made."""
        assert self.facts is not None, "asked only where points are made"
        layers = self.experiment.objective.rival or ()
        own = dataclasses.replace(self.experiment, layers=layers, objective=Supervised())
        return Case(own, of_two(self.facts))

    @property
    def is_classification(self) -> bool:
        """Whether targets are classes, as the data says, else the loss."""
        loss = self.experiment.loss
        return self.facts.task == "classification" if self.facts else loss.outputs != "value"

    @cached_property
    def stretches(self) -> list[Stretch]:
        """The layers of the network, then those inside of each block."""
        return list(stretches(self.experiment.layers, self.chain))

    @property
    def network(self) -> Stretch:
        """The layers that are inside of no block."""
        return self.stretches[0]

    @cached_property
    def output(self) -> Address | None:
        """Where the last layer is that changes values; None without one."""
        for index in reversed(range(len(self.experiment.layers))):
            if not self.experiment.layers[index].passes_on:
                return (index,)
        return None

    @property
    def output_layer(self) -> Layer | None:
        return None if self.output is None else at(self.experiment.layers, self.output)

    @property
    def output_text(self) -> str:
        """That layer's call, as a sentence has it."""
        return "" if self.output_layer is None else self.output_layer.brief

    @property
    def output_meaning(self) -> Meaning:
        """What the network's outputs are, as far as its last layer says."""
        return "value" if self.output_layer is None else self.output_layer.meaning

    @property
    def output_range(self) -> Range:
        """Between which values the network's outputs lie, as far as its last layer says."""
        return UNBOUNDED if self.output_layer is None else self.output_layer.output_range

    @property
    def first_layer(self) -> Layer | None:
        """The first layer that changes values; None without one."""
        return next((layer for layer in self.experiment.layers if not layer.passes_on), None)

    @cached_property
    def bends(self) -> bool:
        """Whether a non-linearity stands between weights, so that the loss has many valleys."""
        layers = [layer for _, layer in walk(self.experiment.layers)]
        weighted = [index for index, layer in enumerate(layers) if layer.weights]
        between = layers[weighted[0] : weighted[-1]] if weighted else []
        return any(layer.nonlinear for layer in between)

    @cached_property
    def last_weights(self) -> Address:
        """Where the last layer with weights of its own is, in a block or not; empty without."""
        return max((at for at, layer in walk(self.experiment.layers) if layer.weights), default=())

    @property
    def keeps_order(self) -> bool:
        """Whether samples that follow one another in the data do so in training too.

        Holding some back draws them at random, and the others then have a random order; rows that
        stay on the disk are read in the order of the file, shuffled a buffer at a time.
        """
        experiment = self.experiment
        if experiment.sampler is not None:
            return False
        if experiment.data.buffer is not None:
            return True
        held = experiment.test_fraction or experiment.validation_fraction
        return not experiment.shuffle and not held

    def target_name(self, index: int) -> str:
        """What a number to predict is called, for a sentence."""
        names = self.facts.target_names if self.facts else ()
        if index < len(names):
            return names[index]
        several = self.facts is not None and self.facts.num_targets > 1
        return f"number {index + 1} to predict" if several else "the number to predict"

    @property
    def has_one_valley(self) -> bool:
        """Whether the loss has a single valley, without turns: of a single layer with weights.

        Two of them without an activation can do no more, but their weights multiply.
        """
        weighted = [layer for _, layer in walk(self.experiment.layers) if layer.weights]
        return not self.bends and len(weighted) == 1

    @cached_property
    def most_inputs(self) -> int:
        """Weights that a single unit has, of the layer where those are most; 0 where unknown."""
        found = every(self.chain)
        counted = [x.own_parameters // x.layer.width for x in found if x.layer.width]
        return max(counted, default=0)

    @property
    def num_outputs(self) -> int | None:
        """Outputs of the network; None where they can't be told."""
        if self.chain:
            shape = self.chain[-1].output_shape
            return shape[0] if len(shape) == 1 else None
        weighted = self.network.weighted
        last = self.experiment.layers[weighted[-1]] if weighted else None
        return last.width if last is not None and last.dense else None

    @property
    def num_parameters(self) -> int:
        return sum(link.num_parameters for link in (*self.chain, *self.rival_chain))

    @property
    def num_trained(self) -> int:
        """Those of them that the training changes."""
        return self.num_parameters - num_frozen(self.experiment.freeze, self.chain)

    @cached_property
    def need(self) -> Need:
        """What its training takes of the memory; nothing where the shapes are not known."""
        return need_of(self.experiment, [*self.chain, *self.rival_chain], self.batch_size)

    @property
    def num_train(self) -> int:
        """Samples of the training split; 0 where unknown."""
        if self.facts is None:
            return 0
        held = (self.experiment.test_fraction, self.experiment.validation_fraction)
        return self.facts.num_samples - sum(held_back(self.facts.num_samples, f) for f in held)

    @property
    def batch_size(self) -> int:
        """Samples per step, at most the training split."""
        size = self.experiment.batch_size
        return self.num_train if size == "full" else min(size, self.num_train)

    @property
    def steps_per_epoch(self) -> int:
        return -(-self.num_train // self.batch_size) if self.batch_size else 0

    @property
    def num_steps(self) -> int:
        return self.experiment.epochs * self.steps_per_epoch

    @cached_property
    def step_s(self) -> float:
        """About how long a step takes."""
        return step_seconds([*self.chain, *self.rival_chain], self.batch_size)

    @cached_property
    def mean_rate(self) -> float:
        """The learning rate, the mean over the training as its schedule has it."""
        schedule, lr = self.experiment.schedule, self.experiment.optimizer.lr
        total = self.num_steps if schedule.counts == "steps" else self.experiment.epochs
        if total < 1:
            return lr
        points = sorted({total * n // RATE_SAMPLES for n in range(RATE_SAMPLES)})
        return math.fsum(schedule.rate(lr, done, total) for done in points) / len(points)

    def adam(self) -> Adam:
        """The Adam that a repair puts in place of another optimizer."""
        small = 0 < self.num_parameters <= SMALL_NETWORK
        return Adam(lr=SMALL_NETWORK_RATE if small else USUAL_RATE)

    def with_layers(self, first: Address, taken: int, *instead: Layer) -> tuple[Layer, ...]:
        """The layers with as many as are taken from the first one on replaced."""
        return spliced(self.experiment.layers, first, taken, *instead)

    def without_output(self) -> tuple[Layer, ...]:
        """The layers without the last one that changes values."""
        assert self.output is not None, "asked only where there is an output layer"
        return self.with_layers(self.output, 1)

    def changed(self, changes: dict[str, Any]) -> Experiment | None:
        """The experiment with these fields changed; None if that is no other valid one.

        Nor one with a learning rate that its optimizer is not used with. What was measured,
        expected and known to be wrong of the one before is left out.
        """
        before = self.experiment.without_claims()
        other = dataclasses.replace(before, **changes)
        if before == other or (is_usual(before) and not is_usual(other)):
            return None
        layers = [layer for _, layer in walk(other.layers)]
        parts = (other.loss, other.optimizer, other.objective, other.schedule)
        for component in (other.data, *layers, *parts):
            if component.complaint():
                return None
        facts = self.facts
        if (other.data, other.objective) != (before.data, before.objective):
            try:
                facts = other.data.facts()
            except DataUnavailable:
                return None
        problems: list[Problem] = []
        if facts is not None:
            check_against(other, facts, problems)
        if other.validation_fraction + other.test_fraction >= 1 or not other.layers:
            return None
        return None if problems else other
