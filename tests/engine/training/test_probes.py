"""What is measured in a network, and that measuring changes nothing of its training."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.doctor.live.observation import LayerFigures
from engine.parts.layers.address import walk
from engine.runs import events as ev
from engine.service.worker.training_run import TrainingRun
from engine.spec.experiment import Experiment
from engine.training.executor import Executor
from engine.training.full_state import full_state
from engine.training.probes.budget import Budget
from engine.training.probes.instruments import Instruments
from engine.training.probes.probe import BINS, Probe
from engine.training.trainer import Trainer
from tests.engine.service.live import demanding, to_train
from tests.engine.training.tiny import NOWHERE, bits, small

DEEP: dict[str, Any] = {
    "data": "circle(samples=64)",
    "layers": ["Linear(6)", "ReLU()", "Linear(6)", "Tanh()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "SGD(lr=0.01)",
    "epochs": 12,
}
IMAGES: dict[str, Any] = {
    "data": "digits()",
    "layers": [
        "Conv2d(4, 3)",
        "BatchNorm2d()",
        "ReLU()",
        "Flatten()",
        "Dropout(0.5)",
        "Linear(10)",
    ],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.01)",
    "batch_size": 400,
    "epochs": 3,
}


BLOCKS: dict[str, Any] = {
    **DEEP,
    "layers": [
        "Linear(6)",
        "Residual([ReLU(), Linear(6), Residual([Linear(4), Tanh()], 'projection')], 'projection')",
        "Linear(1)",
    ],
}


def _linear(trainer: Trainer, index: int) -> nn.Linear:
    module = trainer.model[index]
    assert isinstance(module, nn.Linear)
    return module


def _readings(trainer: Trainer) -> tuple[LayerFigures, ...]:
    return Probe(trainer).measure()


def test_a_layers_values_are_counted_between_its_ends() -> None:
    """Each in one of equally wide bins, the lowest and the highest at the ends."""
    trainer = Trainer(small(**DEEP), NOWHERE, "eager")
    relu, tanh = (_readings(trainer)[index].values for index in (1, 3))

    assert relu is not None
    assert tanh is not None
    assert relu.low == 0.0
    assert -1 <= tanh.low < tanh.high <= 1
    for values in (relu, tanh):
        assert len(values.counts) == BINS
        assert sum(values.counts) == 6 * Probe(trainer).num_samples
        assert min(values.counts[0], values.counts[-1]) > 0


def _everything(trainer: Trainer) -> object:
    """Every bit that a training depends on: its state, its gradients, its mode."""
    gradients = {
        name: parameter.grad
        for name, parameter in trainer.model.named_parameters()
        if parameter.grad is not None
    }
    modes = [module.training for module in trainer.model.modules()]
    return bits(full_state(trainer).tensors), bits(gradients), modes, torch.get_num_threads()


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize(
    "experiment", [demanding(epochs=20), small(**IMAGES), small(**BLOCKS)], ids=str
)
def test_a_measurement_leaves_every_bit(experiment: Experiment, executor: Executor) -> None:
    """Weights, running statistics, optimizer, generators, gradients and modes are as before."""
    trainer = Trainer(experiment, NOWHERE, executor)
    probe = Probe(trainer)
    while trainer.reason is None:
        probe.before_step()
        trainer.step()
        before = _everything(trainer)
        readings = probe.measure()
        assert _everything(trainer) == before
    assert len(readings) == len(list(walk(experiment.layers)))


@pytest.mark.parametrize("executor", ["eager", "traced"])
def test_a_watched_training_ends_with_the_same_bits(tmp_path: Path, executor: Executor) -> None:
    """With a look at every report, whatever it costs, and with none: identical weights."""
    experiment = demanding(epochs=30, report_every=1)
    plain = Trainer(experiment, NOWHERE, executor)
    reports = [event for event in plain.events() if isinstance(event, ev.EpochFinished)]
    trainer = Trainer(experiment, NOWHERE, executor)
    order = to_train(experiment, tmp_path, name="watched", data_dir=NOWHERE.data_dir)
    run = TrainingRun.begin(order, trainer)
    run.instruments.budget = Budget(share=1e9)
    while not run.is_over:
        run.advance(time.perf_counter() + 1)
    assert bits(full_state(trainer).tensors) == bits(full_state(plain).tensors)
    assert trainer.losses.points() == plain.losses.points()
    assert reports[-1].train_loss == trainer.losses.points()[-1][1]


def test_layers_inside_of_blocks_are_measured() -> None:
    """Each under its address, with what PyTorch's own module gives; a block by its projection."""
    trainer = Trainer(small(**BLOCKS), NOWHERE)
    found = {reading.place: reading for reading in _readings(trainer)}
    assert [(place, one.text, one.units) for place, one in found.items()] == [
        ("layers[0]", "Linear(6)", 6),
        ("layers[1]", 'Residual([…], shortcut="projection")', 4),
        ("layers[1][0]", "ReLU()", 6),
        ("layers[1][1]", "Linear(6)", 6),
        ("layers[1][2]", 'Residual([…], shortcut="projection")', 4),
        ("layers[1][2][0]", "Linear(4)", 4),
        ("layers[1][2][1]", "Tanh()", 4),
        ("layers[2]", "Linear(1)", 1),
    ]
    inputs = trainer.evaluator.input_map.batch(
        trainer.device_splits["train"].rows(torch.arange(64))
    )
    loss = trainer.evaluator.criterion(
        trainer.model(inputs),
        trainer.evaluator.decoder.loss_targets(trainer.device_splits["train"].targets, 1),
    )
    names = {
        "layers[1]": "1.shortcut.weight",
        "layers[1][1]": "1.layers.1.weight",
        "layers[1][2]": "1.layers.2.shortcut.weight",
        "layers[1][2][0]": "1.layers.2.layers.0.weight",
    }
    for place, name in names.items():
        (gradient,) = torch.autograd.grad(
            loss, trainer.model.get_parameter(name), retain_graph=True
        )
        assert found[place].gradient == pytest.approx(gradient.square().mean().sqrt().item())
    assert all(found[place].gradient is None for place in ("layers[1][0]", "layers[1][2][1]"))
    assert found["layers[1][0]"].dead is not None
    assert found["layers[1][2][1]"].saturated is not None
    with torch.no_grad():
        trainer.model.get_parameter("0.weight").zero_()
        trainer.model.get_parameter("0.bias").fill_(-1.0)
    assert {one.place: one.dead for one in _readings(trainer)}["layers[1][0]"] == 6


