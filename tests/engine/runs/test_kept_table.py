"""A run keeps how its table was read: samples are read by that, whatever became of the file."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from engine.errors import DamagedRun, DataUnavailable
from engine.parts.data.csv_file import Csv
from engine.parts.data.fingerprint import fingerprint
from engine.runs import events as ev
from engine.runs.contents import content, remove
from engine.runs.directory import RunDirectory
from engine.runs.kept_table import store
from engine.runs.origin import experiment_digest
from engine.runs.run import Run
from tests.engine.runs.stored import experiment

TABLE = "age,city,y\n" + "".join(
    f"{20 + n},{'Rome' if n % 3 else 'Oslo'},{n % 2}\n" for n in range(9)
)


def begun(folder: Path, *, keeps: bool = True) -> tuple[Run, Path]:
    """A run that has just begun with a table; keeps: as this version does."""
    path = folder / "t.csv"
    path.write_text(TABLE)
    trained = experiment(data=f'csv("{path}", "y", missing="mean")')
    data = trained.data
    assert isinstance(data, Csv)
    directory = RunDirectory.create(folder / "runs", "t", trained)
    started = ev.RunStarted(
        n=1,
        run="x",
        title="",
        device="cpu",
        threads=1,
        seed=0,
        epochs=1,
        steps_per_epoch=1,
        num_train=9,
        num_validation=0,
        num_test=0,
        num_parameters=3,
        torch="2",
        facts=msgspec.to_builtins(data.facts()),
        fingerprint=fingerprint(data),
        experiment_digest=experiment_digest(directory.path),
        table_digest=store(directory.path, data.kept_table()) if keeps else "",
    )
    directory.record(started)
    directory.close()
    return Run(directory.path), path


@pytest.mark.parametrize("becomes", [None, "age,city,y\n1,Paris,a\n", "age,y\n1,0\n2,1\n", ""])
def test_samples_are_read_as_the_training_read(tmp_path: Path, becomes: str | None) -> None:
    """Also where its file is gone, has other categories, lacks columns, or is no table."""
    run, path = begun(tmp_path)
    path.unlink() if becomes is None else path.write_text(becomes)
    samples = run.new_samples()
    assert samples.names == ("age", "city")
    assert samples.encode([["20", "Rome"]]) == [[20, 0, 1]]
    assert run.experiment().data.name == "csv"


def test_it_goes_with_the_run(tmp_path: Path) -> None:
    """It is one of the files that a run may hold and a deletion removes."""
    run, _ = begun(tmp_path)
    assert dict(content(run.path))["table.json"]
    remove(run.path)
    assert not run.path.exists()


def test_every_bit_of_it_is_looked_at(tmp_path: Path) -> None:
    """A changed category would give wrong answers, and nothing else would show it."""
    run, _ = begun(tmp_path)
    kept = run.path / "table.json"
    kept.write_bytes(kept.read_bytes().replace(b'["Oslo","Rome"]', b'["Rome","Oslo"]'))
    with pytest.raises(DamagedRun, match=r"table\.json: not what the training wrote"):
        run.new_samples()
    kept.unlink()
    with pytest.raises(DamagedRun, match=r"table\.json: can't be read \(No such file"):
        run.new_samples()


def test_a_run_of_an_earlier_version_reads_its_table_again(tmp_path: Path) -> None:
    """Where that is still as it was; else it is said why nothing can be predicted."""
    run, path = begun(tmp_path, keeps=False)
    assert run.new_samples().encode([["20", "Rome"]]) == [[20, 0, 1]]
    path.write_text(TABLE.replace("Oslo", "Bonn"))
    with pytest.raises(
        DataUnavailable, match=r"changed since .* which kept nothing of how it read"
    ):
        run.new_samples()
    path.unlink()
    with pytest.raises(DataUnavailable, match=r"t\.csv: No such file.* kept nothing of how it"):
        run.new_samples()
