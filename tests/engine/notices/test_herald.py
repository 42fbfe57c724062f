"""What the process beside a trainer tells, from the lines that it is given."""

from __future__ import annotations

import os
import queue
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from engine.encoding import encoded
from engine.notices.herald import watch
from engine.notices.lines import Beat, Ended, Kind, Line

WAIT_S = 60.0
STALL_S = 0.05


@dataclass
class Watched:
    """A watch in a thread, the pipe that it reads, and what it tells."""

    pipe: int
    told: queue.Queue[tuple[Kind, str]] = field(default_factory=queue.Queue)
    over: threading.Event = field(default_factory=threading.Event)

    def say(self, *lines: Line) -> None:
        os.write(self.pipe, b"".join(encoded(line) + b"\n" for line in lines))

    def die(self) -> None:
        """As the pipe is closed where its process is killed."""
        os.close(self.pipe)
        self.pipe = -1


@pytest.fixture
def watched() -> Iterator[Watched]:
    reading, writing = os.pipe()
    one = Watched(writing)

    def run() -> None:
        watch(reading, lambda kind, text: one.told.put((kind, text)), STALL_S)
        one.over.set()

    thread = threading.Thread(target=run)
    thread.start()
    yield one
    if one.pipe >= 0:
        one.die()
    thread.join(WAIT_S)
    os.close(reading)


def test_an_end_is_told_in_its_words(watched: Watched) -> None:
    """And nothing more: the trainer lives on for the next one."""
    watched.say(Beat(10, 0.1, False), Ended("end", "ended after 3 epochs: train loss 0.5"))
    assert watched.over.wait(WAIT_S)
    assert list(watched.told.queue) == [("end", "ended after 3 epochs: train loss 0.5")]


def test_who_stopped_it_need_not_be_told(watched: Watched) -> None:
    """Nor is the end of the pipe taken for a death then."""
    watched.say(Beat(10, 0.1, False), Ended("quiet", ""))
    assert watched.over.wait(WAIT_S)
    assert watched.told.empty()


def test_a_trainer_that_dies_is_told_of(watched: Watched) -> None:
    """Its pipe ends without a word; half a line that it left is none."""
    watched.say(Beat(1200, 0.1, True))
    os.write(watched.pipe, b'{"type":"en')
    watched.die()
    found = watched.told.get(timeout=WAIT_S)
    assert found == ("death", "the trainer died after step 1,200: `perceptui resume` goes on")


def test_a_training_that_stands_still_is_told_of_once(watched: Watched) -> None:
    """Words without a step are no progress; after a step it may stall again."""
    watched.say(Beat(7, 0.001, False), Beat(7, 0.001, False))
    kind, text = watched.told.get(timeout=WAIT_S)
    assert (kind, text) == ("stall", "no progress for 0.05 s, since step 7")
    watched.say(Beat(8, 0.001, False))
    assert watched.told.get(timeout=WAIT_S)[1].endswith("since step 8")
    watched.say(Ended("end", "over"))
    assert watched.over.wait(WAIT_S)
    assert list(watched.told.queue) == [("end", "over")]


def test_a_step_has_ten_times_its_usual_time(watched: Watched) -> None:
    """One of an hour is no stall after a moment, and a pause is none ever."""
    watched.say(Beat(7, 3600.0, False))
    with pytest.raises(queue.Empty):
        watched.told.get(timeout=4 * STALL_S)
    watched.say(Beat(8, 0.001, True))
    with pytest.raises(queue.Empty):
        watched.told.get(timeout=4 * STALL_S)
