"""The floor under a training step: the time of its matrix products and convolutions alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from engine.parts.shapes import product
from engine.spec.chain import Link

Product = Callable[[], object]


def products(model: nn.Sequential, chain: Sequence[Link], batch_size: int) -> list[Product]:
    """Forward, weight gradient and input gradient of each layer with weights, on random numbers.

    The first layer needs no input gradient. Dense products write into tensors made before.
    """
    found: list[Product] = []
    for layer, link in zip(model, chain, strict=True):
        if isinstance(layer, nn.Linear):
            found += _dense(layer, batch_size, first=not found)
        elif isinstance(layer, nn.Conv2d):
            found += _convolution(layer, link, batch_size, first=not found)
    return found


def _dense(layer: nn.Linear, batch_size: int, *, first: bool) -> list[Product]:
    weight = layer.weight.detach()
    x = torch.randn(batch_size, layer.in_features)
    gradient = torch.randn(batch_size, layer.out_features)
    y, dw, dx = torch.empty_like(gradient), torch.empty_like(weight), torch.empty_like(x)
    forward: list[Product] = [
        lambda: torch.mm(x, weight.t(), out=y),
        lambda: torch.mm(gradient.t(), x, out=dw),
    ]
    return forward if first else [*forward, lambda: torch.mm(gradient, weight, out=dx)]


def _convolution(layer: nn.Conv2d, link: Link, batch_size: int, *, first: bool) -> list[Product]:
    assert isinstance(layer.padding, tuple)
    weight = layer.weight.detach()
    x = torch.randn(batch_size, *link.input_shape)
    gradient = torch.randn(batch_size, *link.output_shape)
    settings = (layer.stride, layer.padding, layer.dilation)

    def forward() -> Tensor:
        return torch.conv2d(x, weight, None, *settings, layer.groups)

    def backward() -> object:
        mask = [not first, True, False]
        return torch.ops.aten.convolution_backward(
            gradient, x, weight, None, *settings, False, [0, 0], layer.groups, mask
        )

    return [forward, backward]


def operations(chain: Sequence[Link], batch_size: int) -> int:
    """Multiplications and additions of those products."""
    total = 0
    for number, link in enumerate(link for link in chain if link.num_parameters):
        places = product(link.output_shape[1:])
        total += (2 if number == 0 else 3) * 2 * link.num_parameters * places
    return total * batch_size
