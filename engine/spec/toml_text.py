"""Reads TOML; errors name the file, the line and the column."""

from __future__ import annotations

import tomllib
from pathlib import Path

from engine.decoding import NotUtf8, text_of
from engine.errors import UsageError


def read_text(path: Path) -> str:
    """An experiment's file as text; raises UsageError."""
    try:
        return text_of(path.read_bytes())
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror or error}") from error
    except NotUtf8 as error:
        raise UsageError(f"{path}: not a text file (byte {error.start} is not UTF-8)") from error
    except ValueError as error:  # a name with a null byte
        raise UsageError(f"{str(path)!r}: {error}") from error


def read_raw(path: Path) -> dict[str, object]:
    """The unchecked values of an experiment's file; raises UsageError."""
    return parse_toml(read_text(path), str(path))


def parse_toml(text: str, source: str = "") -> dict[str, object]:
    """The unchecked values of a TOML text; raises UsageError with line and column."""
    try:
        return tomllib.loads(text)
    except RecursionError:
        reason = "nested too deeply"
    except ValueError as error:  # also of a number with thousands of digits
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        reason = str(error).replace("at end of document", f"at line {line}, column {column}")
    prefix = f"{source}: " if source else ""
    raise UsageError(f"{prefix}not valid TOML: {reason}")
