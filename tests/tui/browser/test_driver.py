"""The real app as the process behind a tab: packets in, packets out."""

from __future__ import annotations

import json
import os
import select
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise

import pyte
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.runs.lease import read_lease
from engine.runs.run import Run
from tests.engine.service.live import WAIT_S, eventually
from tests.tui.command_line import Bench, command, perceptui
from tests.tui.live_process import has_finished
from tests.tui.test_app_terminal_end import ENDLESS
from tui.terminal.browser_driver import PacketOutlet
from tui.terminal.driver import HUNG_UP
from tui.terminal.packets import DATA, READY, TOLD, Packets, packed

DRIVER = "tui.terminal.browser_driver:BrowserDriver"


class Behind:
    """The app behind a tab, and what the tab would show."""

    def __init__(self, *arguments: str) -> None:
        surroundings = {"TEXTUAL_DRIVER": DRIVER, "TERM": "linux", "LC_ALL": "C"}
        self.process = subprocess.Popen(
            command(*arguments),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **surroundings, "COLUMNS": "100", "ROWS": "30"},
            start_new_session=True,
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self._write, self._read = self.process.stdin, self.process.stdout
        self.said: list[dict[str, object]] = []
        """What it has told beside what it draws."""
        self._packets = Packets()
        self._screen = pyte.Screen(100, 30)
        self._stream = pyte.ByteStream(self._screen)
        self._first = b""

    @property
    def text(self) -> str:
        return "\n".join(self._screen.display)

    def send(self, data: bytes) -> None:
        self._write.write(data)
        self._write.flush()

    def type(self, keys: str) -> None:
        self.send(packed(DATA, keys.encode()))

    def tell(self, kind: str, **more: int) -> None:
        self.send(packed(TOLD, json.dumps({"type": kind, **more}).encode()))

    def until(self, *texts: str) -> None:
        """Read until all of these are seen."""
        deadline = time.monotonic() + WAIT_S
        while not all(text in self.text for text in texts):
            assert time.monotonic() < deadline, self.text
            assert self._take(), f"it has ended\n{self.text}"

    def end(self) -> int:
        """Read until it ends; its exit code."""
        deadline = time.monotonic() + WAIT_S
        while self._take():
            assert time.monotonic() < deadline, self.text
        return self.process.wait(WAIT_S)

    def hang_up(self) -> int:
        """As when the server is killed: nobody writes, and nobody reads any more."""
        self._write.close()
        self._read.close()
        return self.process.wait(WAIT_S)

    def resize(self, columns: int, rows: int) -> None:
        self.tell("resize", width=columns, height=rows)
        self._screen.resize(rows, columns)
        self._screen.erase_in_display(2)

    def _take(self) -> bool:
        if not select.select([self._read], [], [], 0.05)[0]:
            return True
        data = os.read(self._read.fileno(), 1 << 16)
        if len(self._first) < len(READY):
            self._first += data
            if len(self._first) < len(READY):
                return bool(data)
            assert self._first.startswith(READY)
            data = self._first[len(READY) :]
            self._first = READY
        elif not data:
            return False
        for kind, content in self._packets.whole(data):
            if kind == DATA:  # pyte stumbles over a question about modes
                self._stream.feed(content.replace(b"\x1b[?2026$p", b""))
            else:
                self.said.append(json.loads(content))
        return True


@contextmanager
def behind(*arguments: str) -> Iterator[Behind]:
    """The app; killed at the end."""
    app = Behind(*arguments)
    try:
        yield app
    finally:
        app.process.kill()
        app.process.wait()
        for pipe in (app.process.stdin, app.process.stdout):
            if pipe is not None and not pipe.closed:
                pipe.close()


@given(st.lists(st.tuples(st.sampled_from([DATA, TOLD]), st.binary(max_size=20))), st.data())
def test_packets_are_whole_wherever_they_are_cut(
    told: list[tuple[bytes, bytes]], draw: st.DataObject
) -> None:
    """What is packed comes out as it was."""
    sent = b"".join(packed(*one) for one in told)
    cuts = sorted(draw.draw(st.lists(st.integers(0, len(sent)), max_size=5)))
    edges = [0, *cuts, len(sent)]
    packets = Packets()
    came = [one for start, stop in pairwise(edges) for one in packets.whole(sent[start:stop])]
    assert came == told


def test_a_pipe_that_is_gone_is_let_be() -> None:
    """Drawing into it does not raise; before, every byte was counted and whole."""
    read, write = os.pipe()
    outlet = PacketOutlet(write, lambda: (80, 24))
    outlet.tell("open_url", url="https://example.org", new_tab=True)
    outlet.write("\x1b[1;1Hä")
    outlet.flush()
    told = b'{"type": "open_url", "url": "https://example.org", "new_tab": true}'
    drawn = "\x1b[1;1Hä".encode()
    sent = packed(TOLD, told) + packed(DATA, drawn)
    assert os.read(read, 1 << 16) == sent
    assert outlet.num_bytes == len(sent)
    os.close(read)
    outlet.write("\x1b[2;1Hb")
    outlet.flush()
    assert outlet.num_bytes == len(sent)
    os.close(write)


def test_keys_sizes_and_what_means_nothing(bench: Bench) -> None:
    """It draws for the page, in its size, whatever locale and console the server was started on.

    What can't be done in a browser is told; q tells the page that it has ended.
    """
    with behind("open", "circle") as app:
        app.until("Linear(4)", "╭")  # no ASCII, as the locale C would have it
        app.send(packed(TOLD, b"no JSON") + packed(b"X", b"?") + packed(TOLD, b'{"type": "new"}'))
        app.type("\x1b[99999999999999u\xff")
        app.resize(60, 20)
        app.until("Linear(4)", "Layers")
        app.type("\x1a")  # ctrl+z undoes; elsewhere there is no shell to go back to
        app.type("?")
        app.until("every key")
        app.type("\x1a")
        app.until("There is no shell")
        app.type("\x1b")
        app.until("space Run")  # esc and a key at once are another key
        app.tell("blur")
        app.tell("focus")
        app.type("q")
        assert app.end() == 0
        assert app.said == [{"type": "exit"}]


@pytest.mark.parametrize("how", ["told", "gone"])
def test_a_closed_tab_is_a_dropped_connection(bench: Bench, how: str) -> None:
    """Whether the server tells of it or is gone itself: the run goes on, and can be stopped."""
    bench.write("endless.toml", ENDLESS)
    with behind("open", "./endless.toml") as app:
        app.until("endless")
        app.type(" ")
        app.until("running")
        run = Run(bench.runs()[0])
        if how == "told":
            app.tell("quit")
        assert (app.end() if how == "told" else app.hang_up()) == HUNG_UP
    assert read_lease(run.path) is not None
    assert perceptui("stop", "last").code == 0
    eventually(has_finished(run))
