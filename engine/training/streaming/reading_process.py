"""What a reading process does: read the images that it is told to, and end with its trainer."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.util import get_temp_dir
from pathlib import Path
from threading import Thread
from typing import NamedTuple

import torch
from torch import Tensor

from engine.parts.data import PictureFiles
from engine.parts.data.picture_check import in_words
from engine.parts.data.picture_entries import Identity

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@dataclass(frozen=True)
class Unreadable:
    """An image that could not be read."""

    path: str
    reason: str


class Wanted(NamedTuple):
    """An image to be read."""

    number: int
    path: str
    identity: Identity | None
    """Of the file that the cache keeps; None where nothing is kept."""


class Pieces(torch.utils.data.Dataset[Tensor]):
    """Reads images by their paths, and keeps them; knows no list of them, which may be long."""

    def __init__(self, files: PictureFiles) -> None:
        self._folder = Path(files.folder)
        self._read = files.read
        self._shape = files.shape
        self._keeper = files.cache.keeper if files.cache else None

    def __getitems__(self, wanted: Sequence[Wanted]) -> Tensor | Unreadable:
        """(wanted, channels, height, width) uint8."""
        piece = torch.empty(len(wanted), *self._shape, dtype=torch.uint8)
        for row, (number, path, identity) in zip(piece, wanted, strict=True):
            file = self._folder / path
            try:
                row.copy_(self._read(file))
            except Exception as error:  # Pillow's formats raise many kinds for damaged files
                return Unreadable(path, in_words(error))
            if self._keeper is not None and identity is not None:
                self._keeper.keep(number, file, identity, row.numpy().tobytes())
        return piece


def as_it_is(piece: object) -> object:
    """In place of collating."""
    return piece


@contextmanager
def signals_held() -> Iterator[None]:
    """Start reading processes with signals blocked, until `begin` has them ignored.

    torch gives a new process its own handler of SIGTERM before it calls `begin`: a signal to
    all processes that came in between would end it, and the training with it.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def begin(_: int) -> None:
    """Leave signals to the trainer, which may need what is being read to end well."""
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    Thread(target=_end_with_trainer, daemon=True).start()


def _end_with_trainer() -> None:
    trainer = multiprocessing.parent_process()
    if trainer is not None:
        trainer.join()
        shutil.rmtree(get_temp_dir(), ignore_errors=True)  # the trainer's, who was killed
        os._exit(0)
