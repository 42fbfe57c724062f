"""What a training does not feel: looks at it, at data, at runs."""

from __future__ import annotations

from engine.evaluation.judgement import EVEN, Cost
from engine.export.predictions import RowFormat
from engine.runs.changes import Change
from engine.runs.contents import CheckpointKind, Moment
from engine.runs.dissected_step import Focus
from engine.runs.inside import Look
from engine.service.protocol.messages import Request


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
    """Have a run's network write on after a prompt; the answer's value is a Written.

    With the last weights of a run that is trained here they are those that it has now.
    """

    run: str
    checkpoint: Moment
    prompt: str
    length: int
    temperature: float
    seed: int
    place: int | None = None
    """After so many characters of the prompt it is told what comes next; None: after all."""


class DrawSamples(Request, frozen=True, kw_only=True):
    """Have a run's network make samples; the answer's value is a row of numbers for each."""

    run: str
    checkpoint: Moment
    count: int
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
