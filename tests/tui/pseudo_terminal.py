"""The app on a real pseudo-terminal: keys in, bytes out, and what a terminal shows of them."""

from __future__ import annotations

import codecs
import fcntl
import os
import re
import select
import signal
import struct
import subprocess
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import pyte

from tests.engine.service.live import WAIT_S
from tests.tui.command_line import command

ENTER, ESCAPE = "\r", "\x1b"
_FOREIGN = re.compile(r"\x1b\[[<>=][0-9;]*[a-zA-Z]|\x1b\[\?[0-9;]*(?:\$p|m)")
"""What pyte would print or stumble over: kitty's keyboard protocol, questions about modes."""
_UNFINISHED = re.compile(r"\x1b(?:\[[0-9;?<>=$]*)?\Z")
_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KITTY = re.compile(rb"\x1b\[([<>])[0-9;]*u")
_SEQUENCE = re.compile(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[()][A-Z0-9]|.)")
_AT_REST = {7: True, 25: True}
"""Modes that are set in a terminal nobody has touched: lines wrap, the cursor shows."""


class PseudoTerminal:
    """A process on a terminal of its own; what it writes is kept and drawn on demand."""

    def __init__(
        self,
        command: Sequence[str],
        *,
        columns: int = 120,
        rows: int = 36,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        surroundings = {
            name: value
            for name, value in os.environ.items()
            if name not in ("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR")
        }
        surroundings |= {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LANG": "C.UTF-8"}
        self._fd, self._side = os.openpty()
        os.set_blocking(self._fd, False)
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, _window(columns, rows))
        self._process = subprocess.Popen(
            command,
            stdin=self._side,
            stdout=self._side,
            stderr=self._side,
            env={**surroundings, **(environment or {})},
            start_new_session=True,
            preexec_fn=_take_terminal,
        )
        self.modes_before = termios.tcgetattr(self._side)
        self.written = bytearray()
        self._drawn = 0
        self._decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self._rest = ""
        self._screen = pyte.Screen(columns, rows)
        self._stream = pyte.Stream(self._screen)

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    @property
    def lines(self) -> list[str]:
        """What a terminal shows now, without trailing blanks."""
        new = self._rest + self._decode(bytes(self.written[self._drawn :]))
        self._drawn = len(self.written)
        unfinished = _UNFINISHED.search(new)
        cut = unfinished.start() if unfinished else len(new)
        self._rest = new[cut:]
        self._stream.feed(_FOREIGN.sub("", new[:cut]))
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def colors(self) -> set[str]:
        """Every foreground and background color on the screen, as pyte names them."""
        self.text  # noqa: B018  # draws what came
        cells = [cell for row in self._screen.buffer.values() for cell in row.values()]
        return {cell.fg for cell in cells} | {cell.bg for cell in cells}

    def is_marked(self, text: str) -> bool:
        """Whether some place shows the text reversed or underlined."""
        for row, line in enumerate(self.lines):
            start = line.find(text)
            while start >= 0:
                cells = [self._screen.buffer[row][start + n] for n in range(len(text))]
                if all(cell.reverse or cell.underscore for cell in cells):
                    return True
                start = line.find(text, start + 1)
        return False

    @property
    def printed(self) -> bytes:
        """All that was written besides escape sequences and controls."""
        return bytes(byte for byte in _SEQUENCE.sub(b"", bytes(self.written)) if byte >= 32)

    def type(self, keys: str | bytes) -> None:
        """Press keys, or send whatever bytes; what is written meanwhile is read."""
        waiting = memoryview(keys.encode() if isinstance(keys, str) else keys)
        deadline = time.monotonic() + WAIT_S
        while waiting:
            assert time.monotonic() < deadline, "nobody reads the keys"
            _, writable, _ = select.select([], [self._fd], [], 0.05)
            if writable:
                with suppress(BlockingIOError):
                    waiting = waiting[os.write(self._fd, waiting[:1024]) :]
            self.read(0)

    def read(self, wait_s: float) -> bool:
        """Take what is written within the time; whether anything was."""
        if not select.select([self._fd], [], [], wait_s)[0]:
            return False
        self.written += os.read(self._fd, 1 << 16)
        return True

    def until(self, condition: str | Callable[[str], bool]) -> str:
        """Wait until the screen shows a text, or meets a condition; return the screen."""
        deadline = time.monotonic() + WAIT_S
        while True:
            shown = self.text
            if condition in shown if isinstance(condition, str) else condition(shown):
                return shown
            assert time.monotonic() < deadline, f"never seen: {condition!r}\n{shown}"
            if not self.read(0.05) and not self.is_alive and not self.read(0.05):
                raise AssertionError(f"it ended before {condition!r}\n{shown}")

    def resize(self, columns: int, rows: int) -> None:
        """Make the window another size, as a window manager does."""
        self.text  # noqa: B018  # drawn in the size it was meant for
        self._screen.resize(rows, columns)
        fcntl.ioctl(self._side, termios.TIOCSWINSZ, _window(columns, rows))
        self.signal(signal.SIGWINCH)  # the kernel tells the group in the foreground only

    def wipe(self) -> None:
        """Forget what is on the screen, as if other programs had drawn over it."""
        self.text  # noqa: B018  # drawn, then wiped
        self._screen.reset()

    def signal(self, number: signal.Signals) -> None:
        os.kill(self.pid, number)

    def state(self) -> str:
        """The process state as the kernel's letter: R, S, T (stopped), Z."""
        return Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()[0]

    def hang_up(self) -> int:
        """Close the terminal, as a lost connection does; returns the exit code."""
        self._close_sides()
        return self._process.wait(WAIT_S)

    def end(self) -> int:
        """Wait for the process to end; its exit code, or minus the signal that killed it."""
        deadline = time.monotonic() + WAIT_S
        while self.read(0.02) or self.is_alive:
            assert time.monotonic() < deadline, f"it does not end\n{self.text}"
        return self._process.wait()

    def not_restored(self) -> list[str]:
        """What the process left otherwise than it found it; empty: the terminal is as it was."""
        left: dict[int, bool] = {}
        for numbers, how in _MODES.findall(bytes(self.written)):
            left.update({int(number): how == b"h" for number in numbers.split(b";")})
        found = [f"mode {n} is {on}" for n, on in left.items() if on != _AT_REST.get(n, False)]
        kitty = list(_KITTY.findall(bytes(self.written)))
        if kitty.count(b">") > kitty.count(b"<"):
            found.append("the kitty keyboard protocol is on")
        if termios.tcgetattr(self._side) != self.modes_before:
            found.append("termios flags differ")
        return found

    def close(self) -> None:
        """End the process if it lives, and give the terminal back."""
        if self.is_alive:
            self._process.kill()
            self._process.wait()
        self._close_sides()

    def _close_sides(self) -> None:
        for side in (self._fd, self._side):
            if side >= 0:
                os.close(side)
        self._fd = self._side = -1


@contextmanager
def app_on_terminal(
    *arguments: str,
    columns: int = 120,
    rows: int = 36,
    environment: Mapping[str, str] | None = None,
) -> Iterator[PseudoTerminal]:
    """`perceptui` with these arguments on a terminal of its own; killed at the end."""
    terminal = PseudoTerminal(
        command(*arguments), columns=columns, rows=rows, environment=environment
    )
    try:
        yield terminal
    finally:
        terminal.close()


def _window(columns: int, rows: int) -> bytes:
    return struct.pack("HHHH", rows, columns, 0, 0)


def _take_terminal() -> None:
    """In the new process: its stdin becomes what ctrl-z and a hang-up act on."""
    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
