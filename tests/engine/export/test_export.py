"""A run is written to one whole file in each format, or not at all."""

from __future__ import annotations

import csv
import dataclasses
import io
import math
from pathlib import Path
from typing import Any

import pytest
import torch

from engine.errors import DataUnavailable, PerceptuiError, UsageError
from engine.export import FORMATS
from engine.export.script import script_of
from engine.export.writer import export
from engine.parts.data import DataLocations
from engine.runs.events import EpochFinished
from engine.runs.output import destination
from engine.runs.run import Run
from engine.runs.script import script
from engine.service import protocol as p
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.training.checkpoint import load
from tests.engine.runs.repetition import NOWHERE, run_here, small, trained
from tests.engine.service.live import rates, to_train


def finished(runs_dir: Path, **changes: Any) -> Run:
    """A finished run of the tiny experiment, changed."""
    return trained_run(to_train(small(**changes), runs_dir, name="tiny", data_dir=NOWHERE.data_dir))


def trained_run(order: p.Train) -> Run:
    """The run of an order, trained to its end."""
    training = TrainingRun.begin(order, prepare(order.experiment(), NOWHERE))
    while not training.is_over:
        training.advance(deadline=math.inf)
    return Run(training.directory.path)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A run whose best epoch is not its last one."""
    return finished(tmp_path_factory.mktemp("runs"), optimizer="SGD(lr=30)", report_every=2)


def test_every_format_is_written(run: Run, tmp_path: Path) -> None:
    """Each format makes one file, replaces an older one if it may, and leaves nothing beside."""
    files = [name for name, format in FORMATS.items() if not format.is_folder]
    for format in files:
        output = tmp_path / f"{format} of a run"
        output.write_text("old")
        with pytest.raises(UsageError, match=r"is there already: .* --force"):
            export(run, format, output)
        assert output.read_bytes() == b"old"
        export(run, format, output, replace=True)
        assert output.read_bytes() not in (b"", b"old")
    assert len(list(tmp_path.iterdir())) == len(files)


def test_the_chosen_checkpoint_is_written(run: Run, tmp_path: Path) -> None:
    """`best` and `last` write the weights of their checkpoint."""
    for kind in ("best", "last"):
        export(run, "state-dict", tmp_path / kind, "best" if kind == "best" else "last")
        written = torch.load(tmp_path / kind, weights_only=True)
        stored = load(run.directory.checkpoint(kind)).group("model")
        assert written.keys() == stored.keys()
        assert all(torch.equal(written[name], stored[name]) for name in stored)
    assert (tmp_path / "best").read_bytes() != (tmp_path / "last").read_bytes()


def test_the_script_repeats_the_run(run: Run, tmp_path: Path) -> None:
    """The exported program prints the losses that the run has recorded."""
    export(run, "script", tmp_path / "lesson.py")
    output = run_here((tmp_path / "lesson.py").read_text("utf-8"))
    recorded = [e for e in run.record().events if isinstance(e, EpochFinished)]
    assert [e["train_loss"] for e in output.epochs] == [e.train_loss for e in recorded]
    assert [e["epoch"] for e in output.epochs] == [1, 2, 4, 5]


def test_what_cannot_be_repeated_is_told(tmp_path: Path) -> None:
    """A learning rate that was set where the schedule sets it by what it sees."""
    order = to_train(
        small(schedule="ReduceLROnPlateau()"),
        tmp_path / "runs",
        name="tiny",
        data_dir=NOWHERE.data_dir,
        changes=rates([(2, 0.5)]),
    )
    export(trained_run(order), "script", tmp_path / "lesson.py")
    told = " ".join((tmp_path / "lesson.py").read_text("utf-8").split())
    assert "the learning rate set after step 2 to 0.5 times its schedule" in told


def test_the_table_holds_the_reported_epochs(run: Run, tmp_path: Path) -> None:
    """csv has a row per reported epoch and exactly the metrics that were recorded."""
    export(run, "csv", tmp_path / "epochs.csv")
    rows = list(csv.DictReader(io.StringIO((tmp_path / "epochs.csv").read_text())))
    recorded = [e for e in run.record().events if isinstance(e, EpochFinished)]
    assert [float(row["train_loss"]) for row in rows] == [e.train_loss for e in recorded]
    assert [int(row["epoch"]) for row in rows] == [1, 2, 4, 5]
    assert "train_accuracy" in rows[0]
    assert not any(name.startswith(("validation", "test")) for name in rows[0])


def test_a_missing_number_is_an_empty_cell(tmp_path: Path) -> None:
    """A metric that is not defined, like r2 of a single target, leaves its cell empty."""
    run = finished(tmp_path, data="one_step()", layers=["Linear(1)"], loss="MSELoss()", epochs=1)
    export(run, "csv", tmp_path / "epochs.csv")
    (row,) = csv.DictReader(io.StringIO((tmp_path / "epochs.csv").read_text()))
    assert row["train_r2"] == ""
    assert row["train_mae"] != ""


def test_an_unknown_format_gets_the_nearest(run: Run, tmp_path: Path) -> None:
    """The error offers the format that was meant."""
    with pytest.raises(UsageError, match='unknown format "statedict": did you mean state-dict'):
        export(run, "statedict", tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_can_not_be_written_is_named(run: Run, tmp_path: Path) -> None:
    """A folder, a missing folder and a file taken for a folder are usage errors."""
    (tmp_path / "file").write_text("kept")
    for output in (tmp_path, tmp_path / "missing" / "x", tmp_path / "file" / "x"):
        with pytest.raises(UsageError) as caught:
            export(run, "csv", output)
        assert str(output) in str(caught.value)
    assert [p.name for p in tmp_path.iterdir()] == ["file"]


def test_a_link_stays_a_link(run: Run, tmp_path: Path) -> None:
    """Writing to a link writes what it points to."""
    (tmp_path / "link").symlink_to(tmp_path / "file")
    export(run, "csv", tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text().startswith("epoch,")


def test_what_a_run_reads_is_never_written_over(tmp_path: Path) -> None:
    """Its data, also by a link or another name, the weights it began with, and runs' own files."""
    table = tmp_path / "table.csv"
    table.write_text("a,label\n" + "1,0\n2,1\n3,0\n4,1\n")
    data = f'csv({str(table)!r}, target="label")'
    first = finished(tmp_path / "runs", data=data)
    weights = tmp_path / "weights.safetensors"
    weights.write_bytes(first.directory.checkpoint("last").read_bytes())
    run = finished(tmp_path / "runs", data=data, start_from=str(weights))
    (tmp_path / "soft").symlink_to(table)
    (tmp_path / "hard").hardlink_to(table)

    def content() -> dict[Path, bytes]:
        return {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}

    before = content()
    for output in (table, tmp_path / "soft", tmp_path / "hard", weights):
        with pytest.raises(UsageError, match=f"^{output}: the training reads it"):
            export(run, "csv", output, replace=True)
    for owner in (run, first):
        for name in ("events.jsonl", "lease.json", "checkpoints/best.safetensors"):
            with pytest.raises(UsageError, match="a run keeps its own files there"):
                export(run, "csv", owner.path / name, replace=True)
    table.rename(tmp_path / "away.csv")
    with pytest.raises(UsageError, match="the training reads it"):
        export(run, "csv", table)
    (tmp_path / "away.csv").rename(table)
    assert content() == before


