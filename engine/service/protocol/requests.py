"""What a client may ask of a worker."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from engine.decoding import Undecodable, decoded
from engine.evaluation.judgement import EVEN, Cost
from engine.export.predictions import RowFormat
from engine.runs.changes import Change
from engine.runs.contents import CheckpointKind, Moment
from engine.runs.dissected_step import Focus
from engine.runs.events import Reason
from engine.runs.inside import Look, Unit
from engine.runs.snapshots import USUAL_BYTES
from engine.service.protocol.messages import Executor, Message, OnDisconnect

if TYPE_CHECKING:
    from engine.spec.experiment import Experiment


class Request(Message, frozen=True, kw_only=True):
    """Something a client asks; answered by an Answer with the same id."""

    id: int = 0


class Hello(Request, frozen=True, kw_only=True):
    """The first line of a client."""

    version: int


class Command(Request, frozen=True, kw_only=True):
    """What only one client at a time may send. Any may stop a run: who steers may hang."""


class Train(Command, frozen=True, kw_only=True):
    """Train an experiment in a new run directory; the answer's value is a Begun.

    All that a training is told, carried as it is from whoever asks for it to the run.
    """

    toml: str
    """The experiment, every field of it."""
    name: str = "experiment"
    """Of the preset or file, for the run's name."""
    runs_dir: str
    directory: str = ""
    """What the run's directory in there is called; empty for its date and name."""
    data_dir: str
    on_disconnect: OnDisconnect = "continue"
    paused: bool = False
    executor: Executor = "auto"
    changes: tuple[Change, ...] = ()
    """What to change after so many steps: a replay's."""
    until_step: int | None = None
    """End after so many steps: a replay of a run that was stopped there."""
    snapshot_bytes: int = USUAL_BYTES
    """What snapshots of its weights may take on the disk; none are kept in too little."""
    pace: float = 0.0
    """Steps a second while somebody watches; 0 for as fast as it goes."""
    lasting_s: float = 0.0
    """In place of a pace: about what the whole training should take; 0 for no such thing."""
    processes: int = 1
    """That share each batch; a torchrun that has started the worker says itself how many."""
    tensorboard: str = ""
    """The folder in which TensorBoard finds the run's own one; empty for none."""

    def experiment(self) -> Experiment:
        """What to train; raises BadExperiment."""
        from engine.spec.experiment_reader import from_raw
        from engine.spec.toml_text import parse_toml

        return from_raw(parse_toml(self.toml))


class TrainGroup(Command, frozen=True, kw_only=True):
    """Train experiments of the same shapes in one, each in a run directory of its own.

    The answer's value is a GroupBegun; from then on GroupProgress, MemberReported, MemberEnded and
    in the end GroupEnded are sent to every client.
    """

    tomls: tuple[str, ...]
    """The experiments, every field of each."""
    directories: tuple[str, ...]
    """Names of their run directories."""
    runs_dir: str
    data_dir: str
    on_disconnect: OnDisconnect = "stop"
    columns: int = 0
    rows: int = 0
    """Of the boundary that is drawn of each at its end, where its data lies in a plane."""
    num_checked: int = 1
    """How many of them are trained alone afterwards, to be compared."""

    def experiments(self) -> list[Experiment]:
        """What to train; raises BadExperiment."""
        from engine.spec.experiment_reader import from_raw
        from engine.spec.toml_text import parse_toml

        return [from_raw(parse_toml(toml)) for toml in self.tomls]


class Resume(Command, frozen=True, kw_only=True):
    """Go on with a run from a checkpoint; the answer's value is a Begun."""

    run: str
    """Its directory."""
    data_dir: str
    on_disconnect: OnDisconnect = "continue"
    checkpoint: CheckpointKind = "last"
    rewind: bool = False
    """It diverged: go on from the last good checkpoint at another learning rate."""
    learning_rate: float | None = None
    """In place of the experiment's; with `rewind` a tenth of what it was if None. Recorded."""
    epochs: int | None = None
    """In all, in place of the experiment's. Recorded."""
    paused: bool = False
    pace: float = 0.0
    """Steps a second while somebody watches; 0 for as fast as it goes."""
    processes: int = 0
    """That share each batch; 0 for as many as there were."""


class Pause(Command, frozen=True, kw_only=True):
    """Wait after the step that is running."""


class Continue(Command, frozen=True, kw_only=True):
    """Go on after a pause."""


class Advance(Command, frozen=True, kw_only=True):
    """Train so many batches, and to the end of so many epochs, then pause."""

    batches: int = 0
    epochs: int = 0


