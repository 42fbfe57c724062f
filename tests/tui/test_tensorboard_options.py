"""TensorBoard from the command line."""

from __future__ import annotations

import re

import pytest

from engine.errors import UsageError
from engine.export import FORMATS
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained

pytest.importorskip("tensorboard", reason="needs the extra tensorboard")


def test_while_it_trains(bench: Bench) -> None:
    """A run has a folder of its own in the one that was named, relative to where one is."""
    run = bench.train("--quiet", "--tensorboard", "board").run
    (own,) = (bench.folder / "board").iterdir()
    assert own.name == run.name
    assert len(list(own.glob("events.out.tfevents.*"))) == 1


def test_an_export(bench: Bench, trained: Trained) -> None:
    """The folder is printed; a second time it is asked for by --force; stdout is no folder."""
    asked = ("export", str(trained.run), "--format", "tensorboard", "-o")
    assert perceptui(*asked, "board").out == "board\n"
    assert (bench.folder / "board" / trained.run.name).is_dir()
    assert "is there already: choose another name, or give --force" in bench.refused(
        *asked, "board"
    )
    assert perceptui(*asked, "board", "--force").code == 0
    assert bench.refused(*asked, "-") == "export: tensorboard is a folder: give -o DIR"


def test_what_is_missing(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The line that installs it is told before anything is trained or written."""
    monkeypatch.setattr("engine.export.format.find_spec", lambda name: None)
    install = "tensorboard: pip install 'perceptui[tensorboard]'"
    message = bench.refused("--preset", "tiny.toml", "--tensorboard", "board")
    assert message == f"--tensorboard needs {install}"
    with pytest.raises(UsageError, match=re.escape(f"the format tensorboard needs {install}")):
        FORMATS["tensorboard"].check()
    assert not (bench.folder / "board").exists()


def test_a_place_that_can_t_be_written(bench: Bench) -> None:
    """It is a mistake, not a training without its board."""
    message = bench.refused("--preset", "tiny.toml", "--tensorboard", "tiny.toml/board")
    assert message == "--tensorboard tiny.toml/board: Not a directory"
