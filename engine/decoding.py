"""The one place where bytes that came from outside become values.

msgspec raises UnicodeDecodeError and RecursionError beside its own errors; whoever knew only
some of them was killed by one bad byte. So nothing else in the project decodes.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeVar, overload

import msgspec

from engine.errors import PerceptuiError

T = TypeVar("T")


class Undecodable(PerceptuiError):
    """Bytes or values that are not what they should be."""


class NotUtf8(Undecodable):
    """A text that is not UTF-8."""

    def __init__(self, start: int, byte: int) -> None:
        self.start = start
        """Where the first bad byte stands."""
        super().__init__(f"byte {start} (0x{byte:02x}) is not UTF-8")


@overload
def decoded(content: bytes | msgspec.Raw, kind: type[T]) -> T: ...
@overload
def decoded(content: bytes | msgspec.Raw, kind: Any) -> Any: ...
def decoded(content: bytes | msgspec.Raw, kind: Any) -> Any:
    """The value of this type that some JSON holds; raises Undecodable, and nothing else.

    A struct with a method `gathered` is given the plain JSON too, for the keys that vary.
    """
    try:
        value = _decoder(kind).decode(content)
        gathered = getattr(type(value), "gathered", None)
        return (
            value if gathered is None else gathered(value, _decoder(dict[str, Any]).decode(content))
        )
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Undecodable(f"not understood: {error}") from error


def converted(plain: object, kind: type[T]) -> T:
    """The value of this type that plain values mean; raises Undecodable, and nothing else."""
    try:
        return msgspec.convert(plain, kind)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise Undecodable(f"not understood: {error}") from error


def text_of(content: bytes) -> str:
    """A file's text, without the mark that some editors put at its start; raises NotUtf8."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(error.start, content[error.start]) from error


@cache
def _decoder(kind: Any) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)
