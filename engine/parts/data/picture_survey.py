"""What is said of a folder of pictures: where its classes were found, and what is left out."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path

from engine.parts.data.generators.picture_files import class_folders, picture_files

TRAIN = ("train", "training")
HELD_OUT = ("val", "valid", "validation", "test", "testing")
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
JUNK = ("Thumbs.db", "desktop.ini")


def split_folders(path: str) -> list[str]:
    """The names of the folder's splits, where it is divided into splits and not into classes."""
    folders = class_folders(path)
    names = [folder.name for folder in folders]
    is_divided = (
        all(name.lower() in (*TRAIN, *HELD_OUT) for name in names)
        and any(name.lower() in TRAIN for name in names)
        and len(names) > 1
    )
    return names if is_divided else []


def train_folder(path: str) -> Path:
    """The folder to learn from, of one that is divided into splits."""
    return next(folder for folder in class_folders(path) if folder.name.lower() in TRAIN)


def said(path: str) -> str:
    """One sentence about what a person may not expect, or the empty text.

    Every file that is not read is counted, whatever it is.
    """
    root = Path(path)
    classes = class_folders(path)
    parts = []
    if classes and classes[0].parent != root:
        parts.append(f"the classes are the folders of {classes[0].parent.relative_to(root)}")
    nested = {
        folder.name: count
        for folder, files in zip(classes, picture_files(path).values(), strict=True)
        if (count := sum(file.parent != folder for file in files))
    }
    if nested:
        counts = ", ".join(f"{count:,} of {name!r}" for name, count in nested.items())
        parts.append(f"pictures in deeper folders are counted in: {counts}")
    if left := _left_out(path):
        total = sum(left.values())
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(left.items(), key=_most))
        parts.append(f"{total:,} {'file is' if total == 1 else 'files are'} left out: {kinds}")
    return f"{path}: {'; '.join(parts)}" if parts else ""


def _most(kind: tuple[str, int]) -> tuple[int, str]:
    return -kind[1], kind[0]


def _left_out(path: str) -> Counter[str]:
    read = {file for files in picture_files(path).values() for file in files}
    left: Counter[str] = Counter()
    for folder, _, names in os.walk(path, onerror=_refuse):
        inside = Path(folder).relative_to(path).parts
        for name in names:
            if Path(folder, name) not in read:
                left[_kind(inside, name)] += 1
    return left


def _refuse(error: OSError) -> None:
    raise error


def _kind(inside: tuple[str, ...], name: str) -> str:
    if "__MACOSX" in inside:
        return "in __MACOSX"
    if name in JUNK:
        return name
    if name.startswith(".") or any(part.startswith(".") for part in inside):
        return "hidden"
    ending = Path(name).suffix.lower()
    if ending in SUFFIXES:
        return "beside the classes"
    return f"with the ending {ending}" if ending else "without an ending"
