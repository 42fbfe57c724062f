"""Decides whether a data set is kept in memory or streamed from its files."""

from __future__ import annotations

import os
from typing import Literal

import torch

from engine.errors import BadExperiment, Problem, UsageError
from engine.limits import in_bytes
from engine.memory import free_bytes
from engine.parts.data import Data, DataLocations, Dataset
from engine.training.streaming.image_reader import ImageReader
from engine.training.streaming.source import Source
from engine.training.streaming.table_reader import TableReader

SHARE = 0.25
"""Of the memory to be had, what images may fill: splitting them takes as much again for a while,
and a network needs room, too."""
FLOAT_BYTES = 4


def loaded(
    data: Data,
    locations: DataLocations,
    device: torch.device,
    batch_size: int | Literal["full"] = 1,
) -> tuple[Dataset, Source | None]:
    """A data set; with a reader where its images stay in their files, or a table's numbers.

    Of images decided by the number of files and the size that their images will have, without
    opening one. Raises DataUnavailable, and BadExperiment for a batch that would not fit either.
    """
    on_disk = data.left_on_disk(locations)
    if on_disk is not None and on_disk.table is not None:
        table = on_disk.table
        _check_batch(batch_size, table.rows, 2 * table.row_bytes, available_bytes(device))
        return on_disk, TableReader(table, device)
    if on_disk is None or on_disk.files is None:
        return data.load(locations), None
    files, room, share = on_disk.files, available_bytes(device), memory_share()
    if files.resident_bytes <= share * room:
        return data.load(locations), None
    _check_batch(batch_size, len(files.paths), files.sample_bytes * (1 + FLOAT_BYTES), room)
    whose = "" if device.type == "cpu" else f" on {device}"
    reason = (
        f"{in_bytes(files.resident_bytes)} of images, more than {100 * share:g}% of the "
        f"{in_bytes(room)} of memory free{whose}: streamed from the disk"
    )
    return on_disk, ImageReader(files, device, reason)


def _check_batch(
    batch_size: int | Literal["full"], num_samples: int, sample_bytes: int, room: int
) -> None:
    samples = num_samples if batch_size == "full" else min(batch_size, num_samples)
    needed = samples * sample_bytes
    if needed > room:
        size = '"full"' if batch_size == "full" else batch_size
        message = (
            f"{size} takes {in_bytes(needed)} at once, and {in_bytes(room)} of memory "
            "are free: give a smaller number, like 64"
        )
        raise BadExperiment([Problem("batch_size", message)])


def memory_share() -> float:
    """The share of the free memory that images may fill: PERCEPTUI_DATA_SHARE, 0 to 1.

    Raises UsageError where that is no such number.
    """
    text = os.environ.get("PERCEPTUI_DATA_SHARE", "")
    try:
        share = float(text) if text else SHARE
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise UsageError(f'PERCEPTUI_DATA_SHARE: "{text}" is not a number from 0 to 1')
    return share


def available_bytes(device: torch.device) -> int:
    """The memory for tensors on a device that is to be had: they begin on the CPU."""
    if device.type != "cuda":
        return free_bytes()
    return min(free_bytes(), torch.cuda.mem_get_info(device)[0])
