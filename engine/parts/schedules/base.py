"""What every learning-rate schedule declares: a closed formula of the steps or epochs done.

The formulas are those of torch.optim.lr_scheduler, written without its running products,
so that a schedule can be entered at any point. The same functions are printed into the
exported script.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.parts.component import Component, TorchOnly, parameter

if TYPE_CHECKING:
    from torch import optim

    from engine.parts.metrics import Metric

WARMUP = "linear warm-up before it"


def constant_lr(done: int, lr: float) -> float:
    """The same rate throughout."""
    return lr


@dataclass(frozen=True)
class Formula:
    """A function of the count done so far, and its other arguments."""

    function: Callable[..., float]
    arguments: dict[str, Any]

    def __call__(self, done: int) -> float:
        return self.function(done, **self.arguments)


class Schedule(Component, abstract=True):
    """How the learning rate moves; says whether it counts steps or epochs."""

    here = "Here the rate is {first} at first, {middle} half way and {last} at the end."
    family = "schedule"
    torch_only: ClassVar[TorchOnly] = {"last_epoch": (-1,), "verbose": ()}
    counts: ClassVar[Literal["steps", "epochs"]] = "epochs"
    moves: ClassVar[bool] = True
    """Whether the rate is ever another than the optimizer's, a warm-up apart."""
    rate_parameter: ClassVar[str] = ""
    """Its own parameter that says the highest rate, in place of the optimizer's."""
    watches_loss: ClassVar[bool] = False
    """Whether what selects decides the rate, rather than the count alone."""

    def formula(self, lr: float, total: int) -> Formula:
        """The learning rate as a function of the count done after any warm-up.

        lr: the optimizer's. total: all steps or epochs of the experiment, as counted.
        """
        raise NotImplementedError

    @property
    def spans_training(self) -> bool:
        """Whether the rate at a step or epoch depends on how long the whole training is."""
        return self.formula(1.0, 10**9) != self.formula(1.0, 2 * 10**9)

    @property
    def warmup_length(self) -> int:
        """How many steps or epochs the linear warm-up takes."""
        return int(getattr(self, "warmup", 0))

    def rate(self, lr: float, done: int, total: int) -> float:
        """The learning rate after `done` steps or epochs, the warm-up included."""
        warmup = self.warmup_length
        rate = self.formula(lr, total)
        if done < warmup:
            return rate(0) * (done + 1) / (warmup + 1)
        return rate(done - warmup)

    def momentum(self, total: int) -> Formula | None:
        """The momentum (Adam's beta1) as a function of the count; None leaves it alone."""
        return None

    @property
    def patience_epochs(self) -> int | None:
        """Epochs without a better loss that it bears before it moves; None where it counts."""
        return None

    def spread(self, total: int) -> Schedule:
        """The same fall over the whole of a training; total: as `formula` has it.

        Itself where it can't be told how.
        """
        return self

    def begun_sooner(self, total: int) -> Schedule:
        """The same with its highest rate after a tenth of a training; total: as `formula` has it.

        Itself where it can't be told how.
        """
        return self.with_values(warmup=total // 10) if self.warmup_length else self

    def _fall_length(self, total: int) -> int:
        """What a training of this length leaves after the warm-up."""
        return max(1, total - self.warmup_length)

    def plateau(
        self, optimizer: optim.Optimizer, selecting: Metric
    ) -> optim.lr_scheduler.ReduceLROnPlateau:
        """PyTorch's scheduler over this optimizer, of a schedule that watches what selects."""
        raise NotImplementedError


class Constant(Schedule, name="constant"):
    """The same rate throughout; warm-up counts steps."""

    words = "Leaves the learning rate as it is."
    here = "Here the rate is {first} at first and {last} at the end."
    counts = "steps"
    moves = False
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="steps")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(constant_lr, {"lr": lr})
