"""What every objective declares: which data it takes, what it makes of it, how it compares."""

from __future__ import annotations

import dataclasses
import inspect
import textwrap
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from engine.parts.component import Component
from engine.parts.data.dataset import Dataset
from engine.parts.data.facts import Facts
from engine.parts.layers import Layer
from engine.parts.shapes import Shape

if TYPE_CHECKING:
    from torch import nn

if TYPE_CHECKING:
    from engine.parts.layers import Layer

Pose = Callable[..., tuple[Any, Any]]
"""From a data set's inputs and targets to those of the network; printed into scripts."""
Draw = Callable[..., list[Any]]
"""From a network and noise to what it makes of that, on its way; printed into scripts."""


SEED = 0
"""Of whatever is made to measure or to look at: the same each time."""


class Objective(Component, abstract=True):
    """What a training asks of its network.

    Trainer, record, script and doctor know it by what it declares here; the defaults are those of
    one that asks for the data's own targets.
    """

    family = "objective"
    pose: ClassVar[Pose | None] = None
    """A plain function that makes inputs and targets of the data's, sample by sample, once; None:
    they stay as they are. It is given torch."""
    make: ClassVar[Pose | None] = None
    """A plain function that makes a batch's inputs and targets anew whenever it is trained on.

    It draws from torch's global generators, so that a training that goes on draws the same; None:
    they are trained on as they are. It is given torch, and `making` by name."""
    draw: ClassVar[Draw | None] = None
    """A plain function that has a network make samples of noise: (samples, *noise shape) to what
    becomes of it step by step, the samples last; None where it can make none. It is given torch,
    and `drawing` by name."""
    drift: ClassVar[Callable[..., Any] | None] = None
    """A plain function of a network, points and a time from 0 to 1: which way it sends points then,
    (samples, *made) both; None where it sends none."""
    needs: ClassVar[tuple[Callable[..., Any], ...]] = ()
    """Functions that `make` and `draw` call, printed before them."""
    needs_math: ClassVar[bool] = False
    """Whether they are given math, too."""
    is_stackable: ClassVar[bool] = True
    """Whether trainings that ask for it can be trained many in one."""

    asks_ahead: ClassVar[bool] = False
    """Whether the answer at a place of a sequence is what stands further on in it."""

    @property
    def rival(self) -> tuple[Layer, ...] | None:
        """The layers of a second network, that tells what the first makes from the data; None
        where there is none."""
        return None

    @property
    def whole_step(self) -> str:
        """Why a step of it can't be taken apart; empty where it can."""
        if self.rival is None:
            return ""
        return (
            "a step of two networks against each other is not taken apart: the discriminator "
            "changes within it"
        )

    @property
    def rival_share(self) -> float:
        """The second network's learning rate, as a share of the first one's."""
        return 1.0

    def with_rival(self, layers: tuple[Layer, ...], share: float) -> Objective:
        """The same with another second network, where it has one."""
        return self

    def making(self) -> dict[str, Any]:
        """What `make` is given by name."""
        return {}

    def drawing(self) -> dict[str, Any]:
        """What `draw` is given by name."""
        return {}

    def network(self, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
        """The layers of the whole network: those of the experiment, and its own behind them."""
        return layers

    def misfit(self, shape: Shape) -> str:
        """Why its own layers can't go on from outputs of this shape, or empty."""
        return ""

    def criterion(self, loss: nn.Module) -> nn.Module:
        """What is made small, of the experiment's loss."""
        return loss

    def own_loss(self) -> type[nn.Module] | None:
        """The class of what `criterion` puts around a loss, given its arguments by name as
        `weighing` has them; printed into scripts."""
        return None

    def weighing(self) -> dict[str, float]:
        """What that is given beside the loss, by name."""
        return {}

    def own_network(self) -> type[nn.Sequential] | None:
        """The class of the network where PyTorch's Sequential is not enough; printed likewise."""
        return None

    def noise_shape(self, facts: Facts) -> Shape:
        """Of what `draw` begins with, one sample; facts: as it is asked."""
        return facts.made

    def refusal(self, facts: Facts) -> str:
        """Why it can't be asked of data like this, with what would be right, or empty."""
        return ""

    def asked(self, facts: Facts) -> Facts:
        """What the network is asked, of data with these facts that it does not refuse."""
        return facts

    def facts(self, facts: Facts) -> Facts:
        """What the network is asked; facts of data that it refuses stay, and those made already."""
        if facts.objective or self.refusal(facts):
            return facts
        asked = self.asked(facts)
        return asked if asked is facts else dataclasses.replace(asked, objective=self.name)

    def dataset(self, dataset: Dataset) -> Dataset:
        """The data as it is trained on: inputs and targets posed."""
        facts, pose = self.facts(dataset.facts), type(self).pose
        if pose is None:
            return dataset if facts is dataset.facts else dataclasses.replace(dataset, facts=facts)
        inputs, targets = pose(dataset.inputs, dataset.targets)
        own = {name: pose(*split) for name, split in dataset.own.items()}
        return dataclasses.replace(dataset, facts=facts, inputs=inputs, targets=targets, own=own)

    def sources(self) -> list[str]:
        """The Python source of its functions, those first that others call."""
        own = (type(self).pose, type(self).make, type(self).draw)
        functions = (*type(self).needs, *(one for one in own if one is not None))
        return [textwrap.dedent(inspect.getsource(one)).rstrip() for one in functions]
