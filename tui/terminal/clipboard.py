"""A text for the terminal's clipboard (OSC 52), also through what stands between."""

from __future__ import annotations

import base64
from collections.abc import Mapping

_SCREEN_CHARACTERS = 512
"""GNU screen passes on no longer string than 768."""


def passed_on(text: str, environment: Mapping[str, str]) -> str:
    """What tmux or GNU screen hand to the terminal around them; empty where neither is.

    tmux takes OSC 52 itself where `set-clipboard` is on, and hands on what is wrapped so where
    `allow-passthrough` is on: whoever copies sends both.
    """
    encoded = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sequence = f"\x1b]52;c;{encoded}\x07"
    if environment.get("TMUX"):
        doubled = sequence.replace("\x1b", "\x1b\x1b")
        return f"\x1bPtmux;{doubled}\x1b\\"
    if environment.get("STY"):
        pieces = range(0, len(sequence), _SCREEN_CHARACTERS)
        return "".join(f"\x1bP{sequence[i : i + _SCREEN_CHARACTERS]}\x1b\\" for i in pieces)
    return ""
