"""Whatever the bytes are, they become a value or one error that everybody knows."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import engine
import tui
from engine.decoding import NotUtf8, Undecodable, converted, decoded, text_of
from engine.parts.data import Facts
from engine.runs import events as ev
from engine.runs.lease import Lease, own_lease
from engine.service import protocol as p

_ROOM = Path("engine/decoding.py")
_DECODING = re.compile(
    r"msgspec\.convert|(json|msgpack|toml|yaml)\.decode|\bDecoder\b|DecodeError|MsgspecError"
    r"|ValidationError|\bjson\.loads?\b|utf-8-sig|\.read_bytes\(\)\.decode"
    r"|pickle\.loads?\b"
)
"""Ways to make a value of bytes that come from outside, and the errors that they raise."""
_COPIED = Path("engine/parts/data/generators")
"""Goes into scripts as it stands, so it uses nothing of ours; what it reads was checked."""

_WORDS = Path("tui/shell/completion.py")
"""Reads the words that come along with it, while somebody waits for the key's answer."""

_NAMING = Path("engine/parts/data/sheet")
"""Finds out in which encoding a table is, and so has names of encodings in it."""

_LINES = [
    ev.encode(ev.Failed(n=3, message="the disk is full", exit_code=4)),
    p.encode(
        p.Train(toml="epochs = 3", name="x", runs_dir="r", data_dir="d", on_disconnect="stop")
    ),
    p.encode(p.Answer(id=3, failure=p.Failure(text="no"))),
    p.encode(p.Hello(version=1)),
]
_KINDS: list[object] = [ev.Recorded, p.Requests, p.Replies, Lease, list[tuple[int, float | None]]]


def test_nothing_else_decodes() -> None:
    """Whoever decodes for himself knows one error and not the others."""
    top = Path(engine.__file__).parent.parent
    sources = [
        path.relative_to(top)
        for package in (engine, tui)
        for path in Path(str(package.__file__)).parent.rglob("*.py")
    ]
    assert _ROOM in sources
    own = (_ROOM, _WORDS)
    others = [path for path in sources if path not in own and not path.is_relative_to(_COPIED)]
    found = {
        f"{path}: {hit[0]}"
        for path in others
        for hit in _hits(top / path)
        if not (path.is_relative_to(_NAMING) and hit[0] in ("utf-8-sig", "DecodeError"))
    }
    assert found == set()
    assert {hit[0] for hit in _hits(top / _ROOM)} >= {"msgspec.convert", "utf-8-sig", "Decoder"}


def _hits(path: Path) -> list[re.Match[str]]:
    return list(_DECODING.finditer(path.read_text("utf-8")))


@given(st.sampled_from(_LINES), st.integers(0), st.integers(0, 7), st.sampled_from(_KINDS))
def test_a_flipped_bit(line: bytes, place: int, bit: int, kind: object) -> None:
    """A line with a flipped bit is a value or not understood."""
    damaged = bytearray(line)
    damaged[place % len(line)] ^= 1 << bit
    _decoded_or_not(bytes(damaged), kind)


@given(st.binary(), st.sampled_from(_KINDS))
def test_any_bytes(content: bytes, kind: object) -> None:
    """So are bytes that never were a line."""
    _decoded_or_not(content, kind)


def _decoded_or_not(content: bytes, kind: object) -> None:
    with suppress(Undecodable):
        decoded(content, kind)


@pytest.mark.parametrize("content", [b'"\xff"', b"[" * 200_000, b"1e999", b"", b'"\\ud800"'])
def test_what_msgspec_raises_otherwise(content: bytes) -> None:
    """Texts that are none, nesting without end and numbers too large are not understood."""
    with pytest.raises(Undecodable):
        decoded(content, Lease)


def test_a_value_comes_through() -> None:
    """What was encoded is decoded to itself."""
    lease = own_lease("/tmp/s", "paused")
    assert decoded(ev.encode(ev.Paused(n=2, step=7)), ev.Recorded) == ev.Paused(n=2, step=7)
    assert converted(msgspec.structs.asdict(lease), Lease) == lease


def test_plain_values_that_do_not_fit() -> None:
    """A record's facts may hold anything; they are facts or not understood."""
    with pytest.raises(Undecodable):
        converted({"shape": "wide"}, Facts)


def test_a_text() -> None:
    """The mark at its start goes, and a bad byte is told with its place."""
    assert text_of("\ufeffλ\n".encode()) == "λ\n"
    with pytest.raises(NotUtf8, match=r"byte 2 \(0xff\)") as told:
        text_of(b"ab\xff")
    assert told.value.start == 2
