"""A folder of pictures: what it becomes, and what is said about one that can't be used."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import pytest
import torch
from PIL import Image

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations, Loading
from engine.parts.data.fingerprint import fingerprint
from engine.parts.data.image_folder import ImageFolder
from engine.parts.data.tables import Iris
from tests.engine.parts.data.made import NOWHERE, made, same, scripted

RED, BLUE = (255, 0, 0), (0, 0, 255)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of two pictures each, with things beside them that are none."""
    for name, color in (("red", RED), ("blue", BLUE)):
        (tmp_path / name).mkdir()
        for n in range(2):
            Image.new("RGB", (6 + n, 5), color).save(tmp_path / name / f"{n}.png")
        (tmp_path / name / "notes.txt").write_text("not a picture")
        (tmp_path / name / ".hidden.png").write_text("not a picture")
    (tmp_path / ".cache").mkdir()
    (tmp_path / "readme.txt").write_text("not a class")
    return tmp_path


def test_pictures_are_resized_and_classes_sorted(folder: Path) -> None:
    """Four pictures become uint8 channels of one size, labels follow the subfolders' names."""
    data = made(ImageFolder(str(folder), size=(3, 4)))
    assert data.facts.classes == ("blue", "red")
    assert data.facts.shape == (3, 3, 4)
    assert data.facts.num_samples == 4
    assert data.inputs.dtype == torch.uint8
    assert data.inputs.shape == (4, 3, 3, 4)
    assert data.inputs[:, :, 0, 0].tolist() == [[0, 0, 255]] * 2 + [[255, 0, 0]] * 2
    assert data.targets.tolist() == [0, 0, 1, 1]


def test_gray_pictures_have_one_channel(folder: Path) -> None:
    """color="gray" turns red into its luminance."""
    data = made(ImageFolder(str(folder), size=2, color="gray", mean=0.5))
    assert data.inputs.shape == (4, 1, 2, 2)
    assert data.inputs[2].flatten().tolist() == [76, 76, 76, 76]
    assert data.pixels is not None
    assert (data.pixels.mean, data.pixels.std) == ((0.5,), (1.0,))


def test_the_printed_generator_reads_the_same(folder: Path) -> None:
    """The generator's source, run alone, makes the same tensors."""
    data = ImageFolder(str(folder), size=4)
    inputs, targets = scripted(data.generator(NOWHERE))
    assert same(inputs, made(data).inputs)
    assert same(targets, made(data).targets)


