"""A person's own pictures: a table of their files' names and labels."""

from __future__ import annotations

import csv
import dataclasses
import difflib
import os
from collections import Counter
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import PICTURE_TABLE
from engine.parts.component import parameter
from engine.parts.data.base import Data
from engine.parts.data.facts import OwnSplit
from engine.parts.data.generators.table_rows import listed_rows, rows_of
from engine.parts.data.listing import Labeled, Listing
from engine.parts.data.paths import absolute
from engine.parts.data.picture_survey import SPLITS, SUFFIXES, SplitName
from engine.parts.data.pictures import Pictures
from engine.parts.data.sheet import encoding as encodings
from engine.parts.data.sheet import layout as layouts
from engine.parts.data.sheet.layout import Layout
from engine.parts.data.sheet.packing import checked, head_of

_TRIED_ROWS = 20
"""Rows whose cells are tried as names of files."""


class _Listed(Data, abstract=True):
    """What comes before the parameters that all pictures share."""

    path: str = parameter(help="the table, a CSV file", is_path=True)
    label: str | int = parameter(
        help="name of the column of classes, or its number, where there is no header"
    )
    file: str | int = parameter(
        default="auto", help="the column of file names; auto: the first that names files"
    )
    folder: str = parameter(
        default="", help="where the files lie; empty: beside the table", is_path=True
    )
    ending: str = parameter(default="", help='what the names lack, like ".jpg"')
    split: str = parameter(
        default="", help="the column that says train, val or test, where there is one"
    )


class ImageList(Pictures, _Listed, name="image_list"):
    """Pictures that a table names, each with its class, resized to one size."""

    words = "Is pictures of your own that a table names, each with its class."
    here = (
        "Here it is {samples} pictures of {shape}, {classes} classes; {train} of them are trained "
        "on."
    )

    @property
    def root(self) -> str:
        return self.folder or os.path.dirname(self.path) or "."

    def complaint(self) -> str:
        if not self.path or "\0" in self.path or "\0" in self.folder:
            return "path must name a CSV file"
        return super().complaint()

    def listing(self) -> Listing | None:
        try:
            status = checked(self.path)
        except FileNotFoundError:
            return None
        return _read(self, status.st_mtime_ns, status.st_size).listing

    def files(self) -> tuple[Path, ...]:
        return (Path(self.path), *super().files())

    def surveyed(self) -> str:
        left_out = self._table().left_out
        if not left_out:
            return ""
        rows = "1 row" if left_out == 1 else f"{left_out:,} rows"
        return f"{self.path}: {rows} without a class left out"

    def made_by(self, split: OwnSplit | None) -> tuple[Callable[..., Any], dict[str, Any]]:
        from engine.parts.data.generators.image_list import listed_images

        table = self._table()
        arguments: dict[str, Any] = {
            "path": self.path,
            "layout": _arguments(table.layout),
            "file": table.file,
            "label": str(self.label),
            "folder": self.root,
            "ending": self.ending,
            "classes": table.listing.classes,
        }
        if self.split:
            wanted = tuple(word for word, name in SPLITS.items() if name == (split or "train"))
            arguments["split"] = (self.split, wanted)
        return listed_images, arguments

    def needs(self) -> tuple[Callable[..., Any], ...]:
        return (rows_of, listed_rows)

    def imports(self) -> tuple[str, ...]:
        return ("import csv", "import re", "from collections.abc import Iterable, Iterator")

    def at(self, folder: Path) -> ImageList:
        own = absolute(self.folder, folder) if self.folder else ""
        return dataclasses.replace(self, path=absolute(self.path, folder), folder=own)

    def _table(self) -> _Table:
        self._present()
        status = checked(self.path)
        return _read(self, status.st_mtime_ns, status.st_size)


@dataclasses.dataclass(frozen=True)
class _Table:
    """A table of pictures as it was read."""

    layout: Layout
    file: str
    """The column of names."""
    listing: Listing
    left_out: int
    """Rows without a class."""


