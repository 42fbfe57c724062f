"""What the arrays of a file of NumPy's are, told by their headers: nothing is unpacked."""

from __future__ import annotations

import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from engine import regular_file
from engine.errors import DataUnavailable
from engine.limits import ARRAY_FILE, in_bytes
from engine.memory import free_bytes
from engine.parts.shapes import product

if TYPE_CHECKING:
    from numpy import ndarray

ENDING = ".npy"


@dataclass(frozen=True)
class Header:
    """An array that was not read yet."""

    shape: tuple[int, ...]
    kind: str
    """NumPy's letter: `u`, `i`, `f`, `b`, `U`, `O`, …"""
    item_bytes: int

    @property
    def num_bytes(self) -> int:
        return product(self.shape) * self.item_bytes


def headers(path: str) -> dict[str, Header]:
    """The arrays of a file by name; raises FileNotFoundError, and DataUnavailable for another."""
    import numpy as np

    found = {}
    try:
        regular_file.check(path, ARRAY_FILE)
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if not name.endswith(ENDING):
                    continue
                with archive.open(name) as member:
                    version = np.lib.format.read_magic(member)
                    read = {
                        (1, 0): np.lib.format.read_array_header_1_0,
                        (2, 0): np.lib.format.read_array_header_2_0,
                    }.get(version)
                    if read is None:
                        raise ValueError(f"{name} is of the version {version}")
                    shape, _, kind = read(member)
                found[name.removesuffix(ENDING)] = Header(shape, kind.kind, kind.itemsize)
    except FileNotFoundError:
        raise
    except zipfile.BadZipFile as error:
        raise DataUnavailable(f"{path}: not an .npz file, as numpy.savez writes them") from error
    except (OSError, ValueError, EOFError, NotImplementedError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise DataUnavailable(f"{path}: {reason}") from error
    if not found:
        raise DataUnavailable(f"{path}: it holds no array")
    return found


def array(path: str, name: str, header: Header) -> ndarray[Any, Any]:
    """One of the arrays; raises DataUnavailable for one that can't be read or is too large."""
    import numpy as np

    if header.kind == "O":
        raise DataUnavailable(
            f"{path}: {name} holds Python objects, which are not read: they could run a program"
        )
    if header.num_bytes > free_bytes():
        raise DataUnavailable(
            f"{path}: {name} would take {in_bytes(header.num_bytes)} of memory, and "
            f"{in_bytes(free_bytes())} are free"
        )
    try:
        with np.load(path, allow_pickle=False) as file:
            found: ndarray[Any, Any] = file[name]
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile) as error:
        raise DataUnavailable(f"{path}: {name} can't be read: {error}") from error
    except Exception as error:  # zlib's, of damaged bytes
        raise DataUnavailable(f"{path}: {name} can't be read: {error}") from error
    return found
