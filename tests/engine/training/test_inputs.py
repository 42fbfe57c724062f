"""Stored images become batches by one law, and stay as they are stored."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from engine.parts.data import Pixels
from engine.training.inputs import InputMap
from tests.engine.training.tiny import bits

_PIXELS = [
    Pixels((0.0,), (1.0,)),
    Pixels((0.1307,), (0.3081,)),
    Pixels((0.0,), (0.25,), scale=16.0),
    Pixels((0.4914, 0.4822, 0.4465), (0.247, 0.2435, 0.2616)),
]


def _by_new_tensors(stored: Tensor, pixels: Pixels) -> Tensor:
    """The law as a transform writes it: every operation makes a tensor."""
    mean, std = (torch.tensor(values).view(-1, 1, 1) for values in (pixels.mean, pixels.std))
    x = stored.float() / pixels.scale
    return (x - mean) / std if any(pixels.mean) or set(pixels.std) != {1.0} else x


@pytest.mark.parametrize("pixels", _PIXELS, ids=str)
@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32])
def test_pixels_are_normalised_to_the_bit(pixels: Pixels, dtype: torch.dtype) -> None:
    """Scaled, minus the mean, by the deviation, each in float32; the stored images stay."""
    channels = len(pixels.mean)
    stored = torch.arange(256).repeat(channels).view(channels, 16, 16).unsqueeze(0).to(dtype)
    before = stored.clone()
    batches = [InputMap(pixels=pixels).batch(stored) for _ in range(2)]
    expected = _by_new_tensors(before, pixels)
    for batch in batches:
        assert bits({"batch": batch}) == bits({"batch": expected})
    assert torch.equal(stored, before)


def test_what_is_no_image_is_not_copied() -> None:
    """Stored features are the network's inputs as they are."""
    stored = torch.ones(3, 2)
    assert InputMap().batch(stored) is stored
