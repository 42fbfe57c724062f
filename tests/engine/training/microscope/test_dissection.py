"""A step in its parts: every number is plain autograd's, and the step is the run's next one."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.errors import UsageError
from engine.runs.dissected_step import DissectedStep, Focus, Numbers
from engine.training.executor import Executor
from engine.training.full_state import full_state
from engine.training.microscope import dissect
from engine.training.microscope.dissection import digest_of
from engine.training.silencing import with_unit
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, bits, small

ROWS: dict[str, Any] = {"data": "circle(samples=8)", "epochs": 9, "batch_size": 4}
DROPPING: dict[str, Any] = {
    "layers": ["Linear(6)", "Dropout(0.5)", "ReLU()", "Linear(1)", "Sigmoid()"]
}
NORMALIZING: dict[str, Any] = {
    "layers": ["Linear(4)", "BatchNorm1d()", "Tanh()", "Linear(1)", "Sigmoid()"]
}


def _trainer(executor: Executor = "eager", steps: int = 0, **changes: Any) -> Trainer:
    trainer = Trainer(small(**{**ROWS, **changes}), NOWHERE, executor)
    for _ in range(steps):
        trainer.step()
    return trainer


def _after(step: DissectedStep) -> dict[str, list[float | None]]:
    return {one.name: [w.after for w in one.weights] for one in step.update.parameters}


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("steps", [0, 1, 3, 4])
@pytest.mark.parametrize(
    "changes",
    [
        {"optimizer": "SGD(lr=0.1, momentum=0.9)"},
        {"optimizer": "Adam(lr=0.05)", "shuffle": True},
        {**DROPPING, "schedule": "CosineAnnealingLR()"},
        {**NORMALIZING, "clip_norm": 0.01, "l1": 0.1, "l2": 0.1},
    ],
)
def test_the_step_is_the_runs_next_one_to_the_last_bit(
    executor: Executor, steps: int, changes: dict[str, Any]
) -> None:
    """What was taken apart is what is done then, and what comes later is as if nobody had looked.

    The same samples are drawn, the same values dropped, the same statistics kept.
    """
    trainer = _trainer(executor, steps, **changes)
    found = dissect(trainer, Focus())
    assert found == dissect(trainer, Focus())
    assert found.step == steps + 1
    trainer.step()
    assert found.digest == digest_of(trainer.model.state_dict())
    parameters = dict(trainer.model.named_parameters())
    assert _after(found) == {n: p.detach().reshape(-1).tolist() for n, p in parameters.items()}
    trainer.step()
    mine = bits(full_state(trainer).tensors)
    assert mine == bits(full_state(_trainer(executor, steps + 2, **changes)).tensors)


@pytest.mark.parametrize("optimizer", [*OPTIMIZERS, "NAdam()", "RAdam()", "Adamax()", "Adadelta()"])
def test_each_optimizers_lines_lead_to_its_step(optimizer: str) -> None:
    """What the lines come to is what PyTorch made of the weight, of what it kept before."""
    from engine.parts.arithmetic import evaluate

    found = dissect(_trainer(steps=2, optimizer=optimizer), Focus())
    update = found.update
    assert update.lines[-1].name == "after"
    for one in update.parameters:
        for weight in one.weights:
            known = {"before": weight.before, "gradient": weight.used}
            known |= dict(zip(update.kept, weight.kept, strict=True))
            known |= dict(zip((line.name for line in update.lines), weight.values, strict=False))
            values = {n: v for n, v in {**update.settings, **known}.items() if v is not None}
            after = evaluate(update.lines[-1].formula, values)
            assert after == pytest.approx(weight.after, rel=1e-5, abs=1e-7)


def test_every_number_is_plain_autograds() -> None:
    """Values, gradients and weights are those of the loop that a tutorial would write."""
    trainer = _trainer(steps=3, optimizer="Adam(lr=0.05)", clip_norm=0.5, l2=0.01)
    found = dissect(trainer, Focus())
    trainer.begin_step()
    inputs, targets = trainer.batches[trainer.batch]
    values: list[Tensor] = []
    model, x = trainer.model, inputs
    assert isinstance(model, nn.Sequential)
    for layer in model:
        x = layer(x)
        x.retain_grad()
        values.append(x)
    loss = nn.BCELoss()(x, targets)
    weights = [model.get_parameter("0.weight"), model.get_parameter("2.weight")]
    penalty = 0.01 * (weights[0].square().sum() + weights[1].square().sum())
    assert found.loss.loss == loss.item()
    assert found.loss.penalties["l2"] == pytest.approx(penalty.item(), rel=1e-6)
    model.zero_grad()
    (loss + penalty).backward()
    assert _numbers(found.batch.inputs) == inputs.tolist()
    assert found.batch.targets == targets.tolist()
    for told, value in zip(found.layers, values, strict=True):
        assert _numbers(told.outputs) == value.tolist()
        assert told.gradients is not None
        assert value.grad is not None
        torch.testing.assert_close(torch.tensor(_numbers(told.gradients)), value.grad)
        assert told.outputs.spread.norm == pytest.approx(value.double().norm().item())
    raw = {name: p.grad.clone() for name, p in model.named_parameters() if p.grad is not None}
    norm = nn.utils.clip_grad_norm_(model.parameters(), 0.5)
    assert found.clipping is not None
    assert found.clipping.norm == pytest.approx(norm.item(), rel=1e-6)
    for one in found.update.parameters:
        used = model.get_parameter(one.name).grad
        assert used is not None
        torch.testing.assert_close(_column(one.weights, "gradient"), raw[one.name].reshape(-1))
        torch.testing.assert_close(_column(one.weights, "used"), used.reshape(-1))
    trainer.optimizer.step()
    assert found.digest == digest_of(model.state_dict())


def test_a_neurons_sum_is_its_inputs_times_their_weights() -> None:
    """What is spelled out of a dense layer adds up to its output, with its bias."""
    trainer = _trainer()
    found = dissect(trainer, Focus(sample=2))
    assert found.sample == 2
    first = found.layers[0]
    assert [one.place for one in first.sums] == [(0,), (1,), (2,), (3,)]
    for one in first.sums:
        terms = [value * weight for _, value, weight in one.factors if value and weight]
        assert one.bias is not None
        assert one.rest is None
        assert sum(terms) + one.bias == pytest.approx(
            first.outputs.values[2][one.place[0]], rel=1e-5
        )


@pytest.mark.parametrize(
    "convolution",
    [
        "Conv2d(3, 3)",
        "Conv2d(2, 2, bias=False)",
        "Conv2d(2, (3, 2), stride=(2, 3), padding=1)",
        'Conv2d(2, 3, padding="same", dilation=2)',
        'Conv2d(2, 4, padding="same")',
        'Conv2d(2, 3, padding=2, padding_mode="reflect")',
        'Conv2d(2, 3, padding=2, padding_mode="replicate")',
        'Conv2d(2, 3, padding=2, padding_mode="circular")',
    ],
)
def test_a_convolutions_number_is_its_kernel_times_its_window(convolution: str) -> None:
    """Each of what is spelled out adds up, also where the kernel lies over a border."""
    layers = [convolution, "Conv2d(4, 3, groups=2)", "ReLU()", "Flatten()", "Linear(10)"]
    if "Conv2d(3" in convolution:
        layers[1] = "Conv2d(4, 3)"
    found = dissect(
        _trainer(data="digits()", loss="CrossEntropyLoss()", layers=layers), Focus(sample=1)
    )
    for layer in found.layers[:2]:
        assert len(layer.sums) == 8
        for one in layer.sums:
            at = layer.outputs.places.index(one.place)
            terms = [value * weight for _, value, weight in one.factors if value and weight]
            total = sum(terms) + (one.rest or 0.0) + (one.bias or 0.0)
            value = layer.outputs.values[layer.outputs.rows.index(1)][at]
            assert total == pytest.approx(value, rel=1e-4, abs=1e-6)
            assert one.total == value
            assert one.window is not None


def test_how_the_loss_comes_about_is_told_for_each_sample() -> None:
    """The samples' own losses have the batch's as their mean, weighted as it is."""
    layers = ["Linear(3)", "ReLU()", "Linear(2)"]
    loss: dict[str, Any] = {
        "layers": layers,
        "loss": "CrossEntropyLoss()",
        "class_weights": [1.0, 3.0],
    }
    found = dissect(_trainer(**loss), Focus()).loss
    assert found.is_weighted
    total = sum(one.loss * one.weight for one in found.samples if one.loss and one.weight)
    weights = sum(one.weight for one in found.samples if one.weight)
    assert total / weights == pytest.approx(found.loss)
    for one in found.samples:
        assert one.values["loss"][0] == pytest.approx(one.loss)
        assert sum(p for p in one.values["probabilities"] if p) == pytest.approx(1.0)


def test_no_gradient_passes_a_dead_output() -> None:
    """Where the last ReLU gets a negative number every gradient is zero, and nothing moves."""
    found = dissect(
        _trainer(
            data="one_step()",
            layers=["Linear(1)", "ReLU()"],
            seed=0,
            loss="MSELoss()",
            batch_size="full",
        ),
        Focus(),
    )
    linear, relu = found.layers
    assert relu.outputs.values == [[0.0]]
    assert relu.gradients is not None and relu.gradients.spread.norm  # noqa: PT018  # one fact
    assert linear.gradients is not None
    assert linear.gradients.values == [[0.0]]
    assert all(one.change.norm == 0 for one in found.update.parameters)
    assert found.left_over is None


def test_of_a_large_network_chosen_numbers_are_told_and_the_rest_at_a_glance() -> None:
    """What is told does not grow with the network or the batch; the weights are those that move."""
    trainer = _trainer(
        data="circle(samples=64)",
        batch_size=64,
        layers=["Linear(200)", "ReLU()", "Linear(1)", "Sigmoid()"],
    )
    found = dissect(trainer, Focus(sample=40))
    first = found.layers[0]
    assert first.outputs.shape == (64, 200)
    assert first.outputs.rows == [40]
    assert len(first.outputs.places) == 16
    assert not first.outputs.is_whole
    assert first.outputs.spread.count == 64 * 200
    assert sum(first.outputs.spread.bins) == 64 * 200
    assert [one.row for one in found.loss.samples] == list(range(40, 50))
    weights = found.update.parameters[0]
    assert len(weights.weights) == 12
    assert not weights.is_whole
    trainer.step()
    change = weights.change
    assert change.count == 400
    least = min(abs(one.after - one.before) for one in weights.weights if one.after and one.before)
    assert change.norm is not None
    assert least >= change.norm / 20


def test_what_batchnorm_keeps_is_told_before_and_after() -> None:
    """Its running statistics move by looking, no gradient involved."""
    trainer = _trainer(**NORMALIZING)
    moved = {one.name: one for one in dissect(trainer, Focus()).layers[1].moved}
    assert moved.keys() == {"running_mean", "running_var", "num_batches_tracked"}
    trainer.step()
    mean = trainer.model.get_buffer("1.running_mean")
    assert moved["running_mean"].before == [0.0] * 4
    assert moved["running_mean"].after == mean.tolist()


def test_a_silenced_neuron_is_silent_here_too() -> None:
    """It gives zero, and its step is that of the run."""
    trainer = _trainer(steps=1)
    trainer.silence(with_unit({}, "1", 2))
    found = dissect(trainer, Focus())
    assert [row[2] for row in found.layers[1].outputs.values] == [0.0] * 4
    trainer.step()
    assert found.digest == digest_of(trainer.model.state_dict())


def test_places_in_a_picture_have_three_indices_and_a_block_comes_after_its_own() -> None:
    """Layers are told of in the order in which they are run, also inside of a block."""
    layers = ["Residual([Conv2d(1, 3, padding=1), ReLU()])", "Flatten()", "Linear(10)"]
    trainer = _trainer(
        data="digits()", layers=layers, loss="CrossEntropyLoss()", batch_size=16, epochs=1
    )
    found = dissect(trainer, Focus(sample=3))
    assert [one.layer for one in found.layers] == [(0, 0), (0, 1), (0,), (1,), (2,)]
    assert [one.code for one in found.layers][:3] == [
        "model[0].layers[0]",
        "model[0].layers[1]",
        "model[0]",
    ]
    assert all(len(place) == 3 for place in found.layers[0].outputs.places)
    names = [one.name for one in found.update.parameters]
    assert names == [name for name, _ in trainer.model.named_parameters()]
    assert found.update.parameters[0].layer in ((0,), (0, 0))
    trainer.step()
    assert found.digest == digest_of(trainer.model.state_dict())


def test_a_training_that_is_over_has_no_next_step() -> None:
    """That is said, instead of a step that will never be done."""
    trainer = _trainer(steps=18)
    assert trainer.reason == "completed"
    with pytest.raises(UsageError, match="no step is left"):
        dissect(trainer, Focus())


def test_the_lines_are_those_of_the_script() -> None:
    """Each part has its line of PyTorch, as the printed script has it."""
    from engine.runs.script import script

    trainer = _trainer(clip_norm=1.0, l1=0.1)
    code = [" ".join(line.split()) for line in script(trainer.experiment, NOWHERE).splitlines()]
    found = dissect(trainer, Focus())
    names = ["batch", "forward", "loss", "zero_grad", "backward", "clip", "step"]
    assert [part.name for part in found.parts] == names
    for part in found.parts:
        assert part.lines
        assert all(line in code for line in map(" ".join, map(str.split, part.lines)))


def _numbers(numbers: Numbers) -> list[list[float | None]]:
    assert numbers.is_whole
    return numbers.values


def _column(weights: Any, name: str) -> Tensor:
    return torch.tensor([getattr(one, name) for one in weights])
