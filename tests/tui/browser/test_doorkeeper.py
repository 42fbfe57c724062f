"""Who is let in, as a table."""

from __future__ import annotations

import socket

import pytest

from tui.browser.doorkeeper import Doorkeeper, new_token

HERE = "127.0.0.1:8765"
OPEN = {"Host": HERE}
SOCKET = {"Host": HERE, "Upgrade": "websocket"}


def admits(
    path: str, headers: dict[str, str], host: str = "127.0.0.1", *, hosts: list[str] | None = None
) -> bool:
    return Doorkeeper("right", host).admits(path, headers, hosts or [headers["Host"]])


@pytest.mark.parametrize(
    ("path", "is_admitted"),
    [
        ("/right/", True),
        ("/right/static/js/textual.js", True),
        ("/right", True),
        ("/", False),
        ("", False),
        ("/wrong/", False),
        ("/righ/", False),
        ("/rightt/", False),
        ("/RIGHT/", False),
        ("//right/", False),
        ("/wrong/../right/", False),
        ("/static/js/textual.js", False),
        ("/ws", False),
        ("/r\xfcght/", False),
        ("/\udcff/", False),
    ],
)
def test_the_token(path: str, is_admitted: bool) -> None:
    """All that is asked for stands below it."""
    assert admits(path, OPEN) is is_admitted


@pytest.mark.parametrize(
    ("name", "listens_on", "is_admitted"),
    [
        ("127.0.0.1:8765", "127.0.0.1", True),
        ("localhost:8765", "127.0.0.1", True),
        ("LOCALHOST:9000", "127.0.0.1", True),  # a port that ssh forwards
        ("[::1]:8765", "::1", True),
        ("evil.example", "127.0.0.1", False),
        ("127.0.0.1.evil.example:8765", "127.0.0.1", False),
        ("192.168.1.7:8765", "127.0.0.1", False),
        ("bench.example:8765", "bench.example", True),
        ("evil.example:8765", "bench.example", False),
        ("192.168.1.7:8765", "0.0.0.0", True),
        (f"{socket.gethostname()}:8765", "0.0.0.0", True),
        ("evil.example:8765", "0.0.0.0", False),
        ("[fe80::1]:8765", "::", True),
        ("[::1", "127.0.0.1", False),
        ("", "127.0.0.1", False),
    ],
)
def test_the_name_that_was_asked_for(name: str, listens_on: str, is_admitted: bool) -> None:
    """A name of elsewhere that leads here is no name of here."""
    assert admits("/right/", {"Host": name}, listens_on) is is_admitted


def test_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two Host headers, or none, are no request of a browser's."""
    assert not admits("/right/", OPEN, hosts=[HERE, "evil.example"])
    assert not Doorkeeper("right", "127.0.0.1").admits("/right/", {}, [])


@pytest.mark.parametrize(
    ("headers", "is_admitted"),
    [
        (SOCKET | {"Origin": f"http://{HERE}"}, True),
        (SOCKET | {"Origin": f"https://{HERE}"}, True),
        (SOCKET, False),
        (SOCKET | {"Origin": "http://evil.example"}, False),
        (SOCKET | {"Origin": "http://127.0.0.1:9999"}, False),
        (SOCKET | {"Origin": "null"}, False),
        (OPEN | {"Origin": "http://evil.example"}, False),
        (OPEN, True),
    ],
)
def test_the_page_that_it_comes_from(headers: dict[str, str], is_admitted: bool) -> None:
    """A websocket is asked for by the page that was sent from here."""
    assert admits("/right/ws", headers) is is_admitted


def test_tokens_are_drawn_anew() -> None:
    """192 bits each, and they fit an address as they are."""
    tokens = {new_token() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {32}
    assert all(token.replace("-", "").replace("_", "").isalnum() for token in tokens)
