"""Two networks against each other: their step, bit by bit; what is kept, measured and seen."""

from __future__ import annotations

import math
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from engine.errors import BadExperiment, UsageError
from engine.parts.metrics.formulas import coverage
from engine.parts.objectives.base import SEED
from engine.runs.events import EpochFinished
from engine.runs.script.ending import DRAWN
from engine.spec.experiment import Experiment
from engine.spec.stackable import why_alone
from engine.training.checkpoint import save
from engine.training.drawn_samples import cloud, drawn_rows
from engine.training.full_state import full_state, restore
from engine.training.microscope.rehearsal import rehearse
from engine.training.range_test import sweep
from engine.training.restored import TrainedNetwork
from engine.training.rivalry import RivalLoss, RivalNetwork, of_network
from engine.training.traced import TracedStep
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import NOWHERE, assert_repeated, small, trained

JUDGE = "[Linear(6), LeakyReLU(0.2), Linear(1)]"
DROPS = "[Linear(6), BatchNorm1d(), Dropout(0.3), LeakyReLU(0.2), Linear(1)]"


def adversarial(judge: str = JUDGE, more: str = "", **changes: object) -> Experiment:
    """A tiny GAN with some fields changed."""
    raw = {
        "data": "moons(samples=24)",
        "objective": f"adversarial({judge}{more})",
        "layers": ["Linear(4)", "Tanh()", "Linear(2)"],
        "loss": "BCEWithLogitsLoss()",
        "optimizer": "Adam(lr=0.01)",
        "batch_size": 8,
        "epochs": 3,
    }
    return small(**{**raw, **changes})


def _of_two(trainer: Trainer) -> tuple[RivalNetwork, RivalLoss]:
    assert isinstance(trainer.model, RivalNetwork)
    assert isinstance(trainer.criterion, RivalLoss)
    return trainer.model, trainer.criterion


KINDS: dict[str, dict[str, object]] = {
    "plain": {},
    "batch normalization and dropout": {"judge": DROPS},
    "another rate, more noise": {"more": ", latent=3, rate=0.5"},
    "least squares": {"loss": "MSELoss()", "optimizer": "SGD(lr=0.1, momentum=0.9)"},
    "probabilities": {"judge": "[Linear(4), Tanh(), Linear(1), Sigmoid()]", "loss": "BCELoss()"},
    "clipped and penalized": {"clip_norm": 0.05, "l2": 0.01, "l1": 0.001},
    "a schedule of steps": {"schedule": "OneCycleLR(0.1)", "more": ", rate=2"},
    "layers with rates of their own": {"backbone_rate": 0.5},
    "a generator that is half frozen": {"freeze": [0]},
}


@pytest.mark.parametrize("kind", KINDS)
def test_traced_and_eager_are_the_same_to_the_last_bit(kind: str) -> None:
    """One trace has both updates, and nothing differs in either network."""
    asked = adversarial(**KINDS[kind])  # type: ignore[arg-type]  # each takes its own
    ways = []
    for executor in ("eager", "traced"):
        trainer = Trainer(asked, NOWHERE, executor=executor)
        list(trainer.events())
        ways.append(trainer)
    eager, traced = ways
    assert isinstance(traced.execution.step, TracedStep)
    assert not traced.execution.reason
    assert eager.losses.points() == traced.losses.points()
    assert eager.metrics == traced.metrics
    assert eager.gradient_norm == traced.gradient_norm
    theirs = traced.model.state_dict()
    assert all(torch.equal(one, theirs[name]) for name, one in eager.model.state_dict().items())
    assert any(name.startswith("discriminator.") for name in theirs)


@pytest.mark.parametrize("kind", KINDS)
def test_the_script_trains_both_and_draws_the_same(kind: str) -> None:
    """A plain loop has the trainer's losses to the last digit, and what it draws."""
    asked = adversarial(**KINDS[kind], test_fraction=0.25)  # type: ignore[arg-type]  # as above
    code, output = assert_repeated(asked)
    assert "discriminator_optimizer.step()" in code
    trainer = trained(asked).trainer
    drawn = drawn_rows(trainer.evaluator, trainer.splits.input_map, DRAWN, SEED)
    assert [[*map(float, line.split())] for line in output.rest[1:]] == drawn


