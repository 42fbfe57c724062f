"""`predict` of a finished run."""

from __future__ import annotations

import shutil

import pytest

from tests.engine.training.damage import make_old
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained


def test_predict_values(bench: Bench, trained: Trained) -> None:
    """Values are predicted as class with probabilities; negative numbers are numbers."""
    outcome = perceptui("predict", str(trained.run), "0.5", "-0.25")
    title, line, *_ = outcome.lines

    assert title == "Prediction"
    assert line.startswith("(0.5, -0.25) → ")
    report = trained.outcome.lines
    assert line == report[report.index("Prediction") + 1]


def test_predict_csv_as_json(bench: Bench, trained: Trained) -> None:
    """A header orders a CSV's columns; with --json each sample gives one complete object."""
    bench.write("samples.csv", "x2,x1\n2,1\n-4e-1,-3\n")
    records = perceptui("predict", str(trained.run), "--csv", "samples.csv", "--json").records

    assert [record["row"] for record in records] == [1, 2]
    assert [record["values"] for record in records] == [[1, 2], [-3, -0.4]]
    for record in records:
        assert record["predicted"] in ("inside", "outside")
        assert sum(record["probabilities"]) == pytest.approx(1)
        assert record["probabilities"][1] == pytest.approx(record["outputs"][0])


def test_a_missing_cell_is_filled_in_as_in_training(bench: Bench) -> None:
    """With the mean of the training's rows where it filled in so: the same answer as for that."""
    rows = [f"{i},{i % 3},{'yes' if i > 5 else 'no'}" for i in range(12)]
    rows[3] = ",0,no"
    bench.write("t.csv", "a,b,y\n" + "\n".join(rows) + "\n")
    told = perceptui(
        *("--data", "csv('t.csv', 'y', missing='mean')", "--layers", "Linear(2)", "--epochs", "1"),
        *("--loss", "CrossEntropyLoss()", "--optimizer", "SGD(lr=0.1)"),
    )
    assert told.code == 0
    known = [i for i in range(12) if i != 3]
    mean = sum(known) / len(known)
    bench.write("new.csv", f"a,b\n,1\n{mean!r},1\n")

    gap, filled = perceptui("predict", "last", "--csv", "new.csv", "--json").records
    assert gap["values"][0] is None
    assert gap["outputs"] == pytest.approx(filled["outputs"], abs=1e-6)
    typed = perceptui("predict", "last", "", "1")
    assert typed.lines[1].startswith("(missing, 1) → ")


def test_predict_csv_without_header(bench: Bench, trained: Trained) -> None:
    """Without a header a CSV's columns come in the order of the features."""
    bench.write("samples.csv", "0.5,-0.25\n-3,-4\n")
    header, first, second = perceptui("predict", str(trained.run), "--csv", "samples.csv").lines

    report = trained.outcome.lines
    _, _, answer = report[report.index("Prediction") + 1].partition(" → ")
    assert header == "1,2,predicted,probability"
    assert first.startswith(f"0.5,-0.25,{answer.split()[0]},0.")
    assert second.startswith("-3,-4,")


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ([], "predict: give the VALUES of one sample, pictures, or --csv FILE"),
        (
            ["1", "2", "--csv", "x"],
            "predict: give the VALUES of one sample, pictures, or --csv FILE",
        ),
        (
            ["--csv", "x", "-o", "out.parquet"],
            "out.parquet: predictions are written as plain CSV: name it like that",
        ),
        (["1", "2", "-o", "x"], "predict: -o goes with --csv FILE, or with pictures"),
        (["1", "2", "3"], "expected 2 values (x1, x2), got 3"),
        (["1", "2", "--chekpoint", "last"], "predict: no such option: --chekpoint"),
        (["1", "2", "--checkpoint", "first"], '--checkpoint first: there are "last" and "best"'),
    ],
)
def test_bad_values(bench: Bench, trained: Trained, arguments: list[str], complaint: str) -> None:
    """What can't be predicted is refused with what would be right."""
    assert bench.refused("predict", str(trained.run), *arguments) == complaint


def test_predict_csv_that_cannot_be_read(bench: Bench, trained: Trained) -> None:
    """A missing, binary or empty file is missing data; so is one that lacks columns."""
    (bench.folder / "binary.csv").write_bytes(b"\xff\xfe\x00")
    bench.write("empty.csv", "")
    bench.write("bare.csv", "x1,x2\n")
    bench.write("other.csv", "x1,y\n1,2\n")
    refusals = {
        "no.csv": "no such file",
        "binary.csv": "",
        "empty.csv": "the file is empty",
        "bare.csv": "there is no sample in it",
        "other.csv": "it lacks a column that the training read, 'x2'; it has 'x1', 'y'",
    }
    for name, said in refusals.items():
        message = bench.refused("predict", str(trained.run), "--csv", name, code=4)
        assert message.startswith(f"{name}: {said}")


def test_damaged_checkpoint(bench: Bench, trained: Trained) -> None:
    """A checkpoint that is not whole is told in one message."""
    run = bench.runs_dir / "damaged"
    shutil.copytree(trained.run, run)
    checkpoint = run / "checkpoints" / "last.safetensors"
    checkpoint.write_bytes(checkpoint.read_bytes()[:-9])

    assert "last.safetensors" in bench.refused("evaluate", "last", code=1)


def test_an_old_checkpoint_is_told_on_stderr(bench: Bench, trained: Trained) -> None:
    """One without a digest predicts as ever, with a word that its bits can't be checked."""
    run = bench.runs_dir / "old"
    shutil.copytree(trained.run, run)
    path = run / "checkpoints" / "last.safetensors"
    make_old(path)
    outcome = perceptui("predict", str(run), "0.5", "-0.25")
    assert outcome.code == 0
    assert outcome.out.splitlines()[-1] in trained.outcome.out
    assert outcome.err == (
        f"perceptui: {path}: written by an earlier version, without a digest: a changed bit would "
        "not show\n"
    )
