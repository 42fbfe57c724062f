"""The trainer against the plain PyTorch loops that a tutorial would write."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import torch
from torch import Tensor, nn, optim
from torch.optim import lr_scheduler

from engine.parts.data.points import circle, rings
from tests.engine.training.tiny import OPTIMIZERS, bits, reported, small, trained, weights


def descend(loss: Tensor, optimizer: optim.Optimizer) -> None:
    """One update against the gradients of a loss."""
    optimizer.zero_grad()
    loss.backward()  # type: ignore[no-untyped-call]  # torch has no types for it
    optimizer.step()


@dataclass
class PlainLoop:
    """Data, network and what every loop below shares; drawn in the documented order."""

    samples: int = 24
    generator: Callable[..., tuple[Tensor, Tensor]] = circle
    outputs: int = 1
    num_test: int = 0
    num_validation: int = 0
    inputs: Tensor = field(init=False)
    targets: Tensor = field(init=False)
    held_back: tuple[Tensor, Tensor] = field(init=False)
    model: nn.Sequential = field(init=False)

    def __post_init__(self) -> None:
        torch.set_num_threads(1)
        torch.manual_seed(0)
        inputs, targets = self.generator(self.samples, 0.0)
        self.held_back = inputs[:0], targets[:0]
        if self.num_test or self.num_validation:
            order = torch.randperm(self.samples)
            validation = order[self.num_test : self.num_test + self.num_validation]
            self.held_back = inputs[validation], targets[validation]
            train = order[self.num_test + self.num_validation :]
            inputs, targets = inputs[train], targets[train]
        self.inputs, self.targets = inputs, targets
        tail: list[nn.Module] = [nn.Sigmoid()] if self.outputs == 1 else []
        self.model = nn.Sequential(nn.Linear(2, 4), nn.ReLU(), nn.Linear(4, self.outputs), *tail)

    def loss(self, index: Tensor | None = None) -> Tensor:
        """Binary cross-entropy of a batch, of all training samples unless given."""
        batch = slice(None) if index is None else index
        outputs = self.model(self.inputs[batch])
        return nn.functional.binary_cross_entropy(outputs, self.columns[batch])

    @property
    def columns(self) -> Tensor:
        """The targets as one column of 0 and 1."""
        return self.targets.float().unsqueeze(1)

    def epoch(self, batch_size: int) -> Iterator[Tensor]:
        """The indices of each batch in a freshly shuffled order."""
        yield from torch.split(torch.randperm(len(self.targets)), batch_size)

    def bits(self) -> dict[str, tuple[str, tuple[int, ...], bytes]]:
        return bits(self.model.state_dict())


@pytest.mark.parametrize("call", OPTIMIZERS)
def test_full_batches_are_a_plain_loop(call: str) -> None:
    """Data, then weights, then one step per epoch: every bit and every loss as in a plain loop."""
    plain = PlainLoop()
    optimizer = eval(  # the same call with PyTorch's own optimizer
        f"optim.{call.replace('(', '(plain.model.parameters(), ', 1)}",
        {"optim": optim, "plain": plain},
    )
    losses = []
    for _ in range(4):
        loss = plain.loss()
        descend(loss, optimizer)
        losses.append(loss.item())
    trainer, events = trained(small(optimizer=call))
    assert [event.train_loss for event in reported(events)] == losses
    assert weights(trainer) == plain.bits()


def test_splits_and_shuffled_batches_are_a_plain_loop() -> None:
    """Split, weights, one permutation an epoch are drawn in this order; losses are batch means."""
    plain = PlainLoop(num_test=5, num_validation=2)
    optimizer = optim.SGD(plain.model.parameters(), lr=0.1)
    means = []
    for _ in range(3):
        losses = []
        for index in plain.epoch(7):
            loss = plain.loss(index)
            descend(loss, optimizer)
            losses.append(loss.item())
        means.append(sum(losses) / len(losses))
    experiment = small(epochs=3, batch_size=7, test_fraction=0.2, validation_fraction=0.1)
    trainer, events = trained(experiment)
    assert len(losses) == 3
    assert [event.train_loss for event in reported(events)] == means
    assert weights(trainer) == plain.bits()


def test_without_shuffling_batches_keep_their_order() -> None:
    """shuffle=false draws no permutation: the batches are consecutive rows in every epoch."""
    plain = PlainLoop()
    optimizer = optim.SGD(plain.model.parameters(), lr=0.1)
    for _ in range(2):
        for index in torch.split(torch.arange(24), 10):
            descend(plain.loss(index), optimizer)
    trainer, _ = trained(small(epochs=2, batch_size=10, shuffle=False))
    assert weights(trainer) == plain.bits()


def test_penalties_and_clipping_are_a_plain_loop() -> None:
    """l1 and l2 weigh matrices, not biases; gradients longer than clip_norm are scaled; the
    reported loss is without penalty, the reported norm that of before the clipping."""
    plain = PlainLoop()
    optimizer = optim.SGD(plain.model.parameters(), lr=0.1)
    matrices = [p for p in plain.model.parameters() if p.dim() > 1]
    losses, norms = [], []
    for _ in range(4):
        loss = plain.loss()
        l1 = 0.1 * torch.stack([matrix.abs().sum() for matrix in matrices]).sum()
        l2 = 0.2 * torch.stack([matrix.square().sum() for matrix in matrices]).sum()
        optimizer.zero_grad()
        (loss + (l1 + l2)).backward()  # type: ignore[no-untyped-call]  # torch has no types for it
        norms.append(nn.utils.clip_grad_norm_(plain.model.parameters(), 0.5).item())
        optimizer.step()
        losses.append(loss.item())
    trainer, events = trained(small(l1=0.1, l2=0.2, clip_norm=0.5))
    assert max(norms) > 0.5
    assert [event.gradient_norm for event in reported(events)] == norms
    assert [event.train_loss for event in reported(events)] == losses
    assert weights(trainer) == plain.bits()


def test_the_gradient_norm_is_torchs() -> None:
    """Without clipping the norm is the 2-norm over all gradients of the last step."""
    plain = PlainLoop()
    plain.loss().backward()  # type: ignore[no-untyped-call]  # torch has no types for it
    gradients = torch.cat(
        [p.grad.flatten() for p in plain.model.parameters() if p.grad is not None]
    )
    _, events = trained(small(epochs=1))
    assert reported(events)[0].gradient_norm == pytest.approx(gradients.norm().item(), rel=1e-6)


_WEIGHTED: list[tuple[dict[str, Any], Callable[[Tensor], nn.Module]]] = [
    (
        {"loss": "CrossEntropyLoss()", "class_weights": (1.0, 2.0, 3.0)},
        lambda targets: nn.CrossEntropyLoss(torch.tensor([1.0, 2.0, 3.0])),
    ),
    (
        {"loss": "CrossEntropyLoss()", "class_weights": "balanced"},
        lambda targets: nn.CrossEntropyLoss(len(targets) / (3 * targets.bincount().float())),
    ),
    (
        {"loss": "BCEWithLogitsLoss()", "class_weights": (1.0, 2.0, 3.0)},
        lambda targets: nn.BCEWithLogitsLoss(pos_weight=torch.tensor([1.0, 2.0, 3.0])),
    ),
]


@pytest.mark.parametrize(("changes", "criterion"), _WEIGHTED)
def test_class_weights_over_several_outputs_are_a_plain_loop(
    changes: dict[str, Any], criterion: Callable[[Tensor], nn.Module]
) -> None:
    """Each class's weight reaches the loss of its output; balanced ones follow the counts."""
    plain = PlainLoop(30, rings, outputs=3, num_test=7)
    optimizer = optim.SGD(plain.model.parameters(), lr=0.1)
    one_hot = changes["loss"].startswith("BCE")
    targets = nn.functional.one_hot(plain.targets).float() if one_hot else plain.targets
    loss_function, losses = criterion(plain.targets), []
    for _ in range(3):
        loss = loss_function(plain.model(plain.inputs), targets)
        descend(loss, optimizer)
        losses.append(loss.item())
    layers = ["Linear(4)", "ReLU()", "Linear(3)"]
    fields = {"data": "rings(samples=30, noise=0.0)", "layers": layers, "test_fraction": 7 / 30}
    trainer, events = trained(small(**fields, epochs=3, **changes))
    assert [event.train_loss for event in reported(events)] == losses
    assert weights(trainer) == plain.bits()


