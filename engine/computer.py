"""How busy this computer is: processors, memory, graphics cards."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from engine.memory import GPU, free_bytes

_STAT = Path("/proc/stat")


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """A graphics card; None where its driver does not say."""

    name: str
    used_share: float | None
    """Of the last moments in which something ran on it, 0 to 1."""
    used_bytes: int
    total_bytes: int
    temperature_c: int | None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One look at the computer."""

    processors: int
    """That this process may use."""
    busy_share: float | None
    """Of all processors since the look before, 0 to 1; None at the first, or where none says."""
    used_bytes: int
    total_bytes: int
    """Of memory, or of what a container may have."""
    cards: tuple[Card, ...] = ()
    no_cards: str = ""
    """Why nothing is told of graphics cards though there are some."""


class Computer:
    """Looks at the computer again and again; the share of busy processors is between two looks."""

    def __init__(self) -> None:
        self._before: tuple[int, int] | None = None
        self._nvml: Any = None
        self._no_cards = ""
        self._is_open = False

    def read(self) -> Reading:
        """Look once; a few hundred microseconds."""
        total = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        free = free_bytes()
        cards = self._cards()
        return Reading(
            processors=_processors(),
            busy_share=self._busy_share(),
            used_bytes=max(0, total - free),
            total_bytes=total,
            cards=cards,
            no_cards=self._no_cards,
        )

    def close(self) -> None:
        """Let go of the graphics driver."""
        if self._nvml is not None:
            self._nvml.nvmlShutdown()
            self._nvml = None

    def _busy_share(self) -> float | None:
        try:
            line = _STAT.read_text("ascii").partition("\n")[0]
            fields = [int(field) for field in line.split()[1:9]]
        except (OSError, ValueError):  # macOS has a load only
            return min(1.0, os.getloadavg()[0] / _processors())
        idle, whole = fields[3] + fields[4], sum(fields)  # idle and waiting for a disk
        before, self._before = self._before, (idle, whole)
        if before is None or whole <= before[1]:
            return None
        return 1 - (idle - before[0]) / (whole - before[1])

    def _cards(self) -> tuple[Card, ...]:
        """What NVIDIA's driver says; through nvidia-ml-py, which is an extra."""
        if not self._is_open:
            self._is_open = True
            if not GPU.exists():
                return ()
            self._open()
        if self._nvml is None:
            return ()
        nvml = self._nvml
        return tuple(_card(nvml, number) for number in range(nvml.nvmlDeviceGetCount()))

    def _open(self) -> None:
        try:
            import pynvml
        except ImportError:
            self._no_cards = "pip install 'perceptui[gpu]' to see the graphics cards"
            return
        try:
            pynvml.nvmlInit()
        except pynvml.NVMLError as error:
            self._no_cards = f"the graphics driver does not answer: {error}"
            return
        self._nvml = pynvml


def _processors() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _card(nvml: Any, number: int) -> Card:
    handle = nvml.nvmlDeviceGetHandleByIndex(number)
    memory = nvml.nvmlDeviceGetMemoryInfo(handle)
    used_share = temperature = None
    with suppress(nvml.NVMLError):  # not every card tells
        used_share = nvml.nvmlDeviceGetUtilizationRates(handle).gpu / 100
    with suppress(nvml.NVMLError):
        temperature = nvml.nvmlDeviceGetTemperature(handle, nvml.NVML_TEMPERATURE_GPU)
    name = nvml.nvmlDeviceGetName(handle)
    return Card(
        name=name.decode("utf-8", "replace") if isinstance(name, bytes) else name,
        used_share=used_share,
        used_bytes=int(memory.used),
        total_bytes=int(memory.total),
        temperature_c=temperature,
    )
