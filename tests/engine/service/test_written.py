"""A worker writes with the network that it trains, as it is by then."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.session import Session
from engine.training.trainer import Trainer
from engine.training.writing import following, write
from tests.engine.service.live import begun_paused, on, run_async, the_end
from tests.engine.training.tiny import NOWHERE, small

CHANGES: dict[str, object] = {
    "data": "names(context=6, stride=40)",
    "objective": "next_token()",
    "layers": ["Embedding(56, 4)", "Linear(56)"],
    "loss": "CrossEntropyLoss()",
    "epochs": 1,
    "batch_size": 16,
}


def test_it_writes_with_the_weights_of_now(warm: Path, tmp_path: Path) -> None:
    """While it trains as well as once it is over; being asked changes no bit of it."""
    trainer = Trainer(small(**CHANGES), NOWHERE)

    def here(step: int) -> p.Written:
        evaluator = trainer.evaluator
        text = write(evaluator, "Kir", 9, 0.5, 3)
        return p.Written(text=text, following=following(evaluator, "Ki", 8, 0.5), step=step)

    async def look() -> None:
        async with Session.connect(warm) as session:
            run = Run((await begun_paused(session, small(**CHANGES), tmp_path)).path)

            async def told() -> p.Written:
                return await session.runs.write(run, "Kir", 9, 0.5, 3, "last", 2)

            assert await told() == here(0)
            with pytest.raises(UsageError, match="the training never saw '9'"):
                await session.runs.write(run, "9", 1)
            await on(session, 2)
            for _ in range(2):
                trainer.step()
            assert await told() == here(2)
            await session.do(p.Continue())
            await the_end(session)
            while trainer.reason is None:
                trainer.step()
            assert await told() == here(trainer.global_step)

    run_async(look())
