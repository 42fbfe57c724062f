"""How much memory there is to be had: this machine's, and what this process's cgroups leave."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

GROUPS = Path("/sys/fs/cgroup")
GPU = Path("/dev/nvidiactl")
"""There where NVIDIA's driver is."""
_V2 = ("memory.max", "memory.current", "inactive_file")
_V1 = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file")
"""Files of the limit and of what is used, and what of that can be had back, by memory.stat."""


def free_bytes() -> int:
    """What this process may still take without swapping."""
    return max(0, min(_machine(), *_groups()))


def may_be_on_gpu(device: str) -> bool:
    """Whether an experiment's device may turn out to be a GPU; told without loading torch."""
    return device.startswith("cuda") or (device == "auto" and GPU.exists())


def groups() -> str:
    """The cgroups of this process, a line each, as the kernel names them; empty without any."""
    try:
        return Path("/proc/self/cgroup").read_text("utf-8", "surrogateescape")
    except OSError:
        return ""


def go_first(badness: str = "1000") -> str:
    """Have the kernel end this process before others where memory runs out; what it was before.

    Empty where nobody can be told, as on macOS. Given back, it is as before.
    """
    place = Path("/proc/self/oom_score_adj")
    try:
        before = place.read_text("ascii")
        place.write_text(badness, "ascii")
    except OSError:
        return ""
    return before


def _machine() -> int:
    """What the machine can give without swapping; all it has where it does not say."""
    try:
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    except (OSError, ValueError):
        pass  # macOS
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def _groups() -> Iterator[int]:
    """What each cgroup above this process leaves; in a container the top one may be the only."""
    for line in groups().splitlines():
        _, controllers, path = line.split(":", 2)
        if controllers == "":
            yield from _rooms(GROUPS, path, _V2)
        elif "memory" in controllers.split(","):
            yield from _rooms(GROUPS / "memory", path, _V1)


def _rooms(root: Path, path: str, names: tuple[str, str, str]) -> Iterator[int]:
    limit_name, used_name, reclaimable = names
    folder = root / path.lstrip("/")
    for group in [folder, *folder.parents]:
        if not group.is_relative_to(root):
            return
        try:
            limit = int((group / limit_name).read_text("ascii"))  # "max" is no number
            used = int((group / used_name).read_text("ascii"))
            fields = dict(line.split() for line in (group / "memory.stat").read_text().splitlines())
            yield limit - used + int(fields.get(reclaimable, 0))
        except (OSError, ValueError):
            continue
