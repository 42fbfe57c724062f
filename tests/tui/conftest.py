"""Working directories for the command line, and one finished training for all who read one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.tui.command_line import Bench, Outcome, Records, perceptui, recorded


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A working directory of this test's own."""
    return Bench(tmp_path, monkeypatch)


@dataclass(frozen=True)
class Trained:
    """A finished training of `tiny.toml` that asks for a prediction."""

    run: Path
    outcome: Outcome
    """What it printed, without a terminal, 80 columns wide."""

    @property
    def record(self) -> Records:
        """The events that its directory keeps."""
        return recorded(self.run)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trained]:
    """One training that many tests read; none may change it."""
    with pytest.MonkeyPatch.context() as patch:
        bench = Bench(tmp_path_factory.mktemp("trained"), patch)
        outcome = bench.train("--set", "predict=[[0.5, -0.25]]")
        yield Trained(outcome.run, outcome)


@pytest.fixture(scope="session")
def regression(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outcome]:
    """A regression that is asked for by options alone."""
    with pytest.MonkeyPatch.context() as patch:
        Bench(tmp_path_factory.mktemp("regression"), patch)
        yield perceptui(
            *("--data", "wave(samples=12)", "--layers", "Linear(3) Tanh, Linear(1)"),
            *("--loss", "MSELoss", "--optimizer", "Adam", "--lr", "0.02", "--epochs", "2"),
            *("--batch-size", "5", "--seed", "7", "--device", "cpu"),
        )
