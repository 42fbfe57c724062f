"""What a run keeps of how its table was read: by that, new samples are read ever after."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import DamagedRun
from engine.limits import TABLE_NOTE
from engine.runs.contents import TABLE
from engine.runs.files import replace_bytes

if TYPE_CHECKING:
    from engine.parts.data.sheet.table import Table


def store(folder: Path, table: Table) -> str:
    """Store it in a run's directory; returns the sha256 over the file, in hex."""
    content = encoded(table)
    replace_bytes(folder / TABLE, content)
    return hashlib.sha256(content).hexdigest()


def load(folder: Path, digest: str) -> Table:
    """What was stored; raises DamagedRun where it is not that, to the last bit."""
    from engine.parts.data.sheet.table import Table

    path = folder / TABLE
    try:
        content = regular_file.contents(path, TABLE_NOTE)
        if hashlib.sha256(content).hexdigest() == digest:
            table: Table = decoded(content, Table)
            return table
        reason = "not what the training wrote"
    except (OSError, Undecodable) as error:
        reason = f"can't be read ({getattr(error, 'strerror', None) or error})"
    raise DamagedRun(
        f"{path}: {reason}: without it new samples can't be read as the training's were, so put "
        "that file back"
    )
