"""What processes that train together say to each other, over gloo, and NCCL for gradients."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor
from torch._C._distributed_c10d import (  # torch.distributed's own, which it leaves untyped
    AllreduceOptions,
    Backend,
    BroadcastOptions,
    PrefixStore,
    ProcessGroupGloo,
    Store,
)

LONGEST_WAIT = timedelta(minutes=30)
"""For another process, which may be evaluating; one whose connection breaks is known at once."""


class ProcessLost(Exception):
    """One of the processes that train together is gone, or the way to it."""


class Group:
    """The processes that meet at a store; every method raises ProcessLost."""

    def __init__(self, store: Store, rank: int, size: int, device: torch.device) -> None:
        """Returns once all have come; store: used by no other group."""
        self.rank = rank
        self.size = size
        try:
            self._words: Any = ProcessGroupGloo(
                PrefixStore("words", store), rank, size, LONGEST_WAIT
            )
            self._sums: Any = self._words  # the methods that all have are typed of none
            if device.type == "cuda":
                self._sums = _nccl(PrefixStore("sums", store), rank, size)
        except RuntimeError as error:
            raise _lost(error) from error

    def tell(self, words: Tensor) -> None:
        """Give everybody what the first process has; on the CPU."""
        options = BroadcastOptions()
        options.rootRank = options.rootTensor = 0
        try:
            self._words.broadcast([words], options).wait()
        except RuntimeError as error:
            raise _lost(error) from error

    def sum(self, tensor: Tensor) -> Callable[[], None]:
        """Begin to add up a tensor over all; call what is returned to wait for it."""
        try:
            work = self._sums.allreduce([tensor], AllreduceOptions())
        except RuntimeError as error:
            raise _lost(error) from error

        def wait() -> None:
            try:
                work.wait()
            except RuntimeError as error:
                raise _lost(error) from error

        return wait


def _nccl(store: Store, rank: int, size: int) -> Backend:
    """Only PyTorch for CUDA has it."""
    from torch._C._distributed_c10d import ProcessGroupNCCL

    options = ProcessGroupNCCL.Options()
    options._timeout = LONGEST_WAIT
    return ProcessGroupNCCL(store, rank, size, options)


def _lost(error: RuntimeError) -> ProcessLost:
    return ProcessLost(str(error).splitlines()[0])
