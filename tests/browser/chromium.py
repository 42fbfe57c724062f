"""Headless Chromium, asked through pipes in its own DevTools protocol: no package is needed.

https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.engine.service.live import WAIT_S

Answer = dict[str, Any]
BINARY = 2
"""The opcode of a websocket's frame that is no text."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def found() -> str:
    """The browser's program; the test is skipped where there is none."""
    for name in _NAMES:
        if path := shutil.which(name):
            return path
    pytest.skip(f"needs Chromium: none of {', '.join(_NAMES)} is installed")


class Page:
    """One page of a browser."""

    def __init__(self, write: int, read: int) -> None:
        self._write, self._read = write, read
        self._buffer = b""
        self._number = 0
        self._session = ""
        self._statuses: dict[str, int] = {}
        self.requests: list[str] = []
        """The addresses that the page has asked for."""
        self.received = bytearray()
        """What websockets have brought, of that which is no text."""
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Network", "Runtime"):
            self._ask(f"{domain}.enable")

    def size(self, width: int, height: int = 900, *, dark: bool = False) -> None:
        """How wide the page is, and which colors its reader prefers."""
        self._ask(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._ask("Emulation.setEmulatedMedia", features=[scheme])

    def open(self, address: str) -> int:
        """Go there; returns the status of the answer, 200 for a file."""
        self._statuses = {}
        loader = self._ask("Page.navigate", url=address)["loaderId"]
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")
        return self._statuses.get(loader, 200)

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, a promise's once it has one."""
        answer = self._ask(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def until(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        end = time.monotonic() + WAIT_S
        while not self.evaluate(f"Boolean({condition})"):
            assert time.monotonic() < end, f"not within {WAIT_S} s: {condition}"
            time.sleep(0.05)

    def type(self, text: str) -> None:
        """Press the keys of a text."""
        for character in text:
            self._ask("Input.dispatchKeyEvent", type="keyDown", text=character, key=character)
            self._ask("Input.dispatchKeyEvent", type="keyUp", key=character)

    def screenshot(self, path: Path) -> None:
        """Keep a picture of the page, for eyes."""
        answer = self._ask("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(answer["data"]))

    def close(self) -> None:
        """Close the page as a person closes a tab."""
        self._ask("Page.close")

    def _ask(self, method: str, **parameters: Any) -> Answer:
        self._number += 1
        message: Answer = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, (method, answer)
                result: Answer = answer["result"]
                return result
            self._heed(answer)

    def _heed(self, event: Answer) -> None:
        parameters = event.get("params", {})
        if event.get("method") == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])
        elif event.get("method") == "Network.responseReceived":
            self._statuses[parameters["requestId"]] = parameters["response"]["status"]
        elif event.get("method") == "Network.webSocketFrameReceived":
            frame = parameters["response"]
            if frame["opcode"] == BINARY:
                self.received += base64.b64decode(frame["payloadData"])

    def _next(self) -> Answer:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], WAIT_S)
            assert ready, f"the browser has not answered within {WAIT_S} s"
            came = os.read(self._read, 1 << 16)
            assert came, "the browser is gone"
            self._buffer += came
        message, _, self._buffer = self._buffer.partition(b"\0")
        answer: Answer = json.loads(message)
        return answer


@contextmanager
def browser(profile: Path) -> Iterator[Page]:
    """A browser with one page; profile: a folder for what it keeps."""
    program = found()
    to_browser, write = os.pipe()
    read, from_browser = os.pipe()

    def take_places() -> None:  # where Chromium looks for the pipes
        spare = [os.dup(to_browser), os.dup(from_browser)]
        os.dup2(spare[0], 3)
        os.dup2(spare[1], 4)

    process = subprocess.Popen(
        [
            *(program, "--headless", "--no-sandbox", "--disable-gpu", "--remote-debugging-pipe"),
            *("--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage"),
            f"--user-data-dir={profile}",
            "about:blank",
        ],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=take_places,
        close_fds=False,
    )
    os.close(to_browser)
    os.close(from_browser)
    try:
        yield Page(write, read)
    finally:
        os.close(write)
        os.close(read)
        process.terminate()
        process.wait(WAIT_S)
