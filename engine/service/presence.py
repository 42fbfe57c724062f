"""Who is connected to a worker, and what it does once nobody is."""

from __future__ import annotations

import os
import time

from engine.service import protocol as p
from engine.service.course import Course
from engine.service.mailbox import Client, Mailbox

GRACE_S = 30.0
"""A worker without clients that was never told to run ends after so many seconds."""


def linger_s() -> float:
    """How long a paused run's worker waits for a client: PERCEPTUI_LINGER_S."""
    try:
        return max(0.0, float(os.environ.get("PERCEPTUI_LINGER_S", "600")))
    except ValueError:
        return 600.0


class Presence:
    """Lets clients in, and follows the policy when all have gone."""

    def __init__(self, mailbox: Mailbox, course: Course) -> None:
        self.policy: p.OnDisconnect = "continue"
        self._mailbox = mailbox
        self._course = course
        self._alone_since = time.monotonic()
        self._had_client = False

    def greet(self, client: Client, request: p.Requests) -> None:
        """Answer a client's first line; who says anything but Hello is hung up on."""
        if not isinstance(request, p.Hello):
            self._mailbox.drop(client)
            return
        course = self._course
        client.send(
            p.Welcome(version=p.VERSION, pid=os.getpid(), state=course.state, begun=course.begun())
        )
        if request.version == p.VERSION:
            client.greeted = True
            self._had_client = True

    @property
    def is_deserted(self) -> bool:
        """Whether all clients have gone, and nothing may go on without one."""
        return self._had_client and not self._mailbox.clients and self.policy == "stop"

    def calls_for_end(self) -> bool:
        """Follow the policy once nobody is connected any more; whether the worker is to end."""
        if self._mailbox.clients:
            self._alone_since = time.monotonic()
            return False
        alone_s = time.monotonic() - self._alone_since
        course = self._course
        if course.training is None:
            return self._had_client or alone_s > GRACE_S
        if course.training.is_over:
            return True  # nobody can find it any more: its run is on disk
        if course.state == "paused":
            if self.policy == "stop" or alone_s >= linger_s():
                course.stop("stopped")
                return True
        elif self.policy == "stop":
            course.stop("interrupted")
            return True
        elif self.policy == "pause":
            course.pause_soon()
        return False