@lru_cache(maxsize=4)
def _read(data: ImageList, *state: int) -> _Table:
    """Read a table of pictures; state: what changes when its file does."""
    try:
        regular_file.check(data.path, PICTURE_TABLE)
    except OSError as error:
        raise DataUnavailable(f"{data.path}: {error.strerror}") from error
    layout = _layout(data.path, header=None if isinstance(data.label, str) else False)
    label = _column(data, layout, str(data.label), "of classes")
    split = _column(data, layout, data.split, "of splits") if data.split else ""
    try:
        rows = list(listed_rows(data.path, **_arguments(layout)))
    except (ValueError, csv.Error) as error:  # of another encoding further down, too
        raise DataUnavailable(f"{data.path}: {error}") from error
    file = _file_column(data, layout, [row for _, row in rows[:_TRIED_ROWS]])
    labeled = [(line, row) for line, row in rows if row[label]]
    _check_there(data, [(line, row[file]) for line, row in labeled])
    counts = Counter(row[label] for _, row in labeled)
    classes = _sorted(list(counts))
    parts: dict[SplitName, list[tuple[Path, int]]] = {"train": [], "validation": [], "test": []}
    index = {name: number for number, name in enumerate(classes)}
    for line, row in labeled:
        name = SPLITS.get(row[split].lower()) if split else "train"
        if name is None:
            raise DataUnavailable(
                f"{data.path}, line {line}, column {split!r}: {row[split]!r} is no split: "
                "train, val or test"
            )
        parts[name].append((Path(data.root, row[file] + data.ending), index[row[label]]))
    _check_classes(data, classes, parts["train"])
    own: dict[OwnSplit, Labeled] = {}
    held_out: tuple[OwnSplit, ...] = ("validation", "test")
    for other in held_out:
        if parts[other]:
            own[other] = _labeled(parts[other])
    listing = Listing(classes, _labeled(parts["train"]), own)
    return _Table(layout, file, listing, len(rows) - len(labeled))


def _layout(path: str, header: bool | None) -> Layout:
    head, format, packing, is_all = head_of(path)
    if format != "csv" or packing:
        what = f"packed with {packing}" if packing else f"a {format} file"
        raise DataUnavailable(f"{path}: it is {what}: a table of pictures is a plain CSV file")
    encoding, _ = encodings.judged(path, head, "auto", is_all)
    text = encodings.decoded(head, encoding)
    layout, _, _ = layouts.judged(path, text, is_all, None, header)
    return dataclasses.replace(layout, encoding=encoding)


def _arguments(layout: Layout) -> dict[str, Any]:
    """The arguments of `listed_rows`, without the defaults."""
    names = ("delimiter", "quote", "encoding", "comment", "whole")
    given = {n: getattr(layout, n) for n in names if getattr(layout, n) != getattr(Layout, n)}
    return {"names": layout.names, "skip": layout.skip, **given}


def _column(data: ImageList, layout: Layout, name: str, what: str) -> str:
    """A column that is asked for; raises DataUnavailable where there is none of that name."""
    if name in layout.names:
        return name
    near = difflib.get_close_matches(name, layout.names, n=1)
    there = f"did you mean {near[0]!r}?" if near else f"it has {', '.join(layout.names[:20])}"
    raise DataUnavailable(f"{data.path}: no column {what} {name!r}: {there}")


def _file_column(data: ImageList, layout: Layout, rows: Sequence[dict[str, str]]) -> str:
    """The column that names files."""
    if data.file != "auto":
        return _column(data, layout, str(data.file), "of files")
    folder = Path(data.root)
    others = [name for name in layout.names if name not in (str(data.label), data.split)]
    for name in others:
        if any(row[name] and (folder / (row[name] + data.ending)).is_file() for row in rows):
            return name
    for name in others:
        for ending in SUFFIXES if rows else ():
            if rows[0][name] and (folder / (rows[0][name] + ending)).is_file():
                raise DataUnavailable(
                    f"{data.path}: the names in {name!r} lack their ending: add ending={ending!r}"
                )
    raise DataUnavailable(
        f"{data.path}: no column names files in {folder}: say which folder they are in, like "
        'folder="pictures"'
    )


def _check_there(data: ImageList, named: Sequence[tuple[int, str]]) -> None:
    """Refuse a table that names files that are not there: all of them are counted."""
    missing = [
        (line, name)
        for line, name in named
        if not name or not os.path.exists(os.path.join(data.root, name + data.ending))
    ]
    if missing:
        line, name = missing[0]
        more = f", the first of {len(missing):,} such rows" if len(missing) > 1 else ""
        what = f"{name + data.ending!r} is not in {data.root}" if name else "it names no file"
        raise DataUnavailable(f"{data.path}, line {line}: {what}{more}")


def _sorted(classes: list[str]) -> tuple[str, ...]:
    """Whole numbers by size, else by name."""
    if all(name.isascii() and name.isdigit() for name in classes):
        return tuple(sorted(classes, key=lambda name: (int(name), name)))
    return tuple(sorted(classes))


def _check_classes(
    data: ImageList, classes: Sequence[str], train: Sequence[tuple[Path, int]]
) -> None:
    if len(classes) < 2:
        raise DataUnavailable(
            f"{data.path}: expected at least two classes in {str(data.label)!r}, "
            f"found {len(classes)}"
        )
    counts = Counter(label for _, label in train)
    for number, name in enumerate(classes):
        if counts[number] < 2:
            found = "1 picture" if counts[number] else "no picture"
            to_learn = " to learn from" if data.split else ""
            raise DataUnavailable(
                f"{data.path}: class {name!r} has {found}{to_learn}; each needs at least 2"
            )


def _labeled(pairs: Sequence[tuple[Path, int]]) -> Labeled:
    return Labeled(tuple(file for file, _ in pairs), tuple(label for _, label in pairs))
