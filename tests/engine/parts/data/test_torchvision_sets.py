"""torchvision's image sets: reading, downloading from a local server, and what can go wrong."""

from __future__ import annotations

import errno
import fcntl
import gzip
import hashlib
import http.server
import io
import os
import pickle
import struct
import sys
import tarfile
import threading
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import torchvision

from engine.errors import DataUnavailable
from engine.parts.data import DataLocations, Dataset, Loading
from engine.parts.data.download import Packed, begun_bytes
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.data.torchvision_sets import CIFAR10, KMNIST, MNIST, FashionMNIST, TorchvisionSet
from tests.engine.parts.data.made import made, same, scripted

SETS: list[type[TorchvisionSet]] = [MNIST, FashionMNIST, KMNIST, CIFAR10]


def idx(*sizes: int) -> bytes:
    """A file in MNIST's format whose bytes count up, modulo ten."""
    count = 1
    for size in sizes:
        count *= size
    head = bytes([0, 0, 8, len(sizes)]) + struct.pack(f">{len(sizes)}I", *sizes)
    return head + bytes(n % 10 for n in range(count))


FILES = {
    "train-images-idx3-ubyte": idx(20, 28, 28),
    "train-labels-idx1-ubyte": idx(20),
    "t10k-images-idx3-ubyte": idx(10, 28, 28),
    "t10k-labels-idx1-ubyte": idx(10),
}
PACKED = {f"{name}.gz": gzip.compress(raw, mtime=0) for name, raw in FILES.items()}


class Handler(http.server.BaseHTTPRequestHandler):
    """Serves the packed files, or what a test puts in their place."""

    served: dict[str, bytes]
    cut: int = 0
    """Bytes left out at the end of each answer."""
    knows_ranges = True
    ranges: list[str]
    """What was asked for, of each file."""

    def do_GET(self) -> None:
        body = self.served.get(self.path.lstrip("/"))
        asked = self.headers.get("Range")
        type(self).ranges.append(asked or "all")
        if body is not None and asked and self.knows_ranges:
            body = body[int(asked.removeprefix("bytes=").rstrip("-")) :]
            self.send_response(206)
        else:
            self.send_response(404 if body is None else 200)
        self.send_header("Content-Length", str(len(body or b"")))
        self.end_headers()
        self.wfile.write((body or b"")[: len(body or b"") - self.cut])

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[type[Handler]]:
    """A mirror of a tiny MNIST on this machine, which torchvision's class then names."""
    handler = type("TinyMnist", (Handler,), {"served": dict(PACKED), "ranges": []})
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        packed = tuple(
            Packed(name, hashlib.md5(raw).hexdigest(), len(raw)) for name, raw in PACKED.items()
        )
        monkeypatch.setattr(MNIST, "mirrors", (f"http://127.0.0.1:{running.server_port}/",))
        monkeypatch.setattr(MNIST, "packed", packed)
        monkeypatch.setattr(MNIST, "num_train", 20)
        monkeypatch.setattr(MNIST, "num_test", 10)
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        yield handler
        running.shutdown()
        thread.join()


def put(root: Path, **changes: bytes) -> Path:
    """Lay the tiny files out as torchvision does."""
    raw = root / "MNIST" / "raw"
    raw.mkdir(parents=True)
    for name, content in FILES.items():
        (raw / name).write_bytes(changes.get(name.split("-idx")[0].replace("-", "_"), content))
    return raw


def refused(locations: DataLocations) -> str:
    with pytest.raises(DataUnavailable) as raised:
        made(MNIST(), locations=locations)
    return str(raised.value)


