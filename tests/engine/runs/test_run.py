"""Runs are found by name, and what their files say is read back."""

from __future__ import annotations

import os
import re
from pathlib import Path

import msgspec
import pytest

from engine.errors import PerceptuiError, UsageError
from engine.parts.data import Facts
from engine.runs import events as ev
from engine.runs.contents import LOSSES
from engine.runs.directory import RunDirectory
from engine.runs.run import Run, all_runs, find_run
from engine.runs.series import Series
from engine.spec.writer import to_toml
from tests.engine.runs.stored import experiment


@pytest.fixture
def run(tmp_path: Path) -> RunDirectory:
    """A fresh run in tmp_path/runs."""
    return RunDirectory.create(tmp_path / "runs", "moons", experiment(title="Two moons"))


def test_a_record_knows_its_newest_events(run: RunDirectory) -> None:
    """Without any event each is None; else the last of its kind."""
    record = Run(run.path).record()
    assert record.events == ()
    assert (record.started, record.finished, record.newest_epoch) == (None, None, None)
    for reason in ("interrupted", "completed"):
        finished = ev.RunFinished(
            reason=reason, run="x", epochs=1, steps=1, elapsed_s=0.0, metrics={}
        )
        run.record(finished)
    found = Run(run.path).record().finished
    assert found is not None
    assert found.reason == "completed"


def test_facts_are_read_from_the_record(run: RunDirectory) -> None:
    """They are those of the data; without a first event the error names the run."""
    with pytest.raises(PerceptuiError, match=f"^{run.path}: the run has no record of its start"):
        Run(run.path).facts()
    facts = Facts((3,), "classification", 5, ("a", "b"), feature_names=("x", "y", "z"))
    started = ev.RunStarted(
        run="x",
        title="",
        device="cpu",
        threads=1,
        seed=0,
        epochs=1,
        steps_per_epoch=1,
        num_train=5,
        num_validation=0,
        num_test=0,
        num_parameters=1,
        torch="2",
        facts=msgspec.to_builtins(facts),
    )
    run.record(started)
    assert Run(run.path).facts() == facts


def test_losses_come_back(run: RunDirectory) -> None:
    """The bounded curve as (epoch, loss); nothing where it was never written or is damaged."""
    assert Run(run.path).losses() == []
    series = Series()
    for epoch in range(1, 5):
        series.append(epoch, 1 / epoch)
    run.write_losses(series)
    assert Run(run.path).losses() == series.points()
    (run.path / LOSSES).write_text("[[1, 0.5")
    assert Run(run.path).losses() == []


def test_a_checkpoint_is_found_or_named_as_missing(run: RunDirectory) -> None:
    """The error says which run and which checkpoint."""
    with pytest.raises(PerceptuiError, match=f"^{run.path}: the run has no checkpoint `best`"):
        Run(run.path).checkpoint("best")
    run.checkpoint("best").write_bytes(b"")
    assert Run(run.path).checkpoint("best") == run.checkpoint("best")


@pytest.fixture
def runs_dir(tmp_path: Path) -> Path:
    """Three runs of known names, the middle one newest, with other things beside them."""
    runs_dir = tmp_path / "runs"
    for age, name in ((30, "2024-a-one"), (10, "2024-b-two"), (20, "2024-b-two-more")):
        (runs_dir / name).mkdir(parents=True)
        file = runs_dir / name / "experiment.toml"
        file.write_text(to_toml(experiment()))
        os.utime(file, (1e9 - age, 1e9 - age))
    (runs_dir / "folder").mkdir()
    (runs_dir / "notes.txt").write_text("mine")
    return runs_dir


def test_all_runs_are_those_with_an_experiment(runs_dir: Path) -> None:
    """In the order of their names; a directory that isn't there has none."""
    assert [run.name for run in all_runs(runs_dir)] == [
        "2024-a-one",
        "2024-b-two",
        "2024-b-two-more",
    ]
    assert all_runs(runs_dir / "nowhere") == []
    assert all_runs(runs_dir / "notes.txt") == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("2024-a-one", "2024-a-one"),
        ("2024-a", "2024-a-one"),
        ("2024-b-two", "2024-b-two"),  # a whole name wins over being a beginning
        ("2024-b-two-", "2024-b-two-more"),
        ("last", "2024-b-two"),
    ],
)
def test_a_run_is_found_by_name_beginning_or_last(runs_dir: Path, text: str, name: str) -> None:
    """`last` is the one begun last, whatever its name."""
    assert find_run(text, runs_dir).name == name


def test_a_run_is_found_by_path(runs_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """From anywhere with a slash, and as a bare name from where it lies."""
    assert find_run(str(runs_dir / "2024-a-one"), Path("/elsewhere")).name == "2024-a-one"
    monkeypatch.chdir(runs_dir)
    assert find_run("2024-a-one", Path("/elsewhere")).name == "2024-a-one"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("2024", '"2024" is the beginning of 3 runs: 2024-a-one, 2024-b-two, 2024-b-two-more'),
        ("", 'no run ""'),
        ("b-two", 'no run "b-two"'),
        ("folder", 'no run "folder"'),
        ("./nowhere", "./nowhere: no run is here"),
        ("~nobody-of-this-name/x", "~nobody-of-this-name/x: no run is here"),
        ("x" * 5000, "no run"),
        ("a\0b", "no run"),
        ("a\0b/c", "no run is here"),
    ],
)
def test_what_is_no_run_is_a_usage_error(
    runs_dir: Path, text: str, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One message, whatever was typed."""
    monkeypatch.chdir(runs_dir.parent)
    with pytest.raises(UsageError, match=re.escape(message)):
        find_run(text, runs_dir)


def test_without_runs_the_message_says_so(tmp_path: Path) -> None:
    """`last` of nothing is an error too."""
    for text in ("last", "x"):
        with pytest.raises(UsageError, match="there are no runs in"):
            find_run(text, tmp_path)


def test_a_folder_that_may_not_be_entered_hides_no_other_run(
    runs_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other runs are listed all the same."""
    is_file = Path.is_file

    def denied(path: Path) -> bool:
        if path.parent.name == "folder":
            raise PermissionError(13, "Permission denied")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", denied)
    assert len(all_runs(runs_dir)) == 3
