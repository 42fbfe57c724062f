"""Who is connected to a worker, and what it does once nobody is."""

from __future__ import annotations

import os
import time

from engine.service import protocol as p
from engine.service.worker.run_controller import RunController
from engine.service.worker.socket_server import Client, SocketServer
from engine.service.worker.waiting import Waiting

GRACE_S = 30.0
"""A worker without clients that was never told to run ends after so many seconds."""


def linger_s() -> float:
    """How long a paused run's worker waits for a client: PERCEPTUI_LINGER_S."""
    try:
        return max(0.0, float(os.environ.get("PERCEPTUI_LINGER_S", "600")))
    except ValueError:
        return 600.0


class DisconnectPolicy:
    """Lets clients in, and follows the policy when all have gone."""

    def __init__(self, server: SocketServer, controller: RunController, waiting: Waiting) -> None:
        self.on_disconnect: p.OnDisconnect = "continue"
        self._server = server
        self._controller = controller
        self._waiting = waiting
        self._alone_since = time.monotonic()
        self._had_client = False

    def greet(self, client: Client, request: p.Requests) -> None:
        """Answer a client's first line; who says anything but Hello is hung up on."""
        if not isinstance(request, p.Hello):
            self._server.drop(client)
            return
        controller = self._controller
        client.send(
            p.Welcome(
                version=p.VERSION, pid=os.getpid(), state=controller.state, begun=controller.begun()
            )
        )
        if request.version == p.VERSION:
            client.greeted = True
            self._had_client = True

    @property
    def is_deserted(self) -> bool:
        """Whether all clients have gone, and nothing may go on without one."""
        return self._had_client and not self._server.clients and self.on_disconnect == "stop"

    def calls_for_end(self) -> bool:
        """Follow the policy once nobody is connected any more; whether the worker is to end."""
        if self._server.clients:
            self._alone_since = time.monotonic()
            return False
        if self._waiting.is_on:
            return self._waiting.is_over()
        alone_s = time.monotonic() - self._alone_since
        controller = self._controller
        if controller.group is not None:
            if controller.is_live and self.on_disconnect != "stop":
                return False
            controller.stop("interrupted")
            return True
        if controller.training is None:
            return self._had_client or alone_s > GRACE_S
        if controller.training.is_over:
            return True  # nobody can find it any more: its run is on disk
        if controller.state == "paused":
            if self.on_disconnect == "stop" or alone_s >= linger_s():
                controller.stop("stopped")
                return True
        elif self.on_disconnect == "stop":
            controller.stop("interrupted")
            return True
        elif self.on_disconnect == "pause":
            controller.pause_soon()
        return False
