"""Writes the rows of a person's file with what a network says of each."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from engine import paths
from engine.encoding import encoded
from engine.errors import UsageError
from engine.parts.data import Facts
from engine.runs.contents import CheckpointKind
from engine.runs.events import Prediction
from engine.runs.files import replace_lines
from engine.runs.output import destination
from engine.runs.run import Run

if TYPE_CHECKING:
    from engine.parts.data.sheet.new_rows import NewRows
    from engine.parts.data.sheet.samples import Samples
    from engine.training.answers import Answers
    from engine.training.restored import TrainedNetwork

RowFormat = Literal["csv", "json"]
"""The input's columns with further ones, or a JSON object a row."""
_NO_CSV = (".parquet", ".feather", ".arrow", ".xlsx", ".gz", ".bz2", ".xz", ".zst", ".zip")
_ROWS = 10_000
"""Written at a time."""


class BadRow(msgspec.Struct, frozen=True, kw_only=True):
    """Why a row of a file has no prediction."""

    row: int
    """Its number, from 1; 0 for one of another width than the others."""
    place: str
    """Where it is: `line 7`."""
    column: str
    message: str

    def said(self) -> str:
        column = f", column {self.column!r}" if self.column else ""
        return f"{self.place}{column}: {self.message}" if self.place else self.message


class RowsPredicted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a file's rows."""

    num_rows: int
    """Those of another width counted in."""
    num_predicted: int
    bad: list[BadRow]
    """The first of them, in the file's order."""
    num_faults: int
    """Cells at fault, and rows of another width."""
    unused: list[str]
    """Columns that the training did not know."""


class PicturesPredicted(msgspec.Struct, frozen=True, kw_only=True):
    """What became of pictures."""

    predictions: list[Prediction]
    """Each with its `file`."""
    bad: list[BadRow]
    """Those that can't be read, each a `place`."""
    remarks: list[str] = []


class DrawingPredicted(msgspec.Struct, frozen=True, kw_only=True):
    """What a network says of a drawing."""

    prediction: Prediction
    seen: bytes
    """The picture that it was shown, row by row, 0 to 255."""