def test_a_downloaded_set_is_never_written_over(tmp_path: Path) -> None:
    """Nothing is put into its folder in the data directory; beside that there is room."""
    layers = {"layers": ["Flatten()", "Linear(10)"], "loss": "CrossEntropyLoss()"}
    for data, folder in (("MNIST()", "MNIST"), ("CIFAR10()", "cifar-10-batches-py")):
        experiment = small(data=data, **layers)
        with pytest.raises(UsageError, match="the training reads it"):
            destination(tmp_path / folder / "raw" / "x", experiment, tmp_path, replace=True)
        assert destination(tmp_path / "x", experiment, tmp_path) == tmp_path / "x"


def test_a_project_is_no_run(run: Run, tmp_path: Path) -> None:
    """A folder with an experiment alone may take an export, under any name."""
    (tmp_path / "experiment.toml").touch()
    export(run, "csv", tmp_path / "events.jsonl")
    assert (tmp_path / "events.jsonl").read_text().startswith("epoch,")


def test_a_checkpoint_that_is_not_there_is_named(run: Run, tmp_path: Path) -> None:
    """A run without the checkpoint asked for gets one clear error and no file."""
    bare = tmp_path / "bare"
    bare.mkdir()
    for name in ("experiment.toml", "events.jsonl"):
        (bare / name).write_bytes((run.path / name).read_bytes())
    with pytest.raises(PerceptuiError, match="no checkpoint"):
        export(Run(bare), "safetensors", tmp_path / "x")
    assert not (tmp_path / "x").exists()


def test_changed_data_is_refused_for_a_script(tmp_path: Path) -> None:
    """A script would not repeat a run whose file has changed; the weights can still be had."""
    table = tmp_path / "table.csv"
    table.write_text("a,label\n" + "1,0\n2,1\n3,0\n4,1\n")
    run = finished(tmp_path / "runs", data=f'csv({str(table)!r}, target="label")')
    export(run, "script", tmp_path / "lesson.py")
    table.write_text("a,label\n" + "1,0\n2,1\n3,0\n5,1\n")
    with pytest.raises(DataUnavailable, match="changed since the run began"):
        export(run, "script", tmp_path / "other.py")
    assert not (tmp_path / "other.py").exists()
    export(run, "state-dict", tmp_path / "weights.pt")


@pytest.mark.parametrize("changes", [{}, {"validation_fraction": 0.5, "batch_size": 7}])
def test_the_script_of_an_untrained_experiment_has_its_threads(changes: dict[str, Any]) -> None:
    """Where the number of threads is left open, the script has the trainer's."""
    wide = {"layers": ["Linear(700)", "Linear(700)", "Linear(1)", "Sigmoid()"], "epochs": 1}
    open_ended = dataclasses.replace(small(**wide, **changes), threads="auto")
    resolved = trained(open_ended).trainer.experiment
    assert script_of(open_ended, NOWHERE) == script(resolved, DataLocations(NOWHERE.data_dir))
