"""Records what a CUDA device is told to do, so that one call tells it all again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

import torch

T = TypeVar("T")

WARM_UPS = 3
"""As PyTorch's notes on CUDA graphs have it."""


class Unrecordable(Exception):
    """This work can't be replayed; its text says why."""


class Recording(Protocol):
    """Work that was recorded."""

    def replay(self) -> None:
        """Do it again, on the tensors that it was recorded with."""


class Recorder(Protocol):
    """Makes recordings; what a test replaces, since all else works on any device."""

    def warm_up(self, work: Callable[[], object]) -> None:
        """Do the work a few times, so that nothing is done in it for the first time later."""

    def record(self, work: Callable[[], T]) -> tuple[Recording, T]:
        """Record the work, and what it returns: tensors that each replay fills anew.

        On a CUDA device it is not done yet. Raises Unrecordable.
        """


class CudaRecorder:
    """CUDA graphs, on a stream of their own, as torch.cuda.graph asks for it."""

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self._stream = torch.cuda.Stream(device)  # type: ignore[no-untyped-call]  # torch's

    def warm_up(self, work: Callable[[], object]) -> None:
        with torch.cuda.device(self._device):
            self._stream.wait_stream(torch.cuda.current_stream())
            with torch.cuda.stream(self._stream):
                for _ in range(WARM_UPS):
                    work()
            torch.cuda.current_stream().wait_stream(self._stream)

    def record(self, work: Callable[[], T]) -> tuple[Recording, T]:
        graph = torch.cuda.CUDAGraph()
        try:
            # Not "global": the thread that pins streamed images must not end the recording.
            with (
                torch.cuda.device(self._device),
                torch.cuda.graph(graph, stream=self._stream, capture_error_mode="thread_local"),
            ):
                results = work()
        except RuntimeError as error:
            self._end_what_broke_off()
            raise Unrecordable(str(error).partition("\n")[0]) from error
        return graph, results

    def _end_what_broke_off(self) -> None:
        """Record something that can be: the generator still counts for what could not.

        Whatever draws numbers, Dropout for one, would be refused from then on ("Offset increment
        outside graph capture", seen with PyTorch 2.11); a recording's own end puts that right, and
        the ones from before go on with the same generator.
        """
        number = torch.zeros((), device=self._device)
        with (
            torch.cuda.device(self._device),
            torch.cuda.graph(
                torch.cuda.CUDAGraph(), stream=self._stream, capture_error_mode="thread_local"
            ),
        ):
            number.add_(1)
