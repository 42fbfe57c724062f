"""A dialogue in lines: pick, set, train, ask; what happens meanwhile is told between them."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import IO

from engine.errors import PerceptuiError, UsageError
from engine.paths import runs_dir
from engine.runs.history import trained_before
from engine.spec.presets import listings
from tui.commands.request import experiment_of
from tui.editing.draft import Draft
from tui.editing.topics import of_line
from tui.language import tr
from tui.live.following import Folders
from tui.live.pace import FULL
from tui.live.snapshot import Snapshot
from tui.live.trainer_process import Connect, fresh_worker
from tui.live.training_controller import TrainingController
from tui.plain.narrator import Narrator, epoch_of
from tui.plain.typed_lines import TypedLines
from tui.renderables.look import Look
from tui.renderables.sanitize import plain

HELP = {
    "presets [WORD]": "list the presets, or those with a word in them",
    "pick NAME": "open a preset, an experiment's file or a run",
    "show": "tell the experiment line by line",
    "set KEY=VALUE": "change it: set epochs=50, set optimizer.lr=0.1, set layers.0=Linear(8)",
    "undo": "take the last change back",
    "explain LINE": "explain a line by its key: explain layers.0, explain loss",
    "doctor": "tell what is wrong with it, and what would help",
    "repair": "do what the doctor says first",
    "train": "train it, or go on after a pause",
    "pause": "wait",
    "stop": "end the training and keep it",
    "status": "tell where the training is",
    "predict VALUES": "ask the network, values with spaces between: predict 0.5 -1",
    "quit": "leave; a training goes on by itself",
}


class Dialogue:
    """Does what is typed, a line each, until there is no more."""

    def __init__(
        self,
        folders: Folders,
        say: Callable[[str], None],
        look: Look,
        connect: Connect = fresh_worker,
    ) -> None:
        self._say_raw = say
        self._look = look
        self._narrator = Narrator(self.say, look)
        self._folders = folders
        self._draft = Draft()
        self._draft.trained_before = lambda name, one: trained_before(name, one, self._runs)
        self._controller = TrainingController(self._hear, folders, connect)
        self._controller.pace = FULL  # there is no picture to be seen
        self._over: Callable[[], None] = lambda: None

    def say(self, text: str) -> None:
        """Tell a line."""
        if text:
            self._say_raw(plain(tr(text), self._look.ascii))

    async def run(self, what: str | None, stream: IO[str] | None = None) -> int:
        """Talk until quit, or until the lines end and the training with them; the exit code."""
        ended = asyncio.Event()
        self._over = ended.set
        lines = TypedLines(stream or sys.stdin)
        self.say("perceptui, in lines. help lists what can be typed.")
        await self._controller.open()
        try:
            if what is not None:
                await self.do(tr(f"pick {what}"))
            while (line := await lines.next()) is not None:
                if line.strip() == "quit":
                    return 0
                await self.do(line)
            while self._controller.snapshot.is_live and self._controller.snapshot.phase != "paused":
                ended.clear()
                await ended.wait()
            self._narrator.hear(self._controller.snapshot)  # what is not told yet
            return 0
        finally:
            await self._controller.close()

    async def do(self, line: str) -> None:
        """Do what a line says; a mistake is told."""
        word, _, rest = line.strip().partition(" ")
        if not word:
            return
        act = _ACTS.get(word)
        if act is None:
            self.say(f"{word}: not known. help lists what can be typed.")
            return
        try:
            await act(self, rest.strip())
        except PerceptuiError as error:
            self.say(f"Mistake: {error}")

    def _hear(self, snapshot: Snapshot) -> None:
        self._narrator.hear(snapshot)
        self._over()

    async def _help(self, rest: str) -> None:
        for words, does in HELP.items():
            self.say(f"{words}: {does}.")

    async def _presets(self, word: str) -> None:
        for preset in listings()[0]:
            told = f"{preset.name}: {preset.title}. {preset.summary}"
            if word.lower() in told.lower():
                self.say(told)

    async def _pick(self, what: str) -> None:
        if not what:
            raise UsageError("pick what? presets lists them")
        if Path(what).suffix not in ("", ".toml") and Path(what).is_file():
            raise UsageError(
                f"{what} is data: `perceptui new {what} --target COLUMN > mine.toml` makes an "
                "experiment of it, which pick opens"
            )
        name, experiment = experiment_of(what, self._runs)
        self._draft.load(name, experiment)
        self.say(f"{experiment.title or name}. {experiment.summary}")
        await self._show("")

    async def _show(self, rest: str) -> None:
        for item in self._draft.items():
            if item.key == "more":
                continue
            params = tr(f", {item.params:,} parameters") if item.params else ""
            params += tr(", frozen") if item.is_frozen else ""
            output = tr(f", gives {item.output}") if item.output else ""
            wrong = tr(f". Wrong: {item.problem}") if item.problem else ""
            self.say(f"{item.key}: {item.value}{output}{params}{wrong}")

    async def _set(self, text: str) -> None:
        key, is_pair, value = text.partition("=")
        if not is_pair:
            raise UsageError("set KEY=VALUE, as in set epochs=50")
        self._draft.set(key.strip(), value.strip())
        for problem in self._draft.problems:
            self.say(f"Wrong: {problem}")
        if not self._draft.problems:
            self.say(f"{key.strip()} is {value.strip()} now.")

    async def _undo(self, rest: str) -> None:
        if not self._draft.can_undo():
            raise UsageError("there is nothing to take back")
        self._draft.undo()
        await self._show("")

    async def _explain(self, key: str) -> None:
        found = [item for item in self._draft.items() if item.key == key]
        if not found:
            raise UsageError("explain a line by its key, as show tells it: explain layers.0")
        for topic in of_line(self._draft, found[0]):
            told = topic()
            self.say(f"{told.title}. {told.what} {told.here}")

    async def _doctor(self, rest: str) -> None:
        findings = self._draft.findings() or self._draft.mistakes()
        for one in findings:
            helps = tr(f" What would help: {one.repair}.") if one.repair else ""
            self.say(f"{one.severity} at {one.place}: {one.message}.{helps}")
        if not findings:
            self.say("The doctor finds nothing.")

    async def _repair(self, rest: str) -> None:
        fits = [one for one in self._draft.mistakes() if one.repaired is not None][:1]
        done = fits or self._draft.repairs()
        for one in done:
            assert one.repaired is not None, "it is a repair"
            self._draft.replace_all(one.repaired)
            self.say(f"Done: {one.repair}. undo takes it back.")
        if not done:
            self.say("There is nothing that can be repaired by itself.")

    async def _train(self, rest: str) -> None:
        experiment, snapshot = self._draft.experiment, self._controller.snapshot
        if experiment is None:
            wrong = "; ".join(map(str, self._draft.problems))
            raise UsageError(wrong or "nothing is open: pick a preset first")
        if snapshot.phase == "paused" and snapshot.experiment == experiment:
            await self._controller.toggle()
        elif snapshot.phase == "running" and snapshot.experiment == experiment:
            self.say("It trains already.")
        else:
            await self._controller.begin(self._draft.name, experiment, origin=self._draft.origin)

    async def _pause(self, rest: str) -> None:
        if self._controller.snapshot.phase != "running":
            raise UsageError("nothing runs")
        await self._controller.toggle()

    async def _stop(self, rest: str) -> None:
        from engine.service import protocol as p

        if not self._controller.snapshot.is_live:
            raise UsageError("nothing runs")
        await self._controller.do(p.Stop())

    async def _status(self, rest: str) -> None:
        snapshot = self._controller.snapshot
        progress = snapshot.progress
        if snapshot.started is None:
            self.say("Nothing is trained yet.")
            return
        far = (
            tr(f", epoch {progress.epoch:,} of {progress.epochs:,}") if progress is not None else ""
        )
        self.say(f"{snapshot.name} is {snapshot.phase}{far}. {epoch_of(snapshot)}")

    async def _predict(self, text: str) -> None:
        run = self._controller.snapshot.run
        if run is None:
            raise UsageError("nothing is trained yet: train first")
        for one in await self._controller.predict(run, [text.split()]):
            self.say(f"The network says {one.predicted}.")

    @property
    def _runs(self) -> Path:
        return runs_dir(self._folders.runs_dir)


_ACTS: dict[str, Callable[[Dialogue, str], Awaitable[None]]] = {
    "help": Dialogue._help,
    "presets": Dialogue._presets,
    "pick": Dialogue._pick,
    "show": Dialogue._show,
    "set": Dialogue._set,
    "undo": Dialogue._undo,
    "explain": Dialogue._explain,
    "doctor": Dialogue._doctor,
    "repair": Dialogue._repair,
    "train": Dialogue._train,
    "pause": Dialogue._pause,
    "stop": Dialogue._stop,
    "status": Dialogue._status,
    "predict": Dialogue._predict,
}
"""What each word but quit does."""
