"""Every preset on the device, as `perceptui --preset NAME --device cuda` trains it, but shorter."""

from __future__ import annotations

import math

import pytest

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations
from engine.paths import data_dir
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.spec.placement import is_small
from engine.spec.presets import names, path_of
from engine.training.executor import Executor
from engine.training.trainer import Trainer
from tests.cuda.device import DEVICE, IS_CUDA, needs_device
from tests.engine.training.tiny import weights

pytestmark = needs_device

STEPS, ROUNDED = 40, 6
"""Steps until two devices may have gone apart by more than rounding; those that are compared."""
NEAR = 0.02
"""Of a loss of some steps: as far as another order of additions may carry it."""


def _begun(name: str, device: str, executor: Executor) -> Trainer:
    experiment = read_file(path_of(name))
    changes = {"epochs": 10**5, "report_every": 10**5, "patience": None, "seed": 1}
    whole = Experiment(**{**experiment.values(), **changes, "device": device})
    try:
        return Trainer(whole, DataLocations(data_dir()), executor)
    except DataUnavailable as error:
        pytest.skip(str(error))


def _found(name: str, device: str, executor: Executor) -> tuple[list[float], object]:
    """The losses of so many steps, and the weights after them."""
    trainer = _begun(name, device, executor)
    for _ in range(STEPS):
        trainer.step()
    trainer.read()
    trainer.stop_reading()
    return [loss for _, loss in trainer.losses.points()], weights(trainer)


@pytest.mark.parametrize("name", sorted(names()))
def test_it_has_the_same_bits_however_its_steps_are_run(name: str) -> None:
    """By itself twice, and eagerly: on the device, in one process."""
    first, again, eager = (_found(name, DEVICE, how) for how in ("auto", "auto", "eager"))
    assert all(math.isfinite(loss) for loss in first[0])
    assert first == again
    assert first == eager


@pytest.mark.skipif(not IS_CUDA, reason="compares a card with the CPU")
@pytest.mark.parametrize("name", sorted(names()))
def test_its_first_steps_are_those_of_the_processor(name: str) -> None:
    """But for rounding; what a network draws by itself is drawn otherwise on a card."""
    experiment = read_file(path_of(name))
    if type(experiment.objective).make or "Dropout" in str(experiment.layers):
        pytest.skip("it draws numbers, which are others on a card")
    here, there = (_found(name, device, "eager")[0] for device in (DEVICE, "cpu"))
    for a, b in zip(here[:ROUNDED], there[:ROUNDED], strict=True):
        assert abs(a - b) <= NEAR * max(abs(b), 0.05)


def test_the_smallest_are_for_the_processor_and_the_writers_for_the_card() -> None:
    """What `auto` takes."""
    begun = {name: _begun(name, "cpu", "eager") for name in ("circle", "names-gpt")}
    sizes = {name: len(one.splits.train) // len(one.batches) for name, one in begun.items()}
    chosen = {name: is_small(one.chain, sizes[name]) for name, one in begun.items()}
    assert chosen == {"circle": True, "names-gpt": False}
