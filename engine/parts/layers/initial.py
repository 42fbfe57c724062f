"""What a layer's weights are before the first step, where PyTorch's own are not wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from engine.parts.component import parameter
from engine.parts.layers.base import Layer

if TYPE_CHECKING:
    from torch import nn

Init = Literal[
    "default",
    "zeros",
    "ones",
    "constant",
    "uniform",
    "normal",
    "trunc_normal",
    "xavier_uniform",
    "xavier_normal",
    "kaiming_uniform",
    "kaiming_normal",
    "orthogonal",
]
"""Functions of torch.nn.init without their underscore; `default` leaves what PyTorch drew."""

_SCALED = {
    "constant": "val",
    "uniform": "b",
    "normal": "std",
    "trunc_normal": "std",
    "xavier_uniform": "gain",
    "xavier_normal": "gain",
    "orthogonal": "gain",
}
"""The argument that a scale is; the other functions take none."""
_EQUAL = ("zeros", "ones", "constant")
"""Those that give every weight the same value."""


@dataclass(frozen=True)
class Filling:
    """A call of torch.nn.init for one parameter of a module."""

    parameter: str
    """Its name in the module: `weight`."""
    function: str
    arguments: tuple[tuple[str, float], ...] = ()

    def fill(self, module: nn.Module) -> None:
        """Fill it, from PyTorch's global generator."""
        from torch import nn

        fill = getattr(nn.init, self.function)
        fill(module.get_parameter(self.parameter), **dict(self.arguments))

    def code(self, module: str) -> str:
        """The statement that does it; module: the variable or expression that holds it."""
        given = (f"{name}={value!r}" for name, value in self.arguments)
        return f"nn.init.{self.function}({', '.join([f'{module}.{self.parameter}', *given])})"


def initial_weights() -> Any:
    """The parameter `init`: Init."""
    return parameter(
        default="default",
        help="what the weights begin as: a function of torch.nn.init, or PyTorch's own choice",
        words="What the weights are before anything is learned: too large or too small, and "
        "signals die out or explode on their way through the layers; all equal, and all units "
        "learn the same.",
        tries="kaiming_normal",
    )


def initial_scale() -> Any:
    """The parameter `init_scale`: float | None."""
    return parameter(
        default=None,
        help="its deviation (normal), bound on both sides (uniform), value (constant) or gain "
        "(xavier, orthogonal)",
    )


def initial_bias() -> Any:
    """The parameter `init_bias`: float | None."""
    return parameter(
        default=None,
        help="what every bias begins as; None leaves PyTorch's own choice",
    )


_CHOICES = ("init", "init_scale", "init_bias")


class Initialized(Layer, abstract=True):
    """A layer whose first weights can be chosen; it declares the parameters of this module."""

    unpassed = _CHOICES

    def complaint(self) -> str:
        values = self.values()
        init, scale = values["init"], values["init_scale"]
        if scale is None:
            if init == "constant":
                return 'init="constant" needs init_scale, the value'
        elif init not in _SCALED:
            return f'init="{init}" takes no init_scale'
        elif scale <= 0 and init != "constant":
            return f'init_scale must be above 0 for init="{init}"'
        if values.get("init_bias") is not None and not values["bias"]:
            return "init_bias needs bias=True"
        return ""

    @property
    def unfilled(self) -> Layer:
        declared = self.parameters()
        names = [name for name in _CHOICES if name in declared]
        return self.with_values(**{name: declared[name][1].default for name in names})

    @property
    def starts_equal(self) -> bool:
        return self.values()["init"] in _EQUAL

    @property
    def fillings(self) -> tuple[Filling, ...]:
        values = self.values()
        init, scale, bias = values["init"], values["init_scale"], values.get("init_bias")
        found = []
        if init != "default":
            arguments: tuple[tuple[str, float], ...] = ()
            if scale is not None:
                arguments = ((_SCALED[init], scale),)
            if scale is not None and init == "uniform":
                arguments = (("a", -scale), *arguments)
            found += [Filling(name, f"{init}_", arguments) for name in self.weights]
        if bias is not None:
            found.append(Filling("bias", "constant_", (("val", bias),)))
        return tuple(found)
