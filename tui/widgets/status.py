"""The two lines on top: what is open and how it stands; below it figures, or the losses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text
from textual.message import Message
from textual.reactive import reactive

from engine.parts.schedules import Constant
from tui.language import tr
from tui.live.pace import PACES
from tui.live.snapshot import Snapshot
from tui.renderables.look import Look
from tui.renderables.numbers import counted, duration, how_far, metric, rate
from tui.renderables.palette import ATTENTION, BROKEN, GOOD, PLAIN, SPLITS, Hue
from tui.renderables.progress_bar import progress_bar
from tui.renderables.sanitize import crop, fit, plain
from tui.renderables.sparkline import sparkline
from tui.widgets.snapshot_view import SnapshotView

if TYPE_CHECKING:
    from engine.runs.events import RunFinished
    from engine.service.protocol import Loading

_SIGNS: dict[str, tuple[str, str, Hue]] = {
    "starting": ("◌", "~", PLAIN),
    "ready": ("○", "o", PLAIN),
    "preparing": ("◌", "~", ATTENTION),
    "running": ("▶", ">", GOOD),
    "paused": ("‖", "=", ATTENTION),
    "finished": ("✓", "*", GOOD),
    "lost": ("✗", "!", BROKEN),
    "crashed": ("✗", "!", BROKEN),
    "elsewhere": ("▶", ">", GOOD),
    "diverged": ("✗", "!", BROKEN),
    "failed": ("✗", "!", BROKEN),
    "stopped": ("■", "#", PLAIN),
    "interrupted": ("■", "#", ATTENTION),
}
"""How each state is signed, in both alphabets, and its color."""
_GAP = "   "
_LEAST_TITLE = 20
"""Columns from which on a title says something."""
_BAR = 14


def state_of(snapshot: Snapshot) -> str:
    """The phase, and once it is over how it ended: only what came to its end has finished."""
    if snapshot.phase == "lost":
        return "lost"
    if snapshot.diverged is not None:
        return "diverged"
    ending = snapshot.finished
    if snapshot.phase == "finished" and ending is not None and ending.reason in _SIGNS:
        return ending.reason
    return snapshot.phase


class StatusLine(SnapshotView):
    """What is open, its state, how far it is; and figures, where they have no line of their own."""

    DEFAULT_CSS = "StatusLine { height: 1; background: $panel; }"

    title: reactive[str] = reactive("", repaint=False)
    """What the experiment that is open is about."""

    note: reactive[str] = reactive("", repaint=False)
    """How what is edited stands to what is trained; it comes before the figures."""

    facts: reactive[bool] = reactive(False, repaint=False)
    """Whether figures have a line of their own: then they are not told here."""

    computer: reactive[str] = reactive("", repaint=False)
    """How busy the computer is; it comes after the figures."""

    class Opened(Message):
        """It was clicked: there is more to see of the computer."""

    def watch_title(self) -> None:
        self.remake()

    def watch_note(self) -> None:
        self.remake()

    def watch_facts(self) -> None:
        self.remake()

    def watch_computer(self) -> None:
        self.remake()

    def on_click(self) -> None:
        self.post_message(self.Opened())

    def make_rows(self, width: int, height: int) -> list[Text]:
        computer = "" if self.facts else self.computer
        figures = () if self.facts else fact_parts(self.snapshot)
        title = self.title if self.facts else ""
        return [
            status_line(
                self.snapshot, self.note, self.look, width,
                title=title, figures=[*figures, *([computer] if computer else [])],
            )
        ]  # fmt: skip


def status_line(
    snapshot: Snapshot,
    note: str,
    look: Look,
    width: int,
    *,
    title: str = "",
    figures: Sequence[str] = (),
) -> Text:
    """What is open, its state, what went wrong, the note, how far it is, then what has room."""
    state = state_of(snapshot)
    unicode, ascii_sign, hue = _SIGNS[state]
    sign = look.pick(unicode, ascii_sign)
    name = plain(snapshot.name, look.ascii)
    kept = tr(" not kept ") if snapshot.unkept else ""
    if width < cell_len(f" {sign} {tr(state)} {kept} {name}"):
        state = ""  # what is open comes first, and the sign says the state
    line = Text(f" {sign} {tr(state)}".rstrip(), look.paint(hue, bold=True))
    if kept:  # before what may be long
        line.append(" ").append(kept, look.paint(BROKEN, bold=True) + Style(reverse=True))
    if name:
        line.append(" ").append(name, look.paint(ATTENTION, bold=True))
    if note:
        line.append(_GAP).append(
            f" {note} ", look.paint(ATTENTION, bold=True) + Style(reverse=True)
        )
    parts = [Text(part) for part in _progress_parts(snapshot)]
    bar = _bar(snapshot, look)
    if bar is not None:
        parts.insert(1, bar)
    parts += [Text(part) for part in figures]
    for part in parts:
        if line.cell_len + part.cell_len + len(_GAP) > width:
            break  # what comes later matters less
        line.append(_GAP).append_text(part)
    room = width - line.cell_len - len(_GAP) - 1
    shown = plain(title, look.ascii)
    if shown and room >= min(cell_len(shown), _LEAST_TITLE):
        shown = fit(shown, room, look.ascii)
        line.append(" " * (width - 1 - line.cell_len - cell_len(shown)))
        line.append(shown, Style(dim=True))
    return crop(line, width, look.ascii)


def _bar(snapshot: Snapshot, look: Look) -> Text | None:
    """How far the training is, as a line; none once it is over."""
    progress = snapshot.progress
    if snapshot.finished is not None or progress is None or not progress.steps:
        return None
    return progress_bar(progress.step / progress.steps, _BAR, look)


def _progress_parts(snapshot: Snapshot) -> list[str]:
    """How far it is, and how long it takes yet; or what it came to."""
    progress, started = snapshot.progress, snapshot.started
    if started is None:
        return []
    epochs = started.epochs if snapshot.experiment is None else snapshot.experiment.epochs
    if snapshot.finished is not None:
        return _end_parts(snapshot, snapshot.finished, epochs)
    if progress is None:
        newest = snapshot.newest
        return [] if newest is None else [tr(f"epoch {newest.epoch:,}/{epochs:,}")]
    parts = [tr(f"epoch {progress.epoch:,}/{progress.epochs:,}")]
    if snapshot.phase == "paused":
        parts.append(tr(f"step {progress.step:,}"))
    elif progress.elapsed_s > 0 and progress.step:
        per_s = progress.step / progress.elapsed_s
        if progress.pace:
            per_s = min(per_s, progress.pace)
            parts.append(
                tr(f"slowed to be seen: > {'faster' if progress.pace in PACES else 'full speed'}")
            )
        parts.append(tr(f"{duration((progress.steps - progress.step) / per_s)} left"))
    return parts


def fact_parts(snapshot: Snapshot) -> list[str]:
    """The figures of a training, what matters most first."""
    progress, started = snapshot.progress, snapshot.started
    if started is None:
        return []
    parts = []
    is_moving = snapshot.finished is None and snapshot.phase != "paused"
    if is_moving and progress is not None and progress.elapsed_s > 0 and progress.step:
        per_s = progress.step / progress.elapsed_s
        parts.append(rate(min(per_s, progress.pace or per_s), "steps"))
    rate_now = _learning_rate(snapshot)
    if rate_now is not None:
        parts.append(f"lr {rate_now:.3g}")
    if snapshot.newest is not None and snapshot.newest.gradient_norm is not None:
        parts.append(tr(f"gradient {metric(snapshot.newest.gradient_norm)}"))
    parts.append(started.device)
    if progress is not None:
        parts.append(f"{progress.memory_bytes / 1e6:,.0f} MB")
    return parts


_WHY = {"patience": "patience ran out", "stop_below": "below stop_below"}
"""Why a training ended before its last epoch, where that is its end all the same."""


def _end_parts(snapshot: Snapshot, finished: RunFinished, epochs: int) -> list[str]:
    """What a run came to, and where its best weights are, if those are others."""
    best = snapshot.best
    if snapshot.kind == "best" and snapshot.newest is not None:
        return [tr(f"best: epoch {snapshot.newest.epoch:,}/{epochs:,}"), tr("B: the last")]
    parts = [tr(f"epoch {finished.epochs:,}/{epochs:,}")]
    if finished.reason in _WHY:
        parts.append(tr(_WHY[finished.reason]))
    if best is not None and not snapshot.is_best_last:
        parts.append(tr(f"B: best, of epoch {best.epoch:,}"))
    return [*parts, tr(f"took {duration(finished.elapsed_s)}")]


def _learning_rate(snapshot: Snapshot) -> float | None:
    """Of the next step; None where only the trainer knows the schedule's."""
    if snapshot.progress is not None:
        return snapshot.progress.learning_rate
    experiment = snapshot.experiment
    if experiment is None or experiment.schedule != Constant() or experiment.optimizer.lr is None:
        return None
    return experiment.optimizer.lr * snapshot.factor


