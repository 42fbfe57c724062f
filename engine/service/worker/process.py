"""The training process: trains one experiment at a time, steered and watched over a socket.

Started as `python -P -m engine.service.worker` by engine.service.client.launch. One thread does
everything: between steps it looks at its socket, at most every 20 ms of work. So a client
costs the training nothing but the lines it is sent, and no step is ever half done.

What happens in it: the socket server takes requests and sends lines, the request handler
answers them, the run starter prepares trainings, the run controller trains, and the disconnect
policy says what becomes of it all once nobody is connected.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from importlib import import_module

from engine.errors import PerceptuiError
from engine.parts.data.sheet.table_cache import read_apart
from engine.service import protocol as p
from engine.service.protocol.socket_directory import keep_caches_private, sweep
from engine.service.protocol.start import ORDER_FOLLOWS
from engine.service.worker.disconnect_policy import DisconnectPolicy
from engine.service.worker.log import log_error, own_log
from engine.service.worker.request_handler import RequestHandler
from engine.service.worker.run_controller import RunController
from engine.service.worker.run_starter import RunStarter
from engine.service.worker.signals import EndAtOnce, Signals
from engine.service.worker.socket_server import SocketServer
from engine.service.worker.waiting import Waiting
from engine.service.worker.waiting_threads import sleep_soon

FIRST_NEEDED = (
    "engine.service.worker.rendezvous",
    "engine.service.worker.training_run",
    "engine.doctor.rules",
)
"""What the first training would have to import; with it all that trains, draws and measures."""
IDLE_S = 0.5
"""Seconds that a worker without anything to train waits for its clients at a time."""


class Worker:
    """The process from its first line to its last."""

    def __init__(self, *, in_advance: bool = True) -> None:
        """in_advance: whether to warm up for whatever comes; else an order follows at once."""
        self._warms_up = in_advance
        sweep()
        self.server = SocketServer()
        self._signals = Signals()
        self._controller = RunController(self.server)
        self._waiting = Waiting(self.server.path)
        self._policy = DisconnectPolicy(self.server, self._controller, self._waiting)
        self._starter = RunStarter(self.server, self._controller, self._policy, self._signals)
        self._handler = RequestHandler(
            self.server, self._controller, self._policy, self._starter, self._waiting
        )

    def run(self) -> int:
        """Load torch, then serve until there is nothing left to do; returns the exit code."""
        self._signals.heed()
        try:
            with self._signals.ending_at_once():
                from engine.training.warmup import settle

                settle()
            while self._turn():
                pass
        except EndAtOnce:
            pass
        except BaseException as error:
            log_error(error)  # first of all: who waits for this process reads it when it hangs up
            self.server.close()
            raise SystemExit(1) from None
        self._close()
        return self._signals.exit_code

    def _turn(self) -> bool:
        """Train a little and answer who asks; whether there is more to come."""
        postponed = self._starter.postponed()
        is_busy = bool(postponed) or self._warms_up
        wait_s = 0.0 if is_busy else min(IDLE_S, self._controller.rest_s())
        self._controller.train()
        with self._signals.ending_at_once() if self._waiting.is_on else nullcontext():
            asked = postponed + self.server.exchange(wait_s)
        for client, request in asked:
            self._handler.answer(client, request)
        if self._warms_up and not asked:
            self._warm_up()
        if self._signals.number:
            self._controller.stop("interrupted")
            return False
        goes_on = not (self._handler.is_closed or self._policy.calls_for_end())
        self._controller.beat()
        return goes_on

    def _warm_up(self) -> None:
        """While nobody asks for anything, do what the first training would have to wait for."""
        self._warms_up = False
        if self._controller.is_live:
            return
        from engine.training.warmup import warm_up

        for module in FIRST_NEEDED:
            import_module(module)
        with self._signals.ending_at_once():
            warm_up()

    def _close(self) -> None:
        self._waiting.end()
        own_log().unlink(missing_ok=True)
        self.server.broadcast(p.Ended(signal=self._signals.number))
        self.server.drain(5.0)
        self.server.close()


def main() -> int:
    """Listen, say so on the descriptor named in the arguments, load torch, serve."""
    sleep_soon()
    try:
        keep_caches_private()
        worker = Worker(in_advance=ORDER_FOLLOWS not in sys.argv)
    except PerceptuiError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    read_apart()  # nothing of the library that reads tables is to stay in here
    ready = int(sys.argv[-1])
    os.write(ready, f"{worker.server.path}\n".encode())
    os.close(ready)
    return worker.run()
