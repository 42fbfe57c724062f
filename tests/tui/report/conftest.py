"""What reports are of: a sweep, and a run whose names are what a page might take for its own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tui.command_line import Bench, Outcome, perceptui

NASTY = '<b onclick="x">|`*_[a](b)&$x^2$\x1b]0;'
TITLE = NASTY.partition("\x1b")[0]


@pytest.fixture(scope="session")
def swept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The runs' folder of a small sweep over two axes."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("swept"), patch)
        axes = ("--over", "optimizer.lr=0.1,0.5", "--over", "layers.0.out_features=2,3")
        outcome: Outcome = perceptui("sweep", "tiny.toml", *axes, "--quiet", "--yes")
        assert outcome.code == 0, outcome.err
        return bench.runs_dir


@pytest.fixture(scope="session")
def named_badly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run whose classes, columns and title are what a page might take for its own."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("nasty"), patch)
        quoted = NASTY.replace('"', '""')
        rows = [f'{n},{n % 3},"{quoted if n % 2 else "_plain"}"' for n in range(12)]
        bench.write("nasty.csv", "a,b,c\n" + "\n".join(rows) + "\n")
        outcome = perceptui(
            *("--data", 'csv("nasty.csv", target="c")', "--layers", "Linear(2)"),
            *("--loss", "CrossEntropyLoss", "--optimizer", "SGD(lr=0.1)", "--epochs", "2"),
            *("--set", f"title={TITLE}", "--device", "cpu", "--quiet"),
        )
        assert outcome.code == 0, outcome.err
        return outcome.run
