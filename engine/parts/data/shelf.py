"""The data sets that there are: what each is, where it comes from, whether it is here."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from engine.errors import DataUnavailable, UsageError
from engine.parts.data.base import Data
from engine.parts.data.download import begun_bytes, forget_begun
from engine.parts.data.facts import Facts
from engine.parts.data.locations import DataLocations
from engine.parts.data.torchvision_sets import TorchvisionSet

MADE = "made here"


@dataclass(frozen=True)
class Shelved:
    """A data set as a list shows it."""

    name: str
    what: str
    call: str
    """How an experiment asks for it."""
    facts: Facts
    source: str
    licence: str
    download_bytes: int
    """Of what is downloaded first; 0 for what needs no download."""
    is_here: bool
    begun_bytes: int
    """What has come of a download that broke off."""

    @property
    def is_removable(self) -> bool:
        return bool(self.download_bytes) and (self.is_here or bool(self.begun_bytes))


def shelf(data_dir: Path) -> list[Shelved]:
    """Every set that needs no file of one's own: those to download first, then the others."""
    found = [_shelved(kind, data_dir) for kind in _kinds()]
    return sorted(found, key=lambda one: not one.download_bytes)


def fetch(name: str, locations: DataLocations) -> None:
    """Download a set where it is not there; raises UsageError, or DataUnavailable."""
    _downloaded(name).fetch(locations)


def remove(name: str, data_dir: Path) -> int:
    """Remove a downloaded set; returns how many bytes there are of it no more.

    What else lies in its folder stays. Raises UsageError, or DataUnavailable.
    """
    kind = _downloaded(name)
    freed = begun_bytes(name, data_dir)
    forget_begun(name, data_dir)
    folders = set()
    for stored in kind.stored:
        path = data_dir / stored
        folders |= {*path.relative_to(data_dir).parents}
        try:
            size = path.lstat().st_size
            path.unlink()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise DataUnavailable(f"{path}: can't be removed: {error.strerror or error}") from error
        freed += size
    for folder in sorted(folders - {Path()}, key=lambda one: -len(one.parts)):
        with suppress(OSError):  # it holds something else
            (data_dir / folder).rmdir()
    return freed


def _kinds() -> list[type[Data]]:
    """Those whose every argument has a default."""
    kinds = cast("list[type[Data]]", [*Data.members().values()])
    return [kind for kind in kinds if not any(d.required for _, d in kind.parameters().values())]


def _downloaded(name: str) -> TorchvisionSet:
    kind = Data.members().get(name)
    if kind is None or not issubclass(kind, TorchvisionSet):
        known = [one.name for one in _kinds() if issubclass(one, TorchvisionSet)]
        raise UsageError(f"{name} is no set that is downloaded: those are {', '.join(known)}")
    return kind()


def _shelved(kind: type[Data], data_dir: Path) -> Shelved:
    packed = kind.packed if issubclass(kind, TorchvisionSet) else ()
    provenance = kind.provenance
    scaled = not kind.well_scaled and "standardize" in kind.parameters()
    data = kind()
    call = data.with_values(standardize=True) if scaled else data
    return Shelved(
        name=kind.name,
        what=kind.help(),
        call=str(call),
        facts=data.known_facts(),
        source=provenance.source if provenance else MADE,
        licence=provenance.licence if provenance else "",
        download_bytes=sum(one.size_bytes for one in packed),
        is_here=kind.is_here(data_dir),
        begun_bytes=begun_bytes(kind.name, data_dir) if packed else 0,
    )