def test_a_broken_picture_is_named(folder: Path) -> None:
    """A text and a truncated picture are named with their class."""
    (folder / "red" / "2.png").write_text("no picture")
    with pytest.raises(DataUnavailable, match=r"red/2\.png can't be read: not a picture"):
        made(ImageFolder(str(folder)))
    whole = (folder / "red" / "1.png").read_bytes()
    (folder / "red" / "2.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(DataUnavailable, match=r"red/2\.png can't be read"):
        made(ImageFolder(str(folder)))


def test_a_picture_that_would_fill_the_memory_is_named(folder: Path) -> None:
    """A hundred bytes may claim to be 30,000 by 30,000 pixels; they are not decoded."""
    bomb = folder / "red" / "1.png"
    chunk = b"IHDR" + struct.pack(">IIBBBBB", 30_000, 30_000, 8, 2, 0, 0, 0)
    header = struct.pack(">I", 13) + chunk + struct.pack(">I", zlib.crc32(chunk))
    idat = struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    bomb.write_bytes(b"\x89PNG\r\n\x1a\n" + header + idat)
    with pytest.raises(DataUnavailable) as raised:
        ImageFolder(str(folder)).load(NOWHERE)
    assert str(raised.value) == (
        f"{folder}: red/1.png can't be read: it claims to have more than 178,956,970 pixels"
    )
    assert raised.value.exit_code == 4


def test_folders_that_hold_no_classes_are_refused(tmp_path: Path) -> None:
    """Fewer than two classes, an empty class and a class of one picture are named."""
    with pytest.raises(DataUnavailable, match="at least two classes, found 0"):
        ImageFolder(str(tmp_path)).facts()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        Image.new("L", (2, 2)).save(tmp_path / name / "0.png")
    with pytest.raises(DataUnavailable, match="class 'a' has 1 picture; each needs at least 2"):
        ImageFolder(str(tmp_path)).facts()
    (tmp_path / "a" / "0.png").unlink()
    with pytest.raises(DataUnavailable, match="class 'a' has no picture"):
        ImageFolder(str(tmp_path)).facts()


def test_an_absent_folder_and_a_file_in_its_place(tmp_path: Path) -> None:
    """An absent folder has no facts and can't be loaded; a file is no folder."""
    assert ImageFolder(str(tmp_path / "none")).facts() is None
    with pytest.raises(DataUnavailable, match="no such file or folder"):
        made(ImageFolder(str(tmp_path / "none")))
    (tmp_path / "file").write_text("")
    with pytest.raises(DataUnavailable, match="Not a directory"):
        ImageFolder(str(tmp_path / "file")).facts()


def test_three_means_do_not_fit_gray(folder: Path) -> None:
    """Normalization per color channel is refused for one channel."""
    data = ImageFolder(str(folder), color="gray", std=(1.0, 1.0, 1.0))
    assert data.complaint() == "std has 3 numbers, but gray pictures have one channel"


def test_the_fingerprint_follows_names_and_contents(folder: Path) -> None:
    """Moving a picture to another class or changing it changes the fingerprint."""
    data = ImageFolder(str(folder))
    first = fingerprint(data)
    assert first == fingerprint(ImageFolder(str(folder), size=7))
    (folder / "red" / "1.png").rename(folder / "blue" / "2.png")
    moved = fingerprint(data)
    (folder / "blue" / "2.png").rename(folder / "red" / "1.png")
    assert fingerprint(data) == first
    Image.new("RGB", (7, 5), BLUE).save(folder / "red" / "1.png")
    assert len({first, moved, fingerprint(data)}) == 3


def test_made_data_has_no_fingerprint_and_absent_files_are_an_error(tmp_path: Path) -> None:
    """Without files of its own a data set has an empty fingerprint."""
    assert fingerprint(Iris()) == ""
    with pytest.raises(DataUnavailable, match="none"):
        fingerprint(ImageFolder(str(tmp_path / "none")))


def test_of_a_large_folder_some_contents_are_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every second file, say: the others are known by their names and sizes."""
    monkeypatch.setattr("engine.parts.data.fingerprint.WHOLE_BYTES", 0)
    monkeypatch.setattr("engine.parts.data.fingerprint.NUM_READ", 2)
    data = ImageFolder(str(folder))
    first = fingerprint(data)
    files = data.files()
    for number, (file, is_seen) in enumerate(zip(files, (True, False, True, False), strict=True)):
        whole = file.read_bytes()
        file.write_bytes(whole[::-1])
        assert (fingerprint(data) != first) is is_seen, number
        file.write_bytes(whole + b"!")
        assert fingerprint(data) != first
        file.write_bytes(whole)


def test_left_on_disk_it_is_the_same_data_set(folder: Path) -> None:
    """Facts, targets, shape and pixels, and a way to read each image; no number of them."""
    data = ImageFolder(str(folder), size=(3, 4), color="gray", mean=0.5)
    loaded, left = made(data), data.left_on_disk(NOWHERE)
    assert left.files is not None
    assert left.inputs.is_meta
    assert (left.facts, left.pixels) == (loaded.facts, loaded.pixels)
    assert (left.inputs.shape, left.inputs.dtype) == (loaded.inputs.shape, loaded.inputs.dtype)
    assert torch.equal(left.targets, loaded.targets)
    assert left.files.paths == ("blue/0.png", "blue/1.png", "red/0.png", "red/1.png")
    assert left.files.resident_bytes == loaded.inputs.nbytes
    read = [left.files.read(folder / path) for path in left.files.paths]
    assert torch.equal(torch.stack(read), loaded.inputs)


@pytest.mark.filterwarnings("ignore::engine.errors.Remark")
def test_the_reading_is_told_and_can_be_called_off(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In bytes of the files, and whoever is told may end it."""
    monkeypatch.setattr("engine.parts.data.meter.FIRST_S", 0.0)
    monkeypatch.setattr("engine.parts.data.meter.EACH_S", 0.0)
    told: list[Loading] = []
    data = ImageFolder(str(folder))
    data.load(DataLocations(folder, told.append))
    sizes = [file.stat().st_size for file in data.files()]
    steps = [sum(sizes[: n + 1]) for n in range(4)]
    assert [one.done_bytes for one in told] == [*steps, steps[-1]]
    assert {(one.verb, one.name, one.total_bytes) for one in told} == {
        ("reading", str(folder), steps[-1])
    }

    def called_off(loading: Loading) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        data.load(DataLocations(folder, called_off))
