"""What someone who is asked for help must know, as one text; nothing of it is sent anywhere.

Neither the data nor any path leaves the machine with it: see `without_paths` and `described`.
"""

from __future__ import annotations

import os
import platform
import re
from collections.abc import Iterable, Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.parts.kinds import alternatives
from tui.renderables.sanitize import plain

if TYPE_CHECKING:
    from engine.parts.component import Component
    from engine.spec.experiment import Experiment
    from tui.live.snapshot import Snapshot
    from tui.renderables.look import Look

PACKAGES = ("perceptui", "torch", "torchvision", "textual", "rich", "plotext", "msgspec", "pyarrow")
HIDDEN = "…"
LOG_LINES = 30
"""Of the log's end."""
_LOG_BYTES = 64 << 10
_TERMINAL = ("TERM", "COLORTERM", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "LC_TERMINAL", "LANG",
             "LC_ALL", "NO_COLOR", "TEXTUAL_ANIMATIONS")  # fmt: skip
"""Variables that say what is drawn; none of them names a person or a place."""
_OWN = re.compile(
    r"(?:[/\\][^\s'\":,;()<>]+)*[/\\]((?:tui|engine|site-packages|lib/python[\d.]+)/)"
)
_PATHS = re.compile(
    r"(['\"])(?:~|[A-Za-z]:)?[/\\][^'\"\n]*\1"  # quoted: with blanks
    r"|(?<![\w<])(?:~|[A-Za-z]:)?[/\\](?![/\s])[^\s'\":,;()<>\]]+"
    r"|(?<![\w./<-])(?!(?:tui|engine|site-packages|lib)/)(?!\d+/\d)[\w.~-]+[/\\][^\s'\":,;()<>\]]*"
    r"|[\w.-]+\.(?:csv|tsv|txt|toml|xlsx?|parquet|feather|arrow|npz|json|safetensors|png|jpe?g|gz)\b"
)
"""Quoted; absolute; relative; and files by the ending that a person's own have."""


def written(
    *,
    look: Look,
    size: tuple[int, int],
    environment: Mapping[str, str],
    snapshot: Snapshot,
    experiment: Experiment | None,
    errors: Iterable[str],
    log: Path,
) -> str:
    """The report; errors: what the person was told went wrong, oldest first."""
    sections = {
        "Versions": version_lines(),
        "Machine": _machine(snapshot),
        "Terminal": terminal_lines(look, size, environment),
        "Last errors": [without_paths(error) for error in errors] or ["none"],
        f"Log, last {LOG_LINES} lines": _last_lines(log) or ["empty"],
        "Experiment, without data and paths": described(experiment).splitlines(),
    }
    parts = ["What happened, and what should have happened?\n\n"]
    for title, lines in sections.items():
        parts.append("\n".join([f"## {title}", "", *(f"    {line}" for line in lines), "", ""]))
    return "\n".join(parts).rstrip("\n") + "\n"


def without_paths(text: str) -> str:
    """A message with every path left out; of the program's own files what is inside it stays."""
    return _PATHS.sub("<path>", _OWN.sub(r"\1", plain(text)))


def described(experiment: Experiment | None) -> str:
    """The experiment's TOML; texts about it are left out, and what its data is called hidden."""
    if experiment is None:
        return "it is not valid"
    from engine.spec.writer import to_toml

    bare = experiment.without_prose().with_values(data=_anonymous(experiment.data))
    if experiment.start_from:
        bare = bare.with_values(start_from=HIDDEN)
    return to_toml(bare)


def _anonymous(data: Component) -> Component:
    """The same data with each text of a person's own hidden; choices and numbers stay."""
    hidden: dict[str, Any] = {}
    for name, (kind, _) in data.parameters().items():
        kinds = alternatives(kind)
        value = getattr(data, name)
        own = isinstance(value, str) and str in kinds
        own = own or (isinstance(value, tuple) and _has_text(value))
        if own and value:
            hidden[name] = HIDDEN
    return data.with_values(**hidden)


def _has_text(value: object) -> bool:
    return isinstance(value, str) or (isinstance(value, tuple) and any(map(_has_text, value)))


def version_lines() -> list[str]:
    """Python, and the packages that what is shown and trained depends on."""
    lines = [f"Python {platform.python_version()} ({platform.python_implementation()})"]
    for name in PACKAGES:
        try:
            lines.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            lines.append(f"{name} not installed as a package")
    return lines


def _machine(snapshot: Snapshot) -> list[str]:
    """What trains; known of the device is what the newest training told of it."""
    lines = [f"{platform.platform(terse=True)}, {platform.machine()}, {os.cpu_count()} processors"]
    started = snapshot.started
    if started is None:
        return [*lines, "nothing was trained yet"]
    reason = f" ({started.executor_reason})" if started.executor_reason else ""
    return [
        *lines,
        f"trained on {started.device}, {started.threads} threads, torch {started.torch}, "
        f"steps {started.executor or 'eager'}{without_paths(reason)}, data {started.data_path}",
        f"training: {snapshot.phase}",
    ]


def terminal_lines(look: Look, size: tuple[int, int], environment: Mapping[str, str]) -> list[str]:
    """What it can show, and in what it runs."""
    inside = [
        what
        for what, variable in (("tmux", "TMUX"), ("screen", "STY"), ("SSH", "SSH_CONNECTION"))
        if environment.get(variable)
    ]
    glyphs = "ASCII" if look.ascii else "Unicode"
    return [
        f"{size[0]} x {size[1]}, colors {look.color}, {glyphs}",
        f"inside {', '.join(inside)}" if inside else "inside nothing else",
        *(f"{name}={plain(environment[name])}" for name in _TERMINAL if name in environment),
    ]


def _last_lines(log: Path) -> list[str]:
    """The end of the app's log; empty where there is none."""
    from engine import regular_file

    try:
        with regular_file.opened(log) as file:
            file.seek(max(0, os.fstat(file.fileno()).st_size - _LOG_BYTES))
            text = file.read(_LOG_BYTES).decode("utf-8", "replace")
    except OSError:
        return []
    return [without_paths(line) for line in text.splitlines()[-LOG_LINES:]]