@pytest.mark.parametrize("asked", ["balanced", (2.0, 3.0)])
def test_class_weights_of_one_output_are_the_second_over_the_first(asked: Any) -> None:
    """One output has pos_weight: how much the second class counts when the first counts one."""
    plain = PlainLoop()
    logits = nn.Sequential(*plain.model[:3])
    counts = plain.targets.bincount().float()
    ratio = counts[:1] / counts[1:] if asked == "balanced" else torch.tensor([1.5])
    criterion = nn.BCEWithLogitsLoss(pos_weight=ratio)
    optimizer = optim.SGD(logits.parameters(), lr=0.1)
    for _ in range(3):
        descend(criterion(logits(plain.inputs), plain.columns), optimizer)
    layers = ["Linear(4)", "ReLU()", "Linear(1)"]
    changes = {"layers": layers, "loss": "BCEWithLogitsLoss()", "class_weights": asked}
    trainer, _ = trained(small(epochs=3, **changes))
    ours = trainer.model.state_dict()
    for name, tensor in logits.state_dict().items():
        torch.testing.assert_close(ours[name], tensor, rtol=1e-6, atol=0)


_SCHEDULES: list[tuple[str, bool, Callable[[optim.Optimizer], lr_scheduler.LRScheduler]]] = [
    ("StepLR(2, gamma=0.5)", False, lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5)),
    ("CosineAnnealingLR()", False, lambda o: lr_scheduler.CosineAnnealingLR(o, 5)),
    (
        "StepLR(1, gamma=0.5, warmup=2)",
        False,
        lambda o: lr_scheduler.SequentialLR(
            o,
            [lr_scheduler.LinearLR(o, 1 / 3, total_iters=2), lr_scheduler.StepLR(o, 1, gamma=0.5)],
            [2],
        ),
    ),
    ("constant(warmup=7)", True, lambda o: lr_scheduler.LinearLR(o, 1 / 8, total_iters=7)),
    ("OneCycleLR(0.5)", True, lambda o: lr_scheduler.OneCycleLR(o, 0.5, total_steps=15)),
]


