"""What a command must have in common with another one to be served by the same process."""

from __future__ import annotations

import hashlib
import os
import resource
import sys
from collections.abc import Iterator, Mapping
from importlib.util import find_spec

import engine
from engine.encoding import encoded
from engine.memory import groups
from engine.notices.terminal import TTY, own_terminal
from engine.service.protocol import VERSION

INDIFFERENT = frozenset(
    {
        "_",
        "COLORTERM",
        "COLUMNS",
        "DBUS_SESSION_BUS_ADDRESS",
        "DISPLAY",
        "EDITOR",
        "FORCE_COLOR",
        "HISTFILE",
        "LESS",
        "LINES",
        "LS_COLORS",
        "NO_COLOR",
        "OLDPWD",
        "PAGER",
        "PERCEPTUI_RUNS_DIR",
        "PERCEPTUI_WARM_S",
        "PROMPT",
        "PROMPT_COMMAND",
        "PS1",
        "PWD",
        "SHLVL",
        "SSH_AUTH_SOCK",
        "SSH_CLIENT",
        "SSH_CONNECTION",
        "SSH_TTY",
        "STY",
        "TERM",
        "TERM_PROGRAM",
        "TERM_PROGRAM_VERSION",
        "TERM_SESSION_ID",
        "TEXTUAL_ANIMATIONS",
        "TMUX",
        "TMUX_PANE",
        "VISUAL",
        "VTE_VERSION",
        "WAYLAND_DISPLAY",
        "WINDOW",
        "WINDOWID",
        "XDG_SESSION_ID",
    }
)
"""Variables that no training goes by; any other may matter to it or to a library."""
_LIBRARIES = ("site-packages", "dist-packages")
_LIMITS = ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_DATA", "RLIMIT_FSIZE", "RLIMIT_NOFILE")


def surroundings(environment: Mapping[str, str] = os.environ) -> str:
    """A digest of user, interpreter, program, libraries, environment, processors and limits.

    Those of the cgroups hold for all that a command starts in them, so they are part of it.
    """
    apart = {*INDIFFERENT, TTY}  # a trainer is given it when it starts
    told = [
        [VERSION, sys.version, sys.executable, sys.prefix],
        [os.geteuid(), os.getegid(), sorted(os.getgroups())],
        {name: environment[name] for name in sorted(environment) if name not in apart},
        own_terminal(),  # which its trainer may ring
        [list(resource.getrlimit(getattr(resource, limit))) for limit in _LIMITS],
        [os.getpriority(os.PRIO_PROCESS, 0), *_processors(), groups()],
        list(_program()),
    ]
    escaped = repr(told).encode("utf-8", "surrogateescape")
    return hashlib.sha256(encoded(escaped)).hexdigest()


def _processors() -> list[int]:
    """Those that this process may use, where that is told."""
    return sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []


def _program() -> Iterator[tuple[str, int, int]]:
    """The files of what trains, and of torch: an update makes others of them."""
    root = os.path.dirname(engine.__file__)
    for folder, _, files in os.walk(root):
        for name in files:
            if name.endswith(".py"):
                yield _stamp(os.path.join(folder, name))
    for folder in sys.path:
        if os.path.basename(folder) in _LIBRARIES and os.path.isdir(folder):
            yield _stamp(folder)  # changes with each package that comes or goes, plug-ins too
    for library in ("torch", "torchvision", "numpy"):
        spec = find_spec(library)
        if spec is not None and spec.origin is not None:
            yield _stamp(spec.origin)


def _stamp(path: str) -> tuple[str, int, int]:
    status = os.stat(path)
    return path, status.st_mtime_ns, status.st_size
