"""Steps that were compiled, in the user's cache: the second training of the same shapes loads one.

An entry appears whole, by a rename, and has a digest of its machine code. There are never more than
MOST_KEPT_BYTES; those that nobody used longest go first.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

import torch

from engine import paths, regular_file
from engine.compiled_cache import (
    FIRST_S,
    MOST_KEPT_BYTES,
    NOTE,
    STEPS,
    Note,
    kept,
    usual_s,
)
from engine.encoding import encoded
from engine.limits import COMPILED_STEP
from engine.parts.data import DataLocations, Loading
from engine.training.compiled.compiler import LIBRARY, Order
from engine.training.traced.errors import Untraceable

COMPILER = (sys.executable, "-P", "-m", "engine.training.compiled.compiler")
LOOK_S = 0.1
"""Between two looks at whether the compiler has ended, and whether somebody waits no more."""


def compiled(order: Order, locations: DataLocations) -> tuple[Path, float]:
    """The machine code of a step, and how many seconds it took; 0 where it was there.

    locations: who is told, and may raise to give it up. Raises Untraceable where it can't be
    compiled.
    """
    key = _key(order)
    folder = paths.compiled_dir() / key
    if (found := kept(folder, LIBRARY)) is not None:
        return found, 0.0
    compiler = os.environ.get("CXX") or ("clang++" if sys.platform == "darwin" else "g++")
    if shutil.which(compiler) is None:
        raise Untraceable(f"there is no C++ compiler ({compiler}; CXX names another one)")
    began = time.monotonic()
    try:
        folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place = Path(tempfile.mkdtemp(prefix=".", dir=folder.parent))
    except OSError as error:
        raise Untraceable(f"{folder.parent}: {error.strerror}") from error
    try:
        _compile(order, place, locations)
        seconds = time.monotonic() - began
        code = regular_file.contents(place / LIBRARY, COMPILED_STEP)
        note = Note(sha256=hashlib.sha256(code).hexdigest(), seconds=seconds)
        (place / NOTE).write_bytes(encoded(note))
        STEPS.put(place, folder, lambda: kept(folder, LIBRARY) is not None)
        STEPS.sweep(MOST_KEPT_BYTES)
        found = kept(folder, LIBRARY)
    except OSError as error:
        raise Untraceable(f"{folder.parent}: {error.strerror}") from error
    finally:
        shutil.rmtree(place, ignore_errors=True)
    if found is None:
        raise Untraceable(f"{folder}: it is not there any more")
    return found, seconds


def _compile(order: Order, place: Path, locations: DataLocations) -> None:
    command = [*COMPILER, str(place)]
    with tempfile.TemporaryFile() as asked, tempfile.TemporaryFile() as said:
        asked.write(encoded(order))
        asked.seek(0)
        process = subprocess.Popen(
            command, stdin=asked, stdout=said, stderr=subprocess.DEVNULL, start_new_session=True
        )
        try:
            locations.on_loading(_told(done=False))
            while True:
                with suppress(subprocess.TimeoutExpired):
                    process.wait(LOOK_S)
                    break
                locations.on_wait()
        except BaseException:
            _kill(process)
            raise
        locations.on_loading(_told(done=True))
        said.seek(0)
        trouble = said.read().decode("utf-8", "replace").strip()
    if process.returncode or not (place / LIBRARY).is_file():
        why = trouble.splitlines()[0] if trouble else f"it ended with {process.returncode}"
        raise Untraceable(f"torch's compiler can't: {why[:200]}")


def _told(*, done: bool) -> Loading:
    """Nobody knows how far a compiler is."""
    name = f"the step (about {usual_s() or FIRST_S:.0f} s)"
    return Loading(name, int(done), int(done) or None, verb="compiling")


def _kill(process: subprocess.Popen[bytes]) -> None:
    """End the compiler and the processes that it has started."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, 9)
    process.wait()


def _key(order: Order) -> str:
    """The name of a step's entry: it holds all that decides what machine code it becomes."""
    digest = hashlib.sha256(encoded(order))
    digest.update(_code().encode())
    return digest.hexdigest()[:32]


@lru_cache(maxsize=1)
def _code() -> str:
    own = Path(__file__).parent
    parts = [torch.__version__, sys.platform, torch.backends.cpu.get_cpu_capability()]
    for name in ("source.py", "compiler.py"):
        with regular_file.opened(own / name) as source:
            parts.append(hashlib.sha256(source.read()).hexdigest())
    return " ".join(parts)
