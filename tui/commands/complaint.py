"""What went wrong, told on stderr."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterable

from tui.language import tr


def complain_of(remarks: Iterable[str]) -> None:
    """Print what should be known of something that was done, on stderr."""
    for remark in remarks:
        complain(remark)


def complain(message: str) -> None:
    """Print a message on stderr, whatever stands in it made harmless."""
    from tui.renderables.sanitize import plain

    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    with contextlib.suppress(OSError):  # nobody reads stderr: the exit code has to do
        for line in tr(message).split("\n"):
            text = plain(line, ascii=not encoding.lower().startswith("utf"))
            print(f"perceptui: {text}", file=sys.stderr, flush=True)
