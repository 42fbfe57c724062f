"""What a training says of itself, one JSON object a line."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from engine.decoding import Undecodable, converted, decoded
from engine.doctor.evidence import Evidence
from engine.encoding import encoded
from engine.parts.metrics import SPLITS
from engine.runs.contents import CheckpointKind

Reason = Literal[
    "completed", "stop_below", "patience", "stopped", "interrupted", "diverged", "failed"
]
"""Why a run ended."""

DataPath = Literal["resident", "streamed"]
"""Whether a data set is kept in memory, or its images are read from their files when used."""

Figure = float | None
"""A number that may be non-finite; JSON shows it as null then."""


_MEASURED = tuple(f"{split}_" for split in SPLITS)


def _snake(name: str) -> str:
    return "".join("_" + c.lower() if c.isupper() else c for c in name).lstrip("_")


class Event(
    msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="event", tag=_snake
):
    """Something that happened; named in the past tense, told apart by its `event` key."""

    n: int = 0
    """Its number in the run's record, from 1."""


class RunStarted(Event, frozen=True, kw_only=True):
    """The first event: what is trained, where and on what."""

    run: str
    title: str
    device: str
    threads: int
    seed: int
    epochs: int
    steps_per_epoch: int
    num_train: int
    num_validation: int
    num_test: int
    num_parameters: int
    torch: str
    """Version of torch."""
    facts: dict[str, Any]
    """The data set's facts, so that the run can be read without its data."""
    executor: str = ""
    """How steps are run: `eager`, `traced` to plain tensor operations, or `graphed`, recorded as a
    CUDA graph; same results. `stacked`: in one with those of other trainings of a sweep; `compiled`
    to machine code; the last digits may differ. Empty in old records, which left out `eager`."""
    executor_reason: str = ""
    """Why steps are run eagerly though there are enough to gain by better, or what it cost to
    compile them, in a clause; else empty."""
    device_reason: str = ""
    """What a person is to know of the device, in a clause; empty for nothing."""
    fingerprint: str = ""
    """sha256 over the person's own data files; empty where there are none."""
    data_path: DataPath = "resident"
    data_reason: str = ""
    """Why the data is streamed, in a sentence; empty where it is not."""
    baselines: dict[str, float] = {}
    """What the commonest class of the training split, or its mean, comes to on each split: by names
    like `test_accuracy` and `test_mae`. Empty in old records."""
    headlines: list[str] = []
    """The metrics that stand for it beside the loss: `accuracy`, and `balanced_accuracy` where a
    class is common or classes are weighted; what selects first. Empty in old records."""
    experiment_digest: str = ""
    """sha256 over what experiment.toml says, texts for people left out."""
    table_digest: str = ""
    """sha256 over table.json, what was decided about the table; empty where there is none."""
    num_frozen: int = 0
    """Of the parameters those that stay as they are."""
    processes: int = 1
    """That share each batch."""
    started_from: str = ""
    """Whose weights it began with, and after how many steps: `runs/NAME@1200`; empty where they
    were random, as in old records."""
    digest: str = ""
    """sha256 over the line before this key, which is its last."""


class EpochFinished(Event, frozen=True, kw_only=True):
    """A reported epoch. Epochs and steps count from 1."""

    epoch: int
    step: int
    metrics: dict[str, Figure] = {}
    """By names like `train_loss` and `test_accuracy`, in JSON among the other keys. `train_loss` is
    the mean over the epoch's batches of the loss before each update."""
    learning_rate: Figure
    gradient_norm: Figure
    """Of the epoch's last step, over all parameters, before any clipping."""
    steps_per_s: float
    samples_per_s: float
    elapsed_s: float

    @property
    def train_loss(self) -> Figure:
        """Mean over the epoch's batches of the loss before each update."""
        return self.metrics["train_loss"]

    def spread(self) -> dict[str, Any]:
        """What is written as JSON: the metrics stand where the mapping does."""
        fields: dict[str, Any] = {"event": self.__struct_config__.tag}
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if name == "metrics":
                fields |= value
            elif name != "n" or value:
                fields[name] = value
        return fields

    def gathered(self, plain: dict[str, Any]) -> EpochFinished:
        """This event, just decoded, with the metrics of the JSON that it was read from.

        Raises Undecodable for one that is no number, or a missing training loss.
        """
        metrics = self.metrics  # filled where it is: a record may have millions of lines
        for name, value in plain.items():
            if name.startswith(_MEASURED):
                if type(value) is not float and value is not None:
                    value = converted(value, float)
                metrics[name] = value
        if "train_loss" not in metrics:
            raise Undecodable("not understood: an epoch without `train_loss`")
        return self