@pytest.mark.parametrize(("call", "per_step", "make"), _SCHEDULES)
@pytest.mark.filterwarnings("ignore:The epoch parameter in")  # SequentialLR calls step(0) itself
def test_schedules_are_torchs_in_a_plain_loop(
    call: str, per_step: bool, make: Callable[[optim.Optimizer], lr_scheduler.LRScheduler]
) -> None:
    """Rates, momenta and so the weights move as with torch's scheduler, by step or by epoch."""
    plain = PlainLoop()
    optimizer = optim.SGD(plain.model.parameters(), lr=0.1, momentum=0.9)
    schedule = make(optimizer)
    rates = []
    for _ in range(5):
        for index in plain.epoch(10):
            descend(plain.loss(index), optimizer)
            rate = optimizer.param_groups[0]["lr"]
            if per_step:
                schedule.step()
        rates.append(rate)
        if not per_step:
            schedule.step()
    optimizer_call = "SGD(lr=0.1, momentum=0.9)"
    trainer, events = trained(
        small(epochs=5, batch_size=10, schedule=call, optimizer=optimizer_call)
    )
    assert [event.learning_rate for event in reported(events)] == pytest.approx(rates, rel=1e-12)
    ours = trainer.model.state_dict()
    for name, tensor in plain.model.state_dict().items():
        torch.testing.assert_close(ours[name], tensor, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("validated", [True, False])
def test_the_plateau_watches_validation_else_training_loss(validated: bool) -> None:
    """ReduceLROnPlateau gets the loss of the weights that the epoch ends with, on the validation
    split, without one on the training split, never on the test split; the weights are a plain
    loop's."""
    plain = PlainLoop(num_test=6, num_validation=5 if validated else 0)
    optimizer = optim.SGD(plain.model.parameters(), lr=20.0)
    schedule = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, cooldown=1)
    rates = []
    for _ in range(12):
        loss = plain.loss()
        descend(loss, optimizer)
        rates.append(optimizer.param_groups[0]["lr"])
        with torch.no_grad():
            watched = plain.loss()
            if validated:
                inputs, targets = plain.held_back
                watched = nn.functional.binary_cross_entropy(
                    plain.model(inputs), targets.float().unsqueeze(1)
                )
        schedule.step(watched.item())
    fractions = {"test_fraction": 0.25, "validation_fraction": 5 / 24 if validated else 0.0}
    call = "ReduceLROnPlateau(factor=0.5, patience=0, cooldown=1)"
    trainer, events = trained(
        small(epochs=12, optimizer="SGD(lr=20.0)", schedule=call, **fractions)
    )
    assert rates[-1] < 20.0
    assert [event.learning_rate for event in reported(events)] == rates
    assert weights(trainer) == plain.bits()
