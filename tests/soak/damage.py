"""What a disk, a copy or a hand does to a file."""

from __future__ import annotations

import re
from collections.abc import Callable
from random import Random

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?")
_STRANGE = (b"1e999", b"-1", b"null", b"NaN", b'"x"', b"[]", b"{}", b"99999999999999999999", b"0")


def damaged(content: bytes, chance: Random) -> tuple[bytes, str]:
    """The file as it is afterwards, and what happened to it."""
    damage = chance.choice(_DAMAGES)
    return damage(content, chance), damage.__name__[1:]


def _flipped_bit(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + bytes([content[at] ^ 1 << chance.randrange(8)]) + content[at + 1 :]


def _changed_byte(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(1) + content[at + 1 :]


def _changed_number(content: bytes, chance: Random) -> bytes:
    """Anywhere in the file's first part, where a checkpoint has its header."""
    found = list(_NUMBER.finditer(content[: 1 << 15]))
    if not found:
        return content + b"0"
    number = chance.choice(found)
    new = chance.choice((*_STRANGE, str(chance.randrange(10_000)).encode()))
    return content[: number.start()] + new + content[number.end() :]


def _cut(content: bytes, chance: Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _zeroed(content: bytes, chance: Random) -> bytes:
    """As a block is that was never written."""
    at = chance.randrange(len(content))
    length = min(chance.choice((1, 64, 512)), len(content) - at)
    return content[:at] + bytes(length) + content[at + length :]


def _inserted(content: bytes, chance: Random) -> bytes:
    at = chance.randrange(len(content) + 1)
    return content[:at] + chance.randbytes(chance.choice((1, 7, 100))) + content[at:]


def _doubled(content: bytes, chance: Random) -> bytes:
    """A part twice, as two writers leave it."""
    start, end = sorted(chance.randrange(len(content) + 1) for _ in range(2))
    return content[:end] + content[start:]


def _other(content: bytes, chance: Random) -> bytes:
    """Something else altogether."""
    return chance.choice(
        (b"", b"\n", b"null", b"[" * 50_000, b"{}", chance.randbytes(len(content)))
    )


_DAMAGES: tuple[Callable[[bytes, Random], bytes], ...] = (
    _flipped_bit, _flipped_bit, _changed_byte, _changed_number, _changed_number, _cut, _zeroed,
    _inserted, _doubled, _other,
)  # fmt: skip
