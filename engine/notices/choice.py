"""Where a person wants to be told: their own file, never a part of an experiment or a record."""

from __future__ import annotations

import importlib.util
import json
import os
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

    @property
    def is_empty(self) -> bool:
        return not (self.addresses or self.command or self.terminal)

    @classmethod
    def load(cls) -> Choice:
        """What the file says; nothing is chosen where there is none.

        Raises UsageError where it can't be read.
        """
        path = choice_file()
        if not path.exists():
            return cls()
        try:
            return converted(read_raw(path), cls)
        except Undecodable as error:
            raise UsageError(f"{path}: {error}") from error

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
        raise UsageError(f"--address needs Apprise: {INSTALL}")
    import apprise

    for address in addresses:
        if apprise.Apprise.instantiate(address) is None:
            raise UsageError(
                f"--address {address}: no address that Apprise knows: write it like "
                "ntfys://ntfy.sh/topic or mailto://user:password@example.org"
            )