def test_the_discriminator_learns_first_then_who_deceives_it() -> None:
    """A step with SGD, worked out by autograd: the second loss is of the changed discriminator."""
    asked = adversarial(optimizer="SGD(lr=0.5)", batch_size="full", more=", rate=0.5")
    trainer = Trainer(asked, NOWHERE, executor="eager")
    model, criterion = _of_two(trainer)
    torch.manual_seed(4)
    trainer.begin_step()
    noise, points = trainer.batches[0]
    made = model(noise)
    loss = nn.BCEWithLogitsLoss()
    judge = model.discriminator
    real, fake = judge(points), judge(made.detach())
    told = loss(real, torch.ones(24, 1)) + loss(fake, torch.zeros(24, 1))
    theirs = list(judge.parameters())
    after = [
        p.detach() - 0.25 * gradient
        for p, gradient in zip(theirs, torch.autograd.grad(told, theirs), strict=True)
    ]
    named = dict(zip(dict(judge.named_parameters()), after, strict=True))
    deceived = loss(torch.func.functional_call(judge, named, (made,)), torch.ones(24, 1))
    own = [p for layer in model for p in layer.parameters()]
    gradients = torch.autograd.grad(deceived, own)
    moved = [p.detach() - 0.5 * gradient for p, gradient in zip(own, gradients, strict=True)]
    torch.manual_seed(4)
    trainer.step()
    assert trainer.newest_loss == deceived.item()
    assert all(map(torch.equal, judge.parameters(), after))
    assert all(map(torch.equal, own, moved))
    assert criterion.limit == 0


def test_a_training_goes_on_where_it_stood(tmp_path: Path) -> None:
    """Stopped within an epoch and looked at, both networks and both optimizers are kept."""
    asked = adversarial(DROPS)
    whole = Trainer(asked, NOWHERE)
    list(whole.events())
    first = Trainer(asked, NOWHERE)
    for _ in range(4):
        first.step()
        assert cloud(first.evaluator, first.splits, (6, 4)) is not None
        first.reports.evaluations()
    state = full_state(first)
    kept = {name for name in state.tensors if name.startswith("optimizer.")}
    assert len(kept) == 3 * len(list(first.model.parameters())), "Adam keeps three of each"
    then = Trainer(asked, NOWHERE)
    restore(then, state, tmp_path)
    list(then.events())
    assert then.losses.points() == whole.losses.points()
    theirs = whole.model.state_dict()
    assert all(torch.equal(one, theirs[name]) for name, one in then.model.state_dict().items())


def test_what_is_measured_says_who_leads() -> None:
    """A report has both losses, how much is told apart and covered; a picture the area behind."""
    trainer = Trainer(adversarial(test_fraction=0.5, epochs=1), NOWHERE)
    list(trainer.events())
    measured = ("loss", "energy_distance", "coverage", "told_apart", "discriminator_loss")
    assert set(trainer.metrics) == {f"{split}_{n}" for split in ("train", "test") for n in measured}
    model, criterion = _of_two(trainer)
    with torch.no_grad():
        for layer in (model.discriminator[0], model.discriminator[2]):  # type: ignore[index]  # in order
            layer.weight.zero_()
            layer.bias.fill_(3.0)
    scored = trainer.evaluator.scored(trainer.device_splits["train"])
    told = scored.reported
    assert told["told_apart"] == 0.5, "all is taken for data"
    assert told["loss"] == pytest.approx(math.log1p(math.exp(-3)))
    picture = cloud(trainer.evaluator, trainer.splits, (6, 4))
    assert picture is not None
    assert picture.told_apart == 0.5
    assert picture.judged is not None
    assert picture.judged.cells == bytes([5]) * 24, "data everywhere, and surely"
    again = cloud(trainer.evaluator, trainer.splits)
    assert again is not None
    assert again.judged is None
    assert criterion.discriminator.training, "looking leaves it as it was"


