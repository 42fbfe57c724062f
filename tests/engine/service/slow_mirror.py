"""A mirror of FashionMNIST that begins to send and then falls silent, for downloads that last.

torchvision names this set's mirror by http, so that a real worker comes here by `http_proxy`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from engine.parts.data.arrival import CHUNK_BYTES
from engine.spec.experiment import Experiment
from tests.engine.training.tiny import small

SIZE = 4 * CHUNK_BYTES
"""Bytes that are promised; a quarter of them comes."""


def waiting_for_data(**changes: object) -> Experiment:
    """An experiment whose data has to be downloaded first."""
    return small(
        data="FashionMNIST(train_samples=100)",
        layers=["Flatten()", "Linear(10)"],
        loss="CrossEntropyLoss()",
        **changes,
    )


def left_over(data_dir: Path) -> list[Path]:
    """What lies there but the part of a download, which is gone on with the next time."""
    files = [path for path in data_dir.rglob("*") if path.is_file()]
    return [path for path in files if path.suffix != ".part"]


class _Handler(BaseHTTPRequestHandler):
    silence: threading.Event

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(SIZE))
        self.end_headers()
        self.wfile.write(bytes(CHUNK_BYTES))
        self.silence.wait()

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@contextmanager
def slow_mirror(patch: pytest.MonkeyPatch) -> Iterator[None]:
    """Processes that are started in here download from a server that falls silent."""
    silence = threading.Event()
    handler = type("Slow", (_Handler,), {"silence": silence})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        patch.setenv("http_proxy", f"http://127.0.0.1:{running.server_port}")
        patch.setenv("no_proxy", "")
        try:
            yield
        finally:
            silence.set()
            running.shutdown()
            thread.join()
