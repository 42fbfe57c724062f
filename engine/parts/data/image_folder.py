"""A person's own pictures: a folder with one subfolder per class, or with a folder per split."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path
from typing import Any

from engine.parts.component import parameter
from engine.parts.data import picture_survey
from engine.parts.data.facts import OwnSplit
from engine.parts.data.generators.picture_files import (
    class_folders,
    picture_files,
    pictures_in,
    subfolders,
)
from engine.parts.data.listing import Labeled, Listing
from engine.parts.data.paths import absolute
from engine.parts.data.pictures import Pictures
from engine.parts.kinds import encodable


class ImageFolder(Pictures, name="images"):
    """Pictures of a folder with one subfolder per class, resized to one size."""

    words = "Is pictures of your own, in a folder for each class."
    here = (
        "Here it is {samples} pictures of {shape}, {classes} classes; {train} of them are trained "
        "on."
    )

    path: str = parameter(
        help="the folder; each of its subfolders is a class, named like it, or train, val and test "
        "are its splits",
        is_path=True,
    )

    def listing(self) -> Listing | None:
        try:
            splits = picture_survey.split_folders(self.path)
            train = picture_files(str(splits.get("train", self.path)))
        except FileNotFoundError:
            return None
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", None) or str(error)
            raise self._unavailable(reason) from error
        if len(train) < 2:
            where = f"in {splits['train'].name} " if splits else ""
            raise self._unavailable(
                f"expected a subfolder with pictures {where}for each of at least two classes, "
                f"found {len(train)}"
            )
        for name, files in train.items():
            if not encodable(name):
                raise self._unavailable(f"class {name!r}: the folder's name is not valid UTF-8")
            if len(files) < 2:
                found = "1 picture" if files else "no picture"
                raise self._unavailable(f"class {name!r} has {found}; each needs at least 2")
        classes = tuple(train)
        own: dict[OwnSplit, Labeled] = {}
        for split in ("validation", "test"):
            if split in splits:
                own[split] = self._own(splits[split], classes)
        return Listing(classes, _labeled(train, classes), own)

    def _own(self, folder: Path, classes: tuple[str, ...]) -> Labeled:
        """The pictures of another split, whose classes are among those to learn."""
        found = picture_files(str(folder))
        for name, files in found.items():
            if files and name not in classes:
                raise self._unavailable(
                    f"{folder.name}/{name}: {name!r} is none of the classes to learn "
                    f"({', '.join(classes)})"
                )
        labeled = _labeled({name: files for name, files in found.items() if files}, classes)
        if not labeled.files:
            raise self._unavailable(f"{folder.name} has no picture: take it away")
        return labeled

    def files(self) -> tuple[Path, ...]:
        """As Data.files, also of a folder that can't be trained on any more."""
        folders = picture_survey.split_folders(self.path).values() or [Path(self.path)]
        return tuple(
            file
            for folder in folders
            for files in picture_files(str(folder)).values()
            for file in files
        )

    def made_by(self, split: OwnSplit | None) -> tuple[Callable[..., Any], dict[str, Any]]:
        from engine.parts.data.generators.image_folder import images

        folder = picture_survey.split_folders(self.path).get(split or "train", self.path)
        classes = {} if split is None else {"classes": self._present().classes}
        return images, {"path": str(folder), **classes}

    def needs(self) -> tuple[Callable[..., Any], ...]:
        return (subfolders, class_folders, pictures_in, picture_files)

    def surveyed(self) -> str:
        return picture_survey.said(self.path, self._present())

    def at(self, folder: Path) -> ImageFolder:
        return dataclasses.replace(self, path=absolute(self.path, folder))


def _labeled(found: dict[str, list[Path]], classes: tuple[str, ...]) -> Labeled:
    pairs = [(file, classes.index(name)) for name, files in found.items() for file in files]
    return Labeled(tuple(file for file, _ in pairs), tuple(label for _, label in pairs))
