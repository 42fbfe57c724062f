"""What was accepted of a judgement: kept with the run, read by predictions and the script."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch

from engine.errors import DamagedRun
from engine.parts.data import Facts
from engine.parts.layers.dense import Linear
from engine.parts.losses import BCEWithLogitsLoss, CrossEntropyLoss
from engine.runs.accepted import Accepted, accepted_at, store
from engine.runs.contents import ACCEPTED, remove
from engine.runs.script import script
from engine.training.outputs import OutputDecoder
from tests.engine.runs.repetition import NOWHERE, run_here, small

TWO = Facts(shape=(2,), task="classification", num_samples=4, classes=("no", "yes"))


def test_it_holds_for_the_weights_that_were_judged(tmp_path: Path) -> None:
    """Of others, as after more steps, it says nothing; taken back, it says nothing of any."""
    kept = Accepted(step=7, temperature=2.5, threshold=0.25)
    store(tmp_path, kept)
    assert accepted_at(tmp_path, 7) == kept
    assert accepted_at(tmp_path, 8) is None
    store(tmp_path, Accepted(step=7))
    assert accepted_at(tmp_path, 7) is None


@pytest.mark.parametrize(
    "text",
    ['{"step":7,"temperature":0}', '{"step":7,"threshold":2}', '{"step":7,"other":1}', "7", "\xff"],
)
def test_what_is_none_is_refused(tmp_path: Path, text: str) -> None:
    """A file that somebody changed is named, with what helps."""
    (tmp_path / ACCEPTED).write_text(text, "latin-1")
    with pytest.raises(DamagedRun, match=r"accepted\.json: can't be read .* --accept` again"):
        accepted_at(tmp_path, 7)


def test_it_is_removed_with_its_run(tmp_path: Path) -> None:
    """Nothing of a run stays behind."""
    run = tmp_path / "run"
    run.mkdir()
    store(run, Accepted(step=1, threshold=0.5))
    remove(run)
    assert not run.exists()


def test_a_temperature_divides_logits() -> None:
    """Of one output and of several; the class stays."""
    one = OutputDecoder(
        BCEWithLogitsLoss(), (Linear(1),), TWO, accepted=Accepted(step=0, temperature=2)
    )
    logits = torch.tensor([[3.0], [-100.0]])
    expected = [1 / (1 + math.exp(-1.5)), 1 / (1 + math.exp(50))]
    assert one.probabilities(logits)[:, 1].tolist() == pytest.approx(expected)
    assert one.predicted_classes(logits).tolist() == [1, 0]
    several = OutputDecoder(
        CrossEntropyLoss(), (Linear(2),), TWO, accepted=Accepted(step=0, temperature=2)
    )
    outputs = torch.tensor([[1.0, 4.0]])
    assert several.probabilities(outputs) == pytest.approx((outputs / 2).softmax(1))


def test_a_threshold_says_the_second_class_above_it() -> None:
    """Before any temperature, of one output and of two."""
    accepted = Accepted(step=0, threshold=0.2, temperature=5)
    one = OutputDecoder(BCEWithLogitsLoss(), (Linear(1),), TWO, accepted=accepted)
    shares = torch.tensor([[0.19], [0.21]])
    assert one.predicted_classes(shares.logit()).tolist() == [0, 1]
    two = OutputDecoder(CrossEntropyLoss(), (Linear(2),), TWO, accepted=accepted)
    outputs = torch.cat([1 - shares, shares], 1).log()
    assert two.predicted_classes(outputs).tolist() == [0, 1]


@pytest.mark.parametrize("outputs", [1, 2])
def test_the_script_reads_probabilities_so(outputs: int) -> None:
    """It prints what the decoder gives, of the same network."""
    loss = "BCEWithLogitsLoss()" if outputs == 1 else "CrossEntropyLoss()"
    layers = ["Linear(4)", "ReLU()", f"Linear({outputs})"]
    experiment = small(layers=layers, loss=loss, predict=[[0.5, -0.25]], seed=3)
    told = {}
    for name, accepted in {
        "plain": None, "kept": Accepted(step=4, temperature=2, threshold=0.01)
    }.items():  # fmt: skip
        (line,) = run_here(script(experiment, NOWHERE, accepted=accepted)).rest[-1:]
        words = line.split("probabilities")
        told[name] = words[0].split()[-1], [float(x) for x in words[1].strip(" []").split(",")]
    plain, kept = told["plain"][1], told["kept"][1]
    odds = math.sqrt(plain[1] / plain[0])
    assert kept[1] == pytest.approx(odds / (1 + odds), abs=1e-6)
    assert told["kept"][0] == "inside"
