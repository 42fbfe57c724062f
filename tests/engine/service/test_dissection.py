"""A step is taken apart in a live training, of one that is over, and of what nobody trains."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs.changes import standing_changes
from engine.runs.dissected_step import DissectedStep, Focus
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.service.worker.dissection import dissected_alone
from engine.spec.writer import to_toml
from engine.training.checkpoint import load
from engine.training.microscope.dissection import digest_of
from tests.engine.service.live import (
    begun_paused,
    demanding,
    on,
    run_async,
    the_end,
    uninterrupted,
    weights_of,
)
from tests.engine.service.touched import TOUCHES, begun, touchable
from tests.engine.service.touched import on as touched_on
from tests.engine.training.tiny import NOWHERE, flushed_denormals, small


def test_a_live_trainings_next_step_is_what_it_does_then(warm: Path, tmp_path: Path) -> None:
    """Step after step, dropout, shuffling, statistics and schedule in it; nothing else changes."""
    experiment = demanding(epochs=160)  # enough for traced steps

    async def look() -> Run:
        async with Session.connect(warm) as session:
            first = await session.experiments.dissect_first(experiment, Focus())
            run = await begun_paused(session, experiment, tmp_path)
            steps: list[DissectedStep] = []
            for number in (1, 2, 3):
                steps.append(await session.dissect(Focus(sample=2)))
                assert steps[-1] == await session.dissect(Focus(sample=2))
                assert await on(session, 1) == number
            steps.append(await session.dissect(Focus()))
            assert first.digest == steps[0].digest
            for before, after in pairwise(steps):
                assert before.digest == after.digest_before
            await session.do(p.Continue())
            assert (await the_end(session)).reason == "completed"
            with pytest.raises(UsageError, match="no step is left"):
                await session.dissect(Focus())
            return run

    run = run_async(look())
    assert run.started().executor == "traced"
    expected, _ = uninterrupted(experiment)
    assert weights_of(run) == expected


def test_without_a_training_there_is_no_next_step(warm: Path) -> None:
    """That is refused; the first step of an experiment can be asked for all the same."""

    async def look() -> None:
        async with Session.open() as session:
            with pytest.raises(UsageError, match="nothing is being trained"):
                await session.dissect(Focus())
            assert (await session.experiments.dissect_first(small(), Focus())).step == 1

    run_async(look())


@pytest.mark.parametrize("after_steps", [3, 7, 23])
def test_of_a_touched_run_it_is_the_step_that_it_did(tmp_path: Path, after_steps: int) -> None:
    """What was silenced, set and drawn by hand on the way is done again before it."""
    experiment = touchable(optimizer="Adam(lr=0.02)")
    training = begun(experiment, tmp_path)
    run = touched_on(training, after_steps + 1, {**TOUCHES})
    with flushed_denormals():
        if not training.is_over:
            training.finish("stopped")
        request = p.DissectFirst(
            toml=to_toml(run.experiment(), complete=True),
            data_dir=str(NOWHERE.data_dir),
            focus=Focus(),
            after_steps=after_steps,
            changes=tuple(standing_changes(run.events())),
        )
        found = dissected_alone(run.experiment(), request, NOWHERE)
    assert found.step == after_steps + 1
    assert found.digest == digest_of(load(run.checkpoint("last")).group("model"))
