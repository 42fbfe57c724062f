"""A person's own data: files and folders here, and what own presets and recent runs are of."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from engine.errors import PerceptuiError
from engine.paths import preset_dir
from engine.runs.contents import EXPERIMENT
from engine.runs.run import all_runs
from engine.spec.call import Call
from engine.spec.catalogue import FAMILIES
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.toml_text import read_raw

TABLES = (".csv", ".tsv", ".parquet", ".feather", ".arrow")
"""Endings that tables have, also before that of what they are packed with."""
RECENT = 30
"""Runs that are looked at."""
_MOST = 50
"""Files of a folder that are listed, and entries of one that are looked at."""
_PICTURES = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp")


@dataclass(frozen=True)
class OwnData:
    """A file or a folder of one's own."""

    path: Path
    is_folder: bool
    size_bytes: int
    """0 for a folder, and for what is gone."""
    call: str = ""
    """How an experiment asked for it; empty where none did yet."""
    used_by: str = ""
    """The preset or run that is of it."""

    @property
    def is_here(self) -> bool:
        return self.path.is_dir() if self.is_folder else self.path.is_file()


def own_data(folder: Path, runs_dir: Path) -> list[OwnData]:
    """What was used before, then what else lies in a folder, each once."""
    found: dict[Path, OwnData] = {}
    for one in (*_used(runs_dir), *_lying(folder)):
        found.setdefault(one.path.resolve(), one)
    return list(found.values())


def is_table_name(name: str) -> bool:
    """Whether a file that is called so is a table."""
    return any(ending in TABLES for ending in Path(name.lower()).suffixes)


def _lying(folder: Path) -> Iterator[OwnData]:
    try:
        entries = sorted(folder.iterdir())[: 20 * _MOST]
    except OSError:
        return
    for path in entries:
        if path.name.startswith("."):
            continue
        with suppress(OSError):
            if path.is_dir():
                if _holds_pictures(path):
                    yield OwnData(path, True, 0)
            elif is_table_name(path.name):
                yield OwnData(path, False, path.stat().st_size)


def _holds_pictures(folder: Path) -> bool:
    """Whether it has two folders with pictures at least, as far as a glance tells."""
    inside = [path for path in _some(folder.iterdir()) if path.is_dir()]
    seen = [
        any(path.suffix.lower() in _PICTURES for path in _some(one.iterdir())) for one in inside
    ]
    return sum(seen) >= 2


def _some(paths: Iterable[Path]) -> list[Path]:
    return [path for path, _ in zip(paths, range(_MOST), strict=False)]


def _used(runs_dir: Path) -> Iterator[OwnData]:
    """What own presets ask for, then the newest runs."""
    presets = sorted(preset_dir().glob("*.toml")) if preset_dir().is_dir() else []
    for path in presets:
        yield from _of_file(path, path.parent, path.stem)
    with suppress(PerceptuiError):
        for run in all_runs(runs_dir)[: -RECENT - 1 : -1]:
            yield from _of_file(run.path / EXPERIMENT, run.path, run.name)


def _of_file(experiment: Path, folder: Path, name: str) -> Iterator[OwnData]:
    try:
        call = parse_call(str(read_raw(experiment).get("data", "")))
    except (PerceptuiError, GrammarError):
        return  # the list of presets says what is wrong with it
    kind = FAMILIES["data"].members().get(call.name)
    if kind is None or "path" not in kind.parameters():
        return
    given = dict(zip(kind.parameters(), call.args, strict=False)) | call.kwargs
    path = folder / Path(str(given.get("path", ""))).expanduser()
    is_folder = path.is_dir()
    size = 0
    with suppress(OSError):
        size = 0 if is_folder else path.stat().st_size
    whole = Call(call.name, (), {**given, "path": str(path)})
    yield OwnData(path, is_folder or call.name == "images", size, str(whole), name)
