"""`compare` of runs on the same samples, of others, and of sweeps."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.sweeps.directory import SweepDirectory, TableWriter
from tests.engine.sweeps.planned import ended, plan
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained


def test_runs_on_the_same_samples(bench: Bench, trained: Trained) -> None:
    """The sentence of each pair, scores side by side, what differs, curves, disagreements."""
    other = bench.train("--epochs", "60", "--lr", "1").run
    outcome = perceptui("compare", str(trained.run), str(other))
    assert outcome.code == 0, outcome.err
    verdict, scores, differs, curves, apart = outcome.out.strip().split("\n\n", 4)
    assert verdict.startswith("Verdict\nA: Tiny")
    assert "is better on" in verdict.replace("\n", " ")
    assert "p = " in verdict
    assert scores.startswith("Scores (train split, 20 samples)\nMetric")
    assert "epochs" in differs
    assert "optimizer.lr" in differs
    assert curves.startswith("Training loss")
    assert "They disagree on " in apart
    assert "x1 " in apart

    (record,) = perceptui("compare", str(trained.run), str(other), "--json").records
    assert record["event"] == "compared"
    (pair,) = record["contests"]
    counted = pair["first_better"] + pair["second_better"]
    assert counted <= record["num_disagreements"] <= 20

    assert perceptui("compare", str(trained.run), str(other), "-o", "c.md").code == 0
    text = (bench.folder / "c.md").read_text()
    assert text.startswith("# 2 runs compared\n\n## Verdict\n\nA: Tiny")


def test_other_samples_are_refused(bench: Bench, trained: Trained) -> None:
    """With why; and so is a run that is named twice, and one alone."""
    bench.train("--epochs", "1", "--seed", "5")
    message = bench.refused("compare", str(trained.run), "last")
    assert "can't be compared: they are not judged on the same samples" in message
    assert "seed 0 against 5, which draws other samples" in message
    name = trained.run.name
    twice = bench.refused("compare", str(trained.run), str(trained.run))
    assert twice == f"compare: {name} is given twice"
    assert "give two runs or more" in bench.refused("compare", "last")
    assert "no run" in bench.refused("compare", str(trained.run), "no-such-run")


@pytest.fixture
def sweeps(bench: Bench) -> list[Path]:
    """Two sweeps of three seeds whose figures were written by hand."""
    asked, found = plan(seeds=3), []
    for values in ((0.5, 0.6, 0.7), (0.2, 0.32, 0.4)):
        directory = SweepDirectory.create(bench.runs_dir, asked)
        writer = TableWriter(directory)
        for repeat, value in enumerate(values):
            writer.write(ended(asked, 0, repeat, value))
        writer.close()
        found.append(directory.path)
    return found


def test_sweeps_of_seeds(sweeps: list[Path], trained: Trained) -> None:
    """By the interval of the difference of their means; never a sweep with a run."""
    assert SweepDirectory(sweeps[0]).plan().objective == "train_loss"
    outcome = perceptui("compare", *map(str, sweeps))
    assert outcome.code == 0, outcome.err
    said = " ".join(outcome.out.split())
    assert "B is better: by 0.2933 in loss on average" in said
    assert "over 3 seeds, seed by seed." in said
    rows = perceptui("compare", *map(str, sweeps), "--json").records
    assert [row.get("values") for row in rows[:2]] == [[0.5, 0.6, 0.7], [0.2, 0.32, 0.4]]
    assert rows[2]["gain"] == pytest.approx(-0.88 / 3)
    assert rows[2]["paired"] is True
    assert perceptui("compare", *map(str, sweeps), "-o", "s.md").code == 0
    assert Path("s.md").read_text().startswith("# 2 sweeps compared\n\n## Verdict\n\nB is better")
    mixed = perceptui("compare", str(trained.run), str(sweeps[0]))
    assert (mixed.code, mixed.out) == (2, "")
    assert "give runs only, or sweeps only" in mixed.err
