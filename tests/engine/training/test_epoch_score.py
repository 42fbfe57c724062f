"""What selects has the same bits however it is computed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from engine.runs.events import EpochFinished
from engine.training.checkpoint import Checkpoint
from engine.training.epoch_score import EpochScore, Measure, selecting_part
from engine.training.full_state import full_state, kept, restore
from engine.training.graphed.epoch_score import GraphedEpochScore
from engine.training.metrics import Evaluator
from engine.training.splits import Split
from engine.training.traced import TracedStep
from engine.training.traced.epoch_score import TracedEpochScore
from engine.training.trainer import Trainer
from tests.engine.training.fake_recorder import FakeRecorder
from tests.engine.training.tiny import NOWHERE, bits, small

IMAGES = ["Conv2d(2, 3)", "BatchNorm2d()", "ReLU()", "Flatten()", "Linear(10)"]
CASES: dict[str, dict[str, Any]] = {
    "points": {},
    "noisy": {"layers": ["Linear(4)", "BatchNorm1d()", "Dropout(0.3)", "Linear(1)", "Sigmoid()"]},
    "images": {"data": "digits()", "layers": IMAGES, "loss": "CrossEntropyLoss()"},
    "share of the right": {"select": "accuracy"},
    "classes alike": {
        "data": "digits()",
        "layers": IMAGES,
        "loss": "CrossEntropyLoss()",
        "select": "balanced_accuracy",
    },
    "a library's": {"select": "roc_auc"},
    "explained": {
        "data": "wave(samples=40)",
        "layers": ["Linear(1)"],
        "loss": "MSELoss()",
        "select": "r2",
    },
    "16 bits": {"precision": "bf16"},
    "regression": {"data": "wave(samples=40)", "layers": ["Linear(1)"], "loss": "HuberLoss()"},
}


def _traced(trainer: Trainer, part: Split, measure: Measure) -> EpochScore:
    return TracedEpochScore(trainer.evaluator, part, measure)


def _graphed(trainer: Trainer, part: Split, measure: Measure) -> EpochScore:
    recorder = FakeRecorder(trainer.model, trainer.optimizer)
    return GraphedEpochScore(trainer.evaluator, part, measure, recorder)


@pytest.mark.parametrize("make", [_traced, _graphed])
@pytest.mark.parametrize("name", CASES)
def test_every_way_gives_the_same_bits(
    name: str, make: Callable[[Trainer, Split, Measure], EpochScore]
) -> None:
    """After each step, of more samples than go through the network at a time; none is refused,
    and neither weights, statistics nor generators are moved by it."""
    trainer = Trainer(small(**{**CASES[name], "batch_size": 8, "epochs": 10}), NOWHERE)
    part = selecting_part(trainer.device_splits, 8)
    eager = trainer.epoch_end._epoch_score
    assert type(eager) is EpochScore
    other = make(trainer, part, eager._measure)
    for _ in range(4):
        trainer.step()
        before = bits({**trainer.model.state_dict(), "generator": torch.get_rng_state()})
        assert other() == eager()
        after = bits({**trainer.model.state_dict(), "generator": torch.get_rng_state()})
        assert after == before
        assert trainer.model.training
    assert getattr(other, "refusal") == ""  # noqa: B009  # both kinds have it, their base has not


def test_what_a_loss_refuses_is_nan() -> None:
    """BCELoss raises for outputs that are not finite; the traced one goes the same way."""
    trainer = Trainer(small(), NOWHERE)
    eager = trainer.epoch_end._epoch_score
    assert isinstance(eager, EpochScore)
    traced = TracedEpochScore(trainer.evaluator, trainer.device_splits["train"], eager._measure)
    assert traced() == eager()
    with torch.no_grad():
        next(trainer.model.parameters()).fill_(torch.nan)
    assert repr(eager()) == repr(traced()) == "nan"


def test_of_a_large_training_split_evenly_spaced_samples_are_looked_at() -> None:
    """At most 5,000, whatever the order of the data is; a validation split is looked at whole, and
    so is a training split that is one batch."""
    large = Split(torch.arange(12_000.0).unsqueeze(1), torch.arange(12_000))
    assert selecting_part({"train": large}, 64).targets.tolist() == list(range(0, 12_000, 3))
    assert selecting_part({"train": large, "validation": large}, 64) is large
    assert selecting_part({"train": large}, 12_000) is large


def test_a_large_batch_that_is_an_epoch_is_judged_by_its_own_step() -> None:
    """The next step's loss, before its update, is what an evaluation gives, to the last bit:
    nothing is computed twice, however many samples there are."""
    trainer = Trainer(small(data="circle(samples=5500)", epochs=8), NOWHERE)
    assert trainer.epoch_end.comes_free
    for _ in range(3):
        trainer.step()
        judged = trainer.epoch_end._epoch_score()
        trainer.step()
        assert trainer.newest_loss == judged
        assert trainer.selection.value == judged


ENDED: dict[str, dict[str, Any]] = {
    "points": {"data": "moons(samples=40)", "layers": ["Linear(4)", "Tanh()", "Linear(2)"]},
    "moments": {"data": "moons(samples=40)", "layers": ["Linear(2)"], "optimizer": "Adam(lr=0.1)"},
    "noisy": {
        "data": "moons(samples=40)",
        "layers": ["Linear(4)", "BatchNorm1d()", "Dropout(0.3)", "Linear(2)"],
    },
    "images": {"data": "digits()", "layers": IMAGES},
    "share of the right": {
        "data": "moons(samples=40)",
        "layers": ["Linear(4)", "Tanh()", "Linear(2)"],
        "select": "balanced_accuracy",
    },
    "clipped": {"data": "moons(samples=40)", "layers": ["Linear(2)"], "clip_norm": 0.1},
}


@pytest.mark.parametrize("name", ENDED)
def test_a_step_computes_the_loss_of_what_it_leaves(name: str) -> None:
    """A step that is a whole epoch does it at its end, with the bits of both apart, and goes on
    from a checkpoint so."""
    fields = {"loss": "CrossEntropyLoss()", "validation_fraction": 0.25, "epochs": 9}
    experiment = small(**{**fields, **ENDED[name]})
    eager = Trainer(experiment, NOWHERE, "eager")
    expected = [_after_step(eager) for _ in range(6)]
    traced = Trainer(experiment, NOWHERE, "traced")
    step = traced.execution.step
    assert isinstance(step, TracedStep)
    middle = Checkpoint({}, {})
    for epoch in range(1, 7):
        assert _after_step(traced) == expected[epoch - 1]
        assert (step._ended is not None) == (epoch >= 2), "the first loss is what it is proven by"
        assert step.left() is None, "it was handed out"
        if epoch == 4:
            middle = kept(full_state(traced))
    restore(traced, middle, Path("middle"))
    assert [_after_step(traced) for _ in range(2)] == expected[4:]


def _after_step(trainer: Trainer) -> tuple[object, ...]:
    """The best loss, its epoch and every bit of the state that a step leaves."""
    trainer.step()
    found = trainer.selection
    return found.value, found.epoch, bits(full_state(trainer).tensors)


@pytest.mark.parametrize(
    "fields", [{}, {"data": "moons(samples=40)", "layers": ["Linear(2)"], "batch_size": 7,
                    "loss": "CrossEntropyLoss()"},
               {"optimizer": "Adam(lr=0.1, fused=True)", "loss": "MSELoss()"}],
    ids=["a loss that raises", "several steps", "a fused update"],
)  # fmt: skip
def test_where_a_step_can_not_the_loss_is_computed_after_it(fields: dict[str, Any]) -> None:
    """With the same numbers; a loss that raises for bad outputs would lose the step."""
    experiment = small(**{"validation_fraction": 0.25, "epochs": 4, **fields})
    eager = Trainer(experiment, NOWHERE, "eager")
    list(eager.events())
    traced = Trainer(experiment, NOWHERE, "traced")
    list(traced.events())
    step = traced.execution.step
    assert isinstance(step, TracedStep)
    assert step._ended is None
    assert traced.selection.value == eager.selection.value


@pytest.mark.parametrize("more", [{}, {"validation_fraction": 0.25}, {"batch_size": "full"}])
def test_a_report_asks_of_no_split_what_was_asked_to_select(
    more: dict[str, object], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each split once an epoch, and the figures are those of asking anew."""
    asked: list[int] = []
    outputs_of = Evaluator.outputs_of

    def counted(self: Evaluator, split: Split) -> Tensor:
        asked.append(len(split))
        return outputs_of(self, split)

    monkeypatch.setattr(Evaluator, "outputs_of", counted)
    raw = {"report_every": 1, "epochs": 3, "batch_size": 8, "test_fraction": 0.25, **more}
    trainer = Trainer(small(**raw), NOWHERE, executor="eager")
    while trainer.reason is None:
        asked.clear()
        if any(isinstance(one, EpochFinished) for one in trainer.step()):
            assert len(asked) == len(trainer.device_splits)
            for name, part in trainer.device_splits.items():
                for metric, value in trainer.evaluator.metrics(part).items():
                    if (name, metric) != ("train", "loss"):
                        assert trainer.metrics[f"{name}_{metric}"] == value


def test_what_was_said_before_a_step_is_not_reported_after_it() -> None:
    """A training that was stopped, whose last weights were judged, and that goes on."""
    trainer = Trainer(small(epochs=4, batch_size="full", report_every=1), NOWHERE, executor="eager")
    assert trainer.epoch_end.comes_free
    trainer.step()
    trainer.epoch_end.settle(trainer.epoch)
    trainer.step()
    expected = trainer.evaluator.metrics(trainer.device_splits["train"])
    assert trainer.reports.evaluated_loss == expected["loss"]