class SetPace(Command, frozen=True, kw_only=True):
    """Let so many steps a second come while somebody watches, or 0 for as fast as it goes.

    It changes no number, and is not recorded.
    """

    steps_per_s: float


class SetLearningRate(Command, frozen=True, kw_only=True):
    """Multiply the schedule's learning rate by this factor from the next step on; recorded."""

    factor: float


class Touch(Command, frozen=True, kw_only=True):
    """Change the network by hand between two steps; recorded. The answer's value is an Effect."""


class SetParameter(Touch, frozen=True, kw_only=True):
    """Set one weight or bias, as a Weight names it."""

    layer: tuple[int, ...]
    parameter: str
    place: tuple[int, ...]
    value: float


class Silence(Touch, frozen=True, kw_only=True):
    """Fix the output of a unit to zero."""

    unit: Unit


class Wake(Touch, frozen=True, kw_only=True):
    """Let a silenced unit speak again."""

    unit: Unit


class Redraw(Touch, frozen=True, kw_only=True):
    """Draw new random numbers for a layer."""

    layer: tuple[int, ...]
    seed: int | None = None
    """None for any; what it was is recorded."""


class TakeBack(Touch, frozen=True, kw_only=True):
    """Take the newest touch back, while no step was trained since."""


class Rewind(Command, frozen=True, kw_only=True):
    """Go back to a checkpoint; recorded."""

    to: CheckpointKind


class Stop(Request, frozen=True, kw_only=True):
    """End the run with a checkpoint and its evaluation.

    A training that is still being prepared is called off: whoever asked for it is refused with
    that, no run is made, and one that was to be gone on with stays as it was.
    """

    reason: Reason = "stopped"


class Draw(Request, frozen=True, kw_only=True):
    """Compute the pictures once; the answer's value is a Pictures."""

    columns: int
    rows: int


class LookInside(Request, frozen=True, kw_only=True):
    """See inside of the network that is trained; the answer's value is an Inside."""

    look: Look


class Dissect(Request, frozen=True, kw_only=True):
    """Take the next step of the training apart; the answer's value is a DissectedStep.

    It is not done: the training is as it was, to the last bit.
    """

    focus: Focus


class Watch(Request, frozen=True, kw_only=True):
    """How often this client wants progress, pictures and looks inside; 0 for never."""

    progress_hz: float
    pictures_hz: float = 0.0
    columns: int = 0
    rows: int = 0
    inside_hz: float = 0.0
    look: Look = Look()


class Describe(Request, frozen=True, kw_only=True):
    """Load an experiment's data and tell its shape and statistics."""

    toml: str
    data_dir: str


class WriteScript(Request, frozen=True, kw_only=True):
    """Write the plain PyTorch script of an experiment; the answer's value is its text."""

    toml: str
    data_dir: str


class TuneLearningRate(Request, frozen=True, kw_only=True):
    """Try learning rates on a copy of an experiment; the answer's value is a RateTest."""

    toml: str
    data_dir: str


class InsideFirst(Request, frozen=True, kw_only=True):
    """See inside of an experiment's network with its first weights; an Inside."""

    toml: str
    data_dir: str
    look: Look


class DissectFirst(Request, frozen=True, kw_only=True):
    """Take a step apart of an experiment that nobody trains; the answer's value is a DissectedStep.

    A copy is trained up to it.
    """

    toml: str
    data_dir: str
    focus: Focus
    after_steps: int = 0
    changes: tuple[Change, ...] = ()
    """What was done by hand on the way there."""


class TimeSteps(Request, frozen=True, kw_only=True):
    """Time the parts of a step on a copy of an experiment; the answer's value is a StepTimes."""

    toml: str
    data_dir: str


class TrainBoth(Request, frozen=True, kw_only=True):
    """Train copies of two experiments for a moment; the answer's value is a SideBySide."""

    toml: str
    other_toml: str
    data_dir: str


class Prove(Request, frozen=True, kw_only=True):
    """Train copies of a chain of experiments for a moment each; the answer's value is a Proof."""

    tomls: list[str]
    seeds: list[int]
    data_dir: str


class Predict(Request, frozen=True, kw_only=True):
    """What a finished or running run's network says of samples, ROWS of them at most."""

    run: str
    checkpoint: Moment
    rows: list[list[str]]
    before: int = 0
    """Samples that were asked about before these, for the numbers in messages."""


class Write(Request, frozen=True, kw_only=True):
    """Have a run's network write on after a prompt; the answer's value is the text."""

    run: str
    checkpoint: Moment
    prompt: str
    length: int
    temperature: float
    seed: int


class ShowRows(Request, frozen=True, kw_only=True):
    """A few rows of the data that a run is of; the answer's value is a DataRows."""

    run: str
    data_dir: str


