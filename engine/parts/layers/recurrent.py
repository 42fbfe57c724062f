"""Layers that read a sequence step by step and keep a state: PyTorch's own, inside of a module."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, ClassVar, Literal

from engine.parts.component import and_torch_only, parameter
from engine.parts.layers.base import Layer, Range, factors, require_steps
from engine.parts.layers.initial import Init, Initialized, initial_scale, initial_weights
from engine.parts.shapes import Shape, Steps

if TYPE_CHECKING:
    from torch import nn


class _Recurrent(Initialized, abstract=True):
    """What reads positions from first to last and gives its state at each, or after the last."""

    here = (
        "Here {hidden_size} numbers of state go over {shape_in} positions and features; it learns "
        "{sum} numbers."
    )
    of_steps = True
    steady = True
    nonlinear = True
    connects = False
    recurs = True
    size_names = ("input_size",)
    width_parameter = "hidden_size"
    gates: ClassVar[int] = 1
    """How many sums of inputs and state a step takes for each feature of the state."""
    torch_only = and_torch_only(
        Layer.torch_only,
        bias=(True,),
        batch_first=(True, False),
        dropout=(0.0, 0),
        bidirectional=(False,),
    )

    hidden_size: int = parameter(
        help="how many numbers the state has", minimum=1, maximum=65_536, unit="units"
    )
    num_layers: int = parameter(
        default=1,
        help="how many are stacked, each reading the states of the one below",
        minimum=1,
        maximum=16,
    )
    steps: Literal["all", "last"] = parameter(
        default="all", help="give the state at every position, or the one after the last only"
    )
    init: Init = initial_weights()
    init_scale: float | None = initial_scale()

    @property
    def weights(self) -> tuple[str, ...]:
        kinds = ("weight_ih", "weight_hh")
        return tuple(f"steps.{kind}_l{n}" for n in range(self.num_layers) for kind in kinds)

    @property
    def alone(self) -> str:
        return f"{self.name} has no stacked form"

    @property
    def output_range(self) -> Range:
        return -1.0, 1.0

    def output_shape(self, shape: Shape) -> Shape:
        require_steps(self, shape)
        size = (self.hidden_size,)
        return Steps((shape[0], *size)) if self.steps == "all" else size

    def num_parameters(self, shape: Shape) -> int:
        size, rows = self.hidden_size, self.gates * self.hidden_size
        deeper = (self.num_layers - 1) * rows * (2 * size + 2)
        return rows * (shape[1] + size + 2) + deeper

    def terms(self, shape: Shape) -> str:
        if self.num_layers > 1:
            return ""
        size = self.hidden_size
        return factors(*((self.gates,) if self.gates > 1 else ()), size, shape[1] + size + 2)

    def own_module(self) -> type[nn.Module]:
        from engine.parts.layers.modules import Recurrent as Module

        return Module

    def build(self, shape: Shape) -> nn.Module:
        from torch import nn

        made = getattr(nn, self.name)
        steps = made(shape[1], self.hidden_size, self.num_layers, batch_first=True, **self._more)
        return self.own_module()(steps, self.steps == "last")

    def code(self, shape: Shape) -> str:
        layers = f", num_layers={self.num_layers}" if self.num_layers > 1 else ""
        more = "".join(f", {name}={value!r}" for name, value in self._more.items())
        last = ", last=True" if self.steps == "last" else ""
        made = f"nn.{self.name}({shape[1]}, {self.hidden_size}{layers}, batch_first=True{more})"
        return f"Recurrent({made}{last})"

    @property
    def _more(self) -> dict[str, str]:
        """What else PyTorch's module is told."""
        return {}


class RNN(_Recurrent):
    """Make each state of the input and the state before it, by one sum and a squashing."""

    words = (
        "Reads a sequence step by step, and makes its state anew each time of what comes in and "
        "of the state before; what is long ago fades."
    )

    nonlinearity: Literal["tanh", "relu"] = parameter(
        default="tanh", help="what the sum goes through"
    )

    @property
    def output_range(self) -> Range:
        return super().output_range if self.nonlinearity == "tanh" else (0.0, math.inf)

    @property
    def _more(self) -> dict[str, str]:
        return {} if self.nonlinearity == "tanh" else {"nonlinearity": self.nonlinearity}


class GRU(_Recurrent):
    """Keep a state that each step may hold on to, or replace: gated recurrent units.

    Cho et al. 2014; as in PyTorch, the reset gate is applied after the multiplication.
    """

    words = (
        "Reads a sequence step by step and keeps a state, of which two gates that it learns say "
        "what is held on to and what is replaced."
    )
    gates = 3


class LSTM(_Recurrent):
    """Keep a state beside a memory that gates write, forget and read.

    Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000.
    """

    words = (
        "Reads a sequence step by step and keeps a memory beside its state, which three gates "
        "write, forget and read."
    )
    gates = 4
    torch_only = and_torch_only(_Recurrent.torch_only, proj_size=(0,))
