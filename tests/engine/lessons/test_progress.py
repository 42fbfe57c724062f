"""How far a person is, kept in one file."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.lessons.progress import Standing, forget, keep, standings


def test_it_is_kept(tmp_path: Path) -> None:
    """By lesson; one does not disturb another."""
    file = tmp_path / "state" / "lessons.json"
    assert standings(file) == {}
    keep("circle", Standing(step=2, done=(0, 1)), file)
    keep("xor", Standing(is_finished=True), file)
    assert standings(file) == {
        "circle": Standing(step=2, done=(0, 1)),
        "xor": Standing(is_finished=True),
    }
    forget("circle", file)
    assert standings(file)["circle"] == Standing()


def test_a_step_that_is_skipped_is_not_done() -> None:
    """Behind the last step the lesson is finished, and stays so when it is played again."""
    standing = Standing().with_done(0).at(1, 3).at(2, 3).with_done(2).at(3, 3)
    assert standing == Standing(step=2, done=(0, 2), is_finished=True)
    assert standing.at(0, 3) == Standing(step=0, done=(0, 2), is_finished=True)


@pytest.mark.parametrize("content", [b"", b"{", b'{"lessons": 3}', b"\xff"])
def test_a_file_that_is_none_of_ours(content: bytes, tmp_path: Path) -> None:
    """It counts as no progress, and is written anew."""
    file = tmp_path / "lessons.json"
    file.write_bytes(content)
    assert standings(file) == {}
    keep("circle", Standing(step=1), file)
    assert standings(file) == {"circle": Standing(step=1)}


def test_a_place_that_can_not_be_written(tmp_path: Path) -> None:
    """Told as a sentence that names it."""
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match=r"lessons\.json: can't be written"):
        keep("circle", Standing(), tmp_path / "file" / "lessons.json")
