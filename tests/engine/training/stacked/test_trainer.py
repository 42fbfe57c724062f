"""A stack does with each training what is done with it alone: rules, ends, batches, draws."""

from __future__ import annotations

import pytest
import torch
from torch import fx

from engine.training.drawn_data import SharedData
from engine.training.stacked import trainer as module
from engine.training.stacked.errors import Unstackable
from tests.engine.training.stacked.together import assert_as_alone, each, seeds, stacked
from tests.engine.training.tiny import small

MOONS = {
    "data": "moons(samples=40)",
    "layers": ["Linear(6)", "Tanh()", "Linear(2)"],
    "loss": "CrossEntropyLoss()",
    "epochs": 6,
}


def test_seeds_of_a_full_batch() -> None:
    """Data, first weights, reports and the best epoch are those of each seed alone."""
    stack = assert_as_alone(seeds(epochs=12, report_every=5))
    for member in stack.members:
        assert member.best is not None
        assert member.best.state["epoch"] == member.trainer.selection.epoch


@pytest.mark.parametrize(
    "changes",
    [
        {"batch_size": 8, "validation_fraction": 0.25, "test_fraction": 0.2},
        {"batch_size": 8, "sampler": "balanced"},
        {"batch_size": 8, "class_weights": "balanced", "validation_fraction": 0.3},
        {"batch_size": 7, "shuffle": False, "select": "accuracy", "validation_fraction": 0.3},
        {"batch_size": 16, "l1": 0.01, "l2": 0.02, "clip_norm": 0.3},
        {"batch_size": 16, "schedule": "OneCycleLR(max_lr=0.2)"},
        {"schedule": "ReduceLROnPlateau(patience=1)", "validation_fraction": 0.25, "patience": 2},
        {"layers": ["Linear(6)", "ReLU()", "Dropout(0.4)", "Linear(2)"], "batch_size": 9},
    ],
    ids=str,
)
def test_whatever_decides_a_training(changes: dict[str, object]) -> None:
    """Splits, drawing, class weights, penalties, schedules, patience and dropout, of each seed."""
    assert_as_alone(seeds(2, **{**MOONS, **changes}))


@pytest.mark.parametrize(
    "changes",
    [
        {
            "data": "modular(5)",
            "layers": ["Embedding(5, 4)", "Flatten()", "Linear(5)"],
            "test_fraction": 0.4,
            "select": "balanced_accuracy",
        },
        {
            "data": "sorting(n=3, samples=20)",
            "layers": [
                "Embedding(10, 8)",
                "PositionalEmbedding()",
                "Residual([LayerNorm(), SelfAttention(2)])",
                "Linear(10)",
            ],
            "batch_size": 8,
            "test_fraction": 0.3,
        },
        {
            "data": "names(context=4, stride=80)",
            "objective": "next_token()",
            "layers": ["Embedding(56, 4)", "SelfAttention(2, causal=True)", "Linear(56)"],
            "batch_size": 16,
        },
        {
            "data": "parity(n=4)",
            "layers": ["Embedding(2, 4)", "MeanPool()", "Linear(2)"],
            "class_weights": "balanced",
            "test_fraction": 0.4,
        },
    ],
    ids=["clock", "sorting", "writes", "mean"],
)
def test_what_reads_sequences(changes: dict[str, object]) -> None:
    """Tokens, attention, a target at each place: what counts is each place, as it does alone."""
    assert_as_alone(seeds(2, **{**MOONS, **changes, "epochs": 2}))


def test_what_reads_step_by_step_is_trained_alone() -> None:
    """And the reason is told."""
    raw = {
        "data": "parity(n=4)",
        "layers": ["Embedding(2, 4)", "GRU(4, steps='last')", "Linear(2)"],
    }
    with pytest.raises(Unstackable, match="GRU has no stacked form"):
        stacked(seeds(2, **{**MOONS, **raw}))


def test_each_has_numbers_of_its_own() -> None:
    """Rates, momentum, decay, penalties, clipping, schedules, ends and first weights may differ."""
    first = "Linear(6, init='zeros')"
    assert_as_alone(
        each(
            {**MOONS, "optimizer": "SGD(lr=0.5)", "clip_norm": 0.1},
            {**MOONS, "optimizer": "SGD(lr=0.1, momentum=0.9)", "l2": 0.1, "seed": 1},
            {**MOONS, "optimizer": "SGD(lr=0.1, weight_decay=0.1)", "schedule": "StepLR(2)"},
            {**MOONS, "stop_below": 0.6, "layers": [first, "Tanh()", "Linear(2)"]},
        )
    )


