"""What was found out about a table is kept once, whoever asks at the same time."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.parts.data.csv_file import Csv
from engine.parts.data.sheet import table_cache
from tests.engine.parts.data.sheet.tables import CASES, written


def test_two_who_read_at_once_leave_each_other_alone(tmp_path: Path) -> None:
    """The faster one's entry stays while it reads there; the other has its own until it is done."""
    path, folder = written(tmp_path, CASES["bool"]), tmp_path / "kept" / ("0" * 32)
    asked = Csv(path, "y").asked
    with (
        table_cache._read(str(path), asked, folder) as faster,
        table_cache._read(str(path), asked, folder) as slower,
    ):
        assert faster == folder
        assert slower != folder
        first, second = (table_cache._kept_table(place) for place in (faster, slower))
        assert first is not None
        assert first == second
    assert [one.name for one in folder.parent.iterdir()] == [folder.name]


@pytest.mark.parametrize("name", ["table.json", "inputs.npy", "targets.npy"])
def test_a_damaged_entry_is_made_anew(tmp_path: Path, name: str) -> None:
    """Whichever of its files it is."""
    path, folder = written(tmp_path, CASES["bool"]), tmp_path / "kept" / ("0" * 32)
    asked = Csv(path, "y").asked
    with table_cache._read(str(path), asked, folder):
        whole = (folder / name).read_bytes()
    (folder / name).write_bytes(b"damaged")
    with table_cache._read(str(path), asked, folder) as place:
        assert place == folder
    assert (folder / name).read_bytes() == whole
