"""A worker shows what is inside of its network, of one that never trained, and of a run on disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs.inside import Inside, Look, Unit
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.training.inside import look_inside
from engine.training.trainer import Trainer
from tests.engine.service.live import begun_paused, on, run_async, the_end, until
from tests.engine.training.tiny import NOWHERE, small

LOOK = Look(unit=Unit((0,), 2), large=(9, 6), sample=-1)


def _here(trainer: Trainer) -> Inside:
    return look_inside(
        trainer.evaluator,
        trainer.experiment.layers,
        trainer.splits,
        LOOK,
        epoch=trainer.epoch,
        step=trainer.global_step,
    )


def test_it_is_seen_before_while_and_after_it_trains(warm: Path, tmp_path: Path) -> None:
    """Each time what the same weights give in this process."""
    trainer = Trainer(small(), NOWHERE)
    first = _here(trainer)

    async def look() -> None:
        async with Session.connect(warm) as session:
            assert await session.experiments.inside_first(small(), LOOK) == first
            run = await begun_paused(session, small(), tmp_path)
            assert await session.look_inside(LOOK) == first
            await on(session, 2)
            for _ in range(2):
                trainer.step()
            assert await session.look_inside(LOOK) == _here(trainer)
            with pytest.raises(UsageError, match="there is no unit 4"):
                await session.look_inside(Look(unit=Unit((0,), 4)))
            await session.do(p.Continue())
            await the_end(session)
            for _ in range(2):
                trainer.step()
            assert await session.runs.inside_of_run(Run(run.path), LOOK) == _here(trainer)

    run_async(look())


def test_a_first_network_is_kept_until_it_is_another(warm: Path, tmp_path: Path) -> None:
    """The same description is the same network, though its seed is random; new data are new."""
    table = tmp_path / "table.csv"
    table.write_text("a,b,answer\n" + "0.5,1.5,yes\n1.5,0.5,no\n" * 12)
    random = small(data=f'csv("{table}", target="answer")', seed="random")
    longer = table.read_text() + "2.5,0.5,no\n" * 9

    async def look() -> None:
        async with Session.connect(warm) as session:
            first = await session.experiments.inside_first(random, Look(unit=Unit((0,), 1)))
            again = await session.experiments.inside_first(
                random, Look(unit=Unit((0,), 1), sample=0)
            )
            assert first.unit == again.unit
            assert again.sample is not None
            table.write_text(longer)
            other = await session.experiments.inside_first(random, Look(unit=Unit((0,), 1)))
            assert other.unit is not None
            assert (other.unit.num_samples, other.unit != first.unit) == (33, True)

    run_async(look())


def test_who_watches_is_shown_it_again_and_again(warm: Path, tmp_path: Path) -> None:
    """A look that can't be had is not tried again, and ends no training."""

    async def look() -> None:
        async with Session.connect(warm) as session:
            await begun_paused(session, small(epochs=10**7, report_every=10**6), tmp_path)
            await session.watch(progress_hz=0, inside_hz=50, look=LOOK)
            await session.do(p.Continue())
            steps = []
            for _ in range(2):
                seen = (await until(session, lambda happened: isinstance(happened, p.Seen)))[-1]
                assert isinstance(seen, p.Seen)
                assert seen.inside.unit is not None
                steps.append(seen.inside.step)
            assert steps[0] < steps[1]
            with pytest.raises(UsageError, match="64 by 64 cells"):
                await session.watch(progress_hz=50, inside_hz=50, look=Look(columns=1000))
            await session.watch(progress_hz=50, inside_hz=50, look=Look(unit=Unit((7,), 0)))
            await until(session, lambda happened: isinstance(happened, p.Progress))
            await session.do(p.Stop())
            assert (await the_end(session)).reason == "stopped"

    run_async(look())
