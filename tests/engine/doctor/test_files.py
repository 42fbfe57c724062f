"""A file that is not where the experiment looks for it is a finding like others."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.doctor.examination import examine, repaired
from engine.doctor.finding import Finding
from engine.spec.editing import edited
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from tests.engine.doctor.cases import HEALTHY


def of(call: str, folder: Path) -> Experiment:
    """A network for the two classes of a table."""
    return from_raw({**HEALTHY, "data": call}, folder=folder)


def absent(experiment: Experiment) -> Finding:
    """What is said of its file."""
    (found,) = [one for one in examine(experiment) if one.code == "no-such-file"]
    assert (found.severity, found.place) == ("error", "data")
    return found


def table(path: Path) -> None:
    path.parent.mkdir(exist_ok=True)
    rows = [f"{n % 7},{n % 5},{n % 2}" for n in range(400)]
    path.write_text("\n".join(["a,b,y", *rows]) + "\n", "utf-8")


@pytest.mark.parametrize(
    ("given", "meant"), [("grade.csv", "grades.csv"), ("dta/grades.csv", "data/grades.csv"),
                         ("Grades.CSV", "grades.csv")],
)  # fmt: skip
def test_a_name_that_is_nearly_right(tmp_path: Path, given: str, meant: str) -> None:
    """Of the file or of its folder: the one that is there is named and read."""
    table(tmp_path / meant)
    found = absent(of(f"csv({given!r}, 'y')", tmp_path))
    assert found.message.startswith(f"{tmp_path / given}: no such file")
    assert found.message.endswith(f"; there is {Path(meant).parts[0]}")
    assert found.repair == f"read {tmp_path / meant}"
    assert found.repaired is not None
    assert found.repaired.data.values()["path"] == str(tmp_path / meant)
    assert not any(one.code == "no-such-file" for one in examine(found.repaired))


def test_a_file_beside_a_relative_one_stays_relative(tmp_path: Path) -> None:
    """As the person wrote it: the folder may be carried elsewhere."""
    table(tmp_path / "data" / "grades.csv")
    before = of("csv('data/grade.csv', 'y')", tmp_path)
    text = "data = \"csv('data/grade.csv', 'y')\"  # mine\nepochs = 5\n"
    after = repaired(before)
    assert edited(text, before, after).startswith(
        "data = \"csv('data/grades.csv', 'y')\"  # mine\n"
    )


@pytest.mark.parametrize("call", ["csv('none.csv', 'y')", "images('none')", "npz('none.npz')"])
def test_nothing_like_it(tmp_path: Path, call: str) -> None:
    """What is missing is named by its place, and no other is offered."""
    table(tmp_path / "grades.csv")
    found = absent(of(call, tmp_path))
    assert found.message.startswith(str(tmp_path / "none"))
    assert "no such file" in found.message
    assert (found.repair, found.repaired) == ("", None)


def test_a_table_without_the_target_is_not_meant(tmp_path: Path) -> None:
    """It is named; that it is read in place of the other would be no repair."""
    (tmp_path / "grades.csv").write_text("a,b\n1,2\n", "utf-8")
    found = absent(of("csv('grade.csv', 'y')", tmp_path))
    assert found.message.endswith("; there is grades.csv")
    assert found.repaired is None


def test_what_is_there_and_what_is_made_is_no_finding(tmp_path: Path) -> None:
    table(tmp_path / "grades.csv")
    for call in ("csv('grades.csv', 'y')", "moons()"):
        assert not [one for one in examine(of(call, tmp_path)) if one.code == "no-such-file"]
