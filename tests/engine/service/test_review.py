"""A run that is over is drawn and measured from its checkpoints, as it was when it ended."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PerceptuiError, UsageError
from engine.runs import events as ev
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import begun_paused, demanding, run_async, the_end, to_train
from tests.engine.training.tiny import small

GRID = (8, 6)


def _evaluated(run: Run) -> list[ev.Evaluated]:
    """What the record says at the end, without the numbers of the events."""
    import msgspec

    found = (event for event in run.record().events if isinstance(event, ev.Evaluated))
    return [msgspec.structs.replace(event, n=0) for event in found]


def test_the_last_checkpoint_is_drawn_as_the_training_ended(warm: Path, tmp_path: Path) -> None:
    """Its pictures are those of the live training, its scores those of the record."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            run = Run(await session.begin(to_train(demanding(epochs=20), tmp_path)))
            await the_end(session)
            drawn = await session.pictures(*GRID)
            reviewed = await session.runs.review(run, grid=GRID, measure=True)
            assert (reviewed.epoch, reviewed.step) == (20, 80)
            assert reviewed.pictures == drawn
            assert reviewed.evaluated == _evaluated(run)
            larger = await session.runs.review(run, grid=(16, 12))
            assert larger.pictures.boundary is not None
            assert (larger.pictures.boundary.columns, larger.evaluated) == (16, [])
            with pytest.raises(UsageError, match="the picture has"):
                await session.runs.review(run, grid=(10_000, 10_000))

    run_async(train())


def test_the_best_checkpoint_is_reviewed_while_another_run_trains(
    warm: Path, tmp_path: Path
) -> None:
    """It is of the epoch that was the best, and a run without data says what is missing."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            wild = small(optimizer="SGD(lr=40)", epochs=30)
            run = Run(await session.begin(to_train(wild, tmp_path)))
            await the_end(session)
            saved = [e for e in run.record().events if isinstance(e, ev.CheckpointSaved)]
            (best,) = (event for event in saved if event.kind == "best")
            await begun_paused(session, small(), tmp_path)
            reviewed = await session.runs.review(run, "best", grid=GRID, measure=True)
            assert reviewed.epoch == best.epoch < 30
            await session.do(p.Stop())
            await the_end(session)
            run.directory.checkpoint("best").unlink()
            with pytest.raises(PerceptuiError, match="no checkpoint `best`"):
                await session.runs.review(run, "best")

    run_async(train())
