"""Feature crosses: what a network is shown of a point (x1, x2) besides the two numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from torch import Tensor

Cross = Literal["x1", "x2", "x1^2", "x2^2", "x1*x2", "sin(x1)", "sin(x2)"]

PLAIN: tuple[Cross, ...] = ("x1", "x2")
"""The point itself."""

CODE: dict[str, str] = {
    "x1": "{points}[:, 0]",
    "x2": "{points}[:, 1]",
    "x1^2": "{points}[:, 0] ** 2",
    "x2^2": "{points}[:, 1] ** 2",
    "x1*x2": "{points}[:, 0] * {points}[:, 1]",
    "sin(x1)": "torch.sin({points}[:, 0])",
    "sin(x2)": "torch.sin({points}[:, 1])",
}
"""Each feature as a torch expression over points (samples, 2)."""


def cross_features(points: Tensor, names: Sequence[str]) -> Tensor:
    """The named features of points (samples, 2), as (samples, names)."""
    import torch

    x1, x2 = points[:, 0], points[:, 1]
    features = {
        "x1": lambda: x1,
        "x2": lambda: x2,
        "x1^2": lambda: x1**2,
        "x2^2": lambda: x2**2,
        "x1*x2": lambda: x1 * x2,
        "sin(x1)": lambda: torch.sin(x1),
        "sin(x2)": lambda: torch.sin(x2),
    }
    return torch.stack([features[name]() for name in names], dim=1)


def cross_code(names: Sequence[str], points: str = "points") -> str:
    """The same as `cross_features`, as a Python expression over the variable `points`."""
    columns = ", ".join(CODE[name].format(points=points) for name in names)
    return f"torch.stack([{columns}], dim=1)"
