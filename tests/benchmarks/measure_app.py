"""Measures the app on a pseudo-terminal: its start, what it sends, how soon it answers, its cost.

python -m tests.benchmarks.measure_app [--quick] [--only NAME …] [--json FILE] [--markdown FILE]

Prints a Markdown table. Every figure is of the app as a person runs it, with its real worker.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path

from engine.runs.run import Run
from engine.spec.experiment_reader import read_file
from engine.spec.presets import path_of
from engine.spec.writer import to_toml
from tests.benchmarks.machine import description, sentence
from tests.tui.pseudo_terminal import PseudoTerminal, app_on_terminal

BARE = """\
from textual.app import App
from textual.widgets import Footer, Header

class Bare(App):
    BINDINGS = [("q", "quit", "Quit")]

    def compose(self):
        yield Header()
        yield Footer()

Bare().run()
"""
ENDLESS = 10**9
WARM_S = 6.0
"""In which a trainer has long been warm."""
NUM_KEYS = 200
HEAD = "| figure | measured | bound | met | details |\n|---|---|---|---|---|"
TICKS_PER_S = os.sysconf("SC_CLK_TCK")
UP, DOWN, LEFT = "\x1b[A", "\x1b[B", "\x1b[D"
CURSOR, FRAME = "▸".encode(), "▐".encode()
"""Of the editor's lines, and of the network's units."""
CAN_SYNC = "\x1b[?2026;2$y"
"""What today's terminals answer: updates may be bracketed. The brackets are counted too."""


@dataclass(frozen=True)
class Extent:
    """How long and how often is measured."""

    pairs: int = 10
    bytes_s: float = 60.0
    memory_s: float = 60.0
    idle_s: float = 20.0
    epochs: int = 12_000
    """Of the trainings whose speed is compared."""


QUICK = Extent(pairs=3, bytes_s=10.0, memory_s=10.0, idle_s=5.0, epochs=3_000)


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    what: str
    value: float
    unit: str
    bound: float
    at_most: bool = True
    details: str = ""

    @property
    def holds(self) -> bool:
        return self.value <= self.bound if self.at_most else self.value >= self.bound

    def row(self) -> str:
        """As a row of a Markdown table."""
        sign = "≤" if self.at_most else "≥"
        met = "yes" if self.holds else "no"
        value = f"{self.value:.3g} {self.unit}".strip()
        bound = f"{sign} {self.bound:g} {self.unit}".strip()
        return f"| {self.what} | {value} | {bound} | {met} | {self.details} |"


def write_preset(folder: Path, name: str, **changes: object) -> Path:
    """A preset with changes, as a file."""
    path = folder / f"measured-{name}.toml"  # a preset's first run would be slowed to be seen
    experiment = read_file(path_of(name))
    values = {**experiment.values(), "device": "cpu", **changes}
    path.write_text(to_toml(type(experiment)(**values)), "utf-8")
    return path


def until_written(terminal: PseudoTerminal, *parts: bytes, since: int = 0) -> None:
    """Wait until all of these were written; nothing is drawn meanwhile, which would take time."""
    deadline = time.monotonic() + 60
    while not all(terminal.written.find(part, since) >= 0 for part in parts):
        if time.monotonic() > deadline or not terminal.is_alive:
            raise RuntimeError(f"never written: {parts}\n{terminal.text}")
        terminal.read(0.05)


def watch(terminal: PseudoTerminal, duration_s: float) -> int:
    """Take what is written for so long; the number of bytes."""
    before, end = len(terminal.written), time.monotonic() + duration_s
    while (left := end - time.monotonic()) > 0:
        terminal.read(min(left, 0.5))
    return len(terminal.written) - before


