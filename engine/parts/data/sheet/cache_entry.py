"""Reads a table and writes what was found out, and its numbers; also as a process of its own."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path

import numpy as np

from engine.decoding import decoded
from engine.encoding import encoded
from engine.errors import DataUnavailable
from engine.parts.data.sheet.asked import Asked
from engine.parts.data.sheet.examination import examine
from engine.parts.data.sheet.packing import watch
from engine.parts.data.sheet.reader_process import ABSENT, NUMBER_BYTES, REFUSED
from engine.parts.data.sheet.streamed import keep_streamed


def keep(path: str, asked: Asked, place: Path) -> None:
    """Examine a table and write it into an empty folder: table.json, inputs.npy, targets.npy.

    Raises FileNotFoundError where there is no file, DataUnavailable for what can't be read.
    """
    if asked.streamed:
        table = keep_streamed(path, asked, place)
        (place / "table.json").write_bytes(encoded(table))
        return
    table, arrays = examine(path, asked)
    if arrays is not None:
        for name, array in zip(("inputs", "targets"), arrays, strict=True):
            np.save(place / f"{name}.npy", array, allow_pickle=False)
    (place / "table.json").write_bytes(encoded(table))


def main() -> int:
    """Read the table of the arguments as stdin asks; a refusal is said on stdout.

    A third argument is a descriptor that it tells how much is read.
    """
    path, place, *told = sys.argv[1:]
    if told:
        watch(partial(_tell, int(told[0])))
    try:
        keep(path, decoded(sys.stdin.buffer.read(), Asked), Path(place))
    except DataUnavailable as error:
        sys.stdout.buffer.write(str(error).encode("utf-8", "replace"))
        return REFUSED
    except FileNotFoundError:
        return ABSENT
    return 0


def _tell(descriptor: int, done_bytes: int) -> None:
    try:
        os.write(descriptor, done_bytes.to_bytes(NUMBER_BYTES, "big"))
    except BrokenPipeError:
        os._exit(1)  # nobody waits for it any more


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # whatever the library would still tidy up takes longer than reading
