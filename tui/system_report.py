"""What this system is and what perceptui finds in it, as lines to paste into a report of a bug."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from collections.abc import Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import TYPE_CHECKING

from tui.problem_report import terminal_lines, version_lines
from tui.waiting_trainer import who_waits

if TYPE_CHECKING:
    from tui.renderables.look import Look

Sections = dict[str, list[str]]
EXTRAS = ("optuna", "onnx", "onnxscript", "ray", "plotly", "tensorboard", "pandas", "textual-serve",
          "nvidia-ml-py")  # fmt: skip
"""Packages that do something more where they are installed."""
_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OMP_WAIT_POLICY",
    "GOMP_SPINCOUNT",
    "CUDA_VISIBLE_DEVICES",
    "PYTORCH_NVML_BASED_CUDA_CHECK",
)


def sections(look: Look, places: Mapping[str, Path]) -> Sections:
    """Every section's lines under its title; torch is imported to ask it, which takes seconds."""
    return {
        "Versions": [*version_lines(), *_extras(), *_plugins()],
        "Machine": _machine(),
        "Device and threads": _device(),
        "Terminal": _terminal(look),
        "Places": [f"{name.replace('_', ' ')}: {_place(path)}" for name, path in places.items()],
    }


def _installed() -> dict[str, str]:
    return {
        str(one.metadata["Name"]).lower().replace("_", "-"): one.version for one in distributions()
    }


def _extras() -> list[str]:
    installed = _installed()
    there = [f"{name} {installed[name]}" for name in EXTRAS if name in installed]
    return [f"extras: {', '.join(there) or 'none'}"]


def _plugins() -> list[str]:
    """Those that could be imported, and what is wrong with the others."""
    from engine.plugins import Plugins

    plugins, installed = Plugins.installed, _installed()
    plugins.load()
    names = {one.name for one in plugins.loaded} | {*plugins.preset_folders().values()}
    there = [
        f"{name} {installed.get(name.lower().replace('_', '-'), '')}" for name in sorted(names)
    ]
    return [f"plug-ins: {', '.join(there) or 'none'}", *plugins.failures]


def _machine() -> list[str]:
    from engine.computer import Computer

    found = Computer().read()
    cards = [f"{card.name}, {_gigabytes(card.total_bytes)}" for card in found.cards]
    return [
        f"{platform.platform(terse=True)}, {platform.machine()}, {' '.join(platform.libc_ver())}",
        f"{os.cpu_count()} processors, {found.processors} for this process",
        f"memory {_gigabytes(found.total_bytes)}, used {_gigabytes(found.used_bytes)}",
        f"graphics cards: {', '.join(cards) or found.no_cards or 'none'}",
    ]


def _gigabytes(count: int) -> str:
    return f"{count / 2**30:.1f} GiB"


def _device() -> list[str]:
    """What torch says of itself; a torch that can't be imported is what is to be told."""
    try:
        import torch
    except (ImportError, OSError) as error:
        return [f"torch can't be imported: {error}"]
    cuda = "not available"
    if torch.cuda.is_available():
        names = [torch.cuda.get_device_name(index) for index in range(torch.cuda.device_count())]
        cuda = f"{', '.join(names)} (CUDA {torch.version.cuda})"
    variables = [f"{name}={os.environ[name]}" for name in _VARIABLES if name in os.environ]
    return [
        f"device auto: {'cuda:0' if torch.cuda.is_available() else 'cpu'}",
        f"CUDA: {cuda}; torch is built for {torch.version.cuda or 'the CPU'}",
        f"torch threads {torch.get_num_threads()}, between operations "
        f"{torch.get_num_interop_threads()}, {torch.backends.cpu.get_cpu_capability()}",
        *variables,
        f"waiting trainer: {who_waits()}",
    ]


def _terminal(look: Look) -> list[str]:
    streams = {"stdin": sys.stdin, "stdout": sys.stdout, "stderr": sys.stderr}
    shown = [name for name, stream in streams.items() if stream is not None and stream.isatty()]
    size = shutil.get_terminal_size()
    return [
        *terminal_lines(look, (size.columns, size.lines), os.environ),
        f"terminals: {', '.join(shown) or 'none'}",
        f"encodings: {sys.stdout.encoding}, files {sys.getfilesystemencoding()}",
    ]


def _place(path: Path) -> str:
    """A path as it may be shown to others: the person's home has no name."""
    home = str(Path.home())
    text = str(path)
    shown = f"~{text.removeprefix(home)}" if home != "/" and text.startswith(home) else text
    if not path.exists():
        return f"{shown} (not there)"
    return shown if os.access(path, os.W_OK) else f"{shown} (not writable)"