@contextmanager
def training(
    folder: Path, file: Path, *options: str, sees_network: bool = False
) -> Iterator[tuple[PseudoTerminal, Run]]:
    """The app at 120×36 with a training under way; it is stopped afterwards.

    sees_network: its inside is open, with a unit of the first layer in numbers.
    """
    runs = folder / "runs"
    known = set(runs.iterdir()) if runs.is_dir() else set()
    with app_on_terminal("open", str(file), "--runs-dir", str(runs), *options) as terminal:
        terminal.type(CAN_SYNC)
        until_written(terminal, b"Linear")
        if sees_network:
            terminal.type("v")
            until_written(terminal, b"Output")
        terminal.type(" ")
        until_written(terminal, b"running")
        (run,) = (path for path in runs.iterdir() if path not in known)
        until_written(terminal, b"steps/s")
        try:
            yield terminal, Run(run)
        finally:
            terminal.type("x")
            deadline = time.monotonic() + 30
            while Run(run).record().finished is None and time.monotonic() < deadline:
                terminal.read(0.1)


def start_s(command: Sequence[str], *parts: bytes) -> float:
    """Seconds from the start of a process until all of these are on its screen."""
    began = time.perf_counter()
    terminal = PseudoTerminal(command)
    try:
        until_written(terminal, *parts)
        took = time.perf_counter() - began
        terminal.type("q")
        terminal.end()
        return took
    finally:
        terminal.close()


def measure_start(folder: Path, extent: Extent) -> Iterator[Figure]:
    """The first screen against that of a bare Textual app, in turns."""
    ours_s, bare_s = [], []
    app = [sys.executable, "-m", "tui.entry"]
    os.environ["PERCEPTUI_RUNS_DIR"] = str(folder / "no-runs")
    for _ in range(extent.pairs + 1):
        bare_s.append(start_s([sys.executable, "-c", BARE], b"Quit"))
        ours_s.append(start_s(app, b"Pick an", b"circle", b"Quit"))
    ratios = [ours / bare for ours, bare in zip(ours_s[1:], bare_s[1:], strict=True)]
    ours, bare = statistics.median(ours_s[1:]), statistics.median(bare_s[1:])
    yield Figure(
        "start to first full screen, of a bare Textual app's",
        statistics.median(ratios),
        "times",
        1.5,
        details=f"{ours * 1000:.0f} ms against {bare * 1000:.0f} ms, {extent.pairs} pairs",
    )


def measure_lesson(folder: Path, extent: Extent) -> Iterator[Figure]:
    """How soon a lesson can be read from a cold start, and in turns how soon the presets are."""
    os.environ["PERCEPTUI_RUNS_DIR"] = str(folder / "no-runs")
    os.environ["XDG_STATE_HOME"] = str(folder / "state")
    play = [sys.executable, "-m", "tui.entry", "learn", "circle"]
    read_s, presets_s, played_s = [], [], []
    for _ in range(extent.pairs + 1):
        presets_s.append(start_s(play[:-2], b"Pick an", b"circle", b"Quit"))
        read_s.append(start_s(play, b"hundred", b"scattered", b"boundary"))
        played_s.append(start_s(play, b"scattered", b"Experiment", b"Quit"))
    ratios = [ours / theirs for ours, theirs in zip(read_s[1:], presets_s[1:], strict=True)]
    took, played = statistics.median(read_s[1:]), statistics.median(played_s[1:])
    details = f"{extent.pairs} starts; {played:.2f} s to the workbench around it"
    yield Figure("a lesson, from the command to its text", took, "s", 0.5, details=details)
    yield Figure("a lesson, of the presets' start", statistics.median(ratios), "times", 1.35)


def measure_space(folder: Path, extent: Extent) -> Iterator[Figure]:
    """From the first press of space to the first picture of what the network says."""
    file = write_preset(folder, "circle", epochs=ENDLESS)
    took_s = []
    for _ in range(extent.pairs):
        with app_on_terminal("open", str(file), "--runs-dir", str(folder / "spaces")) as terminal:
            terminal.type(CAN_SYNC)
            until_written(terminal, b"Linear", b"The data")
            watch(terminal, WARM_S)
            before, began = len(terminal.written), time.perf_counter()
            terminal.type(" ")
            until_written(terminal, b"Decision boundary", since=before)
            took_s.append(time.perf_counter() - began)
            terminal.type("x")
            until_written(terminal, b"stopped", since=before)
    details = f"{extent.pairs} starts, {min(took_s):.2f} to {max(took_s):.2f} s"
    took = statistics.median(took_s)
    yield Figure(
        "first space to the first picture, its trainer warm", took, "s", 0.3, details=details
    )


