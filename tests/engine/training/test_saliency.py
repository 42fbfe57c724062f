"""The pixels that sway what a network says are those that its weights are of."""

from __future__ import annotations

import torch

from engine.training.judged_evidence import evidence
from engine.training.saliency import gradients, saliencies
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, small


def _trainer(layers: list[str], **changes: object) -> Trainer:
    return Trainer(
        small(
            data="digits(classes=[0, 1])",
            layers=layers,
            loss="CrossEntropyLoss()",
            **changes,
        ),
        NOWHERE,
    )


def test_the_map_is_the_size_of_the_weights() -> None:
    """Of a linear network, by the class that is said; the largest is 255."""
    trainer = _trainer(["Flatten()", "Linear(2)"])
    weight = trainer.model.get_parameter("1.weight").detach()
    rows = trainer.splits.train.rows(torch.arange(2))
    found = gradients(trainer.evaluator, rows, torch.tensor([0, 1]))
    sizes = weight.abs().view(2, 8, 8)
    assert torch.allclose(found, sizes / sizes.amax((1, 2), keepdim=True) * 255)
    assert trainer.model.training


def test_what_no_pixel_sways_is_black() -> None:
    """Where the weights are zero there is nothing to go by."""
    trainer = _trainer(["Flatten()", "Linear(2)"])
    torch.nn.init.zeros_(trainer.model.get_parameter("1.weight"))
    rows = trainer.splits.train.rows(torch.arange(1))
    assert not gradients(trainer.evaluator, rows, torch.tensor([0])).any()


def test_each_class_has_a_picture_told_right_if_one_is() -> None:
    """As large as it is, with what it is and what is said."""
    trainer = _trainer(["Flatten()", "Linear(2)"])
    part = trainer.splits.train
    told = evidence(trainer.evaluator, "train", part)
    told.predicted[:] = 1
    found = saliencies(trainer.evaluator, part, told)
    pictures, maps = [one.picture for one in found], [one.where for one in found]
    assert [(one.actual, one.predicted) for one in pictures] == [("0", "1"), ("1", "1")]
    assert {(one.height, one.width, one.channels) for one in maps} == {(8, 8, 1)}
    assert max(maps[0].pixels) == 255
