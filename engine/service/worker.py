"""The training process: trains one experiment at a time, steered and watched over a socket.

Started as `python -P -m engine.service.worker` by engine.service.launch. One thread does
everything: between steps it looks at its mailbox, at most every 20 ms of work. So a client
costs the training nothing but the lines it is sent, and no step is ever half done.

What happens in it: the mailbox takes requests and sends lines, the desk answers them, the
beginning prepares trainings, the course trains, and presence follows the policy once
nobody is connected.
"""

from __future__ import annotations

import os
import sys

from engine.errors import PerceptuiError
from engine.service import protocol as p
from engine.service.beginning import Beginning
from engine.service.course import Course
from engine.service.desk import Desk
from engine.service.mailbox import Mailbox
from engine.service.place import keep_caches_private, sweep
from engine.service.presence import Presence
from engine.service.signals import EndAtOnce, Signals
from engine.service.worker_log import log_error, own_log

IDLE_S = 0.5
"""Seconds that a worker without anything to train waits for its clients at a time."""


class Worker:
    """The process from its first line to its last."""

    def __init__(self) -> None:
        sweep()
        self.mailbox = Mailbox()
        self._signals = Signals()
        self._course = Course(self.mailbox)
        self._presence = Presence(self.mailbox, self._course)
        self._beginning = Beginning(self.mailbox, self._course, self._presence, self._signals)
        self._desk = Desk(self.mailbox, self._course, self._presence, self._beginning)

    def run(self) -> int:
        """Warm up, then serve until there is nothing left to do; returns the exit code."""
        self._signals.heed()
        try:
            with self._signals.ending_at_once():
                from engine.training.warmup import warm_up

                warm_up()
            while self._turn():
                pass
        except EndAtOnce:
            pass
        except BaseException as error:
            log_error(error)  # first of all: who waits for this process reads it when it hangs up
            self.mailbox.close()
            raise SystemExit(1) from None
        self._close()
        own_log().unlink(missing_ok=True)
        return self._signals.exit_code

    def _turn(self) -> bool:
        """Train a little and answer who asks; whether there is more to come."""
        postponed = self._beginning.postponed()
        wait_s = 0.0 if postponed or self._course.state == "running" else IDLE_S
        self._course.train()
        for client, request in postponed + self.mailbox.exchange(wait_s):
            self._desk.answer(client, request)
        if self._signals.number:
            self._course.stop("interrupted")
            return False
        goes_on = not (self._desk.is_closed or self._presence.calls_for_end())
        self._course.beat()
        return goes_on

    def _close(self) -> None:
        self.mailbox.broadcast(p.Ended(signal=self._signals.number))
        self.mailbox.drain(5.0)
        self.mailbox.close()


def main() -> int:
    """Listen, say so on the descriptor named in the arguments, warm up, serve."""
    try:
        keep_caches_private()
        worker = Worker()
    except PerceptuiError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    ready = int(sys.argv[1])
    os.write(ready, f"{worker.mailbox.path}\n".encode())
    os.close(ready)
    return worker.run()


if __name__ == "__main__":
    sys.exit(main())
