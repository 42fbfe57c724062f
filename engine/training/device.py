"""Chooses the device, and makes its arithmetic repeatable."""

from __future__ import annotations

import os
import resource
import warnings
from pathlib import Path

import torch

from engine.errors import UsageError


def resolve_device(name: str) -> torch.device:
    """The device that `auto`, `cpu`, `cuda` or `cuda:1` means.

    Raises UsageError for a device that isn't there.
    """
    if name == "auto":
        return torch.device("cuda:0" if torch.cuda.is_available() else "cpu")
    kind, _, number = name.partition(":")
    if kind != "cuda":
        return torch.device(name)
    index = int(number or 0)  # not by torch.device, which takes cuda:300 for cuda:44
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if not count:
        raise UsageError(f'device "{name}": this machine has no CUDA device: use cpu or auto')
    if index >= count:
        raise UsageError(f'device "{name}": there are only {count}, cuda:0 to cuda:{count - 1}')
    return torch.device("cuda", index)


def memory_bytes(device: torch.device) -> int:
    """Memory in use: of the GPU by torch, or of this process where it trains on the CPU."""
    if device.type == "cuda":
        return torch.cuda.memory_allocated(device)
    try:
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    except OSError:  # macOS: the largest size so far, in bytes there
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return pages * resource.getpagesize()


def flush_denormals() -> None:
    """Count numbers under 1e-38 as zero in this thread and those that it starts, from now on.

    For a process of its own, like the worker or an exported script: other code may not expect
    it. Adam's moments of a weight without gradient shrink into that range within a thousand steps,
    where an x86 core takes many times as long for them: MNIST trains 1.5 times faster so, with
    the same bits. A processor that can't do it keeps them.
    """
    torch.set_flush_denormal(True)


def make_repeatable(device: torch.device) -> None:
    """Ask PyTorch for kernels that give the same bits every time, where a card has some.

    Which layers have none, they say themselves: `Layer.wavers_on_card`. PyTorch would warn of
    kernels, too, that only might have added in another order.
    """
    is_card = device.type == "cuda"
    if is_card:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # read with the first product
        torch.backends.cudnn.benchmark = False
        torch.backends.cudnn.deterministic = True
        fills = torch.utils.deterministic
        fills.fill_uninitialized_memory = False  # type: ignore[attr-defined]  # nobody reads it
        warnings.filterwarnings("ignore", message=".*deterministic", category=UserWarning)
    if torch.are_deterministic_algorithms_enabled() != is_card:
        torch.use_deterministic_algorithms(is_card, warn_only=True)
