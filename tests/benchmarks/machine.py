"""The machine that a measurement was made on, and what its processes take."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import resource
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "textual", "numpy", "skorch", "lightning", "keras")


def cpu_model() -> str:
    """The processor's name as the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:  # macOS
        return platform.processor() or platform.machine()
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def num_cores() -> int:
    """The cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def versions() -> dict[str, str]:
    """Of Python and of the packages that are compared, where they are installed."""
    found = {"python": platform.python_version()}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def sentence(machine: Mapping[str, Any]) -> str:
    """A description in a line."""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['date']}, {machine['cpu']}, {machine['cores']} cores, "
        f"load {machine['load']} before the start; {versions}."
    )


def description() -> dict[str, object]:
    """Date, processor, cores, load before the start, versions."""
    return {
        "date": datetime.date.today().isoformat(),
        "cpu": cpu_model(),
        "cores": num_cores(),
        "load": round(os.getloadavg()[0], 2),
        "versions": versions(),
    }


def peak_bytes(pid: int | None = None) -> int:
    """The largest resident size that a process has had; pid: this one if not given."""
    try:
        lines = Path(f"/proc/{pid or 'self'}/status").read_text("ascii").splitlines()
    except OSError:
        # macOS, in bytes. Not used on Linux, where it begins with the parent's size at the fork.
        usage = resource.getrusage(
            resource.RUSAGE_SELF if pid is None else resource.RUSAGE_CHILDREN
        )
        return usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    found = [line.split()[1] for line in lines if line.startswith("VmHWM:")]
    return int(found[0]) * 1024
