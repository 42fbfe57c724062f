"""Dropout in a stack: each training's masks are those that it would draw alone."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

from engine.training.stacked.errors import Unstackable

_DROPPING = (nn.Dropout, nn.Dropout2d)


class _Masked(nn.Module):
    """Multiplies by a mask that is handed to it before each pass."""

    def __init__(self, dropout: nn.Module) -> None:
        super().__init__()
        assert isinstance(dropout, _DROPPING)
        self.p = dropout.p
        self.drops_channels = isinstance(dropout, nn.Dropout2d)
        self.mask: Tensor | None = None
        self.shape: tuple[int, ...] = ()
        """Of a sample's mask, once a pass has been made."""

    def forward(self, inputs: Tensor) -> Tensor:
        if not self.training or not self.p:
            return inputs
        if self.mask is None:  # the pass that tells the shapes
            shape = inputs.shape[1:]
            self.shape = (shape[0], *(1 for _ in shape[1:])) if self.drops_channels else shape
            return inputs
        return inputs * self.mask


class Masks:
    """The masks of a network's dropout layers, in the order in which they are drawn."""

    def __init__(self, model: nn.Module, sample: Tensor) -> None:
        """sample: a batch as the network takes it, of any size above one."""
        self.model = copy.deepcopy(model)
        """The network with masks in place of its own dropout; the same names of parameters."""
        self._layers: list[_Masked] = []
        for module in list(self.model.modules()):
            for name, child in module.named_children():
                if isinstance(child, _DROPPING):
                    masked = _Masked(child)
                    setattr(module, name, masked)
                    self._layers.append(masked)
        if not self:
            return
        if sample.device.type != "cpu":
            raise Unstackable("a GPU draws a layer's dropout otherwise for a stack than for one")
        order: list[_Masked] = []
        handles = [
            layer.register_forward_pre_hook(lambda module, _: order.append(module))
            for layer in self._layers
        ]
        state = copy.deepcopy(self.model.state_dict())
        with torch.no_grad():
            self.model(sample)
        self.model.load_state_dict(state)  # a BatchNorm has counted the pass
        for handle in handles:
            handle.remove()
        self._layers = [layer for layer in order if layer.p]

    def __bool__(self) -> bool:
        return bool(self._layers)

    def drawn(self, batch_size: int, generators: Sequence[torch.Generator]) -> list[Tensor]:
        """For each layer (trainings, samples, …), drawn as PyTorch draws one's own."""
        masks = [torch.empty(len(generators), batch_size, *one.shape) for one in self._layers]
        for row, generator in enumerate(generators):
            for layer, mask in zip(self._layers, masks, strict=True):
                mask[row].bernoulli_(1 - layer.p, generator=generator)
        for layer, mask in zip(self._layers, masks, strict=True):
            mask.div_(1 - layer.p)
        return masks

    @contextmanager
    def given(self, masks: Sequence[Tensor]) -> Iterator[None]:
        """Within, a pass multiplies by these, one for each layer."""
        try:
            for layer, mask in zip(self._layers, masks, strict=True):
                layer.mask = mask
            yield
        finally:
            for layer in self._layers:
                layer.mask = None
