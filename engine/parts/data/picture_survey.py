"""What is said of a folder of pictures: where its classes were found, and what is left out."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from typing import Literal

from engine.parts.data.facts import OwnSplit
from engine.parts.data.generators.picture_files import class_folders, subfolders
from engine.parts.data.listing import Listing
from engine.parts.data.picture_check import checked_in_words

SplitName = OwnSplit | Literal["train"]

SPLITS: dict[str, SplitName] = {
    "train": "train", "training": "train",
    "val": "validation", "valid": "validation", "validation": "validation", "dev": "validation",
    "test": "test", "testing": "test",
}  # fmt: skip
"""What folders of splits are called, in small letters."""
SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
JUNK = ("Thumbs.db", "desktop.ini")


def split_folders(path: str) -> dict[SplitName, Path]:
    """The folders of the splits, where a folder is divided into splits and not into classes.

    One without a folder of a class is none: its pictures are of nobody knows what. Raises
    ValueError where two are the same split.
    """
    found: dict[SplitName, Path] = {}
    folders = class_folders(path)
    named = [SPLITS.get(folder.name.lower()) for folder in folders]
    if len(folders) < 2 or "train" not in named or None in named:
        return {}
    for folder, split in zip(folders, named, strict=True):
        assert split is not None, "each is one"
        if split in found:
            both = f"{found[split].name} and {folder.name}"
            raise ValueError(f"{both} would both be the {split} split: take one away")
        if split == "train" or subfolders(folder):
            found[split] = folder
    return found


def said(path: str, listing: Listing) -> str:
    """One sentence about what a person may not expect, or the empty text.

    Every file that is not read is counted, whatever it is.
    """
    root = Path(path)
    splits = split_folders(path)
    classes = class_folders(str(splits.get("train", path)))
    parts = []
    if splits:
        names = [str(folder.relative_to(root)) for folder in splits.values()]
        parts.append(f"{' and '.join(names)} {'are its splits' if len(names) > 1 else 'is read'}")
    elif classes and classes[0].parent != root:
        parts.append(f"the classes are the folders of {classes[0].parent.relative_to(root)}")
    files = listing.files()
    if checked := checked_in_words([file.stat().st_size for file in files]):
        parts.append(checked)
    nested = Counter(
        listing.classes[label]
        for part in listing.parts()
        for file, label in zip(part.files, part.labels, strict=True)
        if file.parent.name != listing.classes[label]
    )
    if nested:
        counts = ", ".join(f"{count:,} of {name!r}" for name, count in nested.items())
        parts.append(f"pictures in deeper folders are counted in: {counts}")
    if left := _left_out(path, {*files}):
        total = sum(left.values())
        kinds = ", ".join(f"{count:,} {kind}" for kind, count in sorted(left.items(), key=_most))
        parts.append(f"{total:,} {'file is' if total == 1 else 'files are'} left out: {kinds}")
    return f"{path}: {'; '.join(parts)}" if parts else ""


def _most(kind: tuple[str, int]) -> tuple[int, str]:
    return -kind[1], kind[0]


def _left_out(path: str, read: set[Path]) -> Counter[str]:
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
