"""Which state a training that diverged goes back to."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.runs.series import Series
from engine.training.executor import Executor
from engine.training.full_state import full_state, kept, restore
from engine.training.last_good_state import LOST, LastGoodState
from engine.training.probes.budget import Budget
from engine.training.trainer import Trainer
from tests.engine.training.tiny import NOWHERE, OPTIMIZERS, small, trained, weights

THERE = Path(__file__)
"""In place of a checkpoint's file: one that is there."""


def _last_good(trainer: Trainer, share: float = 1e9, path: Path = THERE) -> LastGoodState:
    last_good = LastGoodState(trainer, Budget(share), path)
    last_good.begin(last_event=1)
    return last_good


def _kept_step(last_good: LastGoodState) -> int | None:
    found = last_good.better_than_file()
    return None if found is None else int(found.state["step"])


def _report(trainer: Trainer, last_good: LastGoodState, loss: float | None = None) -> None:
    trainer.step()
    if loss is not None:
        trainer.newest_loss = loss
    last_good.keep(last_event=2)


def test_a_state_is_proven_by_the_next_loss() -> None:
    """A step's loss is that before its update: only the report after it proves the state."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer)
    assert _kept_step(last_good) == 0
    _report(trainer, last_good)
    assert _kept_step(last_good) == 0
    _report(trainer, last_good)
    assert _kept_step(last_good) == 1
    first, lowest = trainer.losses.points()[0][1], trainer.losses.points()[-1][1]
    bound = first - (1 - LOST) * (first - lowest)
    _report(trainer, last_good, bound * 1.01)
    assert _kept_step(last_good) == 1
    _report(trainer, last_good, bound)
    assert _kept_step(last_good) == 2


def test_an_epoch_that_explodes_at_once_proves_nothing() -> None:
    """Finite all the way, its mean is no measure: the loss before any update is."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer)
    for _ in range(3):
        trainer.step()
        trainer.losses = Series.of([(1, 1e22)])  # the mean of its first epoch
        trainer.newest_loss = 1e20
        last_good.keep(last_event=2)
    assert trainer.first_loss is not None
    assert trainer.first_loss < 1
    assert _kept_step(last_good) == 0


def test_a_state_on_the_way_to_ruin_is_not_gone_back_to() -> None:
    """It is finite and no worse than the untrained network, yet most was lost already."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer)
    for loss in (1.0, 0.2, 0.1, 0.9, 0.95):
        trainer.first_loss = 1.0
        _report(trainer, last_good, loss)
    assert _kept_step(last_good) == 2


def test_a_file_that_is_proven_is_as_good() -> None:
    """One that was written since stays, unless the loss has grown in between."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer)
    for _ in range(3):
        _report(trainer, last_good)
    last_good.saved()
    assert _kept_step(last_good) == 2
    _report(trainer, last_good)
    assert _kept_step(last_good) is None
    last_good.saved()
    _report(trainer, last_good, 1e9)
    assert _kept_step(last_good) == 3


def test_a_file_that_was_removed_holds_nothing(tmp_path: Path) -> None:
    """Somebody removed the checkpoint: the state in memory is the way back again."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    path = tmp_path / "last.safetensors"
    path.touch()
    last_good = _last_good(trainer, path=path)
    for _ in range(3):
        _report(trainer, last_good)
    last_good.saved()
    _report(trainer, last_good)
    assert _kept_step(last_good) is None
    path.unlink()
    assert _kept_step(last_good) == 3


def test_without_time_the_beginning_stays() -> None:
    """Nothing is kept on the way where the budget has nothing left."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer, share=-1.0)
    for _ in range(5):
        _report(trainer, last_good)
    assert _kept_step(last_good) == 0


def test_after_going_back_the_file_is_it() -> None:
    """What was kept of what is undone is dropped."""
    trainer = Trainer(small(epochs=9), NOWHERE)
    last_good = _last_good(trainer)
    for _ in range(3):
        _report(trainer, last_good)
    last_good.went_back()
    assert _kept_step(last_good) is None


@pytest.mark.parametrize("executor", ["eager", "traced"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_back_to_before_the_first_step(optimizer: str, executor: Executor) -> None:
    """A state without an optimizer's own can be gone back to after steps that made it."""
    experiment = small(optimizer=optimizer, epochs=6, batch_size=7)
    trainer = Trainer(experiment, NOWHERE, executor)
    beginning = kept(full_state(trainer))
    for _ in range(9):
        trainer.step()
    restore(trainer, beginning, Path("memory"))
    for _ in trainer.events():
        pass
    assert weights(trainer) == weights(trained(experiment)[0])