def measure_commands(folder: Path, extent: Extent) -> Iterator[Figure]:
    """How soon the command line answers what needs no training."""
    for name, bound_s in (("--help", 0.3), ("presets", 0.5)):
        took_s = []
        for _ in range(extent.pairs + 1):
            began = time.perf_counter()
            subprocess.run(
                [sys.executable, "-m", "tui.cli", name], check=True, stdout=subprocess.DEVNULL
            )
            took_s.append(time.perf_counter() - began)
        details = f"{extent.pairs} runs"
        yield Figure(
            f"perceptui {name}", statistics.median(took_s[1:]), "s", bound_s, details=details
        )


def measure_bytes(folder: Path, extent: Extent, *, sees_network: bool = False) -> Iterator[Figure]:
    """What is sent while `spiral` trains without end."""
    file = write_preset(folder, "spiral", epochs=ENDLESS)
    for options, bound in (((), 16.0), (("--slow-link",), 3.0)):
        with training(folder, file, *options, sees_network=sees_network) as (terminal, _):
            rate = watch(terminal, extent.bytes_s) / extent.bytes_s / 1000
        name = " ".join(("bytes while training", *options)) + seen(sees_network)
        yield Figure(name, rate, "kB/s", bound, details=f"over {extent.bytes_s:.0f} s, 120×36")


def seen(sees_network: bool) -> str:
    """What a figure's name ends with."""
    return ", its network open" if sees_network else ""


