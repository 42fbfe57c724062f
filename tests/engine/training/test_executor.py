"""How steps are run: what is asked for, what can be had, and that the record says so."""

from __future__ import annotations

import pytest
import torch

from engine.errors import UsageError
from engine.training.executor import MIN_STEPS, Executor
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small, weights

LONG = {"epochs": MIN_STEPS}
REASON = "NAdam has no traced form of its own steps yet"


def _told(trainer: Trainer) -> tuple[str, str]:
    started = trainer.started("run")
    return started.executor, started.executor_reason


@pytest.mark.parametrize(
    ("optimizer", "epochs", "told"),
    [
        ("Adam()", MIN_STEPS, ("traced", "")),
        ("Adam()", MIN_STEPS - 1, ("eager", "")),
        ("NAdam()", MIN_STEPS, ("eager", REASON)),
        ("NAdam()", MIN_STEPS - 1, ("eager", "")),
        ("RAdam()", MIN_STEPS, ("eager", REASON.replace("NAdam", "RAdam"))),
    ],
)
def test_the_record_says_what_is_run(optimizer: str, epochs: int, told: tuple[str, str]) -> None:
    """Traced where it is worth it and can be had; why not, where it is worth it and can't."""
    assert _told(Trainer(small(optimizer=optimizer, epochs=epochs), NOWHERE)) == told


def test_a_trace_with_other_bits_is_told_before_the_first_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The comparison with the eager step comes before the record begins."""
    monkeypatch.setattr("engine.training.traced.step.same_bits", lambda some, others: False)
    told = _told(Trainer(small(**LONG), NOWHERE))
    assert told == ("eager", "its loss or gradients differ from the eager step's")


def test_what_is_asked_for_and_cant_be_had_is_an_error() -> None:
    """It names the reason and what to ask for instead; asked for as it is, eager is no error."""
    with pytest.raises(UsageError) as caught:
        Trainer(small(optimizer="NAdam()"), NOWHERE, "traced")
    assert str(caught.value) == (
        f'executor "traced" can\'t be had here: {REASON}: use "auto" or "eager"'
    )
    assert _told(Trainer(small(optimizer="NAdam()"), NOWHERE, "eager")) == ("eager", "")
    assert _told(Trainer(small(), NOWHERE, "traced")) == ("traced", "")


@pytest.mark.parametrize(
    "optimizer", ["SGD(lr=0.1)", "SGD(lr=0.1, momentum=0.9)", "Adam()", "Adadelta()"]
)
def test_choosing_beforehand_changes_nothing(optimizer: str) -> None:
    """Weights, running statistics, generators and the optimizer are as they were."""
    norm = ["Linear(4)", "BatchNorm1d()", "Dropout(0.5)", "ReLU()", "Linear(1)", "Sigmoid()"]
    asked: tuple[Executor, ...] = ("eager", "traced")
    found = []
    for executor in asked:
        trainer = Trainer(small(optimizer=optimizer, layers=norm), NOWHERE, executor)
        assert not trainer.optimizer.state
        assert all(p.grad is None for p in trainer.model.parameters())
        seen = [weights(trainer), torch.get_rng_state().tolist()]
        list(trainer.events())
        found.append([*seen, weights(trainer), torch.get_rng_state().tolist()])
    assert found[0] == found[1]


def test_a_first_batch_that_cant_be_trained_on_leaves_the_choice_open() -> None:
    """BCELoss raises for outputs that are no probabilities: that is told when it trains."""
    experiment = small(layers=["Linear(1)"])
    assert _told(Trainer(experiment, NOWHERE, "traced")) == ("traced", "")
