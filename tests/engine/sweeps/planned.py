"""Plans of tiny sweeps, and lines of their tables."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from engine.sweeps.asked import Asked
from engine.sweeps.plan import Plan
from engine.sweeps.planning import make_plan
from engine.sweeps.table import Ending, TrialEnded

RAW: dict[str, Any] = {
    "title": "Tiny",
    "data": "circle(samples=24)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
    "epochs": 4,
    "device": "cpu",
}
"""Four steps on points of a plane."""
RATES = "optimizer.lr=0.1,0.2"
WIDTHS = "layers.0.out_features=2,3"


def plan(
    *over: str,
    raw: dict[str, Any] | None = None,
    settings: Sequence[str] = (),
    **options: Any,
) -> Plan:
    """The plan of a tiny sweep over these axes."""
    asked = Asked(over=over, **{"processes": 2, **options})
    return make_plan(
        raw or RAW,
        asked,
        name="tiny",
        what="tiny",
        settings=settings,
        data_dir=Path("/nonexistent"),
    )


def ended(
    of: Plan, cell: int, repeat: int, value: float | None, ending: Ending = "completed"
) -> TrialEnded:
    """A line of a grid's table."""
    trial = of.trials_of(cell)[repeat]
    return TrialEnded(
        trial=trial.number,
        cell=cell,
        values=list(of.grid())[cell],
        seed=trial.seed,
        fold=trial.fold,
        ending=ending,
        value=value,
        run=f"{trial.number:04}",
    )
