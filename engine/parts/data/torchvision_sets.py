"""torchvision's image sets, with their own test split, downloaded when first used."""

from __future__ import annotations

import dataclasses
import struct
from pathlib import Path
from pickle import UnpicklingError
from types import ModuleType
from typing import Any, ClassVar

from engine import regular_file
from engine.errors import DataUnavailable
from engine.parts.component import parameter
from engine.parts.data.base import (
    DataLocations,
    Dataset,
    Facts,
    Generator,
    OwnSplit,
    PixelFigures,
)
from engine.parts.data.download import Archive, download
from engine.parts.data.pixels import GrayImages, Images
from engine.parts.data.torchvision_import import torchvision_module
from engine.parts.shapes import Shape, product


class TorchvisionSet(Images, abstract=True):
    """An image set that torchvision knows, under the same name."""

    well_scaled = True
    balanced = True
    shape: ClassVar[Shape] = (1, 28, 28)
    num_train: ClassVar[int] = 60_000
    num_test: ClassVar[int] = 10_000
    class_names: ClassVar[tuple[str, ...]]
    generator_name: ClassVar[str]

    train_samples: int | None = parameter(
        default=None, help="take only the first training images, None for all", minimum=10
    )

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
        )

    def downloaded_to(self, data_dir: Path) -> Path:
        return data_dir / self.name

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

    def ensure(self, locations: DataLocations) -> None:
        known: Any = getattr(torchvision_module(), self.name)
        folder = Path(self.name) / "raw"
        files = [locations.data_dir / folder / Path(gz).stem for gz, _ in known.resources]
        if not all(file.is_file() for file in files):
            archives = [
                Archive(tuple(mirror + gz for mirror in known.mirrors), md5)
                for gz, md5 in known.resources
            ]
            extract = _extractor()

            def unpack(archive: Path, root: Path) -> None:
                (root / folder).mkdir(parents=True, exist_ok=True)
                extract(str(archive), str(root / folder))

            download(self.name, archives, locations, unpack)
        for file in files:
            complaint = idx_complaint(file)
            if complaint:
                raise self.damaged(file, complaint)


class MNIST(_Idx):
    """Handwritten digits: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

    class_names = tuple("0123456789")
    download_folder = "MNIST"
    pixel_figures = PixelFigures((0.1307,), (0.3081,))
    generator_name = "mnist"


class FashionMNIST(_Idx):
    """Pieces of clothing: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

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


class KMNIST(_Idx):
    """Handwritten hiragana: 60,000 for training, 10,000 for testing, 28 by 28 gray pixels."""

    class_names = ("o", "ki", "su", "tsu", "na", "ha", "ma", "ya", "re", "wo")
    generator_name = "kmnist"
    download_folder = "KMNIST"
    pixel_figures = PixelFigures((0.1918,), (0.3483,))


class CIFAR10(TorchvisionSet):
    """Photographs: 50,000 for training, 10,000 for testing, 32 by 32 pixels in color."""

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

    def downloaded_to(self, data_dir: Path) -> Path:
        return data_dir / "cifar-10-batches-py"

    def ensure(self, locations: DataLocations) -> None:
        known: Any = torchvision_module().CIFAR10
        intact: Any = torchvision_module("torchvision.datasets.utils").check_integrity
        folder = locations.data_dir / known.base_folder
        sums: dict[str, str] = dict((*known.train_list, *known.test_list))
        sums[known.meta["filename"]] = known.meta["md5"]
        if not all((folder / name).is_file() for name in sums):
            extract = _extractor()
            download(
                self.name,
                [Archive((known.url,), known.tgz_md5)],
                locations,
                lambda archive, root: extract(str(archive), str(root)),
            )
        for name, md5 in sums.items():
            if not intact(str(folder / name), md5):
                raise self.damaged(folder / name, "wrong checksum")


def _extractor() -> Any:
    utilities: ModuleType = torchvision_module("torchvision.datasets.utils")
    return utilities.extract_archive


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
