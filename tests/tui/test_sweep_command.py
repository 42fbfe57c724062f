"""`perceptui sweep` and `perceptui sweeps`: from a line of options to the best as a line."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from engine.spec.experiment_reader import read_file
from engine.sweeps import launch
from engine.sweeps.directory import PLAN, SweepDirectory
from tests.engine.service import nursery
from tests.tui.command_line import Bench, Outcome, perceptui

AXES = ("--over", "optimizer.lr=0.5,0.1", "--over", "layers.0.out_features=4,2")


@dataclass(frozen=True)
class Swept:
    """A finished sweep of `tiny.toml`, two by two with two seeds and a test split."""

    directory: SweepDirectory
    outcome: Outcome

    def sweeps(self, *arguments: str) -> Outcome:
        """`perceptui sweeps` where it lies."""
        return perceptui("sweeps", *arguments, "--runs-dir", str(self.directory.path.parents[1]))


@pytest.fixture(scope="module", autouse=True)
def coordinators() -> Iterator[None]:
    """Coordinators take workers that are born warm."""
    nursery.NEEDED.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(launch, "COORDINATOR", "tests.engine.sweeps.coordinator_process")
        yield


@pytest.fixture(scope="module")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Swept]:
    """One sweep that many tests read; none may change it."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("swept"), patch)
        more = ("--set", "test_fraction=0.25", "--seeds", "2", "--processes", "1", "--no-stack")
        outcome = perceptui("sweep", "tiny.toml", *AXES, *more)
        assert outcome.code == 0, outcome.err
        yield Swept(SweepDirectory(bench.folder / outcome.lines[-1]), outcome)


def test_it_tells_what_it_will_do_and_each_training_and_the_best(swept: Swept) -> None:
    """Where there is no terminal each training is a line, then come table, map and sentences."""
    assert swept.outcome.err.startswith(
        "perceptui: 8 trainings: 4 configurations with 2 seeds; about "
    )
    lines = swept.outcome.lines
    assert lines[0].startswith("1/8  lr 0.5, out_features 4, seed 0: 0.")
    assert lines[7].startswith("8/8  ")
    table = lines.index(next(line for line in lines if "train loss" in line))
    best, *others = (line.split() for line in lines[table + 2 : table + 6])
    assert best[0] == "★"
    means = [float(row[-2]) for row in (best, *others)]
    assert means == sorted(means)
    assert "lr ↓, out_features →" in lines
    text = "\n".join(lines)
    assert "Selected by the training loss, for want of a validation split" in text
    assert "with 2 seeds" in text
    assert "Test split, looked at for the winner only: " in text
    (command,) = (line for line in lines if line.startswith("Best: "))
    assert command.startswith(f"Best: perceptui --preset {swept.directory.path.parents[2]}/")
    assert "--set test_fraction=0.25 --set optimizer.lr=" in command


def test_the_best_as_a_command_gives_the_same_figures(swept: Swept) -> None:
    """To the last digit, in a run of its own."""
    told = json.loads(swept.sweeps("show", "--json").out)
    outcome = perceptui(*told["command"][1:], "--json")
    assert outcome.code == 0, outcome.err
    kept = [json.loads(text) for text in (Path(told["run"]) / "events.jsonl").open("rb")]
    assert outcome.records[-1]["metrics"] == kept[-1]["metrics"]


def test_it_is_listed_and_shown_and_not_begun_again(swept: Swept) -> None:
    """By the beginning of its name or as `last`; a completed one has nothing left."""
    assert "completed" in swept.sweeps().lines[-1]
    (row,) = (json.loads(line) for line in swept.sweeps("--json").lines)
    assert (row["done"], row["trainings"], row["objective"]) == (8, 8, "train_loss")
    shown = swept.sweeps("show", swept.directory.name[:17])
    assert shown.lines[:-2] == swept.outcome.lines[8:-2]  # both end with paths, as they were given
    assert swept.sweeps("attach").lines[8:] == shown.lines
    for name, told in (("resume", "nothing is left"), ("stop", "nothing trains it here")):
        refused = swept.sweeps(name, "last")
        assert (refused.code, told in refused.err) == (2, True)
    assert swept.sweeps("show", "nothing").code == 2


