"""The schedule that watches a figure in place of a count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from engine.parts.component import and_torch_only, parameter
from engine.parts.schedules.base import WARMUP, Formula, Schedule, constant_lr

if TYPE_CHECKING:
    from torch import optim

    from engine.parts.metrics import Metric


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
    warmup: int = parameter(default=0, help=WARMUP, minimum=0, unit="epochs")

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
