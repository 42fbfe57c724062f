# ruff: noqa: N802  # the driver's names
"""How busy the computer is, by what the kernel and the graphics driver say."""

from __future__ import annotations

import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from engine import computer
from engine.computer import Computer

FIRST = "cpu  100 0 50 800 50 0 0 0 0 0\ncpu0 1 2 3\n"
SECOND = "cpu  150 0 60 820 70 0 0 0 0 0\n"


@pytest.fixture
def stat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What stands for /proc/stat; no graphics card."""
    path = tmp_path / "stat"
    monkeypatch.setattr(computer, "_STAT", path)
    monkeypatch.setattr(computer, "GPU", tmp_path / "no card")
    return path


def test_the_share_is_of_the_time_between_two_looks(stat: Path) -> None:
    """60 of 100 ticks were busy; the first look knows of none."""
    looking = Computer()
    stat.write_text(FIRST)
    assert looking.read().busy_share is None
    stat.write_text(SECOND)
    reading = looking.read()
    assert reading.busy_share == pytest.approx(0.6)
    assert 0 < reading.used_bytes < reading.total_bytes
    assert reading.processors >= 1
    assert (reading.cards, reading.no_cards) == ((), "")
    assert looking.read().busy_share is None  # no time has passed


def test_a_system_without_ticks_has_its_load(stat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As macOS: the load over the processors, at most all."""
    monkeypatch.setattr("os.getloadavg", lambda: (1000.0, 0.0, 0.0))
    assert Computer().read().busy_share == 1.0


class Nvml(SimpleNamespace):
    """One card that tells no temperature."""

    NVML_TEMPERATURE_GPU = 0

    class NVMLError(Exception):
        """What the driver raises."""

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None:
        self.is_closed = True

    def nvmlDeviceGetCount(self) -> int:
        return 1

    def nvmlDeviceGetHandleByIndex(self, number: int) -> int:
        return number

    def nvmlDeviceGetName(self, handle: int) -> bytes:
        return b"H100"

    def nvmlDeviceGetMemoryInfo(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(used=3, total=8)

    def nvmlDeviceGetUtilizationRates(self, handle: int) -> SimpleNamespace:
        return SimpleNamespace(gpu=25)

    def nvmlDeviceGetTemperature(self, handle: int, sensor: int) -> int:
        raise self.NVMLError("not supported")


def test_a_graphics_card(stat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it does not tell is None; the driver is let go of."""
    nvml = Nvml()
    monkeypatch.setattr(computer, "GPU", Path("/"))
    monkeypatch.setitem(sys.modules, "pynvml", nvml)
    looking = Computer()
    (card,) = looking.read().cards
    assert (card.name, card.used_share, card.used_bytes, card.total_bytes) == ("H100", 0.25, 3, 8)
    assert card.temperature_c is None
    looking.close()
    assert nvml.is_closed


def test_a_card_without_the_extra(stat: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is said how it can be seen."""
    monkeypatch.setattr(computer, "GPU", Path("/"))
    monkeypatch.setitem(sys.modules, "pynvml", None)
    assert "perceptui[gpu]" in Computer().read().no_cards