class FactsLine(SnapshotView):
    """Speed, rate, device, memory and the run, in grey; what is waited for before the first."""

    DEFAULT_CSS = "FactsLine { height: 1; background: $panel; }"

    computer: reactive[str] = reactive("", repaint=False)
    """How busy the computer is; it comes after the figures."""

    def watch_computer(self) -> None:
        self.remake()

    def on_click(self) -> None:
        self.post_message(StatusLine.Opened())

    def make_rows(self, width: int, height: int) -> list[Text]:
        return [facts_line(self.snapshot, self.look, width, self.computer)]


def facts_line(snapshot: Snapshot, look: Look, width: int, computer: str = "") -> Text:
    """As many figures as fit, and on the right the run and the epoch that it is saved up to."""
    started, dot = snapshot.started, look.pick(" · ", " | ")
    parts = fact_parts(snapshot)
    if started is None or snapshot.phase == "preparing":
        parts = [hint(snapshot)]
    elif started.device == "cpu" and started.device in parts:
        parts[parts.index("cpu")] = f"cpu, {counted(started.threads, 'thread')}"
    parts += [computer] if computer else []
    line = Text(" ", Style(dim=True))
    for part in parts:
        text = plain(part, look.ascii) if line.cell_len == 1 else dot + plain(part, look.ascii)
        if line.cell_len + cell_len(text) >= width:
            break
        line.append(text)
    saved = snapshot.checkpoint
    told = plain(snapshot.run.name, look.ascii) if snapshot.run is not None else ""
    if told and saved is not None:
        told += tr(f"{dot}saved at epoch {saved.epoch:,}")
    room = width - line.cell_len - len(_GAP) - 1
    if told and cell_len(told) <= room:
        line.append(" " * (width - 1 - line.cell_len - cell_len(told))).append(told)
    return crop(line, width, look.ascii)


