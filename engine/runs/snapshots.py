"""The snapshots of a run: its weights as they were after many of its steps, in one bounded file.

`snapshots/weights.bin` begins with a line of JSON, its layout, sealed by a digest: which tensors
a snapshot has, and what else predictions need. Slots of one size follow. Each holds a head (steps
and epochs done, the number of the newest event then, the newest loss, a check sum), the tensors'
bytes one after the other, and a sha256 over all of that. Slots are in no order; what was thinned
out is written over. So a torn or damaged one costs one snapshot, and is refused. No pickle.
"""

from __future__ import annotations

import hashlib
import math
import os
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO, Annotated, Any, NamedTuple

import msgspec
from msgspec import Meta

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import BadCheckpoint, UsageError
from engine.limits import RUN_FILE, SNAPSHOTS_FILE
from engine.runs.contents import SNAPSHOTS, WEIGHTS
from engine.runs.files import replace_bytes, rewriter
from engine.runs.seal import is_whole, sealed

FORMAT = 1
USUAL_BYTES = 64_000_000
"""What a run's snapshots may take on the disk, unless a person says otherwise."""
MOST = 400
"""Snapshots kept at most: as many as a slider or a film has use for."""
DTYPE_BYTES = {
    "float64": 8,
    "int64": 8,
    "float32": 4,
    "int32": 4,
    "float16": 2,
    "bfloat16": 2,
    "int16": 2,
    "int8": 1,
    "uint8": 1,
    "bool": 1,
}
"""What one number of each type takes."""
_HEAD = struct.Struct("<QQQdI4x")
_DIGEST_BYTES = hashlib.sha256().digest_size
_Size = Annotated[int, Meta(ge=0, le=2**40)]


class Taken(NamedTuple):
    """When a snapshot was taken."""

    step: int
    """Steps done."""
    epoch: int
    """Epochs finished."""
    event: int
    """Number of the newest event in the record then."""
    loss: float
    """Of the last step, before its update; nan before the first."""


