"""Decoded pictures are kept: whatever becomes of the files, of the cache or of a writer."""

from __future__ import annotations

import errno
import logging
import os
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from engine.errors import DataUnavailable, Remark, UsageError
from engine.limits import PICTURE_CACHE
from engine.parts.data import DataLocations, picture_cache, picture_entries
from engine.parts.data.image_folder import ImageFolder
from engine.parts.data.picture_cache import PictureCache
from engine.parts.data.picture_entries import ENTRIES, NotKept, most_bytes

READING: dict[str, Any] = {"mode": "L"}
LOCATIONS = DataLocations(Path("nowhere"))
PER_ROW = 4 + picture_entries.MARK_BYTES


@pytest.fixture(autouse=True)
def _cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache of this test's own, which believes files that were just written."""
    monkeypatch.setenv("PERCEPTUI_IMAGES_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "1")
    monkeypatch.setattr(picture_cache, "SETTLED_NS", -1)


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Three files; what is in them does not matter."""
    found = [tmp_path / f"{n}.png" for n in range(3)]
    for file in found:
        file.write_bytes(b"abcd")
    return found


def _cache_of(files: list[Path], row_bytes: int = 4, **reading: Any) -> PictureCache:
    return PictureCache(files, {**READING, **reading}, row_bytes)


def _keep(cache: PictureCache, files: list[Path], *rows: int) -> None:
    for row in rows:
        cache.keeper.keep(row, files[row], cache.identities[row], bytes([row + 1] * 4))


def _read(cache: PictureCache) -> tuple[list[list[int]], list[int]]:
    """Every row, 0 where it is not there, and which those are."""
    out = np.zeros((3, 4), np.uint8)
    lacking = cache.read(np.arange(3), out)
    return out.tolist(), lacking.tolist()


def _only_entry(tmp_path: Path) -> Path:
    (found,) = (tmp_path / "cache").iterdir()
    return found


def test_rows_are_there_for_whoever_comes_next(files: list[Path]) -> None:
    """And for those who have the entry open already."""
    early, cache = _cache_of(files), _cache_of(files)
    assert _read(cache) == ([[0] * 4] * 3, [0, 1, 2])
    _keep(cache, files, 0, 2)
    for one in (early, cache, _cache_of(files)):
        assert one.claimed().tolist() == [True, False, True]
        assert _read(one) == ([[1] * 4, [0] * 4, [3] * 4], [1])
    _keep(early, files, 1)
    assert _read(cache) == ([[1] * 4, [2] * 4, [3] * 4], []) == _read(early)
    out = np.zeros((2, 4), np.uint8)
    assert not len(cache.read(np.array([2, 0]), out))
    assert out[:, 0].tolist() == [3, 1]


def test_a_row_without_its_mark_is_not_there(files: list[Path], tmp_path: Path) -> None:
    """A writer that was killed between the two leaves one."""
    _keep(_cache_of(files), files, 0, 1)
    marks = _only_entry(tmp_path) / "marks"
    marks.write_bytes(bytes(8) + marks.read_bytes()[8:])
    assert _read(_cache_of(files)) == ([[0] * 4, [2] * 4, [0] * 4], [0, 2])


@pytest.mark.parametrize("name", ["pixels", "marks"])
def test_a_damaged_row_is_not_there_until_it_is_kept_again(
    files: list[Path], tmp_path: Path, name: str
) -> None:
    """A bit of either file has changed."""
    _keep(_cache_of(files), files, 0, 1, 2)
    file = _only_entry(tmp_path) / name
    content = bytearray(file.read_bytes())
    content[len(content) // 3] ^= 1  # of the second row
    file.write_bytes(content)
    cache = _cache_of(files)
    assert cache.claimed().all()
    assert _read(cache) == ([[1] * 4, [0] * 4, [3] * 4], [1])
    _keep(cache, files, 1)
    assert _read(cache)[1] == []


@pytest.mark.parametrize("damage", ["shorter", "longer", "gone"])
def test_an_entry_that_is_not_whole_is_made_anew(
    files: list[Path], tmp_path: Path, damage: str
) -> None:
    """Nobody maps a file beyond its end."""
    _keep(_cache_of(files), files, 0, 1, 2)
    pixels = _only_entry(tmp_path) / "pixels"
    if damage == "gone":
        pixels.unlink()
    else:
        os.truncate(pixels, 11 if damage == "shorter" else 13)
    assert _read(_cache_of(files)) == ([[0] * 4] * 3, [0, 1, 2])


def test_a_changed_file_is_another_one(files: list[Path]) -> None:
    """Also of the same size, with its old time put back; so is another way to decode."""
    _keep(_cache_of(files), files, 0, 1, 2)
    assert not _cache_of(files, mode="RGB").claimed().any()
    before = files[1].stat()
    files[1].write_bytes(b"abce")
    os.utime(files[1], ns=(before.st_atime_ns, before.st_mtime_ns))
    assert not _cache_of(files).claimed().any()


def test_a_file_that_changes_while_it_is_decoded_is_not_kept(
    files: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor one that was changed just now, and may be once more within the clock's step."""
    cache = _cache_of(files)
    files[0].write_bytes(b"other")
    _keep(cache, files, 0, 1)
    monkeypatch.setattr(picture_cache, "SETTLED_NS", 10**12)
    unsettled = _cache_of(files)
    _keep(unsettled, files, 2)
    assert cache.claimed().tolist() == [False, True, False]
    assert not unsettled.claimed().any()


def test_the_entries_that_nobody_used_longest_make_room(
    files: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To use one counts, to make one too; what is too large for all of it is refused."""
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", str(7 * PER_ROW / 1e9))
    old, other = _cache_of(files[:2]), _cache_of(files[:1])
    _keep(old, files, 0, 1)
    assert ENTRIES.kept_bytes() == 3 * PER_ROW
    os.utime(_folder_of(other), ns=(0, 1))
    _cache_of(files[:2])
    _cache_of(files)
    assert ENTRIES.kept_bytes() == 6 * PER_ROW
    _cache_of(files[1:])
    assert not _folder_of(other).exists()
    assert ENTRIES.kept_bytes() == 7 * PER_ROW
    with pytest.raises(NotKept, match=r"they take 300 bytes, more than the 84 bytes that are kept"):
        _cache_of(files, row_bytes=100 - picture_entries.MARK_BYTES)
    assert ENTRIES.clear() == 7 * PER_ROW
    assert ENTRIES.kept_bytes() == 0
    assert old.claimed().all(), "who has it open goes on"


def _folder_of(cache: PictureCache) -> Path:
    folder: Path = cache.keeper._of[0]
    return folder


@pytest.mark.parametrize(
    ("given", "bytes"), [("", PICTURE_CACHE.most), ("0", 0), ("0.5", 500_000_000)]
)
def test_how_much_is_kept_can_be_told(
    monkeypatch: pytest.MonkeyPatch, given: str, bytes: int
) -> None:
    """By the environment."""
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", given)
    assert most_bytes() == bytes


@pytest.mark.parametrize("given", ["much", "-1", "nan", "inf"])
def test_no_number_is_refused(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    """With the variable's name."""
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", given)
    with pytest.raises(UsageError, match=f'PERCEPTUI_IMAGE_CACHE_GB: "{given}" is not a number'):
        most_bytes()


@pytest.fixture
def pictures(tmp_path: Path) -> ImageFolder:
    """Four pictures of two classes, of one size each."""
    for number in range(4):
        folder = tmp_path / "pictures" / "ab"[number % 2]
        folder.mkdir(parents=True, exist_ok=True)
        shades = np.arange(12, dtype=np.uint8).reshape(3, 4) * (number + 1)
        Image.fromarray(shades).save(folder / f"{number}.png")
    return ImageFolder(str(tmp_path / "pictures"), size=(2, 3), color="gray")


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of all that is decoded from now on."""
    from engine.parts.data.generators import image_folder, picture_image

    names: list[str] = []
    opened = picture_image.opened_picture

    def noted(file: Path, **reading: Any) -> Image.Image:
        names.append(file.name)
        return opened(file, **reading)

    for module in (image_folder, picture_image):
        monkeypatch.setattr(module, "opened_picture", noted)
    return names


def test_a_folder_is_decoded_once(pictures: ImageFolder, decoded: list[str]) -> None:
    """The next training loads the same numbers, and nobody looks for broken files again."""
    expected = pictures.load(LOCATIONS)
    assert decoded == ["0.png", "2.png", "1.png", "3.png"]
    pictures.look()
    again = pictures.load(LOCATIONS)
    assert len(decoded) == 4
    assert torch.equal(again.inputs, expected.inputs)
    assert torch.equal(again.targets, expected.targets)
    assert torch.equal(expected.inputs, pictures.generator(LOCATIONS).run()[0])


def test_splits_have_rows_of_their_own(tmp_path: Path, pictures: ImageFolder) -> None:
    """Each its own pictures, also from the cache."""
    divided = tmp_path / "divided"
    for split in ("train", "val", "test"):
        for label in "ab":
            (divided / split / label).mkdir(parents=True)
            for file in (tmp_path / "pictures" / label).iterdir():
                rows = np.asarray(Image.open(file)) // (1 if split == "train" else len(split))
                Image.fromarray(rows).save(divided / split / label / file.name)
    data = ImageFolder(str(divided), size=2, color="gray")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Remark)
        first, again = data.load(LOCATIONS), data.load(LOCATIONS)
    assert torch.equal(again.inputs, first.inputs)
    assert list(again.own) == ["validation", "test"]
    for name, generator in data.own_generators(LOCATIONS).items():
        assert torch.equal(again.own[name][0], generator.run()[0])


def test_a_broken_picture_is_named_still(pictures: ImageFolder, tmp_path: Path) -> None:
    """The others are kept meanwhile; nothing is said twice of it."""
    (tmp_path / "pictures" / "b" / "1.png").write_bytes(b"no picture")
    for _ in range(2):
        with pytest.raises(DataUnavailable, match=r"b/1\.png can't be read: not a picture"):
            pictures.look()
        with pytest.raises(DataUnavailable, match=r"b/1\.png can't be read: not a picture"):
            pictures.load(LOCATIONS)


def test_without_room_it_is_said_once_and_goes_on(
    pictures: ImageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk is met before anything trains, and leaves nothing behind."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "posix_fallocate", full)
    with pytest.warns(Remark, match="decoded anew each time: .*No space left on device") as said:
        found = pictures.load(LOCATIONS)
    assert len(said) == 1
    assert torch.equal(found.inputs, pictures.generator(LOCATIONS).run()[0])
    assert list(Path(os.environ["PERCEPTUI_IMAGES_DIR"]).iterdir()) == []


def test_a_disk_that_takes_no_more_ends_the_keeping(
    files: list[Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It is noted once; what was kept is there."""
    cache = _cache_of(files)
    _keep(cache, files, 0)

    def full(*_: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "pwrite", full)
    with caplog.at_level(logging.WARNING):
        _keep(cache, files, 1, 2)
    assert len(caplog.messages) == 1
    assert cache.claimed().tolist() == [True, False, False]


def test_with_nothing_to_be_kept_nothing_is_said(
    pictures: ImageFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever wants no copies has none."""
    monkeypatch.setenv("PERCEPTUI_IMAGE_CACHE_GB", "0")
    pictures.load(LOCATIONS)
    assert not Path(os.environ["PERCEPTUI_IMAGES_DIR"]).exists()
