"""What the app can do about a learning rate: try rates, and go back with a smaller one."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from engine.runs.run import Run
from engine.service.client.session import Session
from tests.engine.service.live import run_async
from tests.engine.training.tiny import small
from tests.tui.app.stand import small_experiment
from tui.live.following import Folders
from tui.live.going_on import GoingOn
from tui.live.snapshot import Snapshot
from tui.live.training_controller import TrainingController


def test_rates_are_tried_and_a_diverged_run_goes_on(warm: Path, tmp_path: Path) -> None:
    """`tune` gives the curve and its rate; `resume(rewind=True)` trains on with a tenth."""
    ended = asyncio.Event()

    def tell(snapshot: Snapshot) -> None:
        if snapshot.phase == "finished" and snapshot.finished is not None:
            ended.set()

    async def play() -> tuple[float | None, Snapshot, Snapshot]:
        folders = Folders(tmp_path, tmp_path)
        controller = TrainingController(tell, folders, connect=lambda: Session.connect(warm))
        await controller.open()
        try:
            test = await controller.tune(small_experiment())
            wild = {"data": "wave(samples=20)", "loss": "MSELoss()", "optimizer": "SGD(lr=5.0)"}
            layers = ["Linear(4)", "ReLU()", "Linear(1)"]
            await controller.begin("wild", small(**wild, layers=layers, epochs=60))
            await ended.wait()
            before, path = controller.snapshot, controller.snapshot.run
            assert path is not None
            ended.clear()
            await controller.resume(Run(path), GoingOn(rewind=True))
            await ended.wait()
            return test.suggested, before, controller.snapshot
        finally:
            await controller.close()

    suggested, before, after = run_async(play())
    assert suggested is not None
    assert before.diverged is not None
    assert after.diverged is None
    assert after.finished is not None
    assert after.finished.reason == "completed"
    assert after.factor == pytest.approx(0.1)
