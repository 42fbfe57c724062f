"""`perceptui serve` on the command line."""

from __future__ import annotations

import socket
import sys

import pytest

from tests.tui.command_line import Bench, perceptui
from tui.language.choice import ask_for

pytest.importorskip("textual_serve", reason="needs the extra serve")


@pytest.fixture
def served(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """The words that would start the app, of each server that would serve."""
    from tui.browser.server import BrowserServer

    words: list[list[str]] = []
    monkeypatch.setattr(BrowserServer, "serve_on", lambda self, _: words.append(self._words))
    return words


def test_the_address(bench: Bench, served: list[list[str]]) -> None:
    """It is this machine's alone, and has a token that is drawn anew."""
    first, second = (perceptui("serve", "--port", "0") for _ in range(2))
    assert (first.code, first.err) == (0, "")
    addresses = [outcome.lines[0] for outcome in (first, second)]
    assert all(address.startswith("http://127.0.0.1:") for address in addresses)
    tokens = {address.split("/")[-2] for address in addresses}
    assert len(tokens) == 2
    assert {len(token) for token in tokens} == {32}


def test_the_app_is_opened_as_asked(bench: Bench, served: list[list[str]]) -> None:
    """On what is named, with the places and the language of this command line."""
    try:
        outcome = perceptui(
            *("serve", "tiny.toml", "--port", "0", "--runs-dir", "here", "--ascii"),
            *("--data-dir", "there", "--language", "zh_CN"),
        )
    finally:
        ask_for("auto")
    assert outcome.code == 0
    (words,) = served
    assert words[:4] == [sys.executable, "-P", "-m", "tui.entry"]
    asked = ["--language", "zh_CN", "open", "tiny.toml", "--runs-dir", "here"]
    assert words[4:] == [*asked, "--data-dir", "there", "--ascii"]


def test_other_hosts_are_warned_of(bench: Bench, served: list[list[str]]) -> None:
    """Only where they are asked for."""
    outcome = perceptui("serve", "--port", "0", "--host", "0.0.0.0")
    assert outcome.code == 0
    assert "warning: --host 0.0.0.0" in outcome.err
    assert outcome.lines[0].startswith(f"http://{socket.gethostname()}:")


def test_it_listens_nowhere_else(bench: Bench) -> None:
    """The socket is bound to this machine's own address."""
    from tui.browser.listening import listening
    from tui.commands.serve import HERE

    with listening(HERE, 0) as one:
        assert one.getsockname()[0] == "127.0.0.1"


def test_what_is_refused(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything listens: a WHAT that is nothing, a port that is taken, a host that is none,
    and the extra that is missing.
    """
    assert "nothing-at-all" in bench.refused("serve", "nothing-at-all")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        told = bench.refused("serve", "--port", port)
    assert told == f"127.0.0.1, port {port}: Address already in use; --port 0 takes a free one"
    assert "no such host" in bench.refused("serve", "--port", "0", "--host", "no.such.host.invalid")
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    told = bench.refused("serve")
    assert told == "serve needs textual-serve: pip install 'perceptui[serve]'"