def _kill(trainer: Trainer) -> None:
    with torch.no_grad():
        _linear(trainer, 0).weight.zero_()
        _linear(trainer, 0).bias.fill_(-1.0)


def _saturate(trainer: Trainer) -> None:
    with torch.no_grad():
        _linear(trainer, 2).bias.fill_(20.0)


def _scale(index: int, factor: float) -> Callable[[Trainer], None]:
    def scale(trainer: Trainer) -> None:
        with torch.no_grad():
            for parameter in _linear(trainer, index).parameters():
                parameter.mul_(factor)

    return scale


def _grow(trainer: Trainer) -> None:
    with torch.no_grad():
        _linear(trainer, 4).weight.fill_(1e13)


def _found(experiment: Experiment, spoil: Callable[[Trainer], None] | None) -> dict[str, str]:
    """The places of what is found, by code, in a training that was spoiled before it began."""
    trainer = Trainer(experiment, NOWHERE)
    instruments = Instruments(trainer)
    instruments.budget = Budget(share=1e9)
    if spoil is not None:
        spoil(trainer)
    standing: dict[str, str] = {}
    while trainer.reason is None:
        instruments.before_step()
        for event in trainer.step():
            if isinstance(event, ev.EpochFinished):
                for change in instruments.reported(event):
                    assert isinstance(change, ev.LiveFinding)
                    if isinstance(change, ev.FindingAppeared):
                        standing[change.code] = change.place
                    else:
                        standing.pop(change.code)
    return standing


