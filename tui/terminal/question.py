"""A question on the terminal before something is done that can't be taken back."""

from __future__ import annotations

import sys

from tui.language import tr
from tui.renderables.sanitize import plain


def can_ask() -> bool:
    """Whether somebody is there to answer."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def is_granted(question: str) -> bool:
    """Ask on stderr; anything but yes is a no, also the end of the input."""
    encoding = getattr(sys.stderr, "encoding", None) or "ascii"
    text = plain(tr(question), ascii=not encoding.lower().startswith("utf"))
    print(f"{text} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")
