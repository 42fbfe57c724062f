"""A HOME that nothing can be written to: on a full disk, read-only, missing, no folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

from tests.soak.commands import REFUSED, run
from tests.soak.ground import Ground
from tests.tui.command_line import TINY
from tests.tui.pseudo_terminal import ESCAPE, app_on_terminal

COMMANDS = (
    ("paths",),
    ("presets",),
    ("show", "circle"),
    ("doctor", "tiny.toml"),
    ("--preset", "tiny.toml"),
    ("--preset", "tiny.toml", "--executor", "traced"),
    ("runs",),
    ("evaluate", "last"),
    ("predict", "last", "0.5", "0.5"),
    ("export", "last", "--format", "onnx", "-o", "network.onnx"),
    ("tune-lr", "tiny.toml"),
)


def soak(ground: Ground) -> None:
    """Whatever asks nothing of HOME works without it; the app says what it can't save."""
    ground.write("tiny.toml", TINY)
    kinds: list[Callable[[Path], bool]] = [_full, _read_only, _missing, _file]
    for number, make in enumerate(kinds[: ground.times]):
        home = ground.folder / f"home{number}"
        home.mkdir()
        if not make(home):
            ground.notes.append(f"{make.__name__[1:]}: nothing can be mounted here")
            continue
        try:
            os.environ["HOME"] = str(home)
            _try_commands(ground, make.__name__)
            _try_app(ground, make.__name__)
        finally:
            subprocess.run(["umount", "-l", str(home)], capture_output=True, check=False)


def _try_commands(ground: Ground, kind: str) -> None:
    shutil.rmtree(ground.runs, ignore_errors=True)
    for arguments in COMMANDS:
        (ground.folder / "network.onnx").unlink(missing_ok=True)
        problem = run(*arguments, limit_s=180).wrong(0)
        if problem:
            ground.fail(f"HOME{kind}: {problem}")
        ground.counts["commands"] += 1
    problem = run("--preset", "mnist-lenet", "--epochs", "1", limit_s=180).wrong(*REFUSED)
    if problem:  # its data would be downloaded to HOME
        ground.fail(f"HOME{kind}: {problem}")


def _try_app(ground: Ground, kind: str) -> None:
    with app_on_terminal("open", "tiny.toml", columns=80, rows=24) as terminal:
        terminal.until("Linear")
        terminal.type("s")
        terminal.until("Save")
        terminal.type("own\r")
        shown = terminal.until(lambda text: "rror" in text or "can't" in text or "No " in text)
        ground.check("Traceback" not in shown, f"HOME{kind}: the app broke off: {shown[-300:]}")
        for _ in range(3):
            terminal.type(ESCAPE)
            terminal.read(0.3)
        terminal.type("\x11")
        ground.check(terminal.end() == 0, f"HOME{kind}: the app ended with an error")
        ground.check(not terminal.not_restored(), f"HOME{kind}: {terminal.not_restored()}")
    ground.counts["apps"] += 1


def _full(home: Path) -> bool:
    if not _mounted(home, "size=64k"):
        return False
    with (home / "filler").open("wb") as filler:
        while os.statvfs(home).f_bavail:
            filler.write(bytes(4096))
            filler.flush()
    return True


def _read_only(home: Path) -> bool:
    return _mounted(home, "ro")


def _missing(home: Path) -> bool:
    home.rmdir()
    home.parent.joinpath("nowhere").write_bytes(b"")
    os.symlink("nowhere/below", home)  # nor can it be made
    return True


def _file(home: Path) -> bool:
    home.rmdir()
    home.write_bytes(b"")
    return True


def _mounted(place: Path, options: str) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False
