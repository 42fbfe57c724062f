"""Learning-rate schedules, each a closed formula of the steps or epochs done.

The formulas are those of torch.optim.lr_scheduler, written without its running products,
so that a schedule can be entered at any point. The same functions are printed into the
exported script.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from engine.parts.component import Component, TorchOnly, and_torch_only, parameter

if TYPE_CHECKING:
    from torch import optim

    from engine.parts.metrics import Metric


def step_lr(done: int, lr: float, step_size: int, gamma: float) -> float:
    """The rate is multiplied by gamma every step_size epochs."""
    return lr * gamma ** (done // step_size)


def multi_step_lr(done: int, lr: float, milestones: tuple[int, ...], gamma: float) -> float:
    """The rate is multiplied by gamma at each milestone."""
    return lr * gamma ** sum(done >= milestone for milestone in milestones)


def exponential_lr(done: int, lr: float, gamma: float) -> float:
    """The rate is multiplied by gamma every epoch."""
    return lr * gamma**done


def linear_lr(done: int, lr: float, start_factor: float, end_factor: float, length: int) -> float:
    """The rate goes in a straight line from one multiple of lr to another, and stays there."""
    share = min(done, length) / length
    return lr * (start_factor + (end_factor - start_factor) * share)


def polynomial_lr(done: int, lr: float, length: int, power: float) -> float:
    """The rate falls to 0 along a power of what is left."""
    return lr * math.pow(1 - min(done, length) / length, power)


def cosine_annealing_warm_restarts(
    done: int, lr: float, first: int, factor: int, eta_min: float
) -> float:
    """Half a cosine from lr down to eta_min, again and again, each factor times as long."""
    length = first
    if factor == 1:
        done %= length
    while done >= length:
        done -= length
        length *= factor
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * done / length)) / 2


def cosine_annealing_lr(done: int, lr: float, length: int, eta_min: float) -> float:
    """The rate follows half a cosine from lr down to eta_min."""
    return eta_min + (lr - eta_min) * (1 + math.cos(math.pi * done / length)) / 2


def one_cycle(
    done: int,
    total: int,
    pct_start: float,
    anneal_strategy: str,
    low: float,
    high: float,
    final: float,
) -> float:
    """From low up to high over the first pct_start of all steps, then down to final."""
    peak = pct_start * total - 1
    if done < peak:
        start, end, share = low, high, done / peak
    else:
        start, end, share = high, final, (done - peak) / (total - 1 - peak)
    if anneal_strategy == "linear":
        return start + (end - start) * share
    return end + (start - end) / 2 * (1 + math.cos(math.pi * share))


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
    warmup: int = parameter(default=0, help="linear warm-up before it", minimum=0, unit="steps")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(constant_lr, {"lr": lr})


class StepLR(Schedule):
    """Multiply the rate by gamma every step_size epochs."""

    words = "Lowers the learning rate at regular times: long steps at first, fine ones later."

    step_size: int = parameter(help="epochs between two drops", minimum=1, unit="epochs")
    gamma: float = parameter(default=0.1, help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help="linear warm-up before it", minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(step_lr, {"lr": lr, "step_size": self.step_size, "gamma": self.gamma})

    def spread(self, total: int) -> Schedule:
        return self.with_values(step_size=math.ceil(self._fall_length(total) / 3))


_WARMUP = "linear warm-up before it"


class MultiStepLR(Schedule):
    """Multiply the rate by gamma at each of the milestones, counted in epochs."""

    words = "Lowers the learning rate at times that you choose."

    milestones: tuple[int, ...] = parameter(
        help="the epochs after which it drops", minimum=1, unit="epochs"
    )
    gamma: float = parameter(default=0.1, help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help=_WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        arguments = {"lr": lr, "milestones": self.milestones, "gamma": self.gamma}
        return Formula(multi_step_lr, arguments)

    def spread(self, total: int) -> Schedule:
        length = self._fall_length(total)
        return self.with_values(milestones=(math.ceil(length / 2), math.ceil(length * 3 / 4)))


class ExponentialLR(Schedule):
    """Multiply the rate by gamma after every one of the epochs."""

    words = "Lowers the learning rate a little after each pass over the data."

    gamma: float = parameter(help="what the rate is multiplied by", above=0, maximum=1)
    warmup: int = parameter(default=0, help=_WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(exponential_lr, {"lr": lr, "gamma": self.gamma})

    def spread(self, total: int) -> Schedule:
        """The rate is a hundredth at the end."""
        return self.with_values(gamma=float(f"{0.01 ** (1 / self._fall_length(total)):.4g}"))


class LinearLR(Schedule):
    """Move the rate in a straight line for some epochs, then leave it there."""

    words = (
        "Moves the learning rate along a straight line, mostly up at the beginning, so that it "
        "starts gently."
    )

    start_factor: float = parameter(
        default=1 / 3, help="the first rate, as a share of the optimizer's", above=0, maximum=1
    )
    end_factor: float = parameter(
        default=1.0, help="the last rate, as a share of the optimizer's", minimum=0, maximum=1
    )
    total_iters: int | None = parameter(
        default=5, help="epochs that it moves; None means all", minimum=1, unit="epochs"
    )
    warmup: int = parameter(default=0, help=_WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.total_iters is None else self.total_iters
        factors = {"start_factor": self.start_factor, "end_factor": self.end_factor}
        return Formula(linear_lr, {"lr": lr, **factors, "length": length})

    def spread(self, total: int) -> Schedule:
        return self.with_values(total_iters=None)

    def begun_sooner(self, total: int) -> Schedule:
        rises = self.start_factor < self.end_factor
        other = self.with_values(total_iters=max(1, total // 10)) if rises else self
        return other.with_values(warmup=0) if rises else super().begun_sooner(total)


class PolynomialLR(Schedule):
    """Let the rate fall to 0 along a power of the epochs left."""

    words = "Lets the learning rate fall to zero along a curve."

    total_iters: int | None = parameter(
        default=5, help="epochs until it is 0; None means all", minimum=1, unit="epochs"
    )
    power: float = parameter(default=1.0, help="1 is a straight line", minimum=0, maximum=100)
    warmup: int = parameter(default=0, help=_WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.total_iters is None else self.total_iters
        return Formula(polynomial_lr, {"lr": lr, "length": length, "power": self.power})

    def spread(self, total: int) -> Schedule:
        return self.with_values(total_iters=None)


class CosineAnnealingWarmRestarts(Schedule):
    """Let the rate fall along half a cosine and begin anew at the top; counts epochs."""

    words = (
        "Lets the learning rate fall and jumps back to the top, to leave a place where nothing "
        "improves."
    )

    T_0: int = parameter(help="epochs until the first restart", minimum=1, unit="epochs")
    T_mult: int = parameter(
        default=1, help="how many times as long each next fall is", minimum=1, maximum=1000
    )
    eta_min: float = parameter(default=0.0, help="the rate at the bottom", minimum=0)
    warmup: int = parameter(default=0, help=_WARMUP, minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(
            cosine_annealing_warm_restarts,
            {"lr": lr, "first": self.T_0, "factor": self.T_mult, "eta_min": self.eta_min},
        )

    def spread(self, total: int) -> Schedule:
        """As many falls as begin now, the last of which ends with the training."""
        length = self._fall_length(total)
        falls, begun, weight = 0, 0, 0  # weight: of all falls, in lengths of the first
        while begun < length:
            begun += self.T_0 * self.T_mult**falls
            weight += self.T_mult**falls
            falls += 1
        return self.with_values(T_0=math.ceil(length / weight))


class CosineAnnealingLR(Schedule):
    """Let the rate fall along half a cosine; counts epochs."""

    words = (
        "Lets the learning rate fall slowly, then quickly, then slowly: long steps first, fine "
        "ones at the end."
    )

    T_max: int | None = parameter(
        default=None,
        help="epochs from the top to the bottom; None means all",
        minimum=1,
        unit="epochs",
    )
    eta_min: float = parameter(default=0.0, help="the rate at the bottom", minimum=0)
    warmup: int = parameter(default=0, help="linear warm-up before it", minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        length = max(1, total - self.warmup) if self.T_max is None else self.T_max
        return Formula(cosine_annealing_lr, {"lr": lr, "length": length, "eta_min": self.eta_min})

    def spread(self, total: int) -> Schedule:
        return self.with_values(T_max=None)


class OneCycleLR(Schedule):
    """One rise to max_lr and one fall over all steps; brings its own warm-up."""

    words = "Raises the learning rate and lowers it again once, which often learns in fewer passes."
    counts = "steps"
    rate_parameter = "max_lr"
    torch_order = ("max_lr", "total_steps", "epochs", "steps_per_epoch", "pct_start")
    torch_only = and_torch_only(
        Schedule.torch_only, total_steps=(), epochs=(), steps_per_epoch=(), three_phase=(False,)
    )

    max_lr: float = parameter(help="the rate at the top", above=0, maximum=1e6)
    pct_start: float = parameter(
        default=0.3, help="share of the steps spent rising", minimum=0, below=1
    )
    anneal_strategy: Literal["cos", "linear"] = parameter(
        default="cos", help="form of rise and fall"
    )
    cycle_momentum: bool = parameter(default=True, help="move the momentum against the rate")
    base_momentum: float = parameter(
        default=0.85, help="momentum at the top", minimum=1e-6, below=1
    )
    max_momentum: float = parameter(
        default=0.95, help="momentum at both ends", minimum=1e-6, below=1
    )
    div_factor: float = parameter(
        default=25.0, help="the first rate is max_lr divided by it", minimum=1e-6
    )
    final_div_factor: float = parameter(
        default=1e4, help="the last rate is the first divided by it", minimum=1e-6
    )

    def formula(self, lr: float, total: int) -> Formula:
        low = self.max_lr / self.div_factor
        return self._cycle(total, low, self.max_lr, low / self.final_div_factor)

    def momentum(self, total: int) -> Formula | None:
        if not self.cycle_momentum:
            return None
        return self._cycle(total, self.max_momentum, self.base_momentum, self.max_momentum)

    def begun_sooner(self, total: int) -> Schedule:
        return self.with_values(pct_start=0.3)

    def _cycle(self, total: int, low: float, high: float, final: float) -> Formula:
        shape = {"pct_start": self.pct_start, "anneal_strategy": self.anneal_strategy}
        return Formula(
            one_cycle, {"total": total, **shape, "low": low, "high": high, "final": final}
        )


class ReduceLROnPlateau(Schedule):
    """Reduce the rate when what selects no longer improves; counts epochs.

    Watches it of the validation split, else of the training split, never of the test split.
    """

    words = (
        "Watches the loss, or what else selects, and lowers the learning rate where that no "
        "longer gets better."
    )
    here = (
        "Here the rate begins at {first}, and times {factor} is next after {patience} epochs "
        "without a better one."
    )
    watches_loss = True
    torch_order = ("mode", "factor", "patience", "threshold", "threshold_mode", "cooldown")
    torch_only = and_torch_only(Schedule.torch_only, mode=(), threshold_mode=("rel",), eps=(1e-8,))

    factor: float = parameter(default=0.1, help="what the rate is multiplied by", above=0, below=1)
    patience: int = parameter(
        default=10, help="epochs without improvement", minimum=0, unit="epochs"
    )
    threshold: float = parameter(default=1e-4, help="smallest relative improvement", minimum=0)
    cooldown: int = parameter(
        default=0, help="epochs to wait after a drop", minimum=0, unit="epochs"
    )
    min_lr: float = parameter(default=0.0, help="the rate never falls below this", minimum=0)
    warmup: int = parameter(default=0, help="linear warm-up before it", minimum=0, unit="epochs")

    def formula(self, lr: float, total: int) -> Formula:
        return Formula(constant_lr, {"lr": lr})

    @property
    def patience_epochs(self) -> int:
        return self.patience

    @property
    def plateau_arguments(self) -> dict[str, Any]:
        """The arguments of torch.optim.lr_scheduler.ReduceLROnPlateau."""
        return {name: value for name, value in self.values().items() if name != "warmup"}

    def plateau(
        self, optimizer: optim.Optimizer, selecting: Metric
    ) -> optim.lr_scheduler.ReduceLROnPlateau:
        from torch.optim import lr_scheduler

        arguments = self.plateau_arguments
        if selecting.higher_is_better:
            return lr_scheduler.ReduceLROnPlateau(optimizer, mode="max", **arguments)
        return lr_scheduler.ReduceLROnPlateau(optimizer, **arguments)
