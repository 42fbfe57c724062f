"""What the person should know now: the doctor's gravest finding, and what went wrong."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from rich.style import Style
from rich.text import Text
from textual import work
from textual.binding import Binding
from textual.message import Message
from textual.reactive import reactive

from engine import paths
from engine.doctor.finding import SEVERITIES, Finding
from engine.doctor.ways_out import Way
from engine.runs.events import FindingAppeared
from engine.spec.experiment import Experiment
from tui.language import tr
from tui.live.snapshot import Snapshot
from tui.messages import DataDescribed
from tui.renderables.findings import HUES, live_finding
from tui.renderables.look import Look
from tui.renderables.numbers import metric
from tui.renderables.palette import BROKEN
from tui.renderables.sanitize import plain
from tui.renderables.table import sentence
from tui.screens.host import host
from tui.screens.page import Page
from tui.verdict import verdict

REST_S = 0.25
"""An edited experiment rests so long before its data is asked for."""
_SIGNS = {"error": ("✗", "!"), "warning": ("▲", "!"), "info": ("●", "*")}


class DoctorNote(Page, can_focus=True):
    """The gravest finding about the edited experiment, and what is found while it trains."""

    DEFAULT_CSS = "DoctorNote { padding: 0 1; }"
    BINDINGS = [Binding("enter", "screen.doctor", "All findings")]  # noqa: RUF012  # Textual's own

    finding: reactive[Finding | None] = reactive(None, repaint=False)
    repairable: reactive[Finding | None] = reactive(None, repaint=False)
    """What `f` begins with: the gravest finding, or the first of the others that has a repair."""
    ways: reactive[tuple[Way, ...]] = reactive((), repaint=False)
    """What would make an experiment fit its data that does not."""

    class Told(Message):
        """The gravest finding is another."""

        def __init__(self, word: Text | None) -> None:
            super().__init__()
            self.word = word

    def __init__(self) -> None:
        super().__init__()
        self._grave: list[Finding] = []

    def on_mount(self) -> None:
        self._tell()

    def examine(self) -> None:
        """Ask the doctor; an experiment with mistakes shows those in its lines instead."""
        self._show_findings()
        self._learn()
        self._find_ways()

    @work(group="ways", exclusive=True, exit_on_error=False)
    async def _find_ways(self) -> None:
        """Look for ways out of what does not fit, and say that there are some."""
        draft = host(self).draft
        before = self.ways
        self.ways = tuple(await asyncio.to_thread(draft.ways_out)) if draft.problems else ()
        if self.ways != before:
            self._tell()
            self.screen.refresh_bindings()

    @work(group="learn", exclusive=True, exit_on_error=False)
    async def _learn(self) -> None:
        """Ask the trainer what the data is like: the doctor may find more, and it can be drawn.

        Never where that would download it.
        """
        app = host(self)
        experiment, examiner = app.draft.experiment, app.draft.examiner
        if experiment is None or not examiner.would_learn(experiment):
            return
        if not experiment.data.is_here(paths.data_dir(app.folders.data_dir)):
            return
        await asyncio.sleep(REST_S)
        await app.controller.prepared()
        description = await app.controller.describe(experiment)
        if description is not None:
            examiner.learn(experiment, description)
            self.post_message(DataDescribed())
            self._show_findings()
            self.screen.refresh_bindings()

    _heard: tuple[FindingAppeared, ...] = ()
    _trained: Experiment | None = None

    def hear(self, snapshot: Snapshot) -> None:
        """Take note of what is found in the training that is shown, which may be repaired too."""
        heard, trained = snapshot.findings, snapshot.experiment
        if (heard, trained) != (self._heard, self._trained):
            self._heard, self._trained = heard, trained
            self._show_findings()
            self.screen.refresh_bindings()

    def _show_findings(self) -> None:
        draft = host(self).draft
        live = draft.remedied([live_finding(one) for one in self._heard], self._trained)
        both = [*(one for one in live if one.repaired is not None), *draft.findings()]
        self._grave = sorted(
            (finding for finding in both if finding.severity != "info"),
            key=lambda finding: (SEVERITIES.index(finding.severity), finding.repaired is None),
        )
        self.repairable = next((one for one in self._grave if one.repaired is not None), None)
        self.finding = self._grave[0] if self._grave else None
        self._tell()

    def _tell(self) -> None:
        self.show(self._rows)
        first = self._heard[0] if self._heard else self.finding
        told = word(first, self.look) if first is not None else None
        if self.ways:
            told = Text(self._offer(), self.look.paint(HUES["error"], bold=True))
        self.post_message(self.Told(told))

    def _offer(self) -> str:
        number = tr(f"{len(self.ways)} ways") if len(self.ways) > 1 else tr("one way")
        return tr(f"f: Fix model{self.look.pick('…', '...')}, {number}")

    def _rows(self, width: int) -> list[Text]:
        look = self.look
        rows = finding_rows(self._grave, width, look) if self._grave else []
        if self.ways:
            rows = sentence(f"{self._offer()} out of this", width, look, dim=False)
        told = {(one.code, one.place) for one in self._grave[:1]}
        live = [one for one in self._heard if (one.code, one.place) not in told]
        if live:
            rows = [*rows, *([Text()] if rows else []), *live_rows(live, width, look)]
        if not rows and not host(self).draft.problems:
            rows = sentence("Nothing speaks against it.", width, look)
        return rows


def repaired_text(done: Sequence[Finding]) -> str:
    """What was repaired, in order."""
    if len(done) == 1:
        return tr(f"Repaired: {done[0].repair}. z takes it back")
    lines = [f"{number}. {one.place}: {one.repair}" for number, one in enumerate(done, start=1)]
    return "\n".join([tr("Repaired one after the other; z takes the last back:"), *lines])


def finding_rows(found: list[Finding], width: int, look: Look) -> list[Text]:
    """The first finding with its severity, how many more there are, and the key that repairs."""
    first = found[0]
    sign = look.pick(*_SIGNS[first.severity])
    head = f"{sign} {first.severity} {first.place}"
    number = f" (1 of {len(found)})" if len(found) > 1 else ""
    rows = sentence(f"{head}{number}: {first.message}", width, look, dim=False)
    if rows:
        rows[0].stylize(look.paint(HUES[first.severity], bold=True), 0, len(head))
    other = next((one for one in found if one.repaired is not None), None)
    if other is not None:
        what = "it" if other is first else tr(f"another, {other.severity} {other.place}")
        rows += sentence(f"f repairs {what}: {other.repair}", width, look, dim=False)
    return rows


def live_rows(found: Sequence[FindingAppeared], width: int, look: Look) -> list[Text]:
    """What is found in the training under way, each with its sentence."""
    rows: list[Text] = []
    for one in found:
        sign, head = look.pick(*_SIGNS[one.severity]), f" {one.place}"
        told = sentence(f"{sign}{head}: {one.message}", width, look, dim=False)
        if told:
            told[0].stylize(look.paint(HUES[one.severity], bold=True), 0, 1 + len(head))
        rows += [Text(), *told] if rows else told
    return rows


def word(found: Finding | FindingAppeared, look: Look) -> Text:
    """A finding in as few words as tell that it is there."""
    sign = look.pick(*_SIGNS[found.severity])
    row = Text(f"{sign} {plain(found.place, look.ascii)}: ")
    row.stylize(look.paint(HUES[found.severity], bold=True))
    return row.append(plain(tr(found.message), look.ascii))


class Verdict(Page):
    """What the change has brought that was trained last, in a line or two."""

    DEFAULT_CSS = "Verdict { display: none; max-height: 2; padding: 0 1; }"

    def tell(self, snapshot: Snapshot) -> None:
        """Say it once the training has ended; nothing where nothing was changed."""
        text = verdict(snapshot)
        if text == self._text:
            return
        self._text = text
        self.display = bool(text)
        if text:
            self.show(lambda width: verdict_rows(text, width, self.look))

    _text = ""


def verdict_rows(text: str, width: int, look: Look) -> list[Text]:
    """The sentence in as many rows as it needs; its figures stand out."""
    shown = text.replace(" -> ", look.pick(" → ", " -> "))
    rows = sentence(shown, width, look, dim=False)
    if rows:
        rows[0].stylize(Style(bold=True), 0, max(0, shown.find(" (")))
    return rows


class Notice(Page):
    """What went wrong with the training, and what can be done; unseen where nothing did."""

    DEFAULT_CSS = "Notice { display: none; max-height: 4; padding: 0 1; background: $panel; }"

    def tell(self, snapshot: Snapshot) -> None:
        """Say what a snapshot has to say."""
        text = notice_text(snapshot)
        if text == self._text and self.display == bool(text):
            return
        self._text = text
        self.display = bool(text)
        self.show(lambda width: notice_rows(text, width, self.look))

    _text = ""


def notice_text(snapshot: Snapshot) -> str:
    """What went wrong, in a sentence; empty where nothing did."""
    diverged = snapshot.diverged
    if snapshot.phase == "lost":
        message = " ".join(snapshot.message.split())  # it may hold lines that the trainer wrote
        return tr(f"{message}; space begins with a fresh trainer")
    if diverged is not None:
        return tr(
            f"diverged: g goes back to {way_back(snapshot)} and on with a tenth of the learning "
            f"rate, r begins anew; {snapshot.unkept_sentence or diverged.message}"
        )
    return " ".join((snapshot.unkept_sentence or snapshot.message).split())


def way_back(snapshot: Snapshot) -> str:
    """The last good checkpoint, and what the loss was there."""
    good = snapshot.checkpoint
    if good is None:
        return tr("the last good checkpoint")
    if not good.step:
        return tr("before the first step")
    points = [
        (epoch, value)
        for series in snapshot.series
        if series.name == "train"
        for epoch, value in zip(series.epochs, series.values, strict=True)
    ]
    loss = next((value for epoch, value in points if epoch == good.epoch), None)
    measured = "" if loss is None else tr(f" (loss {metric(loss)})")
    return tr(f"epoch {good.epoch:,}{measured}, the last good one,")


def notice_rows(text: str, width: int, look: Look) -> list[Text]:
    """The sentence with a sign that something is wrong."""
    sign = look.pick("✗", "!")
    rows = sentence(text, width - 2, look, dim=False)
    return [
        Text.assemble((f"{sign} " if index == 0 else "  ", look.paint(BROKEN, bold=True)), row)
        for index, row in enumerate(rows)
    ]