class Layout(msgspec.Struct, frozen=True):
    """What every snapshot of a run holds."""

    limit_bytes: _Size
    """What the file may take."""
    tensors: tuple[tuple[str, str, tuple[_Size, ...]], ...]
    """Name, type and shape of each, in the order of their bytes; named as in a checkpoint."""
    state: dict[str, Any]
    """What predictions need beside tensors, as a checkpoint's state has it."""
    format: int = FORMAT
    digest: str = ""

    def sizes(self) -> list[int]:
        """The bytes of each tensor; raises KeyError for an unknown type."""
        return [DTYPE_BYTES[dtype] * math.prod(shape) for _, dtype, shape in self.tensors]

    def slot_bytes(self) -> int:
        """What a snapshot takes in the file."""
        return _HEAD.size + sum(self.sizes()) + _DIGEST_BYTES

    def capacity(self) -> int:
        """Snapshots that there is room for."""
        return min(MOST, self.limit_bytes // self.slot_bytes())

    def line(self) -> bytes:
        """As the file begins."""
        plain = {name: getattr(self, name) for name in self.__struct_fields__ if name != "digest"}
        return sealed(encoded(plain)) + b"\n"

    def same_tensors(self, other: Layout) -> bool:
        """Whether both are of the same network and the same data."""
        return encoded((self.tensors, self.state)) == encoded((other.tensors, other.state))


@dataclass(frozen=True)
class Snapshot:
    """One that was read, and is whole."""

    taken: Taken
    layout: Layout
    content: bytes
    """The tensors' bytes."""


def place(folder: Path) -> Path:
    """The file of a run's snapshots."""
    return folder / SNAPSHOTS / WEIGHTS


class Snapshots:
    """Reads the snapshots of a run; another process may write them meanwhile.

    Everything raises BadCheckpoint where the file is there and can't be understood.
    """

    def __init__(self, folder: Path) -> None:
        """folder: of the run."""
        self.path = place(folder)

    def all_taken(self) -> list[Taken]:
        """When they were taken, oldest first; none where none are kept."""
        try:
            with regular_file.opened(self.path, SNAPSHOTS_FILE) as file:
                layout, start = _layout(self.path, file.readline(RUN_FILE.most))
                found = {taken.step: taken for _, taken in _heads(file, layout, start)}
        except FileNotFoundError:
            return []
        except OSError as error:
            raise self._unreadable(error) from error
        return [found[step] for step in sorted(found)]

    def read(self, step: int) -> Snapshot:
        """The snapshot after so many steps; raises UsageError where there is none.

        One that is damaged, or written over meanwhile, is a BadCheckpoint.
        """
        try:
            with regular_file.opened(self.path, SNAPSHOTS_FILE) as file:
                layout, start = _layout(self.path, file.readline(RUN_FILE.most))
                for number, taken in _heads(file, layout, start):
                    if taken.step != step:
                        continue
                    file.seek(start + number * layout.slot_bytes())
                    head, content = file.read(_HEAD.size), file.read(sum(layout.sizes()))
                    if file.read(_DIGEST_BYTES) == _digest(head, content):
                        return Snapshot(taken, layout, content)
                    raise BadCheckpoint(f"{self.path}: the snapshot of step {step:,} is damaged")
        except FileNotFoundError:
            raise self._missing(step) from None
        except OSError as error:
            raise self._unreadable(error) from error
        raise self._missing(step)

    def check(self, step: int) -> None:
        """Raise UsageError unless there is one after so many steps; it may be damaged."""
        if step not in [taken.step for taken in self.all_taken()]:
            raise self._missing(step)

    def _missing(self, step: int) -> UsageError:
        return UsageError(f"{self.path}: no snapshot of step {step:,}{self._nearest(step)}")

    def _nearest(self, step: int) -> str:
        """The steps beside one that was not kept, as the end of a sentence."""
        steps = [taken.step for taken in self.all_taken()]
        before = [f"{one:,}" for one in steps if one < step][-1:]
        after = [f"{one:,}" for one in steps if one > step][:1]
        if not steps:
            return "; the run keeps none"
        return f": the nearest are {' and '.join(before + after)}"

    def _unreadable(self, error: OSError) -> BadCheckpoint:
        return BadCheckpoint(f"{self.path}: can't be read ({error.strerror or error})")


class SnapshotWriter:
    """Writes the snapshots of a run that is trained; raises OSError where it can't."""

    def __init__(self, folder: Path, layout: Layout) -> None:
        """Make the file, in place of what may be there; layout: with room for two at least."""
        line = layout.line()
        path = place(folder)
        path.parent.mkdir(exist_ok=True)
        replace_bytes(path, line, is_durable=False)
        self._take(path, layout, len(line), {})

    @classmethod
    def reopened(cls, folder: Path, expected: Layout) -> SnapshotWriter | None:
        """Go on writing; None where the run keeps none.

        expected: the layout but for its limit, which is the file's. What is there and of
        another kind, or damaged, is begun anew.
        """
        path = place(folder)
        try:
            with regular_file.opened(path, SNAPSHOTS_FILE) as file:
                layout, start = _layout(path, file.readline(RUN_FILE.most))
                if not layout.same_tensors(expected):
                    raise BadCheckpoint(f"{path}: of another network")
                found = dict(_heads(file, layout, start))
        except FileNotFoundError:
            return None
        except BadCheckpoint:
            return cls(folder, expected)
        writer = cls.__new__(cls)
        writer._take(path, layout, start, found)
        return writer

    def _take(self, path: Path, layout: Layout, start: int, slots: dict[int, Taken]) -> None:
        self.path, self.layout = path, layout
        self._start = start
        """Where the slots begin."""
        self._slots = slots
        self._free = [n for n in reversed(range(layout.capacity())) if n not in slots]

    @property
    def newest(self) -> Taken | None:
        """The one of the most steps."""
        return max(self._slots.values(), default=None)

    @property
    def steps(self) -> list[int]:
        """Of those that are kept, in order."""
        return sorted(taken.step for taken in self._slots.values())

    def write(self, snapshots: Sequence[tuple[Taken, bytes | memoryview]]) -> int:
        """Add snapshots, newer than all before; how often others were thinned out by halves."""
        thinned = 0
        descriptor = rewriter(self.path)
        try:
            for taken, content in snapshots:
                if len(self._slots) >= self.layout.capacity():
                    self._thin()
                    thinned += 1
                self._put(descriptor, taken, content)
        finally:
            os.close(descriptor)
        return thinned

    def cut(self, step: int, event: int) -> None:
        """Forget those after so many steps, or taken after an event: they count no longer."""
        gone = [n for n, t in self._slots.items() if t.step > step or t.event > event]
        descriptor = rewriter(self.path)
        try:
            for number in gone:
                os.pwrite(descriptor, bytes(_HEAD.size), self._offset(number))
                del self._slots[number]
                self._free.append(number)
        finally:
            os.close(descriptor)

    def _thin(self) -> None:
        """Let every second one be written over; the first stays, and what is dense stays denser."""
        in_order = sorted(self._slots, key=lambda number: self._slots[number])
        for number in in_order[1::2]:
            del self._slots[number]
            self._free.append(number)

    def _put(self, descriptor: int, taken: Taken, content: bytes | memoryview) -> None:
        number = self._free[-1]
        head = _packed(taken)
        slot = b"".join((head, content, _digest(head, content)))
        size = os.fstat(descriptor).st_size
        try:
            offset = self._offset(number)
            while slot:
                written = os.pwrite(descriptor, slot, offset)
                slot, offset = slot[written:], offset + written
        except OSError:
            if os.fstat(descriptor).st_size > size:  # a full disk takes a part
                os.ftruncate(descriptor, size)
            raise
        self._slots[self._free.pop()] = taken

    def _offset(self, number: int) -> int:
        return self._start + number * self.layout.slot_bytes()


def spacing_of(steps: Sequence[int], natural: int) -> int:
    """How much sparser snapshots are kept than at first, a power of two, seen from their steps.

    natural: the steps of training between which the first ones differ by one.
    """
    gaps = ((after - before) / max(1, before // natural) for before, after in pairwise(steps))
    return 1 << max(0, int(math.log2(min(gaps, default=1))))


def _layout(path: Path, line: bytes) -> tuple[Layout, int]:
    """What the first line says, and where the slots begin."""
    try:
        if not is_whole(line):
            raise BadCheckpoint(f"{path}: damaged: its first line is not what was written")
        layout = decoded(line, Layout)
        if layout.format != FORMAT:
            raise BadCheckpoint(f"{path}: format {layout.format} is not the one read here")
        layout.slot_bytes()
    except (Undecodable, KeyError) as error:
        raise BadCheckpoint(f"{path}: not understood ({error})") from error
    return layout, len(line)


def _heads(file: IO[bytes], layout: Layout, start: int) -> Iterator[tuple[int, Taken]]:
    """The numbers of the slots that are in use, and when what they hold was taken."""
    for number in range(layout.capacity()):
        file.seek(start + number * layout.slot_bytes())
        if (taken := _unpacked(file.read(_HEAD.size))) is not None:
            yield number, taken


def _packed(taken: Taken) -> bytes:
    bare = _HEAD.pack(*taken, 0)
    return _HEAD.pack(*taken, zlib.crc32(bare))


def _unpacked(head: bytes) -> Taken | None:
    """What a head says; None for an empty or a damaged one."""
    if len(head) < _HEAD.size:
        return None
    *fields, check = _HEAD.unpack(head)
    taken = Taken(*fields)
    return taken if check and _packed(taken) == head else None


def _digest(head: bytes, content: bytes | memoryview) -> bytes:
    found = hashlib.sha256(head)
    found.update(content)
    return found.digest()