def measure_keys(folder: Path, extent: Extent, *, sees_network: bool = False) -> Iterator[Figure]:
    """From a key's press to the bytes that show its effect, while `spiral` trains."""
    file = write_preset(folder, "spiral", epochs=ENDLESS)
    chance = random.Random(0)
    took_ms = []
    with training(folder, file, sees_network=sees_network) as (terminal, _):
        if sees_network:
            terminal.type(LEFT)  # the cursor is in the last hidden layer from now on
            until_written(terminal, b"Layer 2")
        else:
            terminal.type("1")  # the picture has the focus once it trains
        for turn in range(NUM_KEYS):
            watch(terminal, chance.uniform(0.02, 0.2))
            before, began = len(terminal.written), time.perf_counter()
            terminal.type(UP if turn // (1 if sees_network else 8) % 2 else DOWN)
            until_written(terminal, FRAME if sees_network else CURSOR, since=before)
            took_ms.append((time.perf_counter() - began) * 1000)
    middle, p95 = statistics.median(took_ms), statistics.quantiles(took_ms, n=20)[-1]
    details = f"median {middle:.0f} ms, longest {max(took_ms):.0f} ms, of {NUM_KEYS}"
    name = f"key to its effect while training, p95{seen(sees_network)}"
    yield Figure(name, p95, "ms", 50.0, details=details)


def headless_s(folder: Path, file: Path) -> float:
    """Seconds of the training loop without any screen."""
    command = [sys.executable, "-m", "tui.cli", "--preset", str(file), "--json"]
    done = subprocess.run(
        [*command, "--runs-dir", str(folder / "headless")], capture_output=True, check=True
    )
    return float(json.loads(done.stdout.splitlines()[-1])["elapsed_s"])


def attached_s(folder: Path, file: Path, *, sees_network: bool = False) -> float:
    """Seconds of the training loop with the app attached."""
    with training(folder, file, sees_network=sees_network) as (terminal, run):
        until_written(terminal, b"finished")
        finished = run.record().finished
        assert finished is not None
        return finished.elapsed_s


def measure_speed(folder: Path, extent: Extent, *, sees_network: bool = False) -> Iterator[Figure]:
    """How much of the headless speed is left with the app attached, in turns."""
    file = write_preset(
        folder, "spiral", epochs=extent.epochs, threads=1, report_every=extent.epochs
    )
    ratios = []
    for turn in range(extent.pairs):
        contestants: list[tuple[str, Callable[[Path, Path], float]]] = [
            ("headless", headless_s),
            ("attached", partial(attached_s, sees_network=sees_network)),
        ]
        took = {name: run(folder, file) for name, run in contestants[:: 1 if turn % 2 else -1]}
        ratios.append(100 * took["headless"] / took["attached"])
    details = f"{extent.pairs} pairs, {min(ratios):.1f} to {max(ratios):.1f} %"
    yield Figure(
        f"training speed with the app, of headless{seen(sees_network)}",
        statistics.median(ratios),
        "%",
        97.0,
        at_most=False,
        details=details,
    )


def measure_memory(folder: Path, extent: Extent, *, sees_network: bool = False) -> Iterator[Figure]:
    """The app's resident size after as many reports as hours of an ordinary run bring."""
    file = write_preset(folder, "spiral", epochs=ENDLESS, report_every=1)
    with training(folder, file, sees_network=sees_network) as (terminal, run):
        early = resident_mb(terminal.pid)
        watch(terminal, extent.memory_s)
        late = resident_mb(terminal.pid)
        with (run.path / "events.jsonl").open("rb") as lines:
            events = sum(1 for _ in lines)
    details = f"after {events:,} events; {early:.0f} MB when the training began"
    bound = 100.0 if sees_network else 90.0
    name = f"memory of the app's process{seen(sees_network)}"
    yield Figure(name, late, "MB", bound, details=details)


def measure_idle(folder: Path, extent: Extent) -> Iterator[Figure]:
    """The app's processor time while its run is paused."""
    file = write_preset(folder, "spiral", epochs=ENDLESS)
    with training(folder, file) as (terminal, _):
        terminal.type(" ")
        until_written(terminal, b"paused")
        watch(terminal, 1.0)
        before = cpu_s(terminal.pid)
        sent = watch(terminal, extent.idle_s)
        share = 100 * (cpu_s(terminal.pid) - before) / extent.idle_s
        details = f"over {extent.idle_s:.0f} s, {sent} bytes sent"
        yield Figure("idle CPU with a paused run", share, "%", 2.0, details=details)


def measure_network(folder: Path, extent: Extent) -> Iterator[Figure]:
    """What the open view of the network costs while `spiral` trains."""
    for measure in (measure_bytes, measure_keys, measure_speed, measure_memory):
        yield from measure(folder, extent, sees_network=True)


def resident_mb(pid: int) -> float:
    """The resident size of a process."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def cpu_s(pid: int) -> float:
    """The processor time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S


Measure = Callable[[Path, Extent], Iterator[Figure]]
MEASURES: dict[str, Measure] = {
    "start": measure_start,
    "lesson": measure_lesson,
    "commands": measure_commands,
    "space": measure_space,
    "bytes": measure_bytes,
    "keys": measure_keys,
    "speed": measure_speed,
    "memory": measure_memory,
    "network": measure_network,
    "idle": measure_idle,
}


def main() -> int:
    """Measure and print; 1 where a figure misses its bound."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="short and few: to see that it runs")
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES))
    parser.add_argument("--json", type=Path, help="write the figures and the machine to a file")
    parser.add_argument("--markdown", type=Path, help="write the table and the machine to a file")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # no app is left behind
    machine, figures = description(), []
    print(HEAD)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["XDG_CONFIG_HOME"] = f"{folder}/config"
        for name in given.only:
            for figure in MEASURES[name](Path(folder), QUICK if given.quick else Extent()):
                figures.append(figure)
                print(figure.row(), flush=True)
    if given.json is not None:
        given.json.parent.mkdir(parents=True, exist_ok=True)
        found = {"machine": machine, "figures": [asdict(figure) for figure in figures]}
        given.json.write_text(json.dumps(found, indent=1), "utf-8")
    if given.markdown is not None:
        rows = "\n".join(figure.row() for figure in figures)
        head = f"# The app, measured\n\n{sentence(machine)} Made by `make bench-app`."
        given.markdown.write_text(f"{head}\n\n{HEAD}\n{rows}\n", "utf-8")
    return 0 if all(figure.holds for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
