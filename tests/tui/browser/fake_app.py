"""Stands in for the app behind a tab: says what it was told, and ends as it is asked to.

python -m tests.tui.browser.fake_app FILE BEHAVIOR: what comes is written into FILE.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from tui.terminal.packets import DATA, READY, TOLD, Packets, packed

MUCH = 1 << 20


def main(file: Path, behavior: str) -> None:
    told, packets = file.open("a", buffering=1), Packets()
    size = f"{os.environ['COLUMNS']}x{os.environ['ROWS']} {os.environ['TEXTUAL_DRIVER']}"
    told.write(f"{os.getpid()} {size} {os.environ.get('TMUX', 'no tmux')}\n")
    os.write(1, READY + packed(DATA, b"drawn"))
    while data := os.read(0, 1 << 16):
        for kind, content in packets.whole(data):
            told.write(f"{kind.decode()} {content.decode()}\n")
            if kind == DATA and content == b"q":
                os.write(1, packed(TOLD, b'{"type": "exit"}'))
                return
            if behavior == "draws on" and b"quit" in content:
                os.write(1, packed(DATA, b"x" * MUCH))
                told.write("drawn on\n")
    if behavior == "stays":
        time.sleep(3600)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
