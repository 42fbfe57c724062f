"""A run whose steps were compiled goes on with such steps, or says that it can't."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from torch import Tensor

from engine.errors import Remark
from engine.parts.data import DataLocations
from engine.runs.run import Run
from engine.training.compiled import program
from engine.training.compiled.compiler import Order
from engine.training.compiled.source import as_function
from engine.training.traced.errors import Untraceable
from tests.engine.service.touched import begun, on, resumed, touchable
from tests.engine.training.tiny import weights


@pytest.fixture(autouse=True)
def _interpreted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python runs what would be compiled."""
    newest: list[Order] = []

    def noted(order: Order, locations: DataLocations) -> tuple[Path, float]:
        newest[:] = [order]
        return Path(), 12.0

    def runner(_: Path) -> Callable[[list[Tensor]], list[Tensor]]:
        (order,) = newest
        step = as_function(order.text, order.names, order.num_gradients, clips=order.clips)
        return lambda given: [step(given[:-3], *given[-3:])]

    monkeypatch.setattr(program, "compiled", noted)
    monkeypatch.setattr(program, "_runner", runner)


def _half(tmp_path: Path, name: str) -> Run:
    training = begun(touchable(epochs=4), tmp_path / name, "compiled")
    run = on(training, 3)
    training.finish("stopped")
    return run


def test_it_goes_on_to_its_own_last_bit(tmp_path: Path) -> None:
    """Also from the middle of an epoch; the record says how."""
    straight = begun(touchable(epochs=4), tmp_path / "straight", "compiled")
    on(straight)
    again = resumed(_half(tmp_path, "half"))
    assert again.trainer.execution.executor == "compiled"
    on(again)
    assert weights(again.trainer) == weights(straight.trainer)


def test_where_it_can_not_it_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And goes on with other steps."""
    run = _half(tmp_path, "half")

    def refused(order: Order, locations: DataLocations) -> tuple[Path, float]:
        raise Untraceable("there is no C++ compiler")

    monkeypatch.setattr(program, "compiled", refused)
    with pytest.warns(Remark, match="its last digits will be others: .*no C.. compiler"):
        again = resumed(run)
    assert again.trainer.execution.executor != "compiled"
    on(again)
    assert again.trainer.reason == "completed"