def test_the_newest_weights_are_the_best_unless_something_else_selects() -> None:
    """The loss of the first epochs is often the least, and says nothing; a distance does."""
    newest = Trainer(adversarial(epochs=7), NOWHERE)
    list(newest.events())
    assert newest.selection.epoch == 7
    chosen = Trainer(adversarial(epochs=7, select="energy_distance"), NOWHERE)
    reports = [event for event in chosen.events() if isinstance(event, EpochFinished)]
    told = [event.metrics["train_energy_distance"] for event in reports]
    assert chosen.selection.value == min(one for one in told if one is not None)
    assert chosen.selection.epoch == 1 + told.index(chosen.selection.value)


def test_points_that_are_left_out_are_not_covered() -> None:
    """Of two heaps one is made: half of the points have a made one near."""
    heap, other = (
        torch.randn(250, 2, generator=torch.Generator().manual_seed(seed)) for seed in (1, 2)
    )
    both = torch.cat([heap, heap + 100])
    assert coverage(both, torch.cat([other, other + 100])) > 0.95
    assert 0.47 < coverage(both, other) <= 0.5
    assert coverage(both[:2], both[:1]) == 1.0, "as many neighbors as there are"


def test_a_network_read_back_draws_and_judges_the_same(tmp_path: Path) -> None:
    """From a checkpoint alone: samples, and what the discriminator says of the plane."""
    trainer = Trainer(adversarial(more=", latent=3"), NOWHERE)
    list(trainer.events())
    path = tmp_path / "last.safetensors"
    save(path, full_state(trainer))
    network = TrainedNetwork(trainer.experiment, trainer.splits.facts, path)
    rows = drawn_rows(network.evaluator, network.input_map, 3, 7)
    assert rows == drawn_rows(trainer.evaluator, trainer.splits.input_map, 3, 7)
    assert cloud(network.evaluator, trainer.splits, (5, 5)) == cloud(
        trainer.evaluator, trainer.splits, (5, 5)
    )


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"data": "names()"}, r"adversarial\(\) learns to make points of a plane"),
        ({"layers": ["Linear(3)"]}, r"points of 2 numbers are made.*: end with Linear\(2\)"),
        ({"loss": "CrossEntropyLoss()"}, r"use BCEWithLogitsLoss\(\), or MSELoss\(\)"),
        ({"judge": "[Linear(2)]"}, r"objective.discriminator: .*one number.*end it with Linear"),
        ({"judge": "[ReLU()]"}, "objective.discriminator: it has no weights"),
        ({"judge": "[]"}, "objective.discriminator: it has no layers"),
        ({"judge": "[Conv2d(4, 3), Linear(1)]"}, r"objective.discriminator\[0\]: "),
        ({"judge": "[Linea(1)]"}, r"objective.discriminator\[0\]: unknown layer .*Linear"),
        ({"more": ", latent=0"}, "objective.latent: 0 is not accepted"),
        ({"precision": "bf16"}, "precision: two networks"),
        ({"patience": 3}, r'select: .*write select = "energy_distance"'),
    ],
)
def test_what_it_cannot_be_asked_of_is_told(changes: dict[str, str], told: str) -> None:
    """Other data, points of another size, losses and discriminators that say no one number."""
    with pytest.raises(BadExperiment, match=told):
        adversarial(**changes)


def test_it_is_trained_alone_and_what_has_no_meaning_is_refused() -> None:
    """No stack, no recording, no range of rates, and no step taken apart."""
    asked = adversarial()
    assert "adversarial" in why_alone(asked)
    with pytest.raises(UsageError, match="says nothing of its learning rate"):
        sweep(asked, NOWHERE)
    with pytest.raises(UsageError, match="not taken apart"):
        rehearse(Trainer(asked, NOWHERE), 0)
    with pytest.raises(UsageError, match="changed within a step"):
        Trainer(asked, NOWHERE, executor="compiled")


def test_whoever_takes_the_network_elsewhere_takes_no_discriminator() -> None:
    """It is left out of exports: points are made without it."""
    tensors: dict[str, Tensor] = full_state(Trainer(adversarial(), NOWHERE)).tensors
    left = tensors.keys() - of_network(tensors).keys()
    assert left == {name for name in tensors if name.startswith("model.discriminator.")} != set()
