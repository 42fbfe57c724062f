"""Sends one notice every way that was chosen; none of them keeps another from being tried."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

from engine.notices.choice import INSTALL, Choice
from engine.notices.lines import Kind
from engine.notices.terminal import TTY, own_terminal, ring, sequences

COMMAND_S = 60.0
"""How long a person's command may take."""


def send(choice: Choice, kind: Kind, title: str, text: str, run: Path) -> list[str]:
    """Tell it; returns what did not work, without the addresses, which are secret."""
    return [
        *_rung(choice, title, text),
        *_commanded(choice, kind, text, run),
        *_messaged(choice, title, f"{text}\n{run}"),
    ]


def try_out(choice: Choice, text: str) -> list[str]:
    """Send a notice now, as an end is told, to the terminal of this process; as `send`."""
    os.environ[TTY] = own_terminal()
    return send(choice, "end", "perceptui", text, Path("RUN").absolute())


def _rung(choice: Choice, title: str, text: str) -> Iterator[str]:
    terminal = os.environ.get(TTY, "")
    if not choice.terminal or not terminal:
        return
    try:
        ring(terminal, sequences(title, text, os.environ))
    except OSError as error:
        yield f"the terminal {terminal} can't be rung ({error.strerror or error})"


def _commanded(choice: Choice, kind: Kind, text: str, run: Path) -> Iterator[str]:
    if not choice.command:
        return
    told = {"PERCEPTUI_NOTICE": kind, "PERCEPTUI_TEXT": text}
    try:
        done = subprocess.run(
            [*choice.command, str(run)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **told},
            timeout=COMMAND_S,
        )
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        yield f"the command {choice.command[0]} can't be run ({error})"
        return
    if done.returncode:
        yield f"the command {choice.command[0]} ended with exit code {done.returncode}"


def _messaged(choice: Choice, title: str, text: str) -> Iterator[str]:
    if not choice.addresses:
        return
    try:
        import apprise
    except ImportError:
        yield f"messages need Apprise: {INSTALL}"
        return
    failed = 0
    for address in choice.addresses:  # one by one: each is tried, and one that is dead is counted
        messenger = apprise.Apprise()
        messenger.add(address)
        failed += not messenger.notify(body=text, title=title)
    if failed:
        yield f"{failed} of {len(choice.addresses)} addresses could not be reached"
