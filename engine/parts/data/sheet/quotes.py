"""Quotation marks that a reader of tables takes otherwise than whoever wrote them."""

from __future__ import annotations

import re

from engine.parts.data.sheet.remarks import Remark

_SHOWN = 40


def stray_quotes(text: str, delimiter: str, quote: str) -> list[Remark]:
    """A remark on the first quoted cell that goes on behind its closing mark: `A "quoted" b`.

    The marks inside should be doubled; every reader loses one of them.
    """
    if quote not in text or delimiter == " ":
        return []
    d, q = re.escape(delimiter), re.escape(quote)
    # Possessive: what is one cell is never looked at again as the beginning of another.
    cell = re.compile(rf"(?:^|[{d}\n])[ ]*+({q}(?:[^{q}]|{q}{q})*+{q})(?:([^{d}\r\n]+)|)")
    for found in cell.finditer(text):
        rest = found[2]
        if rest is not None and rest.strip():
            line = text.count("\n", 0, found.start(1)) + 1
            written = (found[1] + rest)[:_SHOWN]
            message = f"{written}: marks inside a quoted cell are not doubled, and one is lost"
            return [Remark("stray-quotes", "warning", f"line {line}", message)]
    return []
