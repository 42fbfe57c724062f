"""A network begins with what fits of another one's weights, and says what does not."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from engine.errors import BadCheckpoint, BadExperiment
from engine.runs.script import script
from engine.service.worker.preparation import prepare
from engine.training.checkpoint import Checkpoint, save
from engine.training.named_tensors import model_tensors
from engine.training.trainer import Trainer
from tests.engine.runs.repetition import run_here
from tests.engine.training.tiny import NOWHERE, bits, small

OLD = ["Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(1)", "Sigmoid()"]
THREE: dict[str, Any] = {"data": "rings(samples=30)", "loss": "CrossEntropyLoss()"}


@pytest.fixture(scope="module")
def weights(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of a network's weights, each tensor full of its own number."""
    model = Trainer(small(layers=OLD), NOWHERE).model
    for number, tensor in enumerate(model.state_dict().values()):
        tensor.fill_(number + 1)
    path = tmp_path_factory.mktemp("old") / "old.safetensors"
    save(path, Checkpoint(model_tensors(model), {"step": 7}))
    return path


def _begun(path: Path, **changes: Any) -> tuple[Trainer, list[str]]:
    """A trainer that begins from there, and what is said, without the file's name."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        trainer = prepare(small(**changes, start_from=str(path)), NOWHERE)
    return trainer, [str(one.message).removeprefix(f"{path}: ") for one in said]


def _firsts(trainer: Trainer) -> dict[str, float]:
    """The first number of each tensor that is full of one."""
    own = trainer.model.state_dict()
    return {name: float(t.flatten()[0]) for name, t in own.items() if len(t.unique()) == 1}


def test_the_same_network_takes_all_and_nothing_is_said(weights: Path) -> None:
    """Parameters and the figures of its BatchNorm."""
    trainer, said = _begun(weights, layers=OLD)
    assert said == []
    assert list(_firsts(trainer).values()) == [1, 2, 3, 4, 5, 6, 7, 8, 9]


def test_another_number_of_classes_gets_a_new_head(weights: Path) -> None:
    """What has another shape begins as the seed draws it, bit by bit; the sentence names it."""
    layers = [*OLD[:3], "Linear(3)"]
    trainer, said = _begun(weights, layers=layers, **THREE)
    assert said == [
        "7 of 9 tensors fit and are taken; these layers begin anew: layers[3] Linear(3) "
        "(weight is (1, 4) there, (3, 4) here, bias is (1,) there, (3,) here)"
    ]
    fresh = Trainer(small(layers=layers, **THREE), NOWHERE)
    own, drawn = (bits(one.model.state_dict()) for one in (trainer, fresh))
    assert {name for name, one in own.items() if one == drawn[name]} == {"3.weight", "3.bias"}


def test_a_new_head_is_new_though_it_fits(weights: Path) -> None:
    """Asked for with new_head; all before it is taken."""
    trainer, said = _begun(weights, layers=OLD, new_head=True)
    assert list(_firsts(trainer).values())[:7] == [1, 2, 3, 4, 5, 6, 7]
    assert trainer.model.get_parameter("3.weight")[0, 0] != 8
    asked = "is asked to be new"
    assert said[0].endswith(f": layers[3] Linear(1) (weight {asked}, bias {asked})")


def test_what_has_no_place_is_named(weights: Path) -> None:
    """Of a shorter network; and a layer that the other has not."""
    _, said = _begun(weights, layers=["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"])
    assert said == [
        "2 of 4 tensors fit and are taken; these layers begin anew: layers[2] Linear(1) "
        "(weight is not there, bias is not there)",
        "what has no place here is left: 1.bias, 1.num_batches_tracked, "
        "1.running_mean, 1.running_var and 3 more",
    ]


def test_a_frozen_layer_that_gets_nothing_is_named(weights: Path) -> None:
    """It would stay as chance made it."""
    layers = ["Linear(4)", "BatchNorm1d()", "Linear(5)", "Linear(1)", "Sigmoid()"]
    _, said = _begun(weights, layers=layers, freeze=[0, 2])
    assert said[-1] == (
        "layers[2]: frozen, but nothing was taken for it: it stays as chance made it"
    )


def test_nothing_that_fits_is_refused(weights: Path) -> None:
    """With what is different, and no run begins."""
    with pytest.raises(BadCheckpoint, match=r"nothing of it fits \(0.weight is \(4, 2\) there, "):
        _begun(weights, layers=["Linear(5)", "Linear(1)", "Sigmoid()"])


def test_a_new_head_needs_weights() -> None:
    """The sentence says what to give."""
    with pytest.raises(BadExperiment, match=r"^new_head: there are no weights .* start_from too$"):
        small(new_head=True)


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("freeze", [[], "all but last"])
def test_its_script_takes_the_same(weights: Path, freeze: Any, executor: Any) -> None:
    """To the last digit, with a new head, frozen or not, whatever runs the steps."""
    layers = [*OLD[:2], "Dropout(0.5)", "ReLU()", "Linear(3)"]
    changes = {"freeze": freeze, "new_head": True, "start_from": str(weights)}
    experiment = small(layers=layers, **THREE, epochs=3, batch_size=7, **changes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trainer = prepare(experiment, NOWHERE, executor)
    losses = [event.train_loss for event in trainer.events() if hasattr(event, "train_loss")]
    output = run_here(script(trainer.experiment, NOWHERE))
    assert [epoch["train_loss"] for epoch in output.epochs] == losses
