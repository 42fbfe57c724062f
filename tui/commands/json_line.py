"""What a command prints with --json: one compact object a line, as a run's events are written."""

from __future__ import annotations

import json


def print_json(value: object) -> None:
    """Print a value as one line; characters beyond ASCII are escaped, whatever stdout takes."""
    print(json.dumps(value, separators=(",", ":")))
