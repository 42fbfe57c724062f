"""Looks something up in the process of a training without changing a bit of that training."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch


@contextmanager
def undisturbed() -> Iterator[None]:
    """Put the global generators and the number of threads back afterwards."""
    threads = torch.get_num_threads()
    begun = torch.cuda.is_initialized()  # type: ignore[no-untyped-call]  # torch gives no types
    devices = range(torch.cuda.device_count()) if begun else ()
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        torch.set_num_threads(threads)
