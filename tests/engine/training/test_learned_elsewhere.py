"""Published weights arrive by HTTP, with what is known of how far they are, and are checked."""

from __future__ import annotations

import hashlib
import http.server
import threading
import urllib.request
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import DataUnavailable
from engine.parts.data import Loading
from engine.training.learned_elsewhere import download
from tests.engine.training.tiny import NOWHERE

CONTENT = bytes(range(256)) * 1200


class _Publisher(http.server.BaseHTTPRequestHandler):
    """Gives the same bytes for every name."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The address of a server here."""
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.setattr(urllib.request, "_opener", None)  # it keeps what proxies there were
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Publisher) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_weights_arrive_with_progress(publisher: str, tmp_path: Path) -> None:
    """How much of how much is told on the way; the checksum in the name is that of the file."""
    name = f"net-{hashlib.sha256(CONTENT).hexdigest()[:8]}.pth"
    told: list[Loading] = []
    download(f"{publisher}/{name}", tmp_path / name, "A", replace(NOWHERE, on_loading=told.append))
    assert (tmp_path / name).read_bytes() == CONTENT
    assert [one.done_bytes for one in told] == sorted(one.done_bytes for one in told)
    assert (told[-1].done_bytes, told[-1].total_bytes) == (len(CONTENT), len(CONTENT))
    assert len(told) > 1


def test_a_wrong_checksum_leaves_nothing(publisher: str, tmp_path: Path) -> None:
    """And is one sentence that says which file is wanted where."""
    with pytest.raises(DataUnavailable, match=r"could not be downloaded: .*: wrong checksum"):
        download(f"{publisher}/net-00000000.pth", tmp_path / "net-00000000.pth", "A", NOWHERE)
    assert list(tmp_path.iterdir()) == []
