"""What a command prints with --json: one compact object a line, as a run's events are written.

Characters beyond ASCII are escaped, whatever stdout takes: among them are those that move a cursor
or turn the direction of a line around.
"""

from __future__ import annotations

import json
import re
import sys

from engine.encoding import encoded

_BEYOND = re.compile(r"[^\x00-\x7e]")


def print_json(value: object) -> None:
    """Print plain values as one line."""
    print_line(json.dumps(value, separators=(",", ":")))


def print_message(message: object) -> None:
    """Print an event, or another message between client and trainer, as one line."""
    print_line(encoded(message).decode())


def print_line(line: str) -> None:
    """Print a line of JSON."""
    # In JSON they stand in texts only, where an escape means the same.
    sys.stdout.write(_BEYOND.sub(_escaped, line) + "\n")


def _escaped(found: re.Match[str]) -> str:
    units = found[0].encode("utf-16-be")
    return "".join(f"\\u{units[at : at + 2].hex()}" for at in range(0, len(units), 2))
