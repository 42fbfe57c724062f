"""What a headless training prints."""

from __future__ import annotations

import re
import shutil

import pytest
from rich.cells import cell_len

from tests.tui.command_line import Bench, Outcome, of, perceptui, recorded
from tests.tui.conftest import Trained


def rows(outcome: Outcome) -> list[str]:
    """The lines that are made for the width; the others are whole, and a terminal wraps them."""
    is_whole = re.compile(r"epoch +\d+/\d+ |Finished after |Checkpoint: |Run: ").match
    return [line for line in outcome.lines if not is_whole(line)]


def test_one_complete_line_per_reported_epoch(trained: Trained) -> None:
    """Without a terminal every reported epoch is one complete line, in order."""
    epochs = [line for line in trained.outcome.lines if line.startswith("epoch")]

    pattern = r"epoch (\d)/3  train loss \d\.\d{4} accuracy \d\.\d{4}  \d+\.\d\d s"
    matches = [re.fullmatch(pattern, line) for line in epochs]
    assert [match and match[1] for match in matches] == ["1", "2", "3"]


def test_report_has_every_section(trained: Trained) -> None:
    """The report holds curve, accuracy, classes, confusion, boundary, samples, prediction, run."""
    text = trained.outcome.out
    titles = (
        "\nLoss\n",
        "\nAccuracy\n",
        "\nClasses (train split)\n",
        "\nConfusion (train split)\n",
        "\nDecision boundary\n",
        "\nActual against predicted (train)\n",
        "\nPrediction\n",
        "\nFinished after 3 epochs, 3 steps, ",
        "\nRun: ",
    )
    places = [text.find(title) for title in titles]

    assert -1 not in places
    assert places == sorted(places)
    assert "(0.5, -0.25) → " in text


def test_a_checkpoint_that_is_gone_is_not_named(bench: Bench, trained: Trained) -> None:
    """Where somebody removed the files, the end of the report says so, and offers no way on."""
    run = bench.runs_dir / "cleared"
    shutil.copytree(trained.run, run)
    kept = trained.outcome.lines[-2]
    assert perceptui("attach", str(run)).lines[-2] == kept
    assert kept.startswith("Checkpoint: ")
    shutil.rmtree(run / "checkpoints")
    assert (
        perceptui("attach", str(run)).lines[-2] == "Checkpoint: none is left, somebody removed it"
    )


def test_report_fits_the_width(trained: Trained) -> None:
    """At 80 columns no line is wider, and without a terminal nothing is escaped."""
    assert max(cell_len(row) for row in rows(trained.outcome)) <= 80
    assert "\x1b" not in trained.outcome.out


def test_ascii_at_20_columns(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """With --ascii every byte is below 128; at 20 columns no row of the report is wider."""
    monkeypatch.setenv("COLUMNS", "20")
    outcome = bench.train("--ascii", "--set", "title=Ünïcode", "--set", "predict=[[0.5, -0.25]]")

    assert outcome.out.isascii()
    assert len(rows(outcome)) > 40
    assert max(map(len, rows(outcome))) <= 20


def test_one_column_breaks_nothing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even a single column gets its tables without an error."""
    monkeypatch.setenv("COLUMNS", "1")

    for command in (["show", "tiny.toml"], ["presets"], ["runs"], ["paths"]):
        outcome = perceptui(*command)
        assert (outcome.code, outcome.err) == (0, "")


def test_regression_shows_errors_and_curve(regression: Outcome) -> None:
    """A regression is reported by its errors and its fitted curve, not by classes."""
    assert "\nErrors\n" in regression.out
    assert "\nPrediction over the input\n" in regression.out
    assert "Confusion" not in regression.out


def test_divergence_is_exit_code_3(bench: Bench) -> None:
    """A loss that is not finite ends the training with 3 and says where it happened."""
    outcome = perceptui(
        *("--preset", "tiny.toml", "--data", "wave(samples=30)", "--lr", "1e30"),
        *("--layers", "Linear(4) ReLU Linear(1)", "--loss", "MSELoss", "--epochs", "50"),
    )

    assert outcome.code == 3
    pattern = r"Diverged: the loss became (nan|inf) at epoch \d+, step \d+ "
    assert re.search(pattern + r"\(learning rate 1e\+30, gradient norm \S+\)", outcome.out)
    assert of(recorded(outcome.run), "run_finished")[0]["reason"] == "diverged"


def test_the_first_line_says_why_steps_are_eager(bench: Bench) -> None:
    """An optimizer that can't be traced trains all the same; the record has the same reason."""
    outcome = bench.train("--optimizer", "NAdam(lr=0.01)", "--epochs", "500", "--json")
    (started,) = of(outcome.records, "run_started")
    reason = "NAdam has no traced form of its own steps yet"
    assert (started["executor"], started["executor_reason"]) == ("eager", reason)
    text = bench.train("--optimizer", "NAdam(lr=0.01)", "--epochs", "500")
    assert text.lines[0] == f"steps: eager, since {reason}"
    assert not bench.train("--optimizer", "Adam(lr=0.01)").lines[0].startswith("steps:")


def test_an_executor_that_cant_be_had_is_refused(bench: Bench) -> None:
    """With the reason, and what to ask for instead; no run is left behind."""
    arguments = ("--preset", "tiny.toml", "--optimizer", "NAdam", "--executor", "traced")
    assert bench.refused(*arguments) == (
        'executor "traced" can\'t be had here: NAdam has no traced form of its own steps yet: '
        'use "auto" or "eager"'
    )
