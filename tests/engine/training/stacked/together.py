"""Trains experiments in one and each alone, and compares what they come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from engine.parts.data import DataLocations, Facts
from engine.parts.shapes import Shape
from engine.runs import events as ev
from engine.spec.experiment import Experiment
from engine.training.drawn_data import Draw, drawn
from engine.training.inputs import InputMap
from engine.training.splits import Split, Splits
from engine.training.stacked.member import Member
from engine.training.stacked.trainer import StackedTrainer
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, flushed_denormals, reported, small

CLOSE = 1e-5


def of_shape(shape: Shape, task: str, samples: int = 9) -> Draw:
    """Data of a shape, drawn at random: `classes` of three, `yes-no`, or `numbers`."""
    classes = {"classes": ("a", "b", "c"), "yes-no": ("no", "yes"), "numbers": ()}[task]
    facts = Facts(
        shape=shape,
        task="regression" if task == "numbers" else "classification",
        num_samples=samples,
        classes=classes,
    )

    def draw(experiment: Experiment, locations: DataLocations, device: torch.device) -> Splits:
        inputs = torch.randn(samples, *shape)
        targets: Tensor = torch.randn(samples, 1)
        if classes:
            targets = torch.randint(len(classes), (samples,))
        return Splits(facts, InputMap(), Split(inputs, targets), None, None)

    return draw


def stacked(experiments: Sequence[Experiment], draw: Draw = drawn) -> StackedTrainer:
    """A stack that has done no step; draw: gives each its data."""
    members = []
    for number, experiment in enumerate(experiments):
        trainer = Trainer(experiment, NOWHERE, "eager", draw)
        generator = torch.Generator()
        generator.set_state(torch.get_rng_state())
        members.append(Member(number, trainer, generator))
    return StackedTrainer(members)


def events_of(stack: StackedTrainer) -> list[list[ev.Event]]:
    """What happens in each training, trained to its end."""
    found: list[list[ev.Event]] = [[] for _ in stack.members]
    with flushed_denormals():
        while not stack.is_over:
            for number, event in stack.step():
                found[number].append(event)
    return found


def assert_as_alone(
    experiments: Sequence[Experiment], draw: Draw = drawn, close: float = CLOSE
) -> StackedTrainer:
    """Every training reports, selects and ends in one as it does alone; returns the stack."""
    stack = stacked(experiments, draw)
    told = events_of(stack)
    for member, experiment, own in zip(stack.members, experiments, told, strict=True):
        with flushed_denormals():
            alone = Trainer(experiment, NOWHERE, "eager", draw)
            expected = list(alone.events())
        assert [type(event) for event in own] == [type(event) for event in expected]
        for ours, theirs in zip(reported(own), reported(expected), strict=True):
            assert (ours.epoch, ours.step) == (theirs.epoch, theirs.step)
            assert ours.metrics.keys() == theirs.metrics.keys()
            for name, value in theirs.metrics.items():
                assert_close(ours.metrics[name], value, close)
            assert_close(ours.gradient_norm, theirs.gradient_norm, close)
            assert_close(ours.learning_rate, theirs.learning_rate, 1e-12)
        trainer = member.trainer
        assert (trainer.reason, trainer.epoch, trainer.batch, trainer.global_step) == (
            alone.reason,
            alone.epoch,
            alone.batch,
            alone.global_step,
        )
        assert trainer.selection.epoch == alone.selection.epoch
        assert_close(trainer.first_loss, alone.first_loss, close)
        assert [at for at, _ in trainer.losses.points()] == [at for at, _ in alone.losses.points()]
        if alone.reason != "diverged":
            for name, tensor in alone.model.state_dict().items():
                assert_close_tensors(trainer.model.state_dict()[name], tensor, 10 * close)
            assert member.last is not None
            assert torch.equal(member.last.tensors["generator.cpu"], torch.get_rng_state())
    return stack


def assert_close(ours: float | None, theirs: float | None, close: float) -> None:
    """Two numbers differ by no more than a share, or are both none."""
    assert (ours is None) == (theirs is None)
    if ours is not None and theirs is not None and math.isfinite(theirs):
        assert abs(ours - theirs) <= close * max(1.0, abs(theirs)), (ours, theirs)


def assert_close_tensors(ours: Tensor, theirs: Tensor, close: float) -> None:
    """Two tensors differ nowhere by more than a share of the largest number."""
    largest = max(1.0, theirs.abs().max().item())
    assert (ours.double() - theirs.double()).abs().max().item() <= close * largest


def seeds(count: int = 3, **changes: Any) -> list[Experiment]:
    """Tiny experiments of different seeds."""
    return [small(seed=seed, **changes) for seed in range(count)]


def each(*changes: dict[str, Any]) -> list[Experiment]:
    """Tiny experiments that differ in what is given for each."""
    return [small(**one) for one in changes]
