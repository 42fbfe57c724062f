"""Every part of the catalogue on the device: near the CPU's numbers, and graphed eager bits."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
import torch

from engine.parts.layers import Layer
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv1d, Conv2d
from engine.parts.layers.dense import Flatten, Linear
from engine.parts.losses import CrossEntropyLoss, Loss
from engine.parts.optimizers import SGD, Optimizer
from engine.parts.schedules import Schedule
from engine.parts.shapes import Shape, Tokens
from engine.spec.chain import links
from engine.training.graphed import step as graphed_step
from engine.training.traced.step_state import same_bits
from engine.training.trainer import Trainer
from tests.cuda.device import DEVICE, QUICK, are_near, is_random, needs_device, trained
from tests.engine.training import test_traced_bits as parts
from tests.engine.training.tiny import NOWHERE, small, weights
from tests.engine.training.traced_pair import Batch, images, rows

pytestmark = needs_device

CALM: tuple[Layer, ...] = (Linear(6), ReLU(), Linear(3))
"""Without random numbers, so that two devices can be compared."""


@pytest.fixture(autouse=True)
def _early(monkeypatch: pytest.MonkeyPatch) -> None:
    """Updates are recorded after a few of them."""
    monkeypatch.setattr(graphed_step, "STEADY", 2)


def _check(
    layers: Sequence[Layer],
    shape: Shape,
    batches: Sequence[Batch],
    loss: Loss | None = None,
    optimizer: Optimizer | None = None,
) -> None:
    loss, optimizer = loss or CrossEntropyLoss(), optimizer or SGD(0.05)
    eager = trained(layers, shape, loss, optimizer, batches)
    if not any(one.layer.wavers_on_card(one.input_shape) for one in links(layers, shape, [])):
        assert same_bits(trained(layers, shape, loss, optimizer, batches, is_quick=True), eager)
    if not is_random(layers):
        assert are_near(eager, trained(layers, shape, loss, optimizer, batches, device="cpu"))


@pytest.mark.parametrize("layer", parts.LAYERS, ids=str)
def test_layers_over_rows(layer: Layer) -> None:
    """Between two Linear layers."""
    _check((Linear(5), layer, Linear(3)), (4,), rows(8, 8, 8, 8))


@pytest.mark.parametrize("layer", parts.IMAGE_LAYERS, ids=str)
def test_layers_over_images(layer: Layer) -> None:
    """Between a convolution and a Linear layer."""
    layers = (Conv2d(2, kernel_size=3, padding=1), layer, Flatten(), Linear(3))
    _check(layers, (2, 6, 6), images(5, 5, 5, 5))


@pytest.mark.parametrize("layer", parts.SEQUENCE_LAYERS, ids=str)
def test_layers_over_sequences(layer: Layer) -> None:
    """Between a convolution and a Linear layer."""
    layers = (Flatten(2), Conv1d(2, kernel_size=3, padding=1), layer, Flatten(), Linear(3))
    _check(layers, (2, 6, 6), images(5, 5, 5, 5))


@pytest.mark.parametrize("layer", parts.TOKEN_LAYERS, ids=str)
def test_layers_over_tokens(layer: Layer) -> None:
    """Between the rows of tokens and a Linear layer."""
    chance = torch.Generator().manual_seed(0)
    batches = [
        (torch.randint(5, (8, 6), generator=chance), torch.randint(3, (8,), generator=chance))
        for _ in range(4)
    ]
    _check((parts.TOKENS, layer, Flatten(), Linear(3)), Tokens((6,), 5), batches)


@pytest.mark.parametrize(("loss", "last"), [*parts.LOSSES, *parts.OTHER_LOSSES], ids=str)
def test_losses(loss: Loss, last: tuple[Layer, ...]) -> None:
    """Over three outputs."""
    _check((*CALM, *last), (4,), parts._targets(loss, rows(8, 8, 8, 8)), loss)


@pytest.mark.parametrize(
    "optimizer", [*parts.OPTIMIZERS, *parts.others(Optimizer, parts.OPTIMIZERS)], ids=str
)
def test_optimizers(optimizer: Optimizer) -> None:
    """With whatever each keeps of a weight."""
    batches = rows(8, 8, 8, 8, 8, 8)
    try:
        _check(CALM, (4,), batches, optimizer=optimizer)
    except RuntimeError as error:
        if "requires all the params" not in str(error):
            raise
        pytest.skip(f"PyTorch {torch.__version__} has no fused kernel of it on this device")


@pytest.mark.parametrize("schedule", list(Schedule.members()))
def test_schedules(schedule: str) -> None:
    """A whole training whose rate changes while steps are replayed."""
    needed = {"StepLR": "5", "MultiStepLR": "(3, 6)", "CosineAnnealingWarmRestarts": "3"}
    needed |= {"OneCycleLR": "0.1", "ExponentialLR": "0.9"}
    cls = Schedule.members()[schedule]
    given = [name for name, (_, one) in cls.parameters().items() if one.required]
    if given and schedule not in needed:
        pytest.fail(f"say here how {schedule} is called: it needs {given}")
    changes = {
        "schedule": f"{schedule}({needed.get(schedule, '')})",
        "optimizer": "SGD(lr=0.1, momentum=0.9)",
        "epochs": 12,
        "validation_fraction": 0.2,
        "device": DEVICE,
    }
    found = []
    for executor in (QUICK, "eager"):
        trainer = Trainer(small(**changes), NOWHERE, executor)
        list(trainer.events())
        found.append(weights(trainer))
    assert found[0] == found[1]
