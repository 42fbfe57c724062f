"""What each layer gives, blocks and the layers inside of them too, while a network is run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from torch import Tensor, nn

from engine.parts.layers import Layer
from engine.parts.layers.address import Address, module_name, walk

See = Callable[[Address, Tensor], None]
"""Is given a layer's address and output as soon as there is one: (samples, units, …)."""

_UNITS_LAST = "gives_units_last"


def mark_units_last(module: nn.Module) -> None:
    """Say of a module that it gives (samples, positions, units)."""
    setattr(module, _UNITS_LAST, True)


def unit_dim(module: nn.Module) -> int:
    """The dimension of a module's output that its units are in."""
    return -1 if getattr(module, _UNITS_LAST, False) else 1


@contextmanager
def watched(model: nn.Module, layers: Sequence[Layer], see: See) -> Iterator[None]:
    """Show the output of every layer, in the order in which they are run: a block after its own."""
    handles = [
        model.get_submodule(module_name(address)).register_forward_hook(_shower(address, see))
        for address, _ in walk(layers)
    ]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _shower(address: Address, see: See) -> Callable[[nn.Module, tuple[Tensor, ...], Tensor], None]:
    def show(module: nn.Module, inputs: tuple[Tensor, ...], output: Tensor) -> None:
        see(address, output.movedim(unit_dim(module), 1))

    return show
