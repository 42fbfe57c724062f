"""Which state a training that diverged goes back to."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.training.executor import Executor
from engine.training.probes.budget import Budget
from engine.training.snapshot import kept, restore, snapshot
from engine.training.trainer import Trainer
from engine.training.way_back import RUINED, WayBack
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, small, trained, weights

THERE = Path(__file__)
"""In place of a checkpoint's file: one that is there."""


def _way_back(trainer: Trainer, share: float = 1e9, path: Path = THERE) -> WayBack:
    way_back = WayBack(trainer, Budget(share), path)
    way_back.begin(last_event=1)
    return way_back


def _kept_step(way_back: WayBack) -> int | None:
    found = way_back.better_than_file()
    return None if found is None else int(found.state["step"])


def _report(trainer: Trainer, way_back: WayBack, loss: float | None = None) -> None:
    trainer.step()
    if loss is not None:
        trainer.newest_loss = loss
    way_back.keep(last_event=2)


def test_a_state_is_proven_by_the_next_loss() -> None:
    """A step's loss is that before its update: only the report after it proves the state."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    way_back = _way_back(trainer)
    assert _kept_step(way_back) == 0
    _report(trainer, way_back)
    assert _kept_step(way_back) == 0
    _report(trainer, way_back)
    assert _kept_step(way_back) == 1
    first = trainer.losses.points()[0][1]
    _report(trainer, way_back, RUINED * first * 1.01)
    assert _kept_step(way_back) == 1
    _report(trainer, way_back, RUINED * first)
    assert _kept_step(way_back) == 2


def test_a_file_that_is_proven_is_as_good() -> None:
    """One that was written since stays, unless the loss has grown in between."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    way_back = _way_back(trainer)
    for _ in range(3):
        _report(trainer, way_back)
    way_back.saved()
    assert _kept_step(way_back) == 2
    _report(trainer, way_back)
    assert _kept_step(way_back) is None
    way_back.saved()
    _report(trainer, way_back, 1e9)
    assert _kept_step(way_back) == 3


def test_a_file_that_was_removed_holds_nothing(tmp_path: Path) -> None:
    """Somebody removed the checkpoint: the state in memory is the way back again."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    path = tmp_path / "last.safetensors"
    path.touch()
    way_back = _way_back(trainer, path=path)
    for _ in range(3):
        _report(trainer, way_back)
    way_back.saved()
    _report(trainer, way_back)
    assert _kept_step(way_back) is None
    path.unlink()
    assert _kept_step(way_back) == 3


def test_without_time_the_beginning_stays() -> None:
    """Nothing is kept on the way where the budget has nothing left."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    way_back = _way_back(trainer, share=-1.0)
    for _ in range(5):
        _report(trainer, way_back)
    assert _kept_step(way_back) == 0


def test_after_going_back_the_file_is_it() -> None:
    """What was kept of what is undone is dropped."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    way_back = _way_back(trainer)
    for _ in range(3):
        _report(trainer, way_back)
    way_back.went_back()
    assert _kept_step(way_back) is None


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_back_to_before_the_first_step(optimizer: str, executor: Executor) -> None:
    """A state without an optimizer's own can be gone back to after steps that made it."""
    experiment = small(optimizer=optimizer, epochs=6, batch_size=7)
    trainer = Trainer(experiment, NOWHERE, executor)
    beginning = kept(snapshot(trainer))
    for _ in range(9):
        trainer.step()
    restore(trainer, beginning, Path("memory"))
    for _ in trainer.events():
        pass
    assert weights(trainer) == weights(trained(experiment)[0])