class _Row(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A row that was predicted, as JSON has it."""

    row: int
    values: list[float | str | None]
    predicted: str
    outputs: list[float]
    probabilities: list[float] = []
    low: list[float] = []
    high: list[float] = []


def predict_rows(
    run: Run,
    path: Path,
    output: Path,
    checkpoint: CheckpointKind = "last",
    data_dir: Path | None = None,
    *,
    format: RowFormat = "csv",
    replace: bool = False,
) -> RowsPredicted:
    """Predict a file's rows, and write them in its order; a row at fault has no prediction.

    Raises DataUnavailable for a file that can't be read or lacks columns, UsageError for a place
    that can't be written, BadCheckpoint for a damaged checkpoint.
    """
    from engine.parts.data.sheet.new_rows import read
    from engine.training.restored import TrainedNetwork

    samples = run.new_samples()
    target = check_rows_output(run, path, output, data_dir, replace=replace)
    rows = read(str(path), samples)
    network = TrainedNetwork.of(run, checkpoint)
    _replace(target, output, written(network, samples, rows, format))
    return told(rows)


def check_rows_output(
    run: Run, path: Path | None, output: Path, data_dir: Path | None, *, replace: bool
) -> Path:
    """The file that predictions are written to; raises UsageError where it may not be.

    path: the file that is to be predicted, if it is one.
    """
    if output.suffix.lower() in _NO_CSV:
        raise UsageError(f"{output}: predictions are written as plain CSV: name it like that")
    if path is not None and output.exists() and path.exists() and output.samefile(path):
        raise UsageError(f"{output}: it is what is to be predicted: choose another name")
    return destination(output, run.experiment(), paths.data_dir(data_dir), replace=replace)


def write_pictures(
    run: Run,
    answers: Sequence[Prediction],
    output: Path,
    data_dir: Path | None = None,
    *,
    replace: bool = False,
) -> None:
    """Write what a network says of pictures: a row each, with its class and the probability."""
    target = check_rows_output(run, None, output, data_dir, replace=replace)
    classes = run.facts().classes
    text = io.StringIO()
    put = csv.writer(text, lineterminator="\n")
    put.writerow(("file", "predicted", "probability"))
    for one in answers:
        share = one.probabilities[classes.index(one.predicted)]
        put.writerow((one.file, one.predicted, "" if share is None else f"{share:.6g}"))
    _replace(target, output, [text.getvalue().encode()])


def _replace(target: Path, output: Path, lines: Iterable[bytes]) -> None:
    try:
        replace_lines(target, lines, keep_mode=True)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error


def told(rows: NewRows) -> RowsPredicted:
    """What became of them, for whoever asked."""
    return RowsPredicted(
        num_rows=len(rows.good) + rows.num_odd,
        num_predicted=int(rows.good.sum()),
        bad=[
            BadRow(row=one.row, place=one.place, column=one.column, message=one.message)
            for one in rows.faults
        ],
        num_faults=rows.num_faults,
        unused=list(rows.unused),
    )


def written(
    network: TrainedNetwork, samples: Samples, rows: NewRows, format: RowFormat
) -> Iterator[bytes]:
    """The rows as a file has them; the network is asked here, at once.

    Raises UsageError for a single row, where the network normalizes over those it is given.
    """
    import torch

    good = torch.from_numpy(rows.good)
    network.check_company(int(good.sum()))
    answers = network.answers(torch.from_numpy(rows.inputs)[good])
    if format == "json":
        return _json_lines(network.facts, samples, rows, answers)
    return _csv_lines(network.facts, rows, answers)


def _csv_lines(facts: Facts, rows: NewRows, answers: Answers) -> Iterator[bytes]:
    """The input's columns, the prediction, and the probability of a class, in parts."""
    names = _names(facts, answers)
    header = list(rows.names)
    for name in names:
        while name in header:
            name += "_2"
        header.append(name)
    nothing = ("",) * len(names)
    said = _texts(facts, answers)
    text = io.StringIO()
    put = csv.writer(text, lineterminator="\n")
    put.writerow(header)
    for start in range(0, len(rows.good), _ROWS):
        part = [column.slice(start, _ROWS).to_pylist() for column in rows.columns]
        good = rows.good[start : start + _ROWS].tolist()
        for cells, is_good in zip(zip(*part, strict=True), good, strict=True):
            put.writerow((*cells, *(next(said) if is_good else nothing)))
        yield text.getvalue().encode()
        text.seek(0)
        text.truncate()


def _names(facts: Facts, answers: Answers) -> list[str]:
    """What the further columns are called: `predicted_price`, `low_price`, `high_price`."""
    kinds = ("predicted",) if answers.low is None else ("predicted", "low", "high")
    names = [f"{kind}_{target}" for target in facts.target_names for kind in kinds]
    return [*(names or kinds), *(("probability",) if answers.probabilities is not None else ())]


def _texts(facts: Facts, answers: Answers) -> Iterator[tuple[str, ...]]:
    """The cells of each prediction."""
    import torch

    if answers.classes is None or answers.probabilities is None:
        numbers = answers.outputs[:, :, None]
        if answers.low is not None and answers.high is not None:
            numbers = torch.stack([answers.outputs, answers.low, answers.high], 2)
        for start in range(0, len(numbers), _ROWS):
            for row in numbers[start : start + _ROWS].flatten(1).tolist():
                yield tuple(f"{value:.7g}" for value in row)
        return
    likeliest = answers.probabilities.gather(1, answers.classes[:, None])[:, 0]
    for start in range(0, len(likeliest), _ROWS):
        classes = answers.classes[start : start + _ROWS].tolist()
        shares = likeliest[start : start + _ROWS].tolist()
        for index, share in zip(classes, shares, strict=True):
            yield facts.classes[index], f"{share:.6g}"


def _json_lines(facts: Facts, samples: Samples, rows: NewRows, answers: Answers) -> Iterator[bytes]:
    """A line for each row that was predicted."""
    cells: list[Any] = [column.to_pylist() for column in rows.cells]
    for index, place in enumerate(rows.good.nonzero()[0].tolist()):
        row = ["" if column[place] is None else column[place] for column in cells]
        outputs, probabilities = answers.outputs[index].tolist(), []
        predicted = ", ".join(f"{value:.6g}" for value in outputs)
        if answers.classes is not None and answers.probabilities is not None:
            predicted = facts.classes[int(answers.classes[index])]
            probabilities = answers.probabilities[index].tolist()
        one = _Row(
            row=place + 1,
            values=samples.given(row, rows.inputs[place].tolist()),
            predicted=predicted,
            outputs=outputs,
            probabilities=probabilities,
            low=[] if answers.low is None else answers.low[index].tolist(),
            high=[] if answers.high is None else answers.high[index].tolist(),
        )
        yield encoded(one) + b"\n"