def contents(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def check_tiny(data: Dataset) -> None:
    assert data.inputs.shape == (20, 1, 28, 28)
    assert data.inputs.dtype == torch.uint8
    assert data.inputs[0, 0, 0, :3].tolist() == [0, 1, 2]
    assert data.targets.tolist() == list(range(10)) * 2
    test_inputs, test_targets = data.own["test"]
    assert test_inputs.shape == (10, 1, 28, 28)
    assert test_targets.tolist() == list(range(10))


@pytest.mark.usefixtures("server")
def test_a_download_is_complete_and_tells_how_far_it_is(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    """The files arrive unpacked, each archive is told from 0 to all bytes, nothing is printed."""
    told: list[Loading] = []
    root = tmp_path / "new" / "data"
    check_tiny(made(MNIST(), locations=DataLocations(root, told.append)))
    assert contents(root) == sorted(["MNIST", "MNIST/raw", *(f"MNIST/raw/{n}" for n in FILES)])
    for name, raw in PACKED.items():
        steps = [d for d in told if d.name == f"MNIST {name}"]
        assert steps[0] == Loading(f"MNIST {name}", 0, len(raw))
        assert steps[-1] == Loading(f"MNIST {name}", len(raw), len(raw))
    assert capfd.readouterr() == ("", "")


@pytest.mark.usefixtures("server")
def test_a_second_load_downloads_nothing(tmp_path: Path) -> None:
    """Files that are there are read as they are."""
    made(MNIST(), locations=DataLocations(tmp_path))
    told: list[Loading] = []
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path, told.append)))
    assert told == []


@pytest.mark.usefixtures("server")
def test_an_incomplete_folder_is_completed(tmp_path: Path) -> None:
    """Where a file is missing the set is downloaded again, and other files stay."""
    raw = put(tmp_path)
    (raw / "t10k-labels-idx1-ubyte").unlink()
    (raw / "mine.txt").write_text("kept")
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path)))
    assert (raw / "mine.txt").read_text() == "kept"
    assert contents(tmp_path) == sorted(
        ["MNIST", "MNIST/raw", "MNIST/raw/mine.txt", *(f"MNIST/raw/{n}" for n in FILES)]
    )


def test_a_wrong_checksum_is_refused(server: type[Handler], tmp_path: Path) -> None:
    """Contents that are not the published ones are removed; the other files need not come again."""
    server.served["t10k-labels-idx1-ubyte.gz"] = gzip.compress(b"something else")
    message = refused(DataLocations(tmp_path / "data"))
    assert f"MNIST is not in {tmp_path / 'data'} and could not be downloaded" in message
    assert "t10k-labels-idx1-ubyte.gz: wrong checksum: md5 " in message
    assert "PERCEPTUI_DATA_DIR" in message
    assert contents(tmp_path / "data") == sorted(
        [".download-MNIST", *(f".download-MNIST/{name}" for name in [*PACKED][:3])]
    )
    server.served["t10k-labels-idx1-ubyte.gz"] = PACKED["t10k-labels-idx1-ubyte.gz"]
    server.ranges = []
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path / "data")))
    assert server.ranges == ["all"]


def test_a_download_that_breaks_off_is_gone_on_with(server: type[Handler], tmp_path: Path) -> None:
    """It is told how far it came; the next time only the rest is asked for, and nothing is left."""
    server.cut = 7
    size = len(PACKED["train-images-idx3-ubyte.gz"])
    root = tmp_path / "data"
    assert f"broke off after {size - 7:,} of {size:,} bytes" in refused(DataLocations(root))
    assert begun_bytes("MNIST", root) == size - 7
    server.cut, server.ranges = 0, []
    told: list[Loading] = []
    check_tiny(made(MNIST(), locations=DataLocations(root, told.append)))
    assert server.ranges == [f"bytes={size - 7}-", "all", "all", "all"]
    assert told[0] == Loading("MNIST train-images-idx3-ubyte.gz", size - 7, size)
    assert contents(root) == sorted(["MNIST", "MNIST/raw", *(f"MNIST/raw/{n}" for n in FILES)])


def test_a_server_that_knows_no_ranges_sends_all(server: type[Handler], tmp_path: Path) -> None:
    """Then what had come is not put before it."""
    server.cut = 7
    refused(DataLocations(tmp_path))
    server.cut, server.knows_ranges = 0, False
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path)))


def test_what_had_come_may_be_of_another_file(server: type[Handler], tmp_path: Path) -> None:
    """The checksum says so; it is thrown away, and the next time is as the first."""
    part = tmp_path / ".download-MNIST" / "train-images-idx3-ubyte.gz.part"
    for content in (b"foreign", PACKED["train-images-idx3-ubyte.gz"] + b"more"):
        part.parent.mkdir(exist_ok=True)
        part.write_bytes(content)
        with suppress(DataUnavailable):
            MNIST().fetch(DataLocations(tmp_path))
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path)))
    assert not part.parent.exists()


