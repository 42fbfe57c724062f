"""A part of a real training, kept as the lines that its worker sent.

`python -m tests.tui.app.recording` makes what is in `recordings` anew.
"""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine.runs import events as ev
from engine.service import protocol as p
from engine.service.client.session import Session, SessionEvent
from engine.service.protocol.description import Description
from engine.spec.experiment_reader import read_file
from engine.spec.presets import listings
from tests.engine.service.live import to_train
from tests.tui.app.replay import Replay

if TYPE_CHECKING:
    from engine.runs.pictures import Pictures
    from engine.spec.experiment import Experiment

SPIRAL = Path(__file__).parent / "recordings" / "spiral.jsonl"
DESCRIPTION = SPIRAL.with_name("spiral-data.json")
WIDE_GRID = (42, 42)
"""What the workbench's picture asks for at 120×36."""
EPOCHS = 400
"""Of 600: the network has learned most of it, and still runs."""


def preset(name: str) -> Experiment:
    """A preset that comes along."""
    return next(read_file(listing.path) for listing in listings()[0] if listing.name == name)


class Recorded(Replay):
    """Plays a recording up to its end, where the training is still running."""

    def __init__(self, path: Path = SPIRAL) -> None:
        super().__init__()
        self._lines = [p.decode_reply(line) for line in path.read_bytes().splitlines()]

    def play(self) -> None:
        """Say everything that was recorded."""
        for line in self._lines:
            assert isinstance(line, ev.Event | p.Progress | p.Drawn)
            self._say(line)

    async def describe(self, experiment: Experiment, data_dir: Path | None = None) -> Description:
        return msgspec.json.decode(DESCRIPTION.read_bytes(), type=Description)

    async def pictures(self, columns: int, rows: int) -> Pictures:
        drawn = [line for line in self._lines if isinstance(line, p.Drawn)]
        return drawn[-1].pictures


async def record() -> None:
    """Train the spiral two thirds of its way and write down what the worker said."""
    kept: list[SessionEvent] = []
    async with Session.open() as session:
        with tempfile.TemporaryDirectory() as folder:
            await session.begin(
                to_train(preset("spiral"), Path(folder), name="spiral", paused=True)
            )
            listening = asyncio.create_task(_listen(session, kept))
            await session.watch(progress_hz=1000.0)
            await session.do(p.Advance(epochs=EPOCHS))
            while not any(isinstance(one, ev.Paused) and one.step >= EPOCHS for one in kept):
                await asyncio.sleep(0.05)
            drawn = p.Drawn(pictures=await session.pictures(*WIDE_GRID))
            DESCRIPTION.write_bytes(
                msgspec.json.encode(await session.experiments.describe(preset("spiral")))
            )
            listening.cancel()
            await session.shutdown()
    progress = [happened for happened in kept if isinstance(happened, p.Progress)]
    lines = [
        msgspec.structs.replace(event, run="runs/spiral") if hasattr(event, "run") else event
        for event in kept
        if isinstance(event, ev.RunStarted | ev.EpochFinished | ev.Evaluated)
    ]
    SPIRAL.parent.mkdir(exist_ok=True)
    encoded = [*(ev.encode(event) + b"\n" for event in lines), p.encode(progress[-1])]
    SPIRAL.write_bytes(b"".join([*encoded, p.encode(drawn)]))


async def _listen(session: Session, kept: list[SessionEvent]) -> None:
    async for happened in session.events():
        kept.append(happened)  # noqa: PERF401  # what came so far is looked at meanwhile


if __name__ == "__main__":
    asyncio.run(record())
