"""Checkpoints come every few seconds of training, and cost little of its time."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.service.worker import checkpoints
from engine.service.worker.checkpoints import CHECKPOINT_S, CHECKPOINT_SHARE
from engine.service.worker.preparation import prepare
from engine.service.worker.training_run import TrainingRun
from engine.training import checkpoint
from tests.engine.service.live import demanding, to_train
from tests.engine.training.tiny import NOWHERE

STEP_S = 0.25
"""Seconds that a step takes on the clock of these tests."""


class _Clock:
    """In place of the module `time`: what is written takes as long as the test says."""

    def __init__(self, cost_s: float) -> None:
        self.now = 0.0
        self._cost_s = cost_s

    def perf_counter(self) -> float:
        return self.now

    def save(self, path: Path, stored: checkpoint.Checkpoint) -> None:
        checkpoint.save(path, stored)
        self.now += self._cost_s


@pytest.mark.parametrize("cost_s", [0.001, 0.1, 0.4])
def test_checkpoints_are_paced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cost_s: float
) -> None:
    """Cheap ones are written every CHECKPOINT_S; dear ones so rarely that they cost their share."""
    clock = _Clock(cost_s)
    monkeypatch.setattr(checkpoints, "time", clock)
    monkeypatch.setattr(checkpoints, "save", clock.save)
    order = to_train(demanding(), tmp_path, name="tiny", data_dir=NOWHERE.data_dir)
    training = TrainingRun.begin(order, prepare(order.experiment(), NOWHERE))
    saves: list[tuple[float, float]] = []
    for step in range(400):
        training.trainer.elapsed_s = STEP_S * step
        before = clock.now
        training.advance(0.0)
        if clock.now > before:
            saves.append((STEP_S * step, clock.now - before))
    assert saves[0][0] == pytest.approx(CHECKPOINT_S, abs=STEP_S)
    assert len(saves) >= 3
    for (at, took), (then, _) in pairwise(saves):
        pause = max(CHECKPOINT_S, took / CHECKPOINT_SHARE)
        assert then - at == pytest.approx(pause, abs=2 * STEP_S)
    spent = sum(took for _, took in saves[:-1])
    assert spent <= CHECKPOINT_SHARE * (saves[-1][0] - saves[0][0] + STEP_S)  # looked at per step