def test_two_at_once_do_not_meet(server: type[Handler], tmp_path: Path) -> None:
    """While another process downloads it, this one does so in a folder of its own."""
    place = tmp_path / ".download-MNIST"
    place.mkdir()
    descriptor = os.open(place, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        check_tiny(made(MNIST(), locations=DataLocations(tmp_path)))
    finally:
        os.close(descriptor)
    assert list(place.iterdir()) == []


def test_a_second_mirror_is_tried(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the first mirror does not have comes from the next."""
    good = MNIST.mirrors[0]
    monkeypatch.setattr(MNIST, "mirrors", (f"{good}absent/", good))
    check_tiny(made(MNIST(), locations=DataLocations(tmp_path)))
    server.served.clear()
    assert refused(DataLocations(tmp_path / "other")).count("Not Found") == 2


def test_without_a_network_the_way_out_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that can't be reached is told with the folder and how to name another."""
    monkeypatch.setattr(MNIST, "mirrors", ("http://127.0.0.1:9/",))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    message = refused(DataLocations(tmp_path / "data"))
    assert "127.0.0.1:9/train-images-idx3-ubyte.gz: [Errno" in message
    assert f"not in {tmp_path / 'data'}" in message
    assert "--data-dir or PERCEPTUI_DATA_DIR" in message
    assert contents(tmp_path) == []


@pytest.mark.usefixtures("server")
def test_an_interrupted_download_keeps_what_had_come(tmp_path: Path) -> None:
    """Ctrl-C in the middle; before anything came it leaves nothing, not even directories."""

    def interrupt(least: int, download: Loading) -> None:
        if download.done_bytes >= least:
            raise KeyboardInterrupt

    root = tmp_path / "a" / "b"
    for least, left in ((0, False), (1, True)):
        with pytest.raises(KeyboardInterrupt):
            made(MNIST(), locations=DataLocations(root, partial(interrupt, least)))
        assert bool(begun_bytes("MNIST", root)) == left
        assert root.exists() == left
    check_tiny(made(MNIST(), locations=DataLocations(root)))


@pytest.mark.usefixtures("server")
def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that is full while unpacking is told as such."""

    def full(archive: Path, root: Path) -> None:
        (root / "begun").write_text("half")
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(MNIST, "unpack", staticmethod(full))
    message = refused(DataLocations(tmp_path / "data"))
    assert "No space left on device; make room, or choose another folder" in message
    assert contents(tmp_path) == []


@pytest.mark.usefixtures("server")
def test_a_place_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    """A data directory that can't be made is told with its reason."""
    (tmp_path / "file").write_text("")
    message = refused(DataLocations(tmp_path / "file" / "data"))
    assert f"can't be stored in {tmp_path / 'file' / 'data'}: Not a directory" in message


@pytest.mark.usefixtures("server")
@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"train_images": FILES["train-images-idx3-ubyte"][:-1]}, "bytes, expected 15,696"),
        ({"train_labels": b"short"}, "not a file of this format"),
        ({"t10k_images": b""}, "not a file of this format"),
        ({"t10k_labels": idx(9)}, "10 images, 9 labels"),
        ({"train_images": idx(19, 28, 28), "train_labels": idx(19)}, "19 and 10 images"),
    ],
)
def test_damaged_files_are_named(tmp_path: Path, changes: dict[str, bytes], message: str) -> None:
    """Cut, foreign or mismatched files are refused with the way to get good ones."""
    put(tmp_path, **changes)
    told = refused(DataLocations(tmp_path))
    assert message in told
    assert "is damaged" in told
    assert "delete it there to download it again" in told


