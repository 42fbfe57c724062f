"""A training under way, told event by event."""

from __future__ import annotations

import asyncio
import queue
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from engine import paths
from engine.errors import PerceptuiError, WorkerLost
from engine.runs.events import Event
from tui.python.aside import begun
from tui.python.run import Run

if TYPE_CHECKING:
    from engine.service import protocol as p
    from engine.service.client.session import Session
    from engine.service.protocol import Executor

Value = str | int | float | bool


def train(
    preset: str | Path | None = None,
    *,
    settings: Mapping[str, object] | None = None,
    data: str | None = None,
    layers: str | Sequence[str] | None = None,
    loss: str | None = None,
    optimizer: str | None = None,
    lr: float | None = None,
    epochs: int | None = None,
    batch_size: int | str | None = None,
    seed: int | str | None = None,
    select: str | None = None,
    device: str | None = None,
    start_from: str | None = None,
    executor: Executor = "auto",
    runs_dir: str | Path | None = None,
    data_dir: str | Path | None = None,
) -> Training:
    """Begin a training, as `perceptui --preset NAME` with the options of these names does.

    preset: a name or a file; settings: any field, as `--set` takes it: `{"optimizer.lr": 0.05}`.
    Raises UsageError, BadExperiment or DataUnavailable before anything is started.
    """
    from engine.service import protocol as p
    from engine.service.client.first_look import look_at
    from engine.spec.writer import to_toml
    from tui.commands.options import TrainingOptions
    from tui.commands.request import requested

    runs = paths.runs_dir(None if runs_dir is None else Path(runs_dir))
    place = None if data_dir is None else Path(data_dir)
    name, experiment = requested(
        TrainingOptions(
            preset=_text(preset),
            settings=[f"{key}={value}" for key, value in (settings or {}).items()],
            data=data,
            layers=layers if layers is None or isinstance(layers, str) else ", ".join(layers),
            loss=loss,
            optimizer=optimizer,
            lr=_text(lr),
            epochs=_text(epochs),
            batch_size=_text(batch_size),
            seed=_text(seed),
            select=select,
            device=device,
            start_from=start_from,
        ),
        runs,
    )
    order = p.Train(
        toml=to_toml(experiment, complete=True),
        name=name,
        runs_dir=str(runs.absolute()),
        data_dir=str(paths.data_dir(place).absolute()),
        on_disconnect="stop",
        executor=executor,
    )
    look_at(order)
    return Training(order, place)


class Training:
    """A training in a process of its own, which ends with this one.

    Iterate it for its events, as they happen and from the first on, as often as you like: nothing
    is lost if nobody listens. Leaving the loop leaves it running; `stop` ends it.
    """

    def __init__(self, order: p.Train, data_dir: Path | None) -> None:
        self._data_dir = data_dir
        self._events: list[Event] = []
        self._news: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
        self._session: Session | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending = begun(lambda: self._train(order))

    def __iter__(self) -> Iterator[Event]:
        """Raises PerceptuiError where it could not begin, or its process is gone."""
        place = 0
        while True:
            while place == len(self._events):
                event = self._news.get()
                if event is None:
                    self._news.put(None)  # for who asks next
                    self._ending.result()
                    return
                self._events.append(event)
            yield self._events[place]
            place += 1

    @property
    def run(self) -> Run:
        """What it left, once it is over: this waits for that.

        A training that diverged or was stopped has left a run, too: `run.state` tells.
        """
        path = self._ending.result()
        if path is None:
            raise PerceptuiError("the training has left no run")
        return Run(path, self._data_dir)

    @property
    def is_over(self) -> bool:
        """Whether nothing is trained any more."""
        return self._ending.done()

    def stop(self) -> Run:
        """End it with a checkpoint, and wait for that."""
        from engine.service import protocol as p

        session, loop = self._session, self._loop
        if session is not None and loop is not None:
            with suppress(WorkerLost, RuntimeError):  # it is over already
                asyncio.run_coroutine_threadsafe(session.do(p.Stop()), loop).result()
        return self.run

    def __repr__(self) -> str:
        return f"<perceptui.Training, {'over' if self.is_over else 'under way'}>"

    async def _train(self, order: p.Train) -> Path | None:
        from engine.service.client.session import Session

        try:
            async with Session.open(in_advance=False) as session:
                await session.begin(order)
                self._session, self._loop = session, asyncio.get_running_loop()
                async for happened in session.events():
                    if isinstance(happened, Event):
                        self._news.put(happened)
                self._session = None
                await session.shutdown()
                return session.run
        finally:
            self._news.put(None)


def _text(value: object) -> str | None:
    return None if value is None else str(value)
