"""What a person who is elsewhere is told of a training that is over."""

from __future__ import annotations

from typing import TYPE_CHECKING

from engine.notices.lines import Kind
from engine.runs.events import Reason

if TYPE_CHECKING:
    from engine.training.trainer import Trainer

_TOLD = ("_loss", "_accuracy", "_r2")


def last_words(trainer: Trainer, failure: str, asked: Reason | None) -> tuple[Kind | None, str]:
    """The kind of its end and a sentence; None where it was stopped by hand.

    failure: what broke it off; empty where nothing did. asked: why it was ended, if it was.
    """
    if failure:
        return "death", f"broke off after step {trainer.global_step:,}: {failure}"
    if trainer.reason == "diverged":
        return (
            "divergence",
            f"diverged in epoch {trainer.epoch + 1:,}, step {trainer.global_step:,}",
        )
    if asked == "stopped":
        return None, ""
    figures = [
        f"{name.replace('_', ' ')} {value:.4g}"
        for name, value in trainer.metrics.items()
        if value is not None and name.endswith(_TOLD)
    ]
    how = "was interrupted" if asked == "interrupted" else "ended"
    return "end", f"{how} after {trainer.epoch:,} epochs: {', '.join(figures) or 'not measured'}"
