"""Requests have bounds: what would hold a training up is refused, and the training goes on."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import PerceptuiError, UsageError
from engine.limits import PICTURE_CELLS, REQUEST, ROWS
from engine.runs.events import Prediction
from engine.runs.run import Run
from engine.service import protocol as p
from engine.service.client.connection import CHUNK_BYTES
from engine.service.client.session import Session
from tests.engine.service.live import (
    RawClient,
    begun_paused,
    endless,
    run_async,
    the_end,
    to_train,
)
from tests.engine.training.tiny import small

SIZES = [(3000, 3000), (10**9, 10**9), (PICTURE_CELLS.most + 1, 1), (-1, 4)]


def test_large_pictures_are_refused(warm: Path, tmp_path: Path) -> None:
    """Whether asked for once or again and again; one at the limit is drawn."""

    async def train() -> None:
        async with Session.connect(warm) as session:
            await begun_paused(session, endless(), tmp_path)
            for size in SIZES:
                with pytest.raises(UsageError, match="picture"):
                    await session.pictures(*size)
                with pytest.raises(UsageError, match="picture"):
                    await session.watch(progress_hz=1, pictures_hz=1, grid=size)
            boundary = (await session.pictures(PICTURE_CELLS.most // 2, 2)).boundary
            assert boundary is not None
            assert len(boundary.cells) == PICTURE_CELLS.most
            await session.do(p.Stop())

    run_async(train())


def test_many_samples_are_asked_about_in_parts(warm: Path, tmp_path: Path) -> None:
    """The answers are those of one question, in order; mistakes are numbered through."""

    async def ask() -> None:
        async with Session.connect(warm) as session:
            run = Run(await session.begin(to_train(small(epochs=1), tmp_path)))
            await the_end(session)
            rows = [[str(number / 1000), "0.5"] for number in range(2 * ROWS.most + 1)]
            answers: list[Prediction] = await session.runs.predict(run, rows)
            assert [answer.values for answer in answers] == [[float(a), 0.5] for a, _ in rows]
            assert answers[-1:] == await session.runs.predict(run, rows[-1:])
            with pytest.raises(UsageError, match=r"there are 1,001 samples, more than the 1,000"):
                await session._connection.tell(
                    p.Predict(run=str(run.path), checkpoint="last", rows=rows[: ROWS.most + 1])
                )
            rows[ROWS.most + 4][1] = "far"
            with pytest.raises(UsageError, match=r"^row 1005, x2: 'far' is not a number"):
                await session.runs.predict(run, rows)

    run_async(ask())


def test_a_request_that_is_too_long_is_not_sent(warm: Path, tmp_path: Path) -> None:
    """The client says so, and can still ask for something else."""

    async def ask() -> None:
        async with Session.connect(warm) as session:
            run = Run(tmp_path)
            with pytest.raises(UsageError, match=r"more than the .* in one request"):
                await session.runs.predict(run, [["1" * REQUEST.most]])
            with pytest.raises(PerceptuiError, match=r"nothing is being trained|over"):
                await session.do(p.Pause())

    run_async(ask())


def test_a_line_without_an_end_is_not_read_on(warm: Path) -> None:
    """Its sender is told, if it reads, and hung up on; others are answered."""
    mute, other = RawClient(warm), RawClient(warm)
    mute.say(p.Hello(version=p.VERSION))
    other.say(p.Hello(version=p.VERSION))
    assert other.line()["message"] == "welcome"
    try:
        for _ in range(REQUEST.most // CHUNK_BYTES + 10):
            mute.send(b"x" * CHUNK_BYTES)
    except OSError:
        pass  # hung up on
    lines = mute.until("message", "never")
    assert lines[-1] == {}
    other.say(p.Pause(id=5))
    assert other.until("id", 5)[-1]["failure"]
    mute.close()
    other.close()


def test_what_is_not_understood_is_answered_by_its_id(warm: Path) -> None:
    """So that whoever waits for it is told."""
    client = RawClient(warm)
    client.say(p.Hello(version=p.VERSION))
    client.say(b'{"message":"draw","id":7,"columns":"many","rows":3}')
    answer = client.until("id", 7)[-1]
    assert "columns" in answer["failure"]["text"]
    client.close()
