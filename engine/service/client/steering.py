"""What a worker can be told about its training while it has one."""

from __future__ import annotations

from engine.runs.events import Reason
from engine.runs.pictures import Pictures
from engine.service import protocol as p
from engine.service.client.connection import Connection


class Steering:
    """Commands to a training; one client at a time may give them, any may stop it or look."""

    _connection: Connection

    async def watch(
        self, *, progress_hz: float, pictures_hz: float = 0.0, grid: tuple[int, int] = (0, 0)
    ) -> None:
        """How often to send Progress and Drawn, in times a second; grid: (columns, rows)."""
        columns, rows = grid
        await self._connection.tell(
            p.Watch(progress_hz=progress_hz, pictures_hz=pictures_hz, columns=columns, rows=rows)
        )

    async def pause(self) -> None:
        """Wait after the step that is running."""
        await self._connection.tell(p.Pause())

    async def go_on(self) -> None:
        """Go on after a pause."""
        await self._connection.tell(p.Continue())

    async def step(self, *, batches: int = 0, epochs: int = 0) -> None:
        """Train so many batches, or to the end of so many epochs, then pause."""
        await self._connection.tell(p.Advance(batches=batches, epochs=epochs))

    async def set_learning_rate(self, factor: float) -> None:
        """Multiply the schedule's learning rate from the next step on; recorded."""
        await self._connection.tell(p.SetLearningRate(factor=factor))

    async def checkpoint(self) -> None:
        """Write a checkpoint now."""
        await self._connection.tell(p.SaveCheckpoint())

    async def rewind(self, to: p.Kept = "last") -> None:
        """Go back to the last or the best checkpoint; recorded."""
        await self._connection.tell(p.Rewind(to=to))

    async def stop(self, reason: Reason = "stopped") -> None:
        """End the run with a checkpoint and its evaluation; any client may.

        A training that is still being prepared is called off: whoever asked for it is refused
        with that, no run is made, and one that was to be gone on with stays as it was.
        """
        await self._connection.tell(p.Stop(reason=reason))

    async def detach(self) -> None:
        """Have the run go on without this client, whatever `on_disconnect` was.

        Leaving the session closes the connection.
        """
        await self._connection.tell(p.Detach())

    async def pictures(self, columns: int, rows: int) -> Pictures:
        """What is drawn of the network now; the boundary on a grid of this size."""
        return await self._connection.ask(p.Draw(columns=columns, rows=rows), Pictures)
