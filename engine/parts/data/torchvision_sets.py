"""torchvision's image sets, with their own test split, downloaded when first used."""

from __future__ import annotations

import dataclasses
import gzip
import shutil
import struct
import tarfile
from pathlib import Path
from pickle import UnpicklingError
from typing import Any, ClassVar

from engine import regular_file
from engine.errors import DataUnavailable
from engine.parts.component import parameter
from engine.parts.data.base import Generator, PixelFigures, Provenance
from engine.parts.data.dataset import Dataset
from engine.parts.data.download import Archive, Packed, download
from engine.parts.data.facts import Facts, OwnSplit
from engine.parts.data.framing import MNIST_FRAMING
from engine.parts.data.locations import DataLocations
from engine.parts.data.pixels import GrayImages, Images
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.shapes import Shape, product


class TorchvisionSet(Images, abstract=True):
    """An image set that torchvision knows, under the same name."""

    here = (
        "Here it is {samples} pictures of {shape}, {classes} classes; {train} of them are trained "
        "on."
    )
    well_scaled = True
    balanced = True
    shape: ClassVar[Shape] = (1, 28, 28)
    num_train: ClassVar[int] = 60_000
    num_test: ClassVar[int] = 10_000
    class_names: ClassVar[tuple[str, ...]]
    generator_name: ClassVar[str]
    download_folder: ClassVar[str]
    """Where under the data directory it is downloaded to."""
    mirrors: ClassVar[tuple[str, ...]]
    """Where the packed files are offered, tried in this order."""
    packed: ClassVar[tuple[Packed, ...]]
    stored: ClassVar[tuple[str, ...]]
    """The files that they hold, under the data directory."""

    train_samples: int | None = parameter(
        default=None, help="take only the first training images, None for all", minimum=10
    )

    @classmethod
    def is_here(cls, data_dir: Path) -> bool:
        """Whether every file of it is there, whole or not."""
        return all((data_dir / name).is_file() for name in cls.stored)

    def fetch(self, locations: DataLocations) -> None:
        """Download it where it is not there; raises DataUnavailable."""
        if not self.is_here(locations.data_dir):
            archives = [
                Archive(
                    tuple(mirror + one.name for mirror in self.mirrors), one.md5, one.size_bytes
                )
                for one in self.packed
            ]
            download(self.name, archives, locations, self.unpack)

    @classmethod
    def unpack(cls, archive: Path, root: Path) -> None:
        """Write a packed file's contents as if `root` were the data directory."""
        raise NotImplementedError

    def ensure(self, locations: DataLocations) -> None:
        """See that whole files are there, downloading them where none are."""
        raise NotImplementedError

    def facts(self) -> Facts:
        return Facts(
            shape=self.shape,
            task="classification",
            num_samples=min(self.train_samples or self.num_train, self.num_train),
            classes=self.class_names,
            num_test_samples=self.num_test,
            unit_inputs=self.unit_inputs,
        )

    def downloaded_to(self, data_dir: Path) -> Path:
        return data_dir / self.download_folder

    def generator(self, locations: DataLocations) -> Generator:
        return self._generator(locations, train=True, samples=self.train_samples)

    def own_generators(self, locations: DataLocations) -> dict[OwnSplit, Generator]:
        return {"test": self._generator(locations, train=False, samples=None)}

    def _generator(self, locations: DataLocations, train: bool, samples: int | None) -> Generator:
        torchvision_module()
        from engine.parts.data.generators import vision

        return Generator(
            getattr(vision, self.generator_name),
            {"root": str(locations.data_dir), "train": train, "samples": samples},
            imports=(f"from torchvision.datasets import {self.name}",),
        )

    def load(self, locations: DataLocations) -> Dataset:
        self.ensure(locations)
        try:
            dataset = super().load(locations)
            test_inputs, test_targets = self.own_generators(locations)["test"].run()
        except DataUnavailable:
            raise
        # What torchvision's readers raise for damaged files.
        except (
            OSError,
            ValueError,
            RuntimeError,
            AssertionError,
            KeyError,
            TypeError,
            EOFError,
            UnpicklingError,
        ) as error:
            raise self.damaged(locations.data_dir, str(error)) from error
        counts = (len(dataset.inputs), len(test_inputs))
        expected = (dataset.facts.num_samples, self.num_test)
        if counts != expected:
            raise self.damaged(
                locations.data_dir, f"{counts[0]} and {counts[1]} images, expected {expected}"
            )
        for images, labels in (
            (dataset.inputs, dataset.targets),
            (test_inputs, test_targets),
        ):
            if len(labels) != len(images):
                raise self.damaged(
                    locations.data_dir, f"{len(images)} images, {len(labels)} labels"
                )
            if int(labels.max()) >= len(self.class_names):
                raise self.damaged(locations.data_dir, f"a label {int(labels.max())}")
        return dataclasses.replace(dataset, own={"test": (test_inputs, test_targets)})

    def damaged(self, place: Path, reason: str) -> DataUnavailable:
        return DataUnavailable(
            f"{self.name} in {place} is damaged ({reason}): delete it there to download it again"
        )


