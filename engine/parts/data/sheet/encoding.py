"""The encoding of a table's bytes: given, or judged by the beginning and said."""

from __future__ import annotations

import codecs

from engine.errors import DataUnavailable
from engine.parts.data.sheet.remarks import Remark

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_EASTERN = ("gb18030", "big5", "shift_jis", "euc_kr")
"""Tried for texts that are no UTF-8 and have most of their high bytes in pairs."""
_NAMES = {"gb18030": "gbk", "utf-8-sig": "utf-8"}
_MANY = 8
"""Characters from which an encoding is told by their kind alone."""
_ZEROS = 0.2
"""Share of zero bytes from which a text is taken for UTF-16 without its mark."""


def judged(path: str, head: bytes, asked: str, is_all: bool = False) -> tuple[str, list[Remark]]:
    """The encoding that a file's first bytes are in, and what is to be said of it.

    asked: an encoding by name, or `auto`. is_all: these are all its bytes. Raises DataUnavailable
    where they are in none.
    """
    mark = next((name for start, name in _MARKS if head.startswith(start)), "")
    if asked != "auto":
        name = codecs.lookup(asked).name
        if mark == "utf-8-sig" and name == "utf-8":
            return mark, []
        try:
            _decode(head, asked, is_all)
        except UnicodeDecodeError as error:
            line = head.count(b"\n", 0, error.start) + 1
            raise DataUnavailable(
                f"{path}, line {line}: byte 0x{head[error.start]:02x} is not {asked}"
            ) from error
        return name, []
    if mark:
        return mark, []
    zeros = head.count(0)
    if zeros:
        even, odd = head[0::2].count(0), head[1::2].count(0)
        if zeros >= _ZEROS * len(head) and min(even, odd) < 0.1 * max(even, odd):
            return ("utf-16-le" if odd > even else "utf-16-be"), []
        raise DataUnavailable(f"{path}: the file is binary, not a CSV file")
    try:
        _decode(head, "utf-8", is_all)
        return "utf-8", []
    except UnicodeDecodeError as error:
        line = head.count(b"\n", 0, error.start) + 1
        byte = head[error.start]
    likely = _likely(head)
    message = f"byte 0x{byte:02x} is not UTF-8; most likely it is {_NAMES.get(likely, likely)}"
    name = _NAMES.get(likely, likely)
    return likely, [
        Remark(
            "encoding",
            "error",
            f"line {line}",
            message,
            f'give encoding="{name}"',
            {"encoding": name},
        )
    ]


def plain_name(encoding: str) -> str:
    """An encoding as people write it."""
    return _NAMES.get(encoding, encoding)


def _decode(head: bytes, encoding: str, is_all: bool = False) -> str:
    """The text; a character that is cut in two by the end of a head is no error."""
    return codecs.getincrementaldecoder(encoding)("strict").decode(head, is_all)


def decoded(head: bytes, encoding: str) -> str:
    """The text of a head whose encoding has been judged."""
    text = _decode(head, encoding)
    return text.removeprefix("\ufeff")


def _likely(head: bytes) -> str:
    """Which legacy encoding bytes are in: eastern where high bytes come in pairs."""
    high = [b >= 0x80 for b in head]
    pairs = singles = place = 0
    while place < len(high):
        if high[place]:
            run = 1
            while place + run < len(high) and high[place + run]:
                run += 1
            pairs += run // 2
            singles += run % 2
            place += run
        else:
            place += 1
    if pairs > 2 * singles:
        best = max(_EASTERN, key=lambda name: _commonness(head, name))
        if _commonness(head, best) > 0:
            return best
    try:
        _decode(head, "cp1252")
    except UnicodeDecodeError:
        return "latin-1"
    return "cp1252"


def _commonness(head: bytes, encoding: str) -> float:
    """How usual a text is that an encoding makes of bytes; 0 where it makes none."""
    try:
        text = _decode(head, encoding)
    except UnicodeDecodeError:
        return 0.0
    letters = [c for c in text if ord(c) >= 0x80]
    if not letters:
        return 0.0
    usual = sum(_usualness(c, encoding, len(letters) >= _MANY) for c in letters)
    return usual / len(letters)


def _usualness(character: str, encoding: str, many: bool) -> float:
    """How much a character is one that texts in this encoding are full of; many: there are many."""
    if encoding == "gb18030":  # its first level: the 3,755 commonest, by pronunciation
        raw = character.encode("gb18030")
        return float(len(raw) == 2 and 0xB0 <= raw[0] <= 0xD7 and raw[1] >= 0xA1)
    if encoding == "big5":
        raw = character.encode("big5")
        return 0.99 * (0xA4 <= raw[0] <= 0xC6)
    if encoding == "shift_jis":
        return float("\u3040" <= character <= "\u30ff") or 0.5 * ("\u4e00" <= character <= "\u9fff")
    # Their bytes are those of the first half of GB's, too: a short text is rather Chinese.
    return (1.01 if many else 0.9) * ("\uac00" <= character <= "\ud7a3")
