"""The one place where values become the bytes that files and sockets are given."""

from __future__ import annotations

import msgspec

from engine.errors import UsageError


def encoded(value: object) -> bytes:
    """A value as one line of JSON without its end, non-finite numbers as null.

    A struct with a method `spread` is written as that says, which `engine.decoding` takes back.
    Raises UsageError for a text that can't be written: a file's name that is not UTF-8.
    """
    spread = getattr(type(value), "spread", None)
    try:
        return msgspec.json.encode(value if spread is None else spread(value))
    except UnicodeEncodeError as error:
        raise not_utf8(error.object) from error


def not_utf8(name: str) -> UsageError:
    """What to say of a name that no record could hold and no trainer could be told."""
    return UsageError(f"{escaped(name)}: the name is not valid UTF-8: rename it")


def escaped(text: str) -> str:
    """A text that may hold such a name, so that it can be written: `odd\\udcff`."""
    return text.encode("utf-8", "backslashreplace").decode()
