"""What TensorBoard is told, read back by its own reader."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from engine.errors import UsageError
from engine.export.writer import export
from engine.runs.events import EpochFinished, Event, TensorboardFailed
from engine.runs.run import Run
from engine.service.worker.board import Live
from tests.engine.export.test_export import finished, trained_run
from tests.engine.runs.repetition import NOWHERE, small
from tests.engine.service.live import WAIT_S, to_train

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


def read(folder: Path) -> Any:
    """Everything in a folder, all of it."""
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    found = EventAccumulator(str(folder), size_guidance=dict.fromkeys(_KINDS, 0))
    found.Reload()
    return found


_KINDS = ("scalars", "images", "histograms", "tensors")


def curve(board: Any, tag: str) -> dict[int, float]:
    """The values of a tag by their steps."""
    return {one.step: one.value for one in board.Scalars(tag)}


def reports(run: Run) -> dict[int, EpochFinished]:
    """A run's reported epochs by their steps."""
    return {e.step: e for e in run.record().events if isinstance(e, EpochFinished)}


def as_float32(value: float | None) -> float:
    import numpy as np

    assert value is not None
    return float(np.float32(value))


def check(board: Any, run: Run) -> None:
    """Its scalars are those of the record, step by step."""
    known = reports(run)
    for tag, name in (("loss/train", "train_loss"), ("accuracy/train", "train_accuracy")):
        expected = {step: as_float32(event.metrics[name]) for step, event in known.items()}
        assert curve(board, tag) == expected
    rates = {step: as_float32(event.learning_rate) for step, event in known.items()}
    assert curve(board, "learning_rate") == rates


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """A finished run."""
    return finished(tmp_path_factory.mktemp("runs"), report_every=2)


def test_an_export_is_read_back(run: Run, tmp_path: Path) -> None:
    """Scalars at reports, histograms at snapshots, the graph, the hyperparameters."""
    export(run, "tensorboard", tmp_path / "board")
    assert [one.name for one in (tmp_path / "board").iterdir()] == [run.name]
    board = read(tmp_path / "board" / run.name)
    check(board, run)
    kept = [taken.step for taken in run.snapshots.all_taken()]
    names = [name for name, _ in _parameters(run)]
    for tag in (f"{kind}/{name}" for kind in ("weights", "gradients") for name in names):
        assert [one.step for one in board.Histograms(tag)] == kept
    numbers = board.Histograms(f"weights/{names[0]}")[-1].histogram_value
    weights = dict(_parameters(run))[names[0]]
    assert numbers.num == weights.numel()
    assert numbers.max == pytest.approx(weights.max().item(), rel=1e-6)
    graph = board.Graph()
    assert "Network/Linear[0]/weight/weight.1" in {node.name for node in graph.node}
    session = board.SummaryMetadata("_hparams_/session_start_info")
    assert b"optimizer.lr" in session.plugin_data.content


def _parameters(run: Run) -> list[tuple[str, Any]]:
    from engine.training.checkpoint import load

    stored = load(run.directory.checkpoint("last")).group("model")
    return list(stored.items())


def test_runs_lie_beside_each_other(run: Run, tmp_path: Path) -> None:
    """A run's own part is replaced only where that was asked for, and nothing beside it goes."""
    (tmp_path / "board" / "other").mkdir(parents=True)
    export(run, "tensorboard", tmp_path / "board")
    with pytest.raises(UsageError, match=r"is there already: .* --force"):
        export(run, "tensorboard", tmp_path / "board")
    note = tmp_path / "board" / run.name / "note.txt"
    note.write_text("mine")
    export(run, "tensorboard", tmp_path / "board", replace=True)
    assert {one.name for one in (tmp_path / "board").iterdir()} == {"other", run.name}
    assert len(list((tmp_path / "board" / run.name).glob("events.*"))) == 1
    assert note.read_text() == "mine"


def test_not_among_runs(run: Run, tmp_path: Path) -> None:
    """Its folder would be the run's own directory."""
    with pytest.raises(UsageError, match="a run keeps its own files there"):
        export(run, "tensorboard", run.path.parent, replace=True)
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="is not a folder"):
        export(run, "tensorboard", tmp_path / "file")


def test_images_that_were_taken_for_something_else(tmp_path: Path) -> None:
    """As they are, under what they are and what they were taken for."""
    images = finished(
        tmp_path / "runs",
        data="digits()",
        layers=["Flatten()", "Linear(10)"],
        loss="CrossEntropyLoss()",
        epochs=1,
    )
    export(images, "tensorboard", tmp_path / "board")
    board = read(tmp_path / "board" / images.name)
    tags = board.Tags()["images"]
    assert 0 < len(tags) <= 32
    assert all(tag.startswith("wrong/") and " > " in tag for tag in tags)
    assert (board.Images(tags[0])[0].width, board.Images(tags[0])[0].height) == (8, 8)


def test_while_it_trains(tmp_path: Path) -> None:
    """The same scalars as are recorded, histograms at the reports; the training is the same."""
    places = {"name": "tiny", "data_dir": NOWHERE.data_dir}
    order = to_train(small(report_every=2), tmp_path / "runs", **places)
    told = trained_run(msgspec.structs.replace(order, tensorboard=str(tmp_path / "board")))
    board = read(tmp_path / "board" / told.name)
    check(board, told)
    steps = [*reports(told)]
    name = _parameters(told)[0][0]
    for kind in ("weights", "gradients"):
        assert [one.step for one in board.Histograms(f"{kind}/{name}")] == steps
    alone = trained_run(order)
    losses = [[e.metrics for e in reports(one).values()] for one in (told, alone)]
    assert losses[0] == losses[1]


def test_a_full_disk_ends_the_board_alone(run: Run, tmp_path: Path) -> None:
    """What can't be written is told once; the training does not care."""
    (tmp_path / "file").write_text("")
    nobody: Any = None  # it does not come so far
    told = Live(nobody, tmp_path / "file" / "run")
    event: Event
    (event,) = told.begin()
    assert event == TensorboardFailed(message="Not a directory")
    assert told.report(next(iter(reports(run).values()))) == []
    assert told.finish(is_whole=True) == []


@pytest.fixture
def address(run: Run, tmp_path: Path) -> Iterator[str]:
    """TensorBoard itself, showing an exported run."""
    export(run, "tensorboard", tmp_path / "board")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = ["-m", "tensorboard.main", "--logdir", str(tmp_path / "board")]
    words += ["--host", "127.0.0.1", "--port", str(port), "--load_fast=false"]
    process = subprocess.Popen(
        [sys.executable, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    yield f"http://127.0.0.1:{port}"
    process.terminate()
    process.wait(WAIT_S)


def _asked(address: str) -> Any:
    end = time.monotonic() + WAIT_S
    while True:
        try:
            with urllib.request.urlopen(address, timeout=WAIT_S) as answer:
                return json.load(answer)
        except OSError:
            assert time.monotonic() < end, f"{address} does not answer"
            time.sleep(0.2)


@pytest.mark.rare
def test_tensorboard_shows_it(run: Run, address: str) -> None:
    """Its HTTP interface has the run's curve."""
    place = f"{address}/data/plugin/scalars/scalars?run={run.name}&tag=loss%2Ftrain"
    end = time.monotonic() + WAIT_S
    while run.name not in _asked(f"{address}/data/runs"):
        assert time.monotonic() < end, "TensorBoard has not found the run"
        time.sleep(0.2)
    expected = {step: as_float32(event.train_loss) for step, event in reports(run).items()}
    assert {step: value for _, step, value in _asked(place)} == expected