class CheckpointSaved(Event, frozen=True, kw_only=True):
    """A checkpoint was written whole."""

    kind: CheckpointKind
    path: str
    epoch: int
    step: int


class ClassScores(msgspec.Struct, frozen=True, kw_only=True):
    """How one class was recognized."""

    name: str
    precision: Figure
    """Of those predicted as this class, the share that is; null if none was."""
    recall: Figure
    """Of this class, the share predicted as such; null if there is none."""
    f1: Figure
    support: int
    """Samples of this class."""


class Evaluated(Event, frozen=True, kw_only=True):
    """A split was evaluated with the final weights."""

    split: Literal["train", "validation", "test"]
    samples: int
    metrics: dict[str, Figure]
    classes: list[ClassScores] = []
    confusion: list[list[int]] = []
    """Counts: rows are the actual classes, columns the predicted ones."""
    bounds: list[Figure] = []
    """What nine tenths of a test split's errors stay below, for each number to predict; where their
    logarithms are trained on, as the logarithm of a factor."""


class Prediction(msgspec.Struct, frozen=True, kw_only=True):
    """What a network says of one sample."""

    values: list[float | str | None]
    """The sample's features as given; None for a missing one, which the training fills in. Empty
    for a picture."""
    file: str = ""
    """The picture that was predicted, where it was one."""
    predicted: str
    """The class, or the numbers of a regression."""
    outputs: list[Figure]
    """The network's outputs."""
    probabilities: list[Figure] = []
    """One per class; empty for a regression."""
    low: list[Figure] = []
    high: list[Figure] = []
    """Of a regression that was tested: from where to where nine of ten lie, for each number."""


class Predicted(Event, frozen=True, kw_only=True):
    """The samples that the experiment asks for were predicted."""

    predictions: list[Prediction]
    classes: list[str] = []


Part = Literal["weights", "output", "loss", "unknown"]
"""What goes non-finite first: something of a layer, or the loss alone."""


class Diverged(Event, frozen=True, kw_only=True):
    """The loss became non-finite; the last good checkpoint is kept."""

    epoch: int
    step: int
    loss: str
    """`nan`, `inf` or `-inf`."""
    learning_rate: float
    gradient_norm: str
    """As text, since it may be non-finite."""
    layer: int | None = None
    """The first layer that went non-finite, or the block that it is inside of; None where that is
    the loss, or unknown."""
    place: str = ""
    """Where that layer is, in its block too: `layers[2][0]`."""
    layer_text: str = ""
    """That layer as the experiment writes it: `Linear(4)`."""
    part: Part = "unknown"
    """What of it was the first; `loss`: every output was finite still."""
    at_end: bool = False
    """Whether it is the loss after the step's update, since no further step came and told."""

    @property
    def message(self) -> str:
        """The event in one sentence."""
        sentence = (
            f"the loss became {self.loss} {'after' if self.at_end else 'at'} "
            f"epoch {self.epoch}, step {self.step} "
            f"(learning rate {self.learning_rate:g}, gradient norm {self.gradient_norm})"
        )
        if self.layer is not None:
            where = self.place or f"layers[{self.layer}]"  # of a record from before blocks
            sentence += f"; first the {self.part} of {where} {self.layer_text}"
        elif self.part == "loss":
            sentence += "; every layer's output was still finite"
        return sentence


class LiveFinding(Event, frozen=True, kw_only=True):
    """Something that the doctor says of a training under way; at most three stand at a time."""

    code: str
    """Stable name of the rule: `dead-units`."""
    severity: Literal["info", "warning", "error"]
    place: str
    """Where it is: `layers[1]`, `optimizer.lr`, `test_loss`."""
    message: str
    repair: str = ""
    epoch: int
    """Epochs finished when it was seen."""
    evidence: Evidence | None = None
    """What it rests on, as it was then: curves, a histogram, a number for each layer."""


class FindingAppeared(LiveFinding, frozen=True, kw_only=True):
    """A finding stands from now on, or stands with another severity."""


class FindingGone(LiveFinding, frozen=True, kw_only=True):
    """A finding no longer stands; its texts are those with which it stood last."""


class Paused(Event, frozen=True, kw_only=True):
    """The training waits."""

    step: int


class Continued(Event, frozen=True, kw_only=True):
    """The training goes on after a pause."""

    step: int


class ChangedByHand(Event, frozen=True, kw_only=True):
    """A person changed what the training goes on with."""

    step: int
    """Steps done before the change."""


class LearningRateChanged(ChangedByHand, frozen=True, kw_only=True):
    """A person changed the learning rate: a factor on top of the schedule."""

    factor: float