def test_a_grid_of_rates_shares_its_batches() -> None:
    """Trainings of one seed have the same data and the same order, and keep both once."""
    rates = [{**MOONS, "batch_size": 8, "optimizer": f"Adam(lr={rate})"} for rate in (0.01, 0.1)]
    stack = assert_as_alone(each(*rates), SharedData())
    assert stack._stack.batches.is_shared
    inputs, _ = stack._stack.batches[0]
    assert inputs.shape == (8, 2)


def test_one_that_diverges_leaves_the_others_alone() -> None:
    """It ends where it would alone, with the weights from before, and they go on."""
    rates = (0.1, 1e38, 0.2)
    experiments = each(
        *(
            {**MOONS, "optimizer": f"SGD(lr={rate})", "seed": seed}
            for seed, rate in enumerate(rates)
        )
    )
    stack = assert_as_alone(experiments)
    assert [member.trainer.reason for member in stack.members] == [
        "completed",
        "diverged",
        "completed",
    ]
    last = stack.members[1].last
    assert last is not None
    assert all(bool(tensor.isfinite().all()) for tensor in last.group("model").values())


def test_a_loss_that_refuses_numbers_refuses_none_of_the_others() -> None:
    """BCELoss raises for nan; in a stack the training that has it diverges."""
    experiments = [
        small(optimizer=f"SGD(lr={rate})", epochs=5, layers=["Linear(4)", "Linear(1)", "Sigmoid()"])
        for rate in (0.1, 1e38)
    ]
    stack = assert_as_alone(experiments)
    assert [member.trainer.reason for member in stack.members] == ["completed", "diverged"]


def test_those_that_end_early_make_room(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once half of them are over, the others are traced anew, and go on as if nothing had been."""
    monkeypatch.setattr(module, "MIN_STEPS", 1)
    experiments = each(
        {**MOONS, "stop_below": 10.0},
        {**MOONS, "stop_below": 10.0, "seed": 1},
        {**MOONS, "seed": 2, "optimizer": "SGD(lr=0.3, momentum=0.9)", "batch_size": "full"},
    )
    stack = assert_as_alone(experiments)
    assert len(stack._stack.members) == 1


def test_stopped_in_the_middle_it_keeps_what_it_has() -> None:
    """Each has its place in the epoch, the losses so far, and a state to go on from."""
    stack = stacked(seeds(2, **{**MOONS, "batch_size": 8}))
    for _ in range(7):
        stack.step()
    assert stack.stop("interrupted") == []
    for member in stack.members:
        trainer = member.trainer
        assert (trainer.reason, trainer.epoch, trainer.batch) == ("interrupted", 1, 2)
        assert member.last is not None
        assert len(member.last.tensors["epoch_losses"]) == 2
        assert len(member.last.tensors["order"]) == 40
        assert member.best is not None
        assert member.best.state["epoch"] == 1


def test_losses_wait_until_something_is_decided(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few reports and many epochs: the curve is whole all the same."""
    monkeypatch.setattr(module, "MOST_UNREAD", 3)
    stack = assert_as_alone(seeds(2, epochs=20, report_every=100))
    assert len(stack.members[0].trainer.losses.points()) == 20


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"layers": ["Linear(5)", "ReLU()", "Linear(1)", "Sigmoid()"]}, "they differ in layers"),
        ({"epochs": 5, "report_every": 2}, "they differ in epochs, report_every"),
        ({"data": "circle(samples=30)"}, "they differ in data"),
        ({"optimizer": "Adam()"}, "they differ in optimizer"),
        ({"precision": "bf16"}, "it multiplies in bf16"),
        ({"layers": ["Linear(4)", "ReLU()", "Linear(1)"]}, "BCELoss may refuse its outputs"),
    ],
    ids=str,
)
def test_what_differs_is_told(changes: dict[str, object], reason: str) -> None:
    """Trainings of different shapes are refused, with what is different."""
    with pytest.raises(Unstackable) as error:
        stacked([small(), small(seed=1, **changes)])
    assert str(error.value) == reason


def test_a_step_that_is_not_theirs_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first step is compared with steps of trainings alone."""

    def mistaken(graph: fx.Graph) -> None:
        for node in graph.nodes:
            if node.target is torch.ops.aten.relu.default:
                node.target = torch.ops.aten.tanh.default

    monkeypatch.setattr("engine.training.stacked.graph.lay_out", mistaken)
    with pytest.raises(Unstackable, match="its loss would differ by"):
        stacked(seeds(2)).step()
