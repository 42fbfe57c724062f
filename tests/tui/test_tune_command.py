"""`perceptui tune-lr`: the curve, the suggestion, and what it leaves as it was."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.runs.rate_test import RateTest, rate_test
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    run_async,
    the_end,
    uninterrupted,
    weights_of,
)
from tests.engine.training.tiny import small
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained
from tui.renderables.look import Look
from tui.renderables.rate_chart import advice, rate_chart

STEPS = 160


def test_curve_suggestion_and_the_line_to_take_it(bench: Bench) -> None:
    """The loss over the rate is drawn, and the rate is named with the command that takes it."""
    outcome = perceptui("tune-lr", "tiny.toml")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.lines[0] == "Loss over the learning rate (log scale)"
    text = " ".join(outcome.out.split())
    assert "Suggested learning rate: " in text
    assert "(the experiment has 0.1)" in text
    suggested = text.partition("Suggested learning rate: ")[2].split()[0]
    assert outcome.lines[-1] == f"To take it: perceptui --preset tiny.toml --lr {suggested}"
    assert bench.runs() == []
    assert perceptui("--preset", "tiny.toml", "--lr", suggested, "--quiet").code == 0


@pytest.mark.parametrize(
    ("losses", "why"),
    [
        ([1.0] * 9, "none of 9 steps from 1 to 26 changed the loss"),
        ([1.0, 0.99] * 4, "in 8 steps from 1 to 17 the loss fell by less than 3%"),
    ],
    ids=["still", "plateau"],
)
def test_without_a_suggestion_it_says_why(losses: list[float], why: str) -> None:
    """No suggestion has its reason and what to do, a sentence each."""
    first, second = advice(rate_test([1.5**n for n in range(len(losses))], losses), 0.1)
    assert first.startswith("No learning rate is suggested: ")
    assert why in first
    assert second.endswith(".")


def test_json_is_the_whole_measurement(bench: Bench) -> None:
    """With --json one object: rates that grow evenly, losses, and the suggestion."""
    (found,) = perceptui("tune-lr", "tiny.toml", "--json").records
    rates = found["rates"]
    assert len(rates) == len(found["losses"]) == len(found["smoothed"]) <= STEPS
    assert rates[0] == pytest.approx(1e-6)
    steps = [after / before for before, after in pairwise(rates)]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert found["suggested"] <= found["lowest"] / 2 * 1.05
    before, after = found["tried"]
    assert after < before
    again = perceptui("tune-lr", "tiny.toml", "--json").records
    assert again == [found]


def test_of_a_run_and_of_nothing(bench: Bench, trained: Trained) -> None:
    """A run has an experiment too; an unknown name is refused."""
    named = ("tune-lr", trained.run.name, "--runs-dir", str(trained.run.parent))
    for words in (("tune-lr", str(trained.run)), named):
        outcome = perceptui(*words)
        assert outcome.code == 0, outcome
        assert "Suggested learning rate" in outcome.out
        assert "To take it" not in outcome.out  # a run is no preset that could be trained
    assert "nope" in bench.refused("tune-lr", "nope")


def test_a_training_under_way_is_not_disturbed(warm: Path, tmp_path: Path) -> None:
    """Asked in the middle of another training, that one ends with the bits it would have had."""

    async def train() -> tuple[Run, RateTest, RateTest]:
        async with Session.connect(warm) as session:
            alone = await session.experiments.tune_learning_rate(small())
            run = await begun_paused(session, demanding(epochs=60), tmp_path)
            await on(session, 33)
            beside = await session.experiments.tune_learning_rate(small())
            await session.do(p.Continue())
            await the_end(session)
            return run, alone, beside

    run, alone, beside = run_async(train())
    assert alone == beside
    assert weights_of(run) == uninterrupted(demanding(epochs=60))[0]


@pytest.mark.parametrize("width", [0, 1, 20, 80])
@pytest.mark.parametrize("is_ascii", [False, True])
def test_the_chart_fits(width: int, is_ascii: bool) -> None:
    """No row is wider than asked, with or without a suggestion, whatever the curve."""
    rates = [1e-3, 1e-2, 1e-1, 1.0]
    for losses in ([], [1.0] * 4, [1.0, 0.5, float("nan"), 1.0], [3.0, 2.0, 1.0, 9.0] * 5):
        some = [rate * 10**n for n in range(5) for rate in rates][: len(losses)]
        test = rate_test(some, losses)
        for row in rate_chart(test, width, 12, Look(ascii=is_ascii)):
            assert row.cell_len <= width
            assert not is_ascii or row.plain.isascii()