def packed_cifar(monkeypatch: pytest.MonkeyPatch) -> bytes:
    """A tiny CIFAR10 archive, which torchvision's class is then made to expect."""
    known = torchvision.datasets.CIFAR10
    pixels = np.arange(10 * 3072, dtype=np.uint8).reshape(10, 3072)
    batch = pickle.dumps({"data": pixels, "labels": list(range(10))})
    members = {"data_batch_1": batch, "test_batch": batch}
    members["batches.meta"] = pickle.dumps({"label_names": list("abcdefghij")})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for name, raw in members.items():
            info = tarfile.TarInfo(f"{known.base_folder}/{name}")
            info.size = len(raw)
            archive.addfile(info, io.BytesIO(raw))
    sums = {name: hashlib.md5(raw).hexdigest() for name, raw in members.items()}
    meta = {"filename": "batches.meta", "key": "label_names", "md5": sums["batches.meta"]}
    monkeypatch.setattr(known, "train_list", [["data_batch_1", sums["data_batch_1"]]])
    monkeypatch.setattr(known, "test_list", [["test_batch", sums["test_batch"]]])
    monkeypatch.setattr(known, "meta", meta)
    whole = packed.getvalue()
    archive_name = "cifar-10-python.tar.gz"
    expected = Packed(archive_name, hashlib.md5(whole).hexdigest(), len(whole))
    monkeypatch.setattr(CIFAR10, "packed", (expected,))
    stored = tuple(f"{known.base_folder}/{name}" for name in members)
    monkeypatch.setattr(CIFAR10, "stored", stored)
    monkeypatch.setattr(CIFAR10, "num_train", 10)
    monkeypatch.setattr(CIFAR10, "num_test", 10)
    return packed.getvalue()


