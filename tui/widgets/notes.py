"""What the person should know now: the doctor's gravest finding, and what went wrong."""

from __future__ import annotations

from rich.text import Text
from textual.reactive import reactive

from engine.doctor.examination import examine
from engine.doctor.finding import Finding
from engine.spec.experiment import Experiment
from tui.live.snapshot import Snapshot
from tui.renderables.findings import HUES
from tui.renderables.look import RED, Look
from tui.renderables.table import sentence
from tui.screens.page import Page

_SIGNS = {"error": ("✗", "!"), "warning": ("▲", "!"), "info": ("●", "*")}


class DoctorNote(Page):
    """The gravest finding about the edited experiment; nothing where there is none to act on."""

    DEFAULT_CSS = "DoctorNote { display: none; padding: 0 1; }"

    finding: reactive[Finding | None] = reactive(None, repaint=False)

    def examine(self, experiment: Experiment | None) -> None:
        """Ask the doctor; an experiment with mistakes shows those in its lines instead."""
        found = examine(experiment) if experiment is not None else []
        grave = [finding for finding in found if finding.severity != "info"]
        self.finding = grave[0] if grave else None
        self.display = bool(grave)
        if grave:
            self.show(lambda width: finding_rows(grave, width, self.look))


def finding_rows(found: list[Finding], width: int, look: Look) -> list[Text]:
    """The first finding with its severity, how many more there are, and the key that repairs."""
    first = found[0]
    sign = look.pick(*_SIGNS[first.severity])
    head = f"{sign} {first.severity} {first.place}"
    number = f" (1 of {len(found)})" if len(found) > 1 else ""
    rows = sentence(f"{head}{number}: {first.message}", width, look, dim=False)
    if rows:
        rows[0].stylize(look.paint(HUES[first.severity], bold=True), 0, len(head))
    if first.repaired is not None:
        rows += sentence(f"f repairs it: {first.repair}", width, look, dim=False)
    return rows


class Notice(Page):
    """What went wrong with the training, and what can be done; unseen where nothing did."""

    DEFAULT_CSS = "Notice { display: none; max-height: 3; padding: 0 1; background: $panel; }"

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
        return f"{snapshot.message}; space begins with a fresh trainer"
    if diverged is not None:
        return (
            f"diverged in epoch {diverged.epoch:,}: the loss became {diverged.loss} at a learning "
            f"rate of {diverged.learning_rate:.3g}; lower it, then r begins anew"
        )
    return snapshot.message


def notice_rows(text: str, width: int, look: Look) -> list[Text]:
    """The sentence with a sign that something is wrong."""
    sign = look.pick("✗", "!")
    rows = sentence(text, width - 2, look, dim=False)
    return [
        Text.assemble((f"{sign} " if index == 0 else "  ", look.paint(RED, bold=True)), row)
        for index, row in enumerate(rows)
    ]
