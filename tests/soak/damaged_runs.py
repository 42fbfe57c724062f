"""Every file of a run, damaged at random: no command breaks off, hangs, or tells a wrong number.

The commands run in this process, with one trainer for all of them; else it would take days.
"""

from __future__ import annotations

import asyncio
import shutil
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import NoReturn

from engine.runs.lease import own_lease, write_lease
from engine.runs.run import Run, all_runs
from engine.service import protocol as p
from engine.service.client.session import Session
from tests.engine.service.live import begun_paused, demanding, on, the_end, weights_of
from tests.soak.commands import REFUSED
from tests.soak.damage import damaged
from tests.soak.ground import Ground
from tests.soak.one_trainer import OneTrainer
from tests.tui.command_line import TINY, Outcome, perceptui

LIMIT_S = 30
FILES = (
    "experiment.toml",
    "events.jsonl",
    "losses.json",
    "lease.json",
    "checkpoints/last.safetensors",
    "checkpoints/best.safetensors",
    "snapshots/weights.bin",
)
SAMPLE = ("0.5", "-0.25")
COMMANDS: dict[str, tuple[str, ...]] = {
    "runs": ("runs",),
    "runs --json": ("runs", "--json"),
    "show": ("show", "RUN"),
    "doctor": ("doctor", "RUN"),
    "attach": ("attach", "RUN"),
    "stop": ("stop", "RUN"),
    "predict": ("predict", "RUN", *SAMPLE, "--json"),
    "predict best": ("predict", "RUN", *SAMPLE, "--json", "--checkpoint", "best"),
    "evaluate": ("evaluate", "RUN", "--json"),
    "evaluate best": ("evaluate", "RUN", "--json", "--checkpoint", "best"),
    "export": ("export", "RUN", "--format", "safetensors", "-o", "exported"),
    "export csv": ("export", "RUN", "--format", "csv", "-o", "exported"),
    "export script": ("export", "RUN", "--format", "script", "-o", "exported"),
    "from": ("--preset", "tiny.toml", "--from", "RUN", "--layers", "LAYERS", "--quiet"),
    "from step": ("--preset", "tiny.toml", "--from", "RUN@STEP", "--layers", "LAYERS", "--quiet"),
    "film": ("film", "RUN", "-o", "exported.cast", "--force"),
    "replay": ("replay", "RUN", "--quiet"),
    "resume": ("resume", "RUN", "--quiet"),
}
LAYERS = "Linear(6) BatchNorm1d ReLU Dropout(0.3) Linear(1) Sigmoid"
_FROM = ("from", "from step")
_WRITING = ("stop", "replay", *_FROM, "resume")
_NUMBERS = ("predict", "predict best", "evaluate", "evaluate best", "export", *_FROM, "resume")
"""Commands whose numbers must be the undamaged run's wherever they end well."""


def soak(ground: Ground) -> None:
    """Damage each file so many times, and try every command on each."""
    ground.write("tiny.toml", TINY)
    pristine = asyncio.run(_trained(ground.folder / "pristine"))
    trainer = OneTrainer()
    with trainer.instead():
        fuzz = _Fuzz(ground, pristine, trainer)
        for name in FILES:
            for number in range(ground.times):
                fuzz.damage(name, number)
    ground.counts["damages"] = len(FILES) * ground.times


async def _trained(folder: Path) -> Path:
    """A run that was stopped on its way, with a lease of a process that is gone."""
    async with Session.open() as session:
        run = await begun_paused(session, demanding(epochs=12, report_every=2), folder)
        await on(session, 22)
        await session.do(p.Stop())
        await the_end(session)
    write_lease(run.path, own_lease("/nowhere.sock", "running"))
    lease = run.path / "lease.json"
    lease.write_bytes(lease.read_bytes().replace(b'"process_start":"', b'"process_start":"1'))
    return run.path


class _Fuzz:
    """Copies of one run, damaged and asked."""

    def __init__(self, ground: Ground, pristine: Path, trainer: OneTrainer) -> None:
        self._ground = ground
        self._trainer = trainer
        self._pristine = pristine
        self._run = ground.runs / pristine.name
        taken = Run(pristine).snapshots.all_taken()
        self._step = taken[len(taken) // 2].step  # which there are depends on the machine's speed
        self._right = {}
        for kind in COMMANDS:
            self._copy()
            outcome, numbers = self._asked(kind)
            assert outcome is not None, kind
            assert outcome.code == 0 or kind == "stop", (kind, outcome)
            self._right[kind] = numbers

    def damage(self, name: str, number: int) -> None:
        """Damage a file and ask every command about the run."""
        content, how = damaged((self._pristine / name).read_bytes(), self._ground.chance)
        self._copy()
        for kind in COMMANDS:
            if kind in _WRITING:  # or the one before has written
                self._copy()
            (self._run / name).write_bytes(content)
            outcome, numbers = self._asked(kind)
            self._judge(f"{name} #{number} {how}: {kind}", kind, outcome, numbers)

    def _judge(self, what: str, kind: str, outcome: Outcome | None, numbers: object) -> None:
        ground = self._ground
        ground.counts["commands"] += 1
        if outcome is None:
            return  # told already
        if outcome.code not in (0, *REFUSED):
            ground.fail(f"{what}: exit code {outcome.code}: {outcome.err[-300:]}")
        elif "Traceback" in outcome.err + outcome.out:
            ground.fail(f"{what}: {outcome.err[-600:]}")
        elif outcome.code:
            ground.counts["refused"] += 1
            if not outcome.err.strip():
                ground.fail(f"{what}: exit code {outcome.code} without a word")
        elif kind in _NUMBERS and numbers != self._right[kind]:
            ground.fail(f"{what}: a wrong number taken for right: {outcome.out[-300:]}")

    def _copy(self) -> None:
        shutil.rmtree(self._ground.runs, ignore_errors=True)
        shutil.copytree(self._pristine, self._run)

    def _asked(self, kind: str) -> tuple[Outcome | None, object]:
        """What a command says, and the numbers that it leaves."""
        exported = self._ground.folder / "exported"
        exported.unlink(missing_ok=True)
        step = f"{self._run}@{self._step}"
        given = {"RUN": str(self._run), "RUN@STEP": step, "LAYERS": LAYERS}
        try:
            with _limited():
                outcome = perceptui(*(given.get(word, word) for word in COMMANDS[kind]))
        except TimeoutError:
            self._ground.fail(f"{kind}: hung for {LIMIT_S} s")
            self._trainer.kill()
            return None, None
        except Exception:  # what a person would see as a traceback
            self._ground.fail(f"{kind}: broke off\n{traceback.format_exc(limit=-6)}")
            return None, None
        if outcome.code:
            return outcome, None
        if kind == "export":
            return outcome, exported.read_bytes()
        if kind == "resume":
            return outcome, weights_of(Run(self._run))
        if kind in _FROM:
            new = [run for run in all_runs(self._ground.runs) if run.path != self._run]
            return outcome, weights_of(new[-1])
        return outcome, outcome.out


@contextmanager
def _limited() -> Iterator[None]:
    """Raise TimeoutError in whatever takes longer."""

    def give_up(number: int, frame: FrameType | None) -> NoReturn:
        raise TimeoutError

    before: Callable[[int, FrameType | None], object] | int | None
    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(LIMIT_S)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
