"""A notice goes every way that was chosen, and a way that is dead is named and harms none."""

from __future__ import annotations

import http.server
import json
import os
import pty
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.errors import UsageError
from engine.notices.choice import Choice, check_addresses, choice_file
from engine.notices.sending import send
from engine.notices.terminal import TTY, sequences

RUN = Path("/runs/circle-1")


class _Inbox(http.server.BaseHTTPRequestHandler):
    """Keeps what is posted."""

    got: list[dict[str, Any]]

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.got.append(json.loads(self.rfile.read(length)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *args: object) -> None:
        pass


@pytest.fixture
def inbox() -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """An address of a server here, and what it has got."""
    got: list[dict[str, Any]] = []
    handler = type("Inbox", (_Inbox,), {"got": got})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever).start()
        yield f"json://127.0.0.1:{server.server_port}/", got
        server.shutdown()


def test_a_message_arrives_and_a_dead_address_is_counted(
    inbox: tuple[str, list[dict[str, Any]]],
) -> None:
    """By Apprise, over HTTP; what is told of a failure does not name the address."""
    address, got = inbox
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        dead = f"json://user:secret@127.0.0.1:{nobody.getsockname()[1]}/"
        choice = Choice(addresses=(dead, address))
        failures = send(choice, "end", "perceptui: Circle", "ended after 3 epochs", RUN)
    assert failures == ["1 of 2 addresses could not be reached"]
    assert [(one["title"], one["message"]) for one in got] == [
        ("perceptui: Circle", "ended after 3 epochs\n/runs/circle-1")
    ]


def test_a_command_gets_the_runs_path(tmp_path: Path) -> None:
    """Behind its own arguments; kind and text are in its environment."""
    program = (
        "import os, sys; open(sys.argv[1], 'w').write("
        "' '.join([sys.argv[2], os.environ['PERCEPTUI_NOTICE'], os.environ['PERCEPTUI_TEXT']]))"
    )
    said = tmp_path / "said"
    choice = Choice(command=(sys.executable, "-c", program, str(said)))
    assert send(choice, "stall", "perceptui", "no progress", RUN) == []
    assert said.read_text() == "/runs/circle-1 stall no progress"
    assert send(Choice(command=("/nowhere/x",)), "end", "", "", RUN)[0].startswith(
        "the command /nowhere/x can't be run ("
    )
    failing = Choice(command=(sys.executable, "-c", "raise SystemExit(3)"))
    assert send(failing, "end", "", "", RUN)[0].endswith("ended with exit code 3")


def test_the_terminal_rings(monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that the training was started from."""
    ours, theirs = pty.openpty()
    monkeypatch.setenv(TTY, os.ttyname(theirs))
    monkeypatch.setenv("TERM", "xterm-256color")
    for name in ("KITTY_WINDOW_ID", "VTE_VERSION", "TMUX"):
        monkeypatch.delenv(name, raising=False)
    assert send(Choice(terminal=True), "end", "perceptui: A", "over", RUN) == []
    assert os.read(ours, 1000) == b"\a\x1b]9;perceptui: A: over\x1b\\"
    os.close(ours)
    os.close(theirs)


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({"TERM": "linux"}, "\a"),
        ({"TERM": "xterm"}, "\a\x1b]9;t;x: a b\x1b\\"),
        ({"TERM": "foot"}, "\a\x1b]777;notify;t,x;a b\x1b\\"),
        ({"TERM": "xterm", "VTE_VERSION": "7600"}, "\a\x1b]777;notify;t,x;a b\x1b\\"),
        (
            {"TERM": "xterm-kitty"},
            "\a\x1b]99;i=perceptui:d=0;t;x\x1b\\\x1b]99;i=perceptui:d=1:p=body;a b\x1b\\",
        ),
        (
            {"TERM": "tmux-256color", "TMUX": "/tmp/tmux"},
            "\a\x1bPtmux;\x1b\x1b]9;t;x: a b\x1b\x1b\\\x1b\\",
        ),
    ],
)
def test_each_terminal_is_told_as_it_understands(
    environment: dict[str, str], expected: str
) -> None:
    """Once, and nothing of the text is a command to it."""
    assert sequences("t;x", "a\x1bb", environment) == expected


def test_a_choice_is_kept_for_its_owners_eyes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a file of its own; what is wrong in it is named."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert Choice.load().is_empty
    choice = Choice(("ntfys://u:p@h/t",), ("say", "done it"), terminal=True, least_s=5.0)
    choice.save()
    assert Choice.load() == choice
    assert choice_file().stat().st_mode & 0o777 == 0o600
    choice_file().write_text("adresses = []\n")
    with pytest.raises(UsageError, match=r"notify\.toml: not understood: .*adresses"):
        Choice.load()


def test_an_address_that_is_none_is_refused() -> None:
    """With what one looks like."""
    with pytest.raises(UsageError, match="nowhere: no address that Apprise knows: write it like"):
        check_addresses(("nowhere",))
