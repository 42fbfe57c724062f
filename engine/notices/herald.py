"""The process beside a trainer that tells what becomes of its training, also of its death.

It reads the trainer's lines from its standard input and sends by itself, so that no dead address
holds a training up, and a trainer that is killed is told of. Started by engine.notices.caller.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

from engine.decoding import Undecodable, decoded
from engine.notices.choice import Choice
from engine.notices.lines import Beat, Ended, Kind, Line
from engine.notices.sending import send
from engine.runs.contents import LOG

STALL_TIMES = 10
"""A training stalls where nothing comes for so many times its usual step."""

Tell = Callable[[Kind, str], None]


def watch(source: int, tell: Tell, least_stall_s: float) -> None:
    """Read a trainer's lines until its training is over, and tell what is to be told.

    source: the descriptor that they come from; its end without a word is the trainer's death.
    least_stall_s: without progress for less than that it has not stalled.
    """
    newest: Beat | None = None
    moved_at = time.monotonic()
    has_stalled = False
    rest = b""
    while True:
        limit_s = max(least_stall_s, STALL_TIMES * newest.usual_s) if newest else least_stall_s
        left_s = None
        if newest is not None and not newest.waits and not has_stalled:
            left_s = max(0.0, moved_at + limit_s - time.monotonic())
        if not select.select([source], [], [], left_s)[0]:
            has_stalled = True
            assert newest is not None, "only who has begun can stall"
            waited = f"{limit_s:,.0f}" if limit_s >= 10 else f"{limit_s:.2g}"
            tell("stall", f"no progress for {waited} s, since step {newest.step:,}")
            continue
        read = os.read(source, 65536)
        if not read:
            at = f" after step {newest.step:,}" if newest else ""
            tell("death", f"the trainer died{at}: `perceptui resume` goes on")
            return
        *lines, rest = (rest + read).split(b"\n")
        for line in lines:
            told = _line(line)
            if isinstance(told, Ended):
                if told.kind != "quiet":
                    tell(told.kind, told.text)
                return
            if told is None:
                continue
            if newest is None or (told.step, told.waits) != (newest.step, newest.waits):
                moved_at, has_stalled = time.monotonic(), False
            newest = told


def _line(line: bytes) -> Line | None:
    try:
        told: Line = decoded(line, Line)
    except Undecodable:
        return None
    return told


def main() -> None:
    """Watch over the run named in the arguments, whose title follows."""
    run, title = Path(sys.argv[1]), sys.argv[2]
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the trainer's end is told, not shared
    began, choice = time.monotonic(), Choice.load()

    def tell(kind: Kind, text: str) -> None:
        if kind == "end" and time.monotonic() - began < choice.least_s:
            return
        for failure in send(choice, kind, f"perceptui: {title}", text, run):
            with (run / LOG).open("a", encoding="utf-8") as log:
                log.write(f"notice of {kind}: {failure}\n")

    watch(sys.stdin.fileno(), tell, choice.stall_s)
