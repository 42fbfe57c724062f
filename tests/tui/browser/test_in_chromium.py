"""`perceptui serve` in a real browser."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pyte
import pytest

from engine.runs.lease import read_lease
from engine.runs.run import Run
from tests.browser.chromium import Page, browser
from tests.engine.service.live import WAIT_S, eventually
from tests.tui.command_line import Bench, perceptui
from tests.tui.live_process import has_finished

pytest.importorskip("textual_serve", reason="needs the extra serve")

LINE = "perceptui --preset circle --set epochs=1000000000 --set report_every=1000000"


@contextmanager
def served(*arguments: str) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address that `perceptui serve` prints, and its process."""
    server = subprocess.Popen(
        [sys.executable, "-m", "tui.entry", "serve", "--port", "0", *arguments],
        stdout=subprocess.PIPE,
        env={**os.environ, "LANGUAGE": "en"},
    )
    assert server.stdout is not None
    try:
        assert select.select([server.stdout], [], [], WAIT_S)[0]
        yield server.stdout.readline().decode().strip(), server
    finally:
        server.kill()
        server.wait()
        server.stdout.close()


def screen(page: Page) -> str:
    """What the terminal in the page shows, by what it was sent."""
    columns, rows = page.evaluate(
        "(() => { const box = document.querySelector('.xterm-screen').getBoundingClientRect();"
        " return [Math.floor(box.width / 9), Math.floor(box.height / 21)] })()"
    )
    shown = pyte.Screen(columns, rows)
    sent = bytes(page.received).replace(b"\x1b[?2026$p", b"").decode("utf-8", "replace")
    pyte.Stream(shown).feed(sent)
    return "\n".join(shown.display)


def until_seen(page: Page, *texts: str) -> None:
    """Wait until all of these are on the screen."""
    deadline = time.monotonic() + WAIT_S
    while not all(text in screen(page) for text in texts):
        assert time.monotonic() < deadline, screen(page)
        time.sleep(0.1)


def num_colors(page: Page) -> int:
    """How many colors the terminal's canvas has: more than a blank one."""
    colors: int = page.evaluate(
        "(() => { const canvas = document.querySelector('.xterm-text-layer');"
        " const all = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);"
        " return new Set(new Uint32Array(all.data.buffer)).size })()"
    )
    return colors


@pytest.mark.rare
def test_from_the_address_to_the_closed_tab(bench: Bench, tmp_path: Path) -> None:
    """It loads, asks no other host, trains, heeds a key, and leaves the run when it is closed."""
    with browser(tmp_path / "profile") as page, served(LINE) as (address, server):
        wrong = address.rsplit("/", 2)[0]
        assert page.open(f"{wrong}/wrong/") == 403
        assert page.open(f"{wrong}/") == 403
        page.size(1080, 798)
        page.requests.clear()
        assert page.open(address) == 200
        until_seen(page, "Linear(4)", "space")
        page.until("document.activeElement.className === 'xterm-helper-textarea'")
        page.type(" ")
        until_seen(page, "running")
        page.type(" ")
        until_seen(page, "paused")
        page.type(" ")
        until_seen(page, "running")
        page.screenshot(tmp_path / "page.png")
        assert num_colors(page) > 100
        assert {urlsplit(one).netloc for one in page.requests} <= {urlsplit(address).netloc, ""}
        run = Run(bench.runs()[0])
        page.close()
        assert read_lease(run.path) is not None
        before = (run.path / "events.jsonl").stat().st_mtime_ns
        eventually(lambda: (run.path / "events.jsonl").stat().st_mtime_ns > before)
        assert perceptui("stop", "last").code == 0
        eventually(has_finished(run))
        server.send_signal(signal.SIGINT)
        assert server.wait(WAIT_S) == 0
