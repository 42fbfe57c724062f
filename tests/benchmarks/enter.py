"""From enter to the answer: a whole command against the plain script of the same experiment."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from engine.export.script import script_of
from engine.parts.data import DataLocations
from tests.benchmarks.headless import preset
from tests.benchmarks.report import Row, Section
from tests.benchmarks.turns import Spread, ratios
from tests.tui.pseudo_terminal import PseudoTerminal

PAIRS, FEW_PAIRS = 15, 3
PRESETS = {"circle": 1.15, "first-network": 1.15, "three-features": 1.15, "two-gaussians": 1.0}
"""How many times the script's time the whole command may take, at most."""
WITH_MNIST = {"mnist": 1.0}
MOST_MEMORY = 1.15
"""The same of the memory of all processes."""
AGAIN_S = 0.6
JUDGED_S = 2.0
LOOK_S = 0.02
_SHELL = """
import subprocess, sys, time
for _ in range(int(sys.argv[1])):
    began = time.perf_counter()
    subprocess.run(sys.argv[2:], check=True)
    print("took", time.perf_counter() - began, "s", flush=True)
"""
"""Leads the terminal's session, as a person's shell does."""
_PSS = re.compile(r"^Pss:\s+(\d+) kB", re.MULTILINE)


def enter(name: str, pairs: int, data: Path) -> Section:
    """A command from its start to its exit, in turns with the script; then both in memory."""
    bound = (PRESETS | WITH_MNIST)[name]
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / f"{name}.py"
        locations = DataLocations(data)
        script.write_text(script_of(preset(name, seed=0), locations), "utf-8")
        plain = [sys.executable, str(script)]
        command = [sys.executable, "-m", "tui.entry", "--preset", name, "--set", "seed=0"]
        command += ["--set", "device=cpu", "--runs-dir", f"{folder}/runs", "--data-dir", str(data)]
        ours: list[float] = []
        theirs: list[float] = []
        for turn in range(pairs + 1):
            found = whole_s(command), whole_s(plain)
            if turn:  # the first ones find nothing in the system's memory
                ours.append(found[0])
                theirs.append(found[1])
        our_bytes, their_bytes = most_bytes(command), most_bytes(plain)
    rows = [
        Row("perceptui, the whole command", Spread.of(ours)),
        Row("the plain script", Spread.of(theirs), ratios(theirs, ours), round(1 / bound, 2)),
    ]
    share = our_bytes / their_bytes if their_bytes else 0.0
    notes = [
        f"Whole processes, from their start to their exit, into a pipe; {pairs} pairs. The command "
        f"may take {bound:g} times the script's time. Memory of all processes, each page counted "
        f"once: {our_bytes / 1e6:.0f} MB against {their_bytes / 1e6:.0f} MB, {share:.2f} times."
    ]
    failures = (
        [] if share <= MOST_MEMORY else [f"it takes more than {MOST_MEMORY} times the memory"]
    )
    return Section(f"{name}, from enter to the answer", rows, notes, failures)


def again(name: str, turns: int) -> Section:
    """The commands after the first one at a terminal, which find its trainer waiting."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "tui.entry", "--preset", name, "--set", "device=cpu"]
        line = [sys.executable, "-c", _SHELL, str(turns + 1), *command, "--runs-dir", folder]
        place = {"PERCEPTUI_WARM_S": "60", "PERCEPTUI_SOCKET_DIR": folder, "CI": ""}
        terminal = PseudoTerminal(line, environment={**_environment(), **place})
        try:
            terminal.end()
            first, *others = map(float, re.findall(rb"took (\S+) s", bytes(terminal.written)))
        finally:
            terminal.close()
    found = Spread.of(others)
    rows = [
        Row("the first command", Spread.of([first])),
        Row("the next ones", found, Spread.of([AGAIN_S / seconds for seconds in others]), 1.0),
    ]
    note = f"At a terminal; a ratio of 1 is {AGAIN_S:g} s, what the next command may take."
    return Section(f"{name}, again from enter to the answer", rows, [note])


def judged(pairs: int) -> Section:
    """Judging 10,000 samples of a tiny network, beside what torch takes to be imported."""
    with tempfile.TemporaryDirectory() as folder:
        ours = [sys.executable, "-m", "tui.entry"]
        asked = ["--data", "moons(samples=20000)", "--layers", "Linear(8) ReLU Linear(1) Sigmoid"]
        asked += ["--loss", "BCELoss()", "--optimizer", "Adam(lr=0.05)", "--epochs", "30"]
        place = ["--runs-dir", folder]
        whole_s([*ours, *asked, "--set", "test_fraction=0.5", "--set", "device=cpu", *place])
        bare = [sys.executable, "-c", "import torch"]
        beside: list[float] = []
        for turn in range(pairs + 1):
            took = whole_s([*ours, "evaluate", "last", *place]) - whole_s(bare)
            if turn:
                beside.append(took)
    within = Spread.of([JUDGED_S / seconds for seconds in beside])
    rows = [Row("perceptui evaluate, beside importing torch", Spread.of(beside), within, 1.0)]
    note = f"A ratio of 1 is {JUDGED_S:g} s, what judging 10,000 samples may take beside torch."
    return Section("evaluate, 10,000 samples of a tiny network", rows, [note])


def whole_s(command: Sequence[str]) -> float:
    """Seconds from the start of a command to its exit."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=_environment())
    return time.perf_counter() - began


def most_bytes(command: Sequence[str]) -> int:
    """The most memory that a command and what it starts have had; 0 where nobody tells."""
    with tempfile.TemporaryFile() as nowhere:
        process = subprocess.Popen(command, stdout=nowhere, stderr=nowhere, env=_environment())
        most = 0
        while process.poll() is None:
            most = max(most, sum(_own_bytes(pid) for pid in _family(process.pid)))
            time.sleep(LOOK_S)
    return most


def _environment() -> dict[str, str]:
    """A fresh trainer each time, and modules that are compiled once, as an installation's are."""
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PERCEPTUI_WARM_S": "0"}


def _family(pid: int) -> list[int]:
    """A process and all that it has started, as far as they live."""
    found = [pid]
    for one in found:
        with suppress(OSError):
            children = Path(f"/proc/{one}/task/{one}/children").read_text("ascii")
            found += [int(child) for child in children.split()]
    return found


def _own_bytes(pid: int) -> int:
    """A process's pages, those that several share divided among them."""
    with suppress(OSError):
        found = _PSS.search(Path(f"/proc/{pid}/smaps_rollup").read_text("ascii"))
        return int(found[1]) * 1024 if found else 0
    return 0
