"""A value that worked is looked for in the runs of an experiment."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from engine.parts.optimizers import SGD
from engine.runs import events as ev
from engine.runs.directory import RunDirectory
from engine.runs.history import trained_before
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from tests.engine.runs.stored import experiment


def at(rate: float, **changes: object) -> Experiment:
    """The stored experiment at another rate."""
    return dataclasses.replace(experiment(), optimizer=SGD(lr=rate), **changes)  # type: ignore[arg-type]  # fields by name


def ran(folder: Path, name: str, one: Experiment, loss: float, reason: ev.Reason) -> None:
    """A run that is over."""
    directory = RunDirectory.create(folder, name, one)
    directory.record(
        ev.RunFinished(
            n=1, reason=reason, run="", epochs=1, steps=1, elapsed_s=0,
            metrics={"train_loss": loss},
        )
    )  # fmt: skip
    directory.close()


def rates(name: str, folder: Path) -> list[float]:
    """Those that are found for the stored experiment."""
    return [one.optimizer.lr for one in trained_before(name, at(100.0), folder)]


def test_the_runs_of_the_name_the_lowest_loss_first(tmp_path: Path) -> None:
    """Not what diverged, another network or another name."""
    ran(tmp_path, "mine", at(0.01), 0.5, "completed")
    ran(tmp_path, "mine", at(0.02), 0.2, "completed")
    ran(tmp_path, "mine", at(0.03), 0.1, "diverged")
    ran(tmp_path, "mine", at(0.04, layers=experiment().layers[-1:]), 0.1, "completed")
    ran(tmp_path, "other", at(0.05), 0.1, "completed")
    assert rates("mine", tmp_path) == [0.02, 0.01]
    assert rates("20260101-000000-mine-0000", tmp_path) == [0.02, 0.01]


def test_a_run_that_cannot_be_read_hides_no_other(tmp_path: Path) -> None:
    """Whether it is newer or older than those that can."""
    for loss, rate in ((0.3, 0.01), (0.2, 0.02), (0.1, 0.03)):
        ran(tmp_path, "mine", at(rate), loss, "completed")
    broken = next(path for path in tmp_path.iterdir() if "lr=0.02" in _experiment(path))
    (broken / "experiment.toml").write_text("layers = 3")
    assert rates("mine", tmp_path) == [0.03, 0.01]


def _experiment(run: Path) -> str:
    return (run / "experiment.toml").read_text("utf-8")


def test_then_the_preset_of_the_name(tmp_path: Path) -> None:
    """What was shipped works; a directory that is not there has no runs."""
    (found,) = trained_before("spiral", at(100.0), tmp_path / "none")
    assert found == read_file(path_of("spiral"))