class LossLine(SnapshotView):
    """The losses as sparklines, and the doctor's gravest word, where no pane shows them."""

    DEFAULT_CSS = "LossLine { height: 1; }"

    word: reactive[Text | None] = reactive(None, repaint=False)
    """What the doctor finds gravest, as a text that may be cut."""

    def watch_word(self) -> None:
        self.remake()

    def drawn_from(self, snapshot: Snapshot) -> tuple[object, ...]:
        return snapshot.series, snapshot.phase, snapshot.loading

    def make_rows(self, width: int, height: int) -> list[Text]:
        return [loss_line(self.snapshot, self.look, width, self.word)]


def loss_line(snapshot: Snapshot, look: Look, width: int, word: Text | None = None) -> Text:
    """Each split's newest loss and its course; the doctor's word has two fifths of the row."""
    told = Text()
    if word is not None:
        told = crop(word, min(word.cell_len, width * 2 // 5), look.ascii)
    series = [s for s in snapshot.series if s.name in ("train", "test")]
    if told and not series and cell_len(hint(snapshot)) + 2 + told.cell_len > width:
        told = Text()  # what is waited for comes first
    room = width - told.cell_len - (1 if told else 0)
    line = Text()
    if not series:
        line.append(fit(f" {hint(snapshot)}", room, look.ascii), Style(dim=True))
    each = room // len(series) if series else 0
    for one in series:
        newest = next((v for v in reversed(one.values) if v is not None), None)
        label = f" {tr(one.name)} {metric(newest)} "
        line.append(label, Style(dim=True))
        left = max(0, each - cell_len(label) - 1)
        for row in sparkline(list(one.values), left, look, SPLITS[one.name]):
            line.append_text(row)
    if told:
        line.append(" " * max(1, width - line.cell_len - told.cell_len)).append_text(told)
    return crop(line, width, look.ascii)


def hint(snapshot: Snapshot) -> str:
    """What is waited for, or what to press."""
    loading = snapshot.loading
    if loading and loading.done_bytes != loading.total_bytes:
        return _loading_text(loading, may_end=snapshot.phase == "preparing")
    match snapshot.phase:
        case "starting":
            return tr("the trainer is starting: space may be pressed already")
        case "preparing":
            return tr("preparing the first step")
        case "running" | "paused":
            return tr("loss: nothing is measured yet")
    return tr("loss: press space to train")


def _loading_text(loading: Loading, *, may_end: bool) -> str:
    far = how_far(loading.done_bytes, loading.total_bytes)
    far = "" if loading.verb == "compiling" else f": {far}"
    return f"{loading.verb} {loading.name}{far}{'; x calls it off' if may_end else ''}"
