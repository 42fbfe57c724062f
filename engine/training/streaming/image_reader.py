"""Reads images ahead of use, in processes of their own."""

from __future__ import annotations

import atexit
import multiprocessing
import sys
from collections.abc import Iterator, Sequence
from multiprocessing import forkserver
from typing import TYPE_CHECKING
from weakref import WeakSet

import torch
from torch import Tensor

from engine.errors import PerceptuiError
from engine.parts.data import PictureFiles
from engine.training.streaming.cached_images import AHEAD, CachedImages
from engine.training.streaming.pieces import this_pace
from engine.training.streaming.reading_process import (
    Pieces,
    Unreadable,
    Wanted,
    as_it_is,
    begin,
    signals_held,
)

if TYPE_CHECKING:
    from torch.utils.data import DataLoader

METHOD = "forkserver" if sys.platform == "linux" else "spawn"
"""Never a plain fork: it would copy the trainer's sockets, locks and GPU context. A server loads
torch once for all; macOS does not let a process fork that has loaded it."""
SERVER = "engine.training.streaming.server"
KEPT_BYTES = 64_000_000
"""What `rows` remembers at most."""

_reading: WeakSet[ImageReader] = WeakSet()
"""Those with processes."""


class ImageReader:
    """Gives a data set's images in whatever order they are asked for.

    One order at a time: to ask for another one ends the one before. The processes start when
    they are needed first and stay until `stop`.
    """

    def __init__(self, files: PictureFiles, device: torch.device, reason: str) -> None:
        self.device = device
        """Where the images are put."""
        self.reason = reason
        """Why the data is not in memory, in a sentence."""
        self._files = files
        self._cached = CachedImages(files) if files.cache is not None else None
        self._pace = this_pace(files.sample_bytes)
        self._order = _Order(files, self._pace.rows)
        self._loader: DataLoader[Tensor] | None = None
        self._newest: Iterator[Tensor] | None = None
        self._kept: tuple[Tensor, Tensor] | None = None
        """The rows that were asked for last, and their images."""
        self._transfers: torch.cuda.Stream | None = None
        if device.type == "cuda":
            self._transfers = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch's
        if self._pace.processes and METHOD == "forkserver" and not self._is_all_cached():
            multiprocessing.get_context(METHOD).set_forkserver_preload([SERVER])
            forkserver.ensure_running()  # it loads torch while the network is made

    def batches(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """The images of each part, numbers of samples, as one fresh tensor on the device.

        Raises DataUnavailable for an image that can't be read.
        """
        self._newest = self._transferred(parts) if self._transfers else self._read(parts)
        return self._newest

    def is_newest(self, batches: Iterator[Tensor]) -> bool:
        """Whether nothing else was asked for since."""
        return self._newest is batches

    def rows(self, index: Tensor) -> Tensor:
        """A few images; the same ones are often asked for again."""
        if self._kept is None or not torch.equal(self._kept[0], index):
            images = next(self.batches([index]))
            if images.nbytes > KEPT_BYTES:
                return images
            self._kept = index, images
        return self._kept[1]

    def stop(self) -> None:
        """End the processes; they start anew where they are needed again."""
        self._newest = None
        self._end_processes()

    def _end_processes(self) -> None:
        loader, self._loader = self._loader, None
        _reading.discard(self)
        reading = getattr(loader, "_iterator", None)  # torch has no public name for it
        if reading is not None:
            reading._shutdown_workers()
            for process in reading._workers:
                process.kill()  # one that hangs in a read; most are gone
                process.join()

    def _read(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """As `batches`, on the device or on the way there in the current stream."""
        cached = self._cached
        if cached is None:
            yield from self._decoded(parts)
            return
        if self._is_all_cached():
            self._end_processes()
            for number, part in enumerate(parts):
                cached.expect(parts[number + AHEAD : number + AHEAD + 1])
                yield self._from_cache(cached, part)
            return
        lacking = [cached.lacking(part) for part in parts]
        decoded = self._decoded([part[lacks] for part, lacks in zip(parts, lacking, strict=True)])
        for number, (part, lacks) in enumerate(zip(parts, lacking, strict=True)):
            cached.expect(parts[number + AHEAD : number + AHEAD + 1])
            rest = next(decoded)
            if len(rest) == len(part):
                yield rest
                continue
            images = self._from_cache(cached, part[~lacks])
            if not len(rest):
                yield images
                continue
            size = (len(part), *self._files.shape)
            batch = torch.empty(size, dtype=torch.uint8, device=self.device)
            for places, rows in ((lacks, rest), (~lacks, images)):
                batch.index_copy_(0, places.nonzero().flatten().to(self.device), rows)
            yield batch

    def _from_cache(self, cached: CachedImages, part: Tensor) -> Tensor:
        images = cached.images(part, is_pinned=self._transfers is not None)
        return images.to(self.device, non_blocking=True)

    def _decoded(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """Each part, its images read from their files ahead of use."""
        pieces = self._pieces(torch.cat([*parts]))
        piece = torch.empty(0)
        for part in parts:
            size = (len(part), *self._files.shape)
            batch = torch.empty(size, dtype=torch.uint8, device=self.device)
            rest = batch
            while len(rest):
                if not len(piece):
                    piece = next(pieces)
                count = min(len(piece), len(rest))
                rest[:count].copy_(piece[:count], non_blocking=True)
                piece, rest = piece[count:], rest[count:]
            yield batch

    def _is_all_cached(self) -> bool:
        return self._cached is not None and self._cached.is_full()

    def _transferred(self, parts: Sequence[Tensor]) -> Iterator[Tensor]:
        """As `batches`, each on its way to the GPU before the one ahead of it is used."""
        assert self._transfers is not None
        reading = self._read(parts)
        ahead: list[tuple[Tensor, torch.cuda.Event]] = []
        for _ in parts:
            with torch.cuda.stream(self._transfers):
                batch = next(reading)
                arrived = torch.cuda.Event()  # type: ignore[no-untyped-call]  # torch has none
                arrived.record()
            ahead.append((batch, arrived))
            if len(ahead) > 1:
                yield self._arrived(*ahead.pop(0))
        for pair in ahead:
            yield self._arrived(*pair)

    def _arrived(self, batch: Tensor, arrived: torch.cuda.Event) -> Tensor:
        computing = torch.cuda.current_stream(self.device)
        computing.wait_event(arrived)
        batch.record_stream(computing)
        return batch

    def _pieces(self, samples: Tensor) -> Iterator[Tensor]:
        self._order.samples = samples
        try:
            with signals_held():
                pieces = iter(self._started())
            for piece in pieces:
                if isinstance(piece, Unreadable):
                    raise self._files.unreadable(piece.path, piece.reason)
                yield piece
        except (RuntimeError, OSError, EOFError) as error:
            self.stop()
            raise PerceptuiError(
                f"{self._files.folder}: a process that reads the images ended, "
                f"perhaps for want of memory ({error})"
            ) from error

    def _started(self) -> DataLoader[Tensor]:
        if self._loader is None:
            from torch.utils.data import DataLoader

            pace = self._pace
            self._loader = DataLoader(
                Pieces(self._files),
                batch_sampler=self._order,
                collate_fn=as_it_is,
                num_workers=pace.processes,
                prefetch_factor=pace.ahead or None,
                persistent_workers=pace.processes > 0,
                multiprocessing_context=METHOD if pace.processes else None,
                worker_init_fn=begin,
                pin_memory=self.device.type == "cuda",
                generator=torch.Generator(),  # so that it draws nothing from the training's
            )
            if not _reading:
                atexit.unregister(_stop_all)
                atexit.register(_stop_all)  # before multiprocessing would wait for them
            _reading.add(self)
        return self._loader


class _Order:
    """Which images to read next, piece by piece, as the loader asks for it."""

    def __init__(self, files: PictureFiles, rows: int) -> None:
        self._paths = files.paths
        self._identities = files.cache.identities if files.cache else None
        self._rows = rows
        self.samples = torch.arange(0)

    def __iter__(self) -> Iterator[list[Wanted]]:
        known = self._identities
        for piece in torch.split(self.samples, self._rows):
            yield [Wanted(n, self._paths[n], known[n] if known else None) for n in piece.tolist()]


def _stop_all() -> None:
    for reader in list(_reading):
        reader.stop()
