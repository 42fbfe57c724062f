"""A network that learns a picture: what is drawn of it, and how close it comes."""

from __future__ import annotations

import pytest
import torch

from engine.training.pictures import all_pictures
from tests.engine.runs.repetition import assert_repeated, small
from tests.engine.training.tiny import NOWHERE, trained

PICTURE = {
    "data": "flower(size=[6, 8])",
    "layers": ["Sine(8, first=True)", "Sine(8)", "Linear(3)"],
    "loss": "MSELoss()",
    "optimizer": "Adam(lr=0.01)",
}


@pytest.mark.parametrize("more", [{}, {"test_fraction": 0.25, "batch_size": 7}])
def test_a_script_repeats_it(more: dict[str, object]) -> None:
    """The same losses and decibels from the printed script, which has the layer's own class."""
    assert_repeated(small(**PICTURE, **more))


@pytest.mark.parametrize("more", [{}, {"test_fraction": 0.25}])
def test_every_pixel_is_drawn_where_it_lies(more: dict[str, object]) -> None:
    """Also those that were held back; what is painted is what the network says, cut to a color."""
    trainer, _ = trained(small(**PICTURE, **more))
    drawn = all_pictures(trainer.evaluator, trainer.splits, [], (20, 20))
    picture = drawn.painting
    assert picture is not None
    assert drawn.boundary is None
    assert (picture.channels, picture.height, picture.width) == (3, 6, 8)
    places, colors = trainer.experiment.data.generator(NOWHERE).run()
    assert picture.original == _in_bytes(colors)
    assert picture.painted == _in_bytes(trainer.evaluator.outputs(places))
    if not more:
        assert picture.psnr == pytest.approx(trainer.metrics["train_psnr"], abs=1e-4)


def _in_bytes(colors: torch.Tensor) -> bytes:
    shares = (colors.T * 255).round().clamp(0, 255).byte()
    return bytes(shares.flatten().tolist())
