"""Where a person wants to be told: their own file, never a part of an experiment or a record."""

from __future__ import annotations

import importlib.util
import json
import math
import os
import shlex
from pathlib import Path

import msgspec

from engine.decoding import Undecodable, converted
from engine.errors import UsageError
from engine.paths import config_dir
from engine.runs.files import replace_bytes
from engine.spec.toml_text import read_raw

SILENT = "PERCEPTUI_SILENT"
"""Set where trainings are part of something larger, which tells by itself: a sweep."""
INSTALL = "pip install 'perceptui[notify]'"
LEAST_STALL_S = 0.5
"""A training tells how far it is a few times in it."""


class Choice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is done when a training ends, diverges, stalls, or its trainer dies."""

    addresses: tuple[str, ...] = ()
    """As Apprise has them: `ntfys://ntfy.sh/topic`, `mailto://…`."""
    command: tuple[str, ...] = ()
    """A program with its arguments; the run's path is given as its last one."""
    terminal: bool = False
    """Whether the terminal that the training was started from rings."""
    least_s: float = 60.0
    """Of a training that ends sooner nothing is told, unless it fails."""
    stall_s: float = 30.0
    """It stalls after ten times its usual step without progress, but not before: an evaluation
    takes longer than a step, and a machine may be busy."""

    @property
    def is_empty(self) -> bool:
        return not (self.addresses or self.command or self.terminal)

    @property
    def schemes(self) -> str:
        """How the addresses are reached; the rest of an address is secret."""
        return ", ".join(f"{address.partition('://')[0]}://…" for address in self.addresses)

    @classmethod
    def load(cls) -> Choice:
        """What the file says; nothing is chosen where there is none.

        Raises UsageError where it can't be read.
        """
        path = choice_file()
        if not path.exists():
            return cls()
        try:
            found = converted(read_raw(path), cls)
            check_least(found.least_s)
            check_stall(found.stall_s)
        except (Undecodable, UsageError) as error:
            raise UsageError(f"{path}: {error}") from error
        return found

    def save(self) -> None:
        """Write it for its owner's eyes only: addresses have passwords in them."""
        path = choice_file()
        plain = msgspec.to_builtins(self)
        lines = [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(mode=0o600)
            replace_bytes(path, ("\n".join(lines) + "\n").encode(), keep_mode=True)
        except OSError as error:
            raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def choice_file() -> Path:
    """Where it is kept."""
    return config_dir() / "notify.toml"


def is_silent() -> bool:
    """Whether nobody is to be told of the trainings of this process."""
    return SILENT in os.environ


def check_addresses(addresses: tuple[str, ...]) -> None:
    """Raise UsageError where Apprise is not installed, or knows no such address."""
    if not addresses:
        return
    if importlib.util.find_spec("apprise") is None:
        raise UsageError(f"an address needs Apprise: {INSTALL}")
    import apprise

    for address in addresses:
        if apprise.Apprise.instantiate(address) is None:
            raise UsageError(
                f"{address}: no address that Apprise knows: write it like "
                "ntfys://ntfy.sh/topic or mailto://user:password@example.org"
            )


def words_of(command: str) -> tuple[str, ...]:
    """A command as it is typed, as the words that it is run by; raises UsageError."""
    try:
        return tuple(shlex.split(command))
    except ValueError as error:
        raise UsageError(f"{command}: {error}") from error


def check_least(least_s: float) -> None:
    """Raise UsageError for what is no time."""
    if not (least_s >= 0 and math.isfinite(least_s)):
        raise UsageError(f"{least_s:g}: give 0 or more seconds")


def check_stall(stall_s: float) -> None:
    """Raise UsageError for what is no time, or shorter than a trainer tells by."""
    if not (stall_s >= LEAST_STALL_S and math.isfinite(stall_s)):
        raise UsageError(f"{stall_s:g}: give {LEAST_STALL_S:g} or more seconds")