@pytest.mark.parametrize(
    ("spoil", "lr", "code", "place"),
    [
        (_kill, 0.01, "dead-units", "layers[1]"),
        (_saturate, 0.01, "saturated-units", "layers[3]"),
        (_scale(4, 1e-7), 1e-5, "vanishing-gradient", "layers[0]"),
        (_scale(4, 1e7), 1e-9, "exploding-gradient", "layers[0]"),
        (_grow, 1e-12, "overflow-ahead", "layers[4]"),
        (None, 1e-5, "small-updates", "optimizer.lr"),
        (None, 50.0, "large-updates", "layers[4]"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_network_broken_on_purpose(
    spoil: Callable[[Trainer], None] | None, lr: float, code: str, place: str
) -> None:
    """All ReLU units dead, Tanh at its end, gradients scaled: each is found where it is."""
    experiment = small(**{**DEEP, "optimizer": f"SGD(lr={lr})", "report_every": 1})
    found = _found(experiment, spoil)
    assert found.get(code) == place, found


def test_the_same_network_unbroken() -> None:
    """Before it was broken nothing is found in it."""
    assert _found(small(**{**DEEP, "optimizer": "SGD(lr=0.1)", "report_every": 1}), None) == {}


def _shuffle_labels(trainer: Trainer) -> None:
    """Pair the training samples with each other's labels, in place."""
    split = trainer.device_splits["train"]
    order = torch.randperm(len(split), generator=torch.Generator().manual_seed(3))
    split.targets.copy_(split.targets[order])


def test_labels_that_are_shuffled() -> None:
    """Learnt by heart they harm all other samples; the same labels unshuffled do not."""
    experiment = small(
        data="circle(samples=120)",
        layers=["Linear(64)", "Tanh()", "Linear(64)", "Tanh()", "Linear(2)"],
        loss="CrossEntropyLoss()",
        optimizer="Adam(lr=0.02)",
        epochs=150,
        report_every=5,
        test_fraction=0.5,
    )
    assert _found(experiment, _shuffle_labels)["overfitting"] == "test_loss"
    assert _found(experiment, None) == {}


def test_figures_of_a_layer() -> None:
    """Dead units, the gradient's root mean square and the update are those of the definition."""
    trainer = Trainer(small(**DEEP), NOWHERE)
    with torch.no_grad():
        _linear(trainer, 0).weight[:2] = 0.0
        _linear(trainer, 0).bias[:2] = -1.0
    probe = Probe(trainer)
    first = _linear(trainer, 0).weight
    before = first.detach().clone()
    probe.before_step()
    trainer.step()
    readings = probe.measure()
    assert readings[1].dead is not None
    assert readings[1].dead >= 2
    moved = (first.detach() - before).norm() / before.norm()
    assert readings[0].update == pytest.approx(moved.item())
    split = trainer.device_splits["train"]
    loss = trainer.evaluator.criterion(
        trainer.model(split.inputs), split.targets.float().unsqueeze(1)
    )
    (gradient,) = torch.autograd.grad(loss, [first])
    assert readings[0].gradient == pytest.approx(gradient.square().mean().sqrt().item(), rel=1e-4)
    assert probe.measure()[0].update is None  # no step was kept


def test_the_output_layer_may_saturate() -> None:
    """A last Sigmoid that is sure of itself is no finding; one in between is."""
    trainer = Trainer(small(layers=["Linear(3)", "Sigmoid()", "Linear(1)", "Sigmoid()"]), NOWHERE)
    assert [reading.saturated for reading in _readings(trainer)] == [None, 0, None, None]


def test_a_unit_of_a_convolution_is_a_channel() -> None:
    """A channel is dead if it is zero at every place of every sample."""
    layers = ["Conv2d(4, 3)", "ReLU()", "Flatten()", "Linear(10)"]
    trainer = Trainer(small(**{**IMAGES, "layers": layers}), NOWHERE)
    convolution = trainer.model[0]
    assert isinstance(convolution, nn.Conv2d)
    assert convolution.bias is not None
    with torch.no_grad():
        convolution.bias[:3] = torch.tensor([-1e3, -1e3, 1e3])
    readings = _readings(trainer)
    assert (readings[1].units, readings[1].dead) in [(4, 2), (4, 3)]


def test_the_budget_is_kept() -> None:
    """What was spent plus what the next would cost stays below the share."""
    budget = Budget(share=0.5)
    assert budget.allows("look", 1.0, expected_s=0.5)
    assert not budget.allows("look", 1.0, expected_s=0.51)
    budget.spent_s = 0.4
    assert budget.allows("look", 1.0, expected_s=0.09)
    with budget.spending("look"):
        pass
    assert budget.allows("look", 1.0, expected_s=99.0)  # it knows better now
    assert not budget.allows("look", 0.5)


def test_without_time_nothing_is_looked_at() -> None:
    """With no share of the time there is only the look at the end."""
    trainer = Trainer(small(**{**DEEP, "report_every": 1}), NOWHERE)
    instruments = Instruments(trainer)
    instruments.budget = Budget(share=0.0)
    _kill(trainer)
    while trainer.reason is None:
        instruments.before_step()
        for event in trainer.step():
            assert isinstance(event, ev.EpochFinished)
            assert instruments.reported(event) == []
    found = [one for one in instruments.finished() if isinstance(one, ev.FindingAppeared)]
    assert ("dead-units", "error", 12) in [(one.code, one.severity, one.epoch) for one in found]


def test_what_a_person_silenced_is_not_called_dead() -> None:
    """Nor counted: the others are."""
    trainer = Trainer(small(**DEEP), NOWHERE)
    trainer.model.get_parameter("0.weight").detach()[4].zero_()
    trainer.model.get_parameter("0.bias").detach()[4] = -1.0
    told = {figures.address: figures for figures in Probe(trainer).measure()}
    assert (told[1,].dead, told[1,].units) == (1, 6)
    trainer.silence({"1": (0, 4)})
    told = {figures.address: figures for figures in Probe(trainer).measure()}
    assert (told[1,].dead, told[1,].units) == (0, 4)