class ParameterSet(ChangedByHand, frozen=True, kw_only=True):
    """A person set one weight or bias."""

    layer: tuple[int, ...]
    """The layer's address: `[2]`, or `[1, 0]` inside of a block."""
    parameter: str
    """`weight`, `bias`, or `shortcut.weight` of a block."""
    place: tuple[int, ...]
    """Its index in that tensor."""
    value: float
    before: Figure


class UnitSilenced(ChangedByHand, frozen=True, kw_only=True):
    """A person fixed the output of a unit to zero, after its activation."""

    layer: tuple[int, ...]
    """The address of the layer that makes it."""
    unit: int


class UnitWoken(ChangedByHand, frozen=True, kw_only=True):
    """A person let a silenced unit speak again: its weights are as they were, or trained since."""

    layer: tuple[int, ...]
    unit: int


class LayerRedrawn(ChangedByHand, frozen=True, kw_only=True):
    """A person had new random numbers drawn for a layer, as for a new network."""

    layer: tuple[int, ...]
    seed: int


class TakenBack(ChangedByHand, frozen=True, kw_only=True):
    """A person took a change back before any step was trained with it."""

    change: int
    """The number of the event that told of it."""


class WentBack(Event, frozen=True, kw_only=True):
    """The training goes on from a checkpoint: later events before this one no longer count."""

    from_step: int
    """Steps that the checkpoint had done."""
    epoch: int
    """Epochs that the checkpoint had finished."""
    after_event: int
    """Number of the last event that still counts."""


class Resumed(WentBack, frozen=True, kw_only=True):
    """Another process goes on with the run."""

    torch: str = ""
    executor: str = ""
    """How steps are run now; empty in records from before it was told."""
    executor_reason: str = ""
    data_path: DataPath = "resident"
    data_reason: str = ""
    epochs: int = 0
    """In all, from here on, where a person gave it more; 0 where they are as many as before."""
    experiment_digest: str = ""
    """Of the experiment with those epochs, as RunStarted has it of the one before."""


class Rewound(WentBack, frozen=True, kw_only=True):
    """A person went back to a checkpoint."""

    to: CheckpointKind


class CheckpointFailed(Event, frozen=True, kw_only=True):
    """A checkpoint could not be written; the one before it is whole, the training goes on.

    Told once for each reason, until a checkpoint is written again.
    """

    message: str


class SnapshotsFailed(Event, frozen=True, kw_only=True):
    """Snapshots could not be written: some moments are missing, the training goes on.

    Told once for each reason.
    """

    message: str


class TensorboardFailed(Event, frozen=True, kw_only=True):
    """TensorBoard's file could not be written: it ends here, the training goes on."""

    message: str


class ProcessRestarted(Event, frozen=True, kw_only=True):
    """One of the processes that share the batches was lost; the others wait until it is back.

    The training goes on after the last whole step.
    """

    step: int
    message: str


class CheckpointRescued(Event, frozen=True, kw_only=True):
    """At the end a checkpoint could not be written into the run: it lies somewhere else."""

    kind: CheckpointKind
    path: str
    epoch: int
    step: int


class Failed(Event, frozen=True, kw_only=True):
    """The training broke off with an error."""

    message: str
    exit_code: int = 1
    """What the command line ends with: 4 for data that can't be read."""


class RunFinished(Event, frozen=True, kw_only=True):
    """The last event of a run."""

    reason: Reason
    run: str
    epochs: int
    steps: int
    elapsed_s: float
    """Wall time of the training loop."""
    metrics: dict[str, Figure]
    unkept: str = ""
    """Why the run's directory lacks the last checkpoint or the best; empty where it doesn't."""


Recorded = (
    RunStarted
    | EpochFinished
    | CheckpointSaved
    | CheckpointFailed
    | CheckpointRescued
    | SnapshotsFailed
    | TensorboardFailed
    | ProcessRestarted
    | Evaluated
    | Predicted
    | Paused
    | Continued
    | LearningRateChanged
    | ParameterSet
    | UnitSilenced
    | UnitWoken
    | LayerRedrawn
    | TakenBack
    | Resumed
    | Rewound
    | Diverged
    | FindingAppeared
    | FindingGone
    | Failed
    | RunFinished
)
"""Every event that a run's record may hold."""


def encode(event: Event) -> bytes:
    """The event as one line of JSON, without the line's end; non-finite numbers are null."""
    return encoded(event)


def decode(line: bytes) -> Recorded:
    """The event of one line; raises Undecodable."""
    event: Recorded = decoded(line, Recorded)
    return event