class _Idx(TorchvisionSet, GrayImages, abstract=True):
    """A set in the four files of MNIST's format."""

    has_dark_ground = True

    @classmethod
    def unpack(cls, archive: Path, root: Path) -> None:
        folder = root / cls.download_folder / "raw"
        folder.mkdir(parents=True, exist_ok=True)
        with gzip.open(archive) as packed, (folder / archive.stem).open("wb") as out:
            shutil.copyfileobj(packed, out)

    def ensure(self, locations: DataLocations) -> None:
        torchvision_module()  # without it there is no use in a download
        self.fetch(locations)
        for name in self.stored:
            file = locations.data_dir / name
            complaint = idx_complaint(file)
            if complaint:
                raise self.damaged(file, complaint)


def _idx_files(folder: str) -> tuple[str, ...]:
    parts = ("train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1")
    return tuple(f"{folder}/raw/{part}-ubyte" for part in parts)


class MNIST(_Idx):
    """Handwritten digits: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

    words = "Is pictures of handwritten digits, the field's best known set."
    class_names = tuple("0123456789")
    download_folder = "MNIST"
    pixel_figures = PixelFigures((0.1307,), (0.3081,))
    framing = MNIST_FRAMING
    generator_name = "mnist"
    provenance = Provenance("Y. LeCun, C. Cortes, C. Burges 1998; yann.lecun.com", "CC BY-SA 3.0")
    mirrors = (
        "https://ossci-datasets.s3.amazonaws.com/mnist/",
        "http://yann.lecun.com/exdb/mnist/",
    )
    packed = (
        Packed("train-images-idx3-ubyte.gz", "f68b3c2dcbeaaa9fbdd348bbdeb94873", 9_912_422),
        Packed("train-labels-idx1-ubyte.gz", "d53e105ee54ea40749a09fcbcd1e9432", 28_881),
        Packed("t10k-images-idx3-ubyte.gz", "9fb629c4189551a2d022fa330f9573f3", 1_648_877),
        Packed("t10k-labels-idx1-ubyte.gz", "ec29112dd5afa0611ce80d1b7f02629c", 4_542),
    )
    stored = _idx_files("MNIST")


class FashionMNIST(_Idx):
    """Pieces of clothing: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

    words = "Is pictures of clothes in MNIST's form, and harder."
    class_names = (
        "T-shirt/top",
        "Trouser",
        "Pullover",
        "Dress",
        "Coat",
        "Sandal",
        "Shirt",
        "Sneaker",
        "Bag",
        "Ankle boot",
    )
    generator_name = "fashion_mnist"
    download_folder = "FashionMNIST"
    pixel_figures = PixelFigures((0.2860,), (0.3530,))
    provenance = Provenance(
        "H. Xiao, K. Rasul, R. Vollgraf 2017; github.com/zalandoresearch/fashion-mnist", "MIT"
    )
    mirrors = ("http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/",)
    packed = (
        Packed("train-images-idx3-ubyte.gz", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", 26_421_880),
        Packed("train-labels-idx1-ubyte.gz", "25c81989df183df01b3e8a0aad5dffbe", 29_515),
        Packed("t10k-images-idx3-ubyte.gz", "bef4ecab320f06d8554ea6380940ec79", 4_422_102),
        Packed("t10k-labels-idx1-ubyte.gz", "bb300cfdad3c16e7a12a480ee83cd310", 5_148),
    )
    stored = _idx_files("FashionMNIST")


class KMNIST(_Idx):
    """Handwritten hiragana: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

    words = "Is pictures of handwritten Japanese characters in MNIST's form, and harder."
    class_names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    generator_name = "kmnist"
    download_folder = "KMNIST"
    pixel_figures = PixelFigures((0.1918,), (0.3483,))
    provenance = Provenance("T. Clanuwat and others 2018; codh.rois.ac.jp/kmnist", "CC BY-SA 4.0")
    mirrors = ("http://codh.rois.ac.jp/kmnist/dataset/kmnist/",)
    packed = (
        Packed("train-images-idx3-ubyte.gz", "bdb82020997e1d708af4cf47b453dcf7", 18_165_135),
        Packed("train-labels-idx1-ubyte.gz", "e144d726b3acfaa3e44228e80efcd344", 29_497),
        Packed("t10k-images-idx3-ubyte.gz", "5c965bf0a639b31b8f53240b1b52f4d7", 3_041_136),
        Packed("t10k-labels-idx1-ubyte.gz", "7320c461ea6c1c855c0b718fb2a4b134", 5_120),
    )
    stored = _idx_files("KMNIST")


class CIFAR10(TorchvisionSet):
    """Photographs: 50,000 for training, 10,000 for testing, 32 by 32 pixels in color."""

    words = "Is small photographs in color of animals and vehicles: a deep network pays off here."
    shape = (3, 32, 32)
    num_train = 50_000
    class_names = (
        "airplane",
        "automobile",
        "bird",
        "cat",
        "deer",
        "dog",
        "frog",
        "horse",
        "ship",
        "truck",
    )
    generator_name = "cifar10"
    download_folder = "cifar-10-batches-py"
    pixel_figures = PixelFigures((0.4914, 0.4822, 0.4465), (0.2470, 0.2435, 0.2616))
    provenance = Provenance(
        "A. Krizhevsky 2009; www.cs.toronto.edu/~kriz/cifar.html", "none stated"
    )
    mirrors = ("https://www.cs.toronto.edu/~kriz/",)
    packed = (Packed("cifar-10-python.tar.gz", "c58f30108f718f92721af3b95e74349a", 170_498_071),)
    stored = tuple(
        f"cifar-10-batches-py/{name}"
        for name in (*(f"data_batch_{n}" for n in range(1, 6)), "test_batch", "batches.meta")
    )

    @classmethod
    def unpack(cls, archive: Path, root: Path) -> None:
        with tarfile.open(archive) as packed:
            if hasattr(tarfile, "data_filter"):  # early versions of 3.11 lack it
                packed.extractall(root, filter="data")
            else:
                packed.extractall(root)

    def ensure(self, locations: DataLocations) -> None:
        known: Any = torchvision_module().CIFAR10
        self.fetch(locations)
        intact: Any = torchvision_module("torchvision.datasets.utils").check_integrity
        folder = locations.data_dir / known.base_folder
        sums: dict[str, str] = dict((*known.train_list, *known.test_list))
        sums[known.meta["filename"]] = known.meta["md5"]
        for name, md5 in sums.items():
            if not intact(str(folder / name), md5):
                raise self.damaged(folder / name, "wrong checksum")


def idx_complaint(file: Path) -> str:
    """What is wrong with a file in MNIST's format (big-endian sizes, then bytes), or nothing."""
    try:
        size = file.stat().st_size
        with regular_file.opened(file) as raw:
            head = raw.read(16)
    except OSError as error:
        return error.strerror or str(error)
    if len(head) < 8 or head[:3] != b"\0\0\x08" or head[3] not in (1, 3):
        return "not a file of this format"
    num_sizes = head[3]
    if len(head) < 4 + 4 * num_sizes:
        return "cut short"
    expected = 4 + 4 * num_sizes + product(struct.unpack_from(f">{num_sizes}I", head, 4))
    return "" if size == expected else f"{size:,} bytes, expected {expected:,}"
