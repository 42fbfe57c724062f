"""`perceptui explain`: a step in its parts, as text and as JSON."""

from __future__ import annotations

import pytest
import torch

from engine.runs.dissected_step import DissectedStep
from engine.runs.run import Run
from engine.training.checkpoint import load
from engine.training.microscope.dissection import digest_of
from tests.tui.command_line import Bench, perceptui
from tests.tui.conftest import Trained


@pytest.mark.usefixtures("bench")
def test_the_parts_have_their_lines_of_pytorch_and_their_numbers() -> None:
    """What the tutorial shows of its one step is printed: forward to step, with every number."""
    outcome = perceptui("explain", "one-step-repaired")
    assert (outcome.code, outcome.err) == (0, "")
    lines = outcome.lines
    assert lines[0] == "One step, repaired: step 1"
    code = [line.partition("  # ")[0].rstrip() for line in lines if line.startswith(">>> ")]
    assert code[1:] == [
        ">>> outputs = model(inputs)",
        ">>> loss = criterion(outputs, targets)",
        ">>> optimizer.zero_grad()",
        ">>> loss.backward()",
        ">>> optimizer.step()",
    ]
    assert "[0] = 0 · (-0.2251) + 0.3348 · 0.4988 + 0 · (-0.3742) + bias (-0.2658) =" in outcome.out
    assert "    loss = mean(1.3²) = 1.69" in lines
    assert "    after = (-0.1947) − 0.01 · (-2.825) = -0.1665" in lines
    assert lines[-1].startswith("The same batch cost 1.69 before this step, and costs 1.")


@pytest.mark.usefixtures("bench")
def test_a_dead_output_says_why_nothing_moves() -> None:
    """The tutorial's own network may learn nothing, and then it is told where that comes from."""
    text = " ".join(perceptui("explain", "one-step").out.split())
    assert "ReLU() lets nothing through: it is flat where it is now." in text
    assert "Every gradient is zero, and nothing moves: this step changes no weight." in text


def test_of_a_run_it_is_the_runs_own_step(trained: Trained, bench: Bench) -> None:
    """The weights after its last step are those of its checkpoint."""
    run = Run(trained.run)
    steps = load(run.checkpoint("last")).state["step"]
    named = ("explain", str(trained.run), "--json", "--step", str(steps))
    (found,) = perceptui(*named).records
    weights = load(run.checkpoint("last")).group("model")
    assert found["step"] == steps
    assert found["digest"] == digest_of(weights)
    assert found["parts"][-1]["lines"][0].startswith("optimizer.step()")
    assert torch.isfinite(torch.tensor(found["loss"]["loss"]))
    assert DissectedStep.__struct_fields__ == tuple(found)


def test_steps_that_there_are_not_are_refused(bench: Bench) -> None:
    """Before the first and after the last there is none; nothing is guessed."""
    assert "give 1 for the first" in bench.refused("explain", "tiny.toml", "--step", "0")
    assert "give 0 for the first" in bench.refused("explain", "tiny.toml", "--sample", "-1")
    assert "the training is over" in bench.refused("explain", "tiny.toml", "--step", "9999")
    assert "neither a preset" in bench.refused("explain", "nope")


@pytest.mark.parametrize("columns", ["20", "60", "120"])
def test_it_fits_the_terminal(columns: str, bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the terminal, and with --ascii none has other characters."""
    monkeypatch.setenv("COLUMNS", columns)
    outcome = perceptui("explain", "tiny.toml", "--ascii", "--sample", "3")
    assert outcome.out.isascii()
    assert "sample 3" in outcome.out
    assert max(map(len, outcome.lines)) <= max(int(columns), 80)
