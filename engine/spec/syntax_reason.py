"""Why a text does not parse, in sentences that are the same with every Python."""

from __future__ import annotations

import re

_WIDE = dict(zip("（）［］｛｝，：＝“”‘’。；", "()[]{},:=\"\"''.;", strict=True))
"""Signs that an input method types in place of those that a call is written with."""


def syntax_reason(error: SyntaxError) -> str:
    """What is wrong; empty where Python says no more than that something is."""
    said = error.msg or ""
    if found := re.match(r"invalid character '(.)'", said):
        sign = found[1]
        meant = _WIDE.get(sign)
        return f"{sign} is a wide sign, type {meant}" if meant else f"{sign} belongs in no call"
    if found := re.match(r"'(.)' was never closed", said):
        return f"{found[1]} is never closed"
    if found := re.match(r"unmatched '(.)'", said):
        return f"{found[1]} closes nothing"
    if found := re.match(r"closing parenthesis '(.)' does not match", said):
        return f"{found[1]} closes another bracket than was opened"
    return next((told for begins, told in _REASONS.items() if said.startswith(begins)), "")


_REASONS = {
    "invalid syntax. Perhaps you forgot a comma": "perhaps a comma is missing",
    "unterminated": "a quotation mark is never closed",
    "positional argument follows keyword": "what is given without a name stands first",
    "invalid decimal literal": "a number runs into a word",
    "leading zeros": "a number begins with 0",
    "expected an indented block": "a line is to be indented that is not",
    "unexpected indent": "a line is indented that is not to be",
    "unindent does not match": "a line is indented otherwise than those before it",
}
"""What Python's sentences begin with, and what is said instead."""
