"""What an update is about, each kind of tensor in one buffer: so it is one call for all of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import torch
from torch import Tensor, nn, optim

ALIGNED_BYTES = 64
"""Where PyTorch lets a tensor begin: from elsewhere small products have other last bits."""
COUNT = "step"
"""What an optimizer calls the number of its steps: one for each parameter, without dimensions."""


class SideBySide:
    """Trained parameters, their gradients, and the optimizer's state of them.

    A lot is what belongs to one of the optimizer's groups: a part of each buffer. All arithmetic of
    an update goes number by number, so that it gives the same bits wherever a number lies; between
    the tensors are a few zeros, which no update makes anything of that is read.
    """

    def __init__(self, parameters: Sequence[nn.Parameter], groups: Sequence[int]) -> None:
        """Moves the parameters: nobody may have hold of where they lay.

        groups: of each parameter, the number of its group.
        """
        self.groups = sorted(set(groups))
        """Those that have a lot, in the order of the lots."""
        self._parameters = parameters
        self._members = [
            [place for place, of in enumerate(groups) if of == group] for group in self.groups
        ]
        kind = parameters[0]
        self._unit = ALIGNED_BYTES // kind.element_size()
        self._dtype = kind.dtype
        self.weights = self._room()
        with torch.no_grad():
            for parameter, place in zip(parameters, self.tensors(self.weights), strict=True):
                place.copy_(parameter)
                parameter.data = place
        self.gradients = self._room()
        self._state: object = None
        """The optimizer's, when it was gathered last."""
        self._kept: dict[str, list[Tensor]] = {}

    def tensors(self, lots: Sequence[Tensor]) -> list[Tensor]:
        """The lots' tensors in the order of the parameters, each of its parameter's shape."""
        found: dict[int, Tensor] = {}
        for lot, members in zip(lots, self._members, strict=True):
            start = 0
            for place in members:
                like = self._parameters[place]
                found[place] = lot[start : start + like.numel()].view(like.shape)
                start += self._size(like)
        return [found[place] for place in range(len(self._parameters))]

    def gather(self, optimizer: optim.Optimizer, names: Sequence[str]) -> dict[str, list[Tensor]]:
        """What the optimizer keeps under these names, by lot; moves it where it is elsewhere.

        The optimizer has another dict of it then: that tells whoever has hold of the tensors.
        """
        is_known = optimizer.state is self._state and self._kept.keys() >= {*names}
        if names and not is_known:
            self._kept = {}
            moved = defaultdict(dict, {one: dict(own) for one, own in optimizer.state.items()})
            for name in names:
                there = [optimizer.state[one][name] for one in self._parameters]
                self._kept[name], places = self._counts() if name == COUNT else self._like_weights()
                for parameter, place, own in zip(self._parameters, places, there, strict=True):
                    place.copy_(own)
                    moved[parameter][name] = place
            optimizer.state = self._state = moved
        return {name: self._kept[name] for name in names}

    def _like_weights(self) -> tuple[list[Tensor], list[Tensor]]:
        lots = self._room()
        return lots, self.tensors(lots)

    def _counts(self) -> tuple[list[Tensor], list[Tensor]]:
        lots = [torch.zeros(len(members)) for members in self._members]
        found = {
            place: count
            for lot, members in zip(lots, self._members, strict=True)
            for place, count in zip(members, lot.unbind(), strict=True)
        }
        return lots, [found[place] for place in range(len(self._parameters))]

    def _room(self) -> list[Tensor]:
        """A buffer, cut into lots; all zero."""
        sizes = [sum(self._size(self._parameters[i]) for i in members) for members in self._members]
        return list(torch.split(torch.zeros(sum(sizes), dtype=self._dtype), sizes))

    def _size(self, like: Tensor) -> int:
        """How many numbers further the next tensor begins."""
        return -(-like.numel() // self._unit) * self._unit


def side_by_side(parameters: Sequence[nn.Parameter], groups: Sequence[int]) -> SideBySide | None:
    """Them side by side; None where they are not all of one kind, or on a graphics card."""
    kinds = {(one.dtype, one.device.type, one.is_contiguous()) for one in parameters}
    if len(kinds) != 1 or next(iter(kinds))[1:] != ("cpu", True):
        return None
    return SideBySide(parameters, groups)
