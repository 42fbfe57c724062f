"""`perceptui WHAT`: what a person has is opened, without a command before it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained
from tests.tui.pseudo_terminal import app_on_terminal


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


def test_what_is_nothing_is_said(bench: Bench) -> None:
    """A command that there is not may be misspelt; training options are refused as before."""
    assert "No file, preset or run is called so either" in bench.refused("prests")
    assert "for a training" in bench.refused("--epochs", "3", "circle")