class PredictRows(Request, frozen=True, kw_only=True):
    """Write the rows of a file with what a checkpoint says of each; the answer is a RowsPredicted.

    The file is read by the worker, so that no row is part of any message.
    """

    run: str
    checkpoint: CheckpointKind
    path: str
    output: str
    data_dir: str
    format: RowFormat = "csv"
    replace: bool = False
    """Write over a file that is there already."""


class PredictPictures(Request, frozen=True, kw_only=True):
    """What a run's network says of pictures in files; the answer's value is a PicturesPredicted."""

    run: str
    checkpoint: Moment
    files: list[str]
    center: bool | None = None
    """Whether what is drawn is put where the data set has it; None for where that is known."""


class PredictDrawing(Request, frozen=True, kw_only=True):
    """What a run's network says of a drawing; the answer's value is a DrawingPredicted."""

    run: str
    checkpoint: Moment
    pixels: bytes
    """Row by row, 255 where there is ink."""
    size: tuple[int, int]
    """Rows and columns."""


class Evaluate(Request, frozen=True, kw_only=True):
    """Measure a run's network at a moment on its data again."""

    run: str
    checkpoint: Moment
    data_dir: str


class Judge(Request, frozen=True, kw_only=True):
    """Judge a run's network at a moment on its data; the answer's value is a Judged."""

    run: str
    checkpoint: Moment
    data_dir: str
    cost: Cost = EVEN
    """Of mistakes, where there are two classes."""
    table: str = ""
    """A table whose rows it is judged on in place of the run's data."""
    pictures: str = ""
    """A folder of pictures, with a subfolder per class, likewise."""


class CompareRuns(Request, frozen=True, kw_only=True):
    """Judge runs on the same samples; the answer's value is a RunsCompared."""

    runs: list[str]
    checkpoint: Moment
    data_dir: str


class ListMoments(Request, frozen=True, kw_only=True):
    """Which snapshots a run has; the answer's value is a Moments."""

    run: str


class Review(Request, frozen=True, kw_only=True):
    """Draw what a run's network said of its data at a moment; the answer's value is a Reviewed."""

    run: str
    checkpoint: Moment
    data_dir: str
    columns: int = 0
    rows: int = 0
    """Of the boundary's grid."""
    measure: bool = False
    """Whether every split is evaluated too, which may take longer."""


class InsideOfRun(Request, frozen=True, kw_only=True):
    """See inside of a run's network as it was at a moment; the answer's value is an Inside."""

    run: str
    checkpoint: Moment
    data_dir: str
    look: Look


class Export(Request, frozen=True, kw_only=True):
    """Write a run in another format."""

    run: str
    checkpoint: CheckpointKind
    format: str
    output: str
    data_dir: str
    replace: bool = False
    """Write over a file that is there already."""


class StayWarm(Command, frozen=True, kw_only=True):
    """Let go of the run, which is over, and wait for a next command once this one has hung up.

    Refused where something of it would be left.
    """

    surroundings: str
    """What the next command must have in common with this one."""
    wait_s: float
    leader: int
    """The process whose end is the logout: that of the terminal's session."""
    leader_start: str


class TakeOver(Command, frozen=True, kw_only=True):
    """Serve this client, which has found the worker waiting, as if it had started it."""

    directory: str
    """It works in."""
    umask: int


class Shutdown(Request, frozen=True, kw_only=True):
    """End the worker; a run that is not over is stopped first."""


Requests = (
    Hello
    | Train
    | TrainGroup
    | Resume
    | Pause
    | Continue
    | Advance
    | SetPace
    | SetLearningRate
    | SetParameter
    | Silence
    | Wake
    | Redraw
    | TakeBack
    | Rewind
    | Stop
    | Draw
    | LookInside
    | Dissect
    | Watch
    | Describe
    | WriteScript
    | TuneLearningRate
    | InsideFirst
    | DissectFirst
    | TimeSteps
    | TrainBoth
    | Prove
    | Predict
    | Write
    | ShowRows
    | PredictRows
    | PredictPictures
    | PredictDrawing
    | Evaluate
    | Judge
    | CompareRuns
    | ListMoments
    | Review
    | InsideOfRun
    | Export
    | StayWarm
    | TakeOver
    | Shutdown
)


class _Addressed(msgspec.Struct):
    """Of any request what an answer needs."""

    id: int = 0


def decode_request(line: bytes) -> Requests:
    """The request of a line; raises Undecodable."""
    request: Requests = decoded(line, Requests)
    return request


def id_of(line: bytes) -> int:
    """The id of a request that is not understood; 0 where it has none."""
    try:
        return decoded(line, _Addressed).id
    except Undecodable:
        return 0
