"""The experiment: one small description from which everything starts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from engine.parts.component import Declared, parameter
from engine.parts.data import Data, Facts
from engine.parts.kinds import Handle, Pairs
from engine.parts.layers import Layer
from engine.parts.losses import Loss
from engine.parts.metrics import METRICS
from engine.parts.objectives import Objective, Supervised
from engine.parts.optimizers import Optimizer
from engine.parts.schedules import Constant, Schedule

if TYPE_CHECKING:
    MetricName = str
else:
    MetricName = Literal[tuple(METRICS)]

Measured = dict[str, tuple[float, float]]
"""Final metrics by name, each with the lowest and highest value seen over several seeds."""


class Experiment(Declared):
    """What to train and how: read from TOML, changed by the editor, stored by a run.

    Build one with engine.spec.experiment_reader, which checks it; the constructor does not.
    """

    always_written = ("epochs", "batch_size")

    data: Data = parameter(
        help="the data set, as a call: circle(samples=100)",
        words="What the network learns from: samples, each with what is to be predicted of it.",
        here="Here it is {value}: {samples} samples, {train} of them to train on.",
    )
    layers: tuple[Layer, ...] = parameter(
        help="the layers in order, each a call: Linear(4)",
        words="What the network is made of: each layer takes what the one before it makes.",
        here="Here {num_layers} layers turn {inputs} values into {outputs}, with {params} learned "
        "numbers in all.",
    )
    loss: Loss = parameter(
        help="what the training makes small: BCELoss()",
        words="The one number that says how wrong the network is; training does nothing but make "
        "it small.",
        here="Here it is {value}.",
    )
    optimizer: Optimizer = parameter(
        help="how gradients change the weights: SGD(lr=0.1)",
        words="What turns the gradients of the loss into changes of the weights.",
        here="Here it is {value}, for {steps} steps in all.",
    )
    objective: Objective = parameter(
        default=Supervised(),
        help="what the training asks of the network",
        words="What the network is asked: to say what the data says of each sample, or something "
        "that is made of the samples themselves.",
        here="Here it is {value}.",
    )
    schedule: Schedule = parameter(
        default=Constant(),
        help="how the learning rate moves",
        words="How the learning rate moves: long steps at first save time, short ones at the end "
        "settle.",
        here="Here it is {value}, over {epochs} epochs.",
    )
    epochs: int = parameter(
        default=100,
        help="passes over the training data",
        minimum=1,
        maximum=10**9,
        unit="epochs",
        words="How often the network sees all the training data; too few and it has not learned "
        "yet, too many and it may learn by heart.",
        here="Here {epochs} epochs of {batches} steps are {steps} steps.",
    )
    batch_size: int | Literal["full"] = parameter(
        default="full",
        help='samples per step, or "full" for all of them',
        minimum=1,
        unit="samples",
        handle=Handle("batch", doubles=True),
        words="How many samples decide one step: few make many rough steps, many make few smooth "
        "ones.",
        here="Here {train} samples in batches of {batch} are {batches} steps an epoch.",
    )
    shuffle: bool = parameter(
        default=True,
        help="a new order each epoch; a full batch keeps its order",
        words="Whether each epoch takes the samples in a new order, so that their order teaches "
        "nothing.",
        here="Here it is {value}; an epoch has {batches} batches.",
    )
    sampler: Literal["balanced"] | None = parameter(
        default=None,
        help='"balanced" draws samples with replacement, each class as often as the others',
        words="How an epoch takes its samples: each once, or balanced, which draws rare classes as "
        "often as the others and so some samples again and again.",
        here="Here it is {value}; an epoch takes {train} samples.",
    )
    seed: int | Literal["random"] = parameter(
        default=0,
        help='start of all random numbers; "random" draws one',
        minimum=0,
        maximum=2**63 - 1,
        words="Where the random numbers start: the same seed gives the same weights, data and "
        "result, to the last digit.",
        here="Here {value} decides {params} first weights and the order of {train} samples.",
    )
    device: str = parameter(
        default="auto",
        help='"cpu", "cuda" or "cuda:1"; auto: a card, where steps of this size are worth it',
        words="What computes: the processor, or a graphics card, good for large networks.",
        here="Here it is {value}, for {params} learned numbers.",
    )
    threads: int | Literal["auto"] = parameter(
        default="auto",
        help="CPU threads; their number changes the last digits",
        minimum=1,
        maximum=1024,
        words="How many processor cores compute together; small networks are sooner done with one.",
        here="Here it is {value}, for batches of {batch} samples.",
    )
    precision: Literal["float32", "bf16"] = parameter(
        default="float32",
        help='"bf16" multiplies in 16 bits: for newer GPUs, less exact',
        words="How many digits are multiplied: bf16 has fewer and is quicker on newer graphics "
        "cards.",
        here="Here it is {value}.",
    )
    validation_fraction: float = parameter(
        default=0.0,
        help="share of the data that selects the best weights",
        minimum=0,
        below=1,
        handle=Handle("validation", by=0.05, is_share=True),
        words="How much data is held back to choose the best weights by, because the training data "
        "praises what was learned by heart.",
        here="Here {validation} of {samples} samples choose, and {train} train.",
        tries=0.2,
    )
    validation_offset: float = parameter(
        default=0.0,
        help="share of the shuffled data before the validation split; cross-validation moves it",
        minimum=0,
        below=1,
        words="Where in the shuffled data the validation split begins: moved on by its own size, "
        "again and again, each sample is held back once, and no lucky split decides.",
        here="Here {offset} of {samples} samples lie before it.",
        tries=0.2,
    )
    test_fraction: float = parameter(
        default=0.0,
        help="share of the data held back for the final test",
        minimum=0,
        below=1,
        handle=Handle("test", by=0.05, is_share=True),
        words="How much data is held back for the last question: how good is it on what it never "
        "saw?",
        here="Here {test} of {samples} samples are held back, and {train} train.",
        tries=0.2,
    )
    class_weights: tuple[float, ...] | Literal["balanced"] | None = parameter(
        default=None,
        help='weight of each class in the loss, or "balanced"',
        minimum=0,
        words="How much a sample of each class counts, so that a rare class is not overlooked.",
        here="Here it is {value}, for {classes} classes.",
        tries="balanced",
    )
    l1: float = parameter(
        default=0.0,
        help="penalty on the weights' absolute values",
        minimum=0,
        words="Pulls every weight towards zero by the same amount, until many are exactly zero.",
        here="Here it adds {value} times the sum of the weights' sizes to the loss.",
        tries=0.001,
    )
    l2: float = parameter(
        default=0.0,
        help="penalty on the weights' squares",
        minimum=0,
        words="Pulls large weights towards zero, so that no single one decides much.",
        here="Here it adds {value} times the sum of the weights' squares to the loss.",
        tries=0.001,
    )
    clip_norm: float | None = parameter(
        default=None,
        help="longest gradient that is not scaled down",
        above=0,
        words="Shortens a gradient that is too long, so that one strange batch can't throw the "
        "weights off.",
        here="Here the longest gradient that is left alone is {value}.",
        tries=1.0,
    )
    stop_below: float | None = parameter(
        default=None,
        help="stop after an epoch whose training loss is below this",
        words="Ends the training as soon as the loss is small enough.",
        here="Here that is {value}, and {epochs} epochs at most.",
    )
    select: MetricName = parameter(
        default="loss",
        help="what the best epoch is best by, and patience waits for",
        words="By what the best weights are chosen: the loss, or a metric that says better what is "
        "wanted, like the balanced accuracy where one class is common.",
        here="Here it is {value}, of {selecting} samples.",
        tries="balanced_accuracy",
    )
    patience: int | None = parameter(
        default=None,
        help="stop after this many epochs without a better one, by what selects",
        minimum=1,
        unit="epochs",
        words="Ends the training when nothing has got better for a while.",
        here="Here it waits {value} epochs of {epochs}.",
        tries=10,
    )
    start_from: str = parameter(
        default="",
        help="a file of weights, or a preset whose newest finished run has them; taken as far as "
        "they fit by name and shape",
        is_path=True,
        words="Begins with the weights of an earlier training instead of random ones.",
        here="Here it is {value}.",
    )
    new_head: bool = parameter(
        default=False,
        help="start_from leaves the last layer with weights out: it begins anew",
        words="Takes of an earlier training what leads to the answers, and not the answers "
        "themselves: other classes need a last layer of their own.",
        here="Here it is {value}.",
    )
    freeze: tuple[int, ...] | Literal["all but last"] = parameter(
        default=(),
        help='layers that stay as they are, by number from 0, or "all but last"',
        minimum=0,
        words="Leaves layers as they are: what an earlier training has learned there is used and "
        "not changed, and a step has less to compute.",
        here="Here it is {value}: {trained} of {params} learned numbers change.",
        tries="all but last",
    )
    backbone_rate: float | Pairs[float] = parameter(
        default=1.0,
        help="share of the learning rate for all layers but the last that has weights, or by "
        'number: {"0": 0.01, "1": 0.1}',
        above=0,
        words="Lets layers that begin with what was learned before learn more slowly than the new "
        "ones: what is good already is only refined.",
        here="Here it is {value} of a rate of {lr}, and the other layers learn at the whole.",
        tries=0.1,
    )
    report_every: int = parameter(
        default=1,
        help="epochs between two reported ones",
        minimum=1,
        unit="epochs",
        words="How many epochs pass between two measurements; measuring often takes time.",
        here="Here {epochs} epochs are measured {reports} times.",
    )
    predict: tuple[tuple[float, ...], ...] = parameter(
        default=(),
        help="samples to predict at the end, each a list of its features",
        words="Samples of your own that the trained network is asked about at the end.",
        here="Here it is asked about {num_predicted}.",
    )
    title: str = parameter(
        default="",
        help="what it is called on screen",
        tells=True,
        words="What it is called on the screen; it changes nothing in the training.",
        here="Here it is {value}.",
    )
    group: str = parameter(
        default="Mine",
        help="the group of presets it is listed under",
        tells=True,
        words="Under which heading it is listed; it changes nothing in the training.",
        here="Here it is {value}.",
    )
    summary: str = parameter(
        default="",
        help="what it is about, in one sentence",
        tells=True,
        words="What it is about; it changes nothing in the training.",
        here="Here it is {value}.",
    )
    teaches: str = parameter(
        default="",
        help="what can be learned from it",
        tells=True,
        words="What can be learned from it; it changes nothing in the training.",
        here="Here it is {value}.",
    )
    expect: str = parameter(
        default="",
        help="what will be seen, and why",
        tells=True,
        passes=True,
        words="What will be seen, and why; it changes nothing in the training.",
        here="Here it is {value}.",
    )
    healthy: bool = parameter(
        default=True,
        help="whether it is meant to be free of known mistakes",
        tells=True,
        passes=True,
        words="Whether it is meant to be free of mistakes; some presets show one on purpose.",
        here="Here it is {value}.",
    )
    measured: Measured | None = parameter(
        default=None,
        help="final metrics seen, each [lowest, highest]; none means not measured",
        tells=True,
        passes=True,
        words="What was measured of it with several seeds: a result far from that means that "
        "something else is different.",
        here="Here it is {value}.",
    )

    def facts(self) -> Facts | None:
        """What the network is asked, as far as that is known without torch; None where only a file
        that is absent could tell.

        Raises DataUnavailable as Data.facts does.
        """
        facts = self.data.facts()
        return None if facts is None else self.objective.facts(facts)

    @property
    def network(self) -> tuple[Layer, ...]:
        """The layers of the whole network: its own, and those that its objective adds."""
        return self.objective.network(self.layers)

    @property
    def full_batch(self) -> bool:
        return self.batch_size == "full"

    @property
    def is_single_step(self) -> bool:
        """Whether the whole training is one step."""
        return self.full_batch and self.epochs == 1

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
