"""`perceptui WHAT`: what a person has is opened, without a command before it."""

from __future__ import annotations

import shlex
import shutil
from pathlib import Path

import pytest

from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.conftest import Trained
from tests.tui.pseudo_terminal import app_on_terminal
from tui.commands.options import TrainingOptions
from tui.commands.request import experiment_of, requested


def test_a_file_on_a_terminal_is_looked_at(bench: Bench) -> None:
    """`perceptui houses.csv` shows its columns and asks for the one to predict."""
    bench.write("houses.csv", "area,price\n" + "".join(f"{n},{2 * n}\n" for n in range(40)))
    with app_on_terminal("houses.csv", columns=80, rows=24) as terminal:
        terminal.until("houses.csv: 40 rows, 2 columns")
        terminal.until("the column to predict")
        terminal.type("price\r")
        terminal.until("ready houses")
        terminal.type("q")
        terminal.until("neither saved nor trained")
        terminal.type("d")
        assert terminal.end() == 0


@pytest.mark.parametrize("what", ["houses.csv", "tiny.toml", "circle", "pictures", "last"])
def test_what_is_there_needs_no_command(bench: Bench, trained: Trained, what: str) -> None:
    """Without a terminal it is said what tells of it; it is no unknown command."""
    bench.write("houses.csv", "area,price\n1,2\n")
    (bench.folder / "pictures").mkdir()
    shutil.copytree(trained.run, bench.runs_dir / trained.run.name)
    outcome = perceptui(what)
    assert outcome.code == 2
    assert "opening it takes a terminal" in outcome.err
    tells = "inspect" if what in ("houses.csv", "pictures") else "show"
    assert f"`perceptui {tells} {what}`" in outcome.err


def test_runs_are_looked_for_where_the_option_says(
    bench: Bench, trained: Trained, tmp_path: Path
) -> None:
    """Also by the beginning of the name."""
    shutil.copytree(trained.run, tmp_path / "elsewhere" / trained.run.name)
    outcome = perceptui("--runs-dir", "elsewhere", trained.run.name[:8])
    assert "opening it takes a terminal" in outcome.err
    assert bench.refused(trained.run.name[:8]).startswith("No such command")


def test_what_is_nothing_wants_no_terminal(bench: Bench) -> None:
    """It is said first, also of a shared line; of one that can be opened no command tells."""
    line = "perceptui --preset circle --set optimizer.lr=2"
    assert bench.refused("open", "circel").endswith("nor a run: did you mean circle?")
    assert bench.refused("open", line.replace("circle", "circel")).startswith("unknown preset")
    assert bench.refused("open", line) == f"{line}: opening it takes a terminal"


def test_what_is_nothing_is_said(bench: Bench) -> None:
    """A command that there is not may be misspelt; training options are refused as before."""
    assert "No file, preset or run is called so either" in bench.refused("prests")
    assert "for a training" in bench.refused("--epochs", "3", "circle")


def test_a_shared_line_is_opened_as_it_was_copied(bench: Bench) -> None:
    """Behind `open`, as words or as one; a mistake in it is told."""
    line = "perceptui --data 'circle(samples=40)' --layers 'Linear(1)' --loss 'BCEWithLogitsLoss()'"
    line += " --optimizer 'SGD(lr=0.3)' --epochs 2"
    words = shlex.split(line)
    with app_on_terminal("open", *words, columns=80, rows=24) as terminal:
        terminal.until("ready shared")
        terminal.type("q")
        assert terminal.end() == 0
    assert experiment_of(line, bench.runs_dir)[1].epochs == 2
    with app_on_terminal("open", *words[:-1], "many", columns=80, rows=24) as terminal:
        terminal.until("epochs: 'many' is not accepted")
        assert terminal.end() == 2
    assert "No such option: --epochs" in bench.refused("open", "circle", "--epochs", "3")


def test_pytorchs_spelling_on_the_command_line(
    bench: Bench, capsys: pytest.CaptureFixture[str]
) -> None:
    """The sizes of what comes in are left out, with a word; a wrong one is named."""
    bench.write("tiny.toml", TINY)
    layers = "nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, 1), nn.Sigmoid())"
    options = TrainingOptions(preset="tiny.toml", layers=layers)
    assert requested(options, bench.runs_dir) == requested(
        TrainingOptions(preset="tiny.toml"), bench.runs_dir
    )
    assert "in_features 2 and 4 are known from what comes in: left out" in capsys.readouterr().err
    refused = bench.refused("--preset", "tiny.toml", "--layers", "Linear(10, 5), Linear(5, 1)")
    assert "in_features is 10, but 2 come in: leave the 10 out, write Linear(5)" in refused
