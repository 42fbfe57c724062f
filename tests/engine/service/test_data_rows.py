"""Rows of a run's data as a person would type them."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations
from engine.runs.directory import RunDirectory
from engine.runs.origin import experiment_digest
from engine.runs.run import Run
from engine.service.worker.data_rows import MOST_ROWS, data_rows
from tests.engine.runs.test_kept_table import begun
from tests.tui.app.stand import small_experiment, started


def run_of(folder: Path, data: str, *layers: str) -> Run:
    """A run that has just begun with some data."""
    experiment = small_experiment(data=data, layers=[*layers], loss="CrossEntropyLoss()")
    directory = RunDirectory.create(folder / "runs", "x", experiment)
    begun_now = started(experiment)
    digest = experiment_digest(directory.path)
    directory.record(msgspec.structs.replace(begun_now, experiment_digest=digest))
    directory.close()
    return Run(directory.path)


def test_a_table_gives_its_cells_as_they_stand(tmp_path: Path) -> None:
    """From all over it, with what is to be predicted and between what numbers lie."""
    run, table = begun(tmp_path)
    rows = data_rows(run, DataLocations(tmp_path))
    assert rows.cells[:2] == [["20", "Oslo"], ["21", "Rome"]]
    assert rows.answers == [str(n % 2) for n in range(9)]
    assert rows.numbers == list(range(1, 10))
    assert rows.ranges == [(20.0, 28.0), None]
    table.write_text("age,city,y\n1,Oslo,0\n")
    with pytest.raises(DataUnavailable):
        data_rows(run, DataLocations(tmp_path))


def test_a_set_that_comes_along_gives_rows_of_each_class(tmp_path: Path) -> None:
    """As numbers, with the class's name; so many at most."""
    rows = data_rows(run_of(tmp_path, "iris()", "Linear(3)"), DataLocations(tmp_path))
    assert len(rows.cells) == MOST_ROWS
    assert rows.cells[0] == ["5.1", "3.5", "1.4", "0.2"]
    assert set(rows.answers) == {"setosa", "versicolor", "virginica"}
    assert [round(known[0], 3) for known in rows.ranges if known] == [4.3, 2.0, 1.0, 0.1]


def test_pictures_give_their_pixels(tmp_path: Path) -> None:
    """As they are stored, without ranges."""
    rows = data_rows(
        run_of(tmp_path, "digits()", "Flatten()", "Linear(10)"), DataLocations(tmp_path)
    )
    assert rows.cells[0][:6] == ["0", "0", "5", "13", "9", "1"]
    assert rows.answers[0] == "0"
    assert rows.ranges == []


def test_what_is_not_here_is_not_fetched(tmp_path: Path) -> None:
    """Nor is anything shown of it."""
    run = run_of(tmp_path, "MNIST()", "Flatten()", "Linear(10)")
    assert data_rows(run, DataLocations(tmp_path)).cells == []