def test_cifar10_is_unpacked_and_checked(
    server: type[Handler], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """CIFAR10 comes as channels first, and a damaged file of it is named."""
    server.served["cifar-10-python.tar.gz"] = packed_cifar(monkeypatch)
    monkeypatch.setattr(CIFAR10, "mirrors", MNIST.mirrors)
    data = made(CIFAR10(mean=0.5), locations=DataLocations(tmp_path))
    assert data.inputs.shape == (10, 3, 32, 32)
    assert data.inputs.dtype == torch.uint8
    assert data.inputs.flatten()[:300].tolist() == [n % 256 for n in range(300)]
    assert data.targets.tolist() == list(range(10))
    inputs, _ = scripted(CIFAR10().generator(DataLocations(tmp_path)))
    assert same(inputs, data.inputs)
    assert contents(tmp_path)[0] == "cifar-10-batches-py"
    assert len(contents(tmp_path)) == 4

    (tmp_path / "cifar-10-batches-py" / "test_batch").write_bytes(b"cut")
    with pytest.raises(DataUnavailable, match=r"test_batch is damaged \(wrong checksum\)"):
        made(CIFAR10(), locations=DataLocations(tmp_path))


@pytest.mark.parametrize("kind", SETS)
def test_what_is_downloaded_is_what_torchvision_expects(kind: type[TorchvisionSet]) -> None:
    """The same files under the same names, with the same checksums."""
    known: Any = getattr(torchvision.datasets, kind.name)
    if kind is CIFAR10:
        urls = [(known.url, known.tgz_md5)]
        names = [name for name, _ in (*known.train_list, *known.test_list)]
        names = [f"{known.base_folder}/{name}" for name in (*names, known.meta["filename"])]
    else:
        assert list(kind.mirrors) == known.mirrors
        urls = [(f"{kind.mirrors[0]}{name}", md5) for name, md5 in known.resources]
        names = [f"{kind.name}/raw/{Path(name).stem}" for name, _ in known.resources]
    assert [(kind.mirrors[0] + one.name, one.md5) for one in kind.packed] == urls
    assert list(kind.stored) == names
    assert kind.provenance is not None
    assert all(one.size_bytes > 1000 for one in kind.packed)


def test_pixels_follow_the_parameters() -> None:
    """Mean, std and the random changes are told as torchvision's transforms are written."""
    assert MNIST().scaled_pixels().mean == (0.0,)
    assert MNIST().scaled_pixels().augmentations == ()
    normalized = MNIST(mean=0.5, std=0.25).scaled_pixels()
    assert (normalized.mean, normalized.std) == ((0.5,), (0.25,))
    assert CIFAR10(mean=0.5).scaled_pixels().mean == (0.5, 0.5, 0.5)
    assert CIFAR10(mean=0.5).scaled_pixels().std == (1.0, 1.0, 1.0)
    assert CIFAR10(std=(0.1, 0.2, 0.3)).scaled_pixels().std == (0.1, 0.2, 0.3)
    assert CIFAR10(flip=True, shift=0.1).scaled_pixels().augmentations == (
        "RandomHorizontalFlip()",
        "RandomAffine(0.0, translate=(0.1, 0.1))",
    )
    assert MNIST(rotate=10.0).scaled_pixels().augmentations == ("RandomRotation(10.0)",)


def test_augmentations_are_torchvisions() -> None:
    """Each expression makes a transform that keeps an image's shape and type."""
    from torchvision.transforms import v2

    data = CIFAR10(flip=True, shift=0.2, rotate=15.0)
    turned = CIFAR10(rotate=5.0)
    every = (data, turned)
    expressions = tuple(text for one in every for text in one.scaled_pixels().augmentations)
    image = torch.randint(0, 256, (3, 32, 32), dtype=torch.uint8)
    for expression in expressions:
        changed = eval(expression, vars(v2))(image)
        assert (changed.shape, changed.dtype) == (image.shape, image.dtype)


@pytest.mark.parametrize("cls", SETS, ids=lambda cls: str(cls.name))
def test_declared_facts_are_torchvisions(cls: type[TorchvisionSet]) -> None:
    """Class names agree with torchvision's where it declares them."""
    facts = cls().facts()
    assert len(facts.classes) == 10
    known = getattr(getattr(torchvision.datasets, cls.name), "classes", ())
    if known:
        assert [name.split(" - ")[0] for name in known] == list(facts.classes)
    assert cls(train_samples=100).facts().num_samples == 100
    assert cls(train_samples=99_999).facts().num_samples == cls.num_train


def test_an_unfit_torchvision_names_both_versions(monkeypatch: pytest.MonkeyPatch) -> None:
    """A torchvision built for another torch is told with versions and the repair."""

    def unfit(name: str) -> Any:
        raise RuntimeError("operator torchvision::nms does not exist")

    monkeypatch.setattr("importlib.import_module", unfit)
    with pytest.raises(DataUnavailable) as raised:
        torchvision_module()
    message = str(raised.value)
    assert f"torch {torch.__version__.split('+')[0]}" in message
    assert f"torchvision {torchvision.__version__.split('+')[0]}" in message
    assert "operator torchvision::nms does not exist" in message
    assert "pip install --upgrade torch torchvision" in message
    assert raised.value.exit_code == 4


def test_an_absent_torchvision_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Loading images without torchvision is one message, from load as from the generator."""
    monkeypatch.setitem(sys.modules, "torchvision.datasets", None)
    for act in (MNIST().load, MNIST().generator):
        with pytest.raises(DataUnavailable, match="pip install --upgrade torch torchvision"):
            act(DataLocations(tmp_path))


REAL = os.environ.get("PERCEPTUI_DATA_DIR", "")
needs_mnist = pytest.mark.skipif(
    not (REAL and (Path(REAL) / "MNIST" / "raw").is_dir()),
    reason="needs MNIST in the folder that PERCEPTUI_DATA_DIR names",
)


@needs_mnist
def test_real_mnist() -> None:
    """MNIST itself: its counts, its first labels, and nothing told as downloaded."""
    told: list[Loading] = []
    data = made(MNIST(mean=0.5, std=0.5), locations=DataLocations(Path(REAL), told.append))
    assert data.inputs.shape == (60_000, 1, 28, 28)
    assert data.targets[:10].tolist() == [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]
    assert data.own["test"][1][:5].tolist() == [7, 2, 1, 0, 4]
    assert told == []


@needs_mnist
def test_the_printed_generator_reads_real_mnist() -> None:
    """The generator's source, run alone, reads the same first images."""
    locations = DataLocations(Path(REAL))
    data = MNIST(train_samples=50)
    inputs, targets = scripted(data.generator(locations))
    ours = made(data, locations=locations)
    assert inputs.shape == (50, 1, 28, 28)
    assert same(inputs, ours.inputs)
    assert same(targets, ours.targets)
