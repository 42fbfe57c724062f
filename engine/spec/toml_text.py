"""Reads TOML; errors name the file, the line and the column."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from engine import regular_file
from engine.decoding import NotUtf8, text_of
from engine.errors import UsageError
from engine.limits import TOML_DEPTH, TOML_FILE, Limit

_TOKEN = re.compile(
    r"""(?P<skip>\#[^\n]*|[ \t]+)
    |(?P<text>\"{3}(?:[^\\]|\\.)*?\"{3,5}|'{3}.*?'{3,5})
    |(?P<key>[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\[^\n])*"|'[^'\n]*')
    |(?P<dot>\.)
    |(?P<open>["'])
    |(?P<other>[^#\sA-Za-z0-9_"'.-]+|\s)""",
    re.VERBOSE | re.DOTALL,
)
"""What a key may consist of, and what it may not be mistaken for."""


def read_raw(path: Path, limit: Limit = TOML_FILE) -> dict[str, object]:
    """The unchecked values of an experiment's file; raises UsageError."""
    return parse_toml(read_text(path, limit), str(path))


def read_text(path: Path, limit: Limit = TOML_FILE) -> str:
    """The text of a TOML file, unparsed; raises UsageError."""
    try:
        return text_of(regular_file.contents(path, limit))
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except NotUtf8 as error:
        raise UsageError(f"{path}: not a text file (byte {error.start} is not UTF-8)") from error
    except ValueError as error:  # a name with a null byte
        raise UsageError(f"{str(path)!r}: {error}") from error


def parse_toml(text: str, source: str = "") -> dict[str, object]:
    """The unchecked values of a TOML text; raises UsageError with line and column."""
    prefix = f"{source}: " if source else ""
    _check_depth(text, prefix)
    try:
        return tomllib.loads(text)
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:  # also of a number with thousands of digits
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        reason = str(error).replace("at end of document", f"at line {line}, column {column}")
    raise UsageError(f"{prefix}not valid TOML: {reason}")


def _check_depth(text: str, prefix: str) -> None:
    """Refuse a key of very many parts, on which tomllib would spend minutes and gigabytes."""
    depth, was_dot = 0, False
    for token in _TOKEN.finditer(text):
        kind = token.lastgroup
        if kind == "open":
            return  # a text without an end: tomllib stops here too
        if kind == "dot":
            was_dot = True
        elif kind == "key":
            depth = depth + 1 if was_dot else 1
            was_dot = False
            if depth > TOML_DEPTH.most:
                line = text.count("\n", 0, token.start()) + 1
                raise UsageError(
                    f"{prefix}line {line}: a key of more than {TOML_DEPTH.most} dotted parts"
                )
        elif kind != "skip":
            depth, was_dot = 0, False
