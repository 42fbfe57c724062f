"""What `new` writes for a table: it trains as it stands, and the doctor is silent."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from engine.doctor.examination import examine
from engine.doctor.fitting import fitted
from engine.errors import DataUnavailable, UsageError
from engine.limits import TABLE_FILE
from engine.parts.data.csv_file import Csv
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.inspection import inspected
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.engine.parts.data.sheet.tables import rows, written

N = range(400)


def table(folder: Path, header: str, *columns: object, name: str = "houses.csv") -> str:
    return written(folder, header + "\n" + rows(*columns), name)  # type: ignore[arg-type]


HOUSES = (
    "Id,area,street,pool,always,price",
    range(1, 401),
    [50 + 7 * n % 90 for n in N],
    [("Pave", "Grvl", "Mud")[n % 3] for n in N],
    ["" if n % 9 == 0 else str(n % 5) for n in N],
    ["yes"] * 400,
    [200_000 + 900 * (7 * n % 90) + 10_000 * (n % 3) for n in N],
)


def test_a_regression(tmp_path: Path) -> None:
    """Scaled on both sides, split, without what tells nothing; named after the file."""
    found = fitted(table(tmp_path, *HOUSES), ("price",))
    experiment = found.experiment
    assert experiment.title == "houses"
    data = experiment.data.values()
    assert data["ignore"] == ("Id", "always")
    assert (data["standardize"], data["standardize_target"], data["missing"]) == (
        True,
        True,
        "mean",
    )
    assert str(experiment.loss) == "MSELoss()"
    assert str(experiment.layers[-1]) == "Linear(1)"
    assert (experiment.test_fraction, experiment.validation_fraction) == (0.2, 0.1)
    assert [f.code for f in examine(experiment) if f.severity != "info"] == []
    assert from_raw(parse_toml(to_toml(experiment))) == experiment
    assert any('ignore=["Id"]' in note for note in found.notes)
    assert any("standardized, from 2" in note for note in found.notes)


@pytest.mark.parametrize(
    ("labels", "loss", "outputs"),
    [
        (["no", "yes"], "BCEWithLogitsLoss()", 1),
        (["a", "b", "c"], "CrossEntropyLoss()", 3),
        ([0, 1], "BCEWithLogitsLoss()", 1),
    ],
)
def test_classes(tmp_path: Path, labels: list[object], loss: str, outputs: int) -> None:
    """One output for two classes, one each for more, with the loss that goes with them."""
    path = table(tmp_path, "a,b,y", N, [n % 7 for n in N], [labels[n % len(labels)] for n in N])
    experiment = fitted(path, ("y",)).experiment
    assert str(experiment.loss) == loss
    assert str(experiment.layers[-1]) == f"Linear({outputs})"


def test_marks_are_a_scale(tmp_path: Path) -> None:
    """Whole numbers of which those in the middle are commonest; digits in turn are classes."""
    marks = [(3, 4, 4, 5, 5, 5, 5, 6, 6, 7)[n % 10] for n in N]
    experiment = fitted(table(tmp_path, "a,y", N, marks), ("y",)).experiment
    assert experiment.data.values()["task"] == "regression"
    digits = fitted(table(tmp_path, "a,y", N, [n % 10 for n in N], name="d.csv"), ("y",))
    assert digits.experiment.data.values()["task"] == "auto"


def test_columns_that_give_the_answer_away_are_left_out(tmp_path: Path) -> None:
    """Unless there is no other."""
    path = table(tmp_path, "a,b,y", [n % 17 for n in N], [2.5 * n for n in N], [n * 1.0 for n in N])
    assert fitted(path, ("y",)).experiment.data.values()["ignore"] == ("b",)
    alone = table(tmp_path, "b,y", [2.5 * n for n in N], [n * 1.0 for n in N], name="c.csv")
    assert fitted(alone, ("y",)).experiment.data.values()["ignore"] == ()


def test_few_rows_are_not_held_back(tmp_path: Path) -> None:
    """And a small table gets a network without a hidden layer."""
    experiment = fitted(table(tmp_path, "a,b,y", range(20), [3, 1] * 10, [0, 1] * 10), ("y",))
    assert experiment.experiment.test_fraction == 0
    assert len(experiment.experiment.layers) == 1


def test_pictures(tmp_path: Path) -> None:
    """A folder of them gets convolutions, and the doctor is silent."""
    image = pytest.importorskip("PIL.Image")
    for label in ("cats", "dogs", "hens"):
        (tmp_path / label).mkdir()
        for number in range(20):
            image.new("RGB", (40, 30), (number, 0, 99)).save(tmp_path / label / f"{number}.png")
    experiment = fitted(str(tmp_path), ()).experiment
    assert str(experiment.layers[-1]) == "Linear(3)"
    assert experiment.test_fraction == 0.2
    assert [f.code for f in examine(experiment) if f.severity != "info"] == []
    assert from_raw(parse_toml(to_toml(experiment))) == experiment


def test_what_can_not_be_fitted(tmp_path: Path) -> None:
    """Without a target the columns are listed; a table that can't be trained on says why."""
    path = table(tmp_path, "a,y", range(20), [0, 1] * 10)
    with pytest.raises(UsageError, match=r"--target NAME: .* has 'a', 'y'"):
        fitted(path, ())
    with pytest.raises(DataUnavailable, match="no target column 'z'"):
        fitted(path, ("z",))
    with pytest.raises(DataUnavailable, match="no such file"):
        fitted(str(tmp_path / "none.csv"), ("y",))


def test_a_table_too_large_to_be_read_whole_is_streamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is inspected by a sample, and what is fitted to it leaves its numbers on the disk."""
    path = tmp_path / "large.csv"
    rows = "".join(f"{n % 17},{n % 3},{'ab'[n % 17 > 8]}\n" for n in range(600))
    path.write_text(f"x,z,y\n{rows}", "utf-8")
    small = dataclasses.replace(TABLE_FILE, most=1000)
    monkeypatch.setattr("engine.parts.data.sheet.packing.TABLE_FILE", small)
    assert inspected(str(path), Asked()).rows == 600
    experiment = fitted(str(path), ("y",)).experiment
    assert experiment.data.buffer == 200_000
    assert experiment.batch_size != "full"
    with pytest.raises(DataUnavailable, match="stream=100_000 leaves it on the disk"):
        Csv(str(path), "y").facts()