def test_every_training_is_a_line_of_csv(swept: Swept, tmp_path: Path) -> None:
    """With its values, figures and run, and without the test split."""
    rows = list(csv.DictReader(swept.sweeps("export", "last").out.splitlines()))
    assert [row["trial"] for row in rows] == [str(number) for number in range(1, 9)]
    assert {row["ending"] for row in rows} == {"completed"}
    assert not any(name.startswith("test") for name in rows[0])
    assert (rows[0]["optimizer.lr"], rows[0]["run"]) == ("0.5", "0001")
    place = tmp_path / "out.csv"
    assert swept.sweeps("export", "last", "-o", str(place)).code == 0
    assert len(place.read_text("utf-8").splitlines()) == 9
    assert swept.sweeps("export", "last", "-o", str(place)).code == 2
    assert swept.sweeps("export", "last", "--format", "xml").code == 2


def test_the_best_is_a_preset(swept: Swept, tmp_path: Path) -> None:
    """Which is the experiment with its values."""
    place = tmp_path / "best.toml"
    outcome = swept.sweeps("export", "last", "--format", "preset", "-o", str(place), "--json")
    assert json.loads(outcome.out) == {"file": str(place)}
    best = json.loads(swept.sweeps("show", "--json").out)["best"]
    experiment = read_file(place)
    assert str(experiment.optimizer) == f"SGD(lr={best['optimizer.lr']})"
    assert str(experiment.layers[0]) == f"Linear({best['layers.0.out_features']})"


def test_json_has_a_line_for_each_training_and_one_for_all(bench: Bench) -> None:
    """And nothing else is on stdout; a search says what it chose."""
    axis = ("--over", "optimizer.lr=log(0.01,1)", "--search", "random", "--trials", "2")
    outcome = perceptui("sweep", "tiny.toml", *axis, "--processes", "1", "--json")
    assert (outcome.code, outcome.err) == (0, "")
    kinds = [record.get("line") for record in outcome.records]
    assert kinds == [
        "cell_chosen", "trial_ended", "cell_chosen", "trial_ended", "winner_trained",
        "sweep_ended", None,
    ]  # fmt: skip
    last = outcome.records[-1]
    assert (last["state"], last["trainings"], last["lead"]["clear"]) == ("completed", 2, False)
    assert [one["trained"] for one in last["configurations"]] == [1, 1]
    assert "boundary" not in outcome.records[1]


def test_where_all_diverge_the_exit_code_says_so(bench: Bench) -> None:
    """As that of a training does; each is a result."""
    axis = ("--over", "optimizer.lr=1e30,1e31")
    more = ("--set", "layers=Linear(1)", "--set", "loss=MSELoss")
    outcome = perceptui(
        "sweep", "tiny.toml", *axis, *more, "--set", "epochs=60", "--processes", "1"
    )
    assert outcome.code == 3, outcome.out
    assert "lr 1e31, seed 0: diverged" in outcome.out
    assert "No configuration came to a number." in outcome.out


def test_mistakes_are_told_before_anything_is_written(bench: Bench) -> None:
    """All of them, with exit code 2."""
    told = bench.refused("sweep", "tiny.toml", "--over", "optimizer.lrr=1,2", "--over", "epochs=")
    assert told == (
        "tiny.toml: --over epochs: it has no values: give some, like 2,4,8\n"
        'tiny.toml: --over optimizer.lrr: SGD has no argument "lrr": did you mean lr?'
    )
    assert bench.refused("sweep", "tiny.toml", "--json", "--quiet", "--seeds", "2").startswith(
        "--json prints every training"
    )


def test_a_sweep_of_another_version_is_refused(bench: Bench) -> None:
    """And hides no other from the list."""
    folder = bench.folder / "runs" / "sweeps" / "20200101-000000-old-0000"
    folder.mkdir(parents=True)
    (folder / PLAN).write_text('{"version":9}')
    assert perceptui("sweeps").code == 0
    assert "unreadable" in perceptui("sweeps").out
    for name in ("attach", "resume", "show"):
        refused = perceptui("sweeps", name, "last")
        assert refused.code == 2
        assert "the sweep is of version 9, and this perceptui reads version 1" in refused.err


def test_no_sweeps_say_how_one_is_made(bench: Bench) -> None:
    """Instead of an empty table."""
    assert perceptui("sweeps").out == (
        "There are no sweeps in runs: `perceptui sweep NAME --over FIELD=VALUES` makes one.\n"
    )
