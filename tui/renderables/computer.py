"""How busy the computer is, and where the time of a step goes."""

from __future__ import annotations

from rich.cells import cell_len
from rich.style import Style
from rich.text import Text

from engine.computer import Card, Reading
from engine.runs.step_times import StepTimes
from tui.language import listed, tr
from tui.renderables.look import Look
from tui.renderables.numbers import counted, moment, rate
from tui.renderables.palette import MEASURED
from tui.renderables.sanitize import fit, plain
from tui.renderables.table import heading, sentence

_BAR = 20
_LEAST_BAR = 6
WORDS = {
    "data": "data: a batch is gathered and scaled",
    "forward": "forward: the network and its loss",
    "backward": "backward: gradients and penalties",
    "update": "update: the optimizer changes the weights",
    "evaluation": "evaluation: every split, once a report",
}


def computer_line(reading: Reading) -> str:
    """Busy processors and memory, in a few words."""
    line = counted(reading.processors, "processor")
    if reading.busy_share is not None:
        share, processors = 100 * reading.busy_share, line
        line = tr(f"{share:.0f}% of {processors}")
    shares = [card.used_share for card in reading.cards if card.used_share is not None]
    return listed((line, _memory(reading), *([f"GPU {max(shares):.0%}"] if shares else [])))


def computer_rows(reading: Reading, width: int, look: Look) -> list[Text]:
    """A bar for the processors, the memory and each graphics card."""
    named: list[tuple[str, float | None, str]] = [
        (tr("Processors"), reading.busy_share, tr(f"of {reading.processors}")),
        (tr("Memory"), reading.used_bytes / max(1, reading.total_bytes), _memory(reading)),
    ]
    named += [(card.name, card.used_share, _card(card)) for card in reading.cards]
    widest = min(max(cell_len(name) for name, _, _ in named), max(1, width // 3))
    rows = [_bar_row(name, share, note, widest, width, look) for name, share, note in named]
    return rows + (sentence(reading.no_cards, width, look) if reading.no_cards else [])


def step_rows(times: StepTimes, width: int, look: Look) -> list[Text]:
    """What a step takes as it is run, and how its time and the evaluation's divide."""
    each = f"{counted(times.threads, 'thread')} of {times.device}"
    said = tr(
        f"A step takes {moment(times.step_s)}, {rate(times.samples_per_s, 'samples')}: "
        f"{times.executor} on {each}, measured on a copy."
    )
    if times.executor != "eager":
        eager = sum(times.eager_s.values())
        said += tr(
            f" Its parts can't be told apart; they are divided as in an eager step, which takes "
            f"{moment(eager)}."
        )
    shares = times.shares
    widest = min(max(map(len, shares)), max(1, width // 3))
    bars = [
        _bar_row(part, share, WORDS[part].partition(": ")[2], widest, width, look)
        for part, share in shares.items()
    ]
    title = heading("Where the time goes", width, look)
    said = said if not look.ascii else said.replace("µs", "us")
    return [title, *bars, *sentence(said, width, look)]


def _bar_row(
    name: str, share: float | None, note: str, widest: int, width: int, look: Look
) -> Text:
    label = Text(fit(name, widest, look.ascii), Style(bold=True))
    label.pad_right(widest - label.cell_len)
    figure = "   -" if share is None else f"{share:4.0%}"
    row = Text.assemble(label, "  ")
    room = min(_BAR, width - widest - 8)
    if room >= _LEAST_BAR:
        filled = round(min(max(share or 0.0, 0.0), 1.0) * room)
        row.append(look.pick("█", "#") * filled, look.paint(MEASURED))
        row.append(look.pick("░", ".") * (room - filled), Style(dim=True)).append(" ")
    row.append(figure)
    rest = width - row.cell_len - 2
    if rest >= _LEAST_BAR:
        row.append(f"  {fit(note, rest, look.ascii)}", Style(dim=True))
    row.truncate(width)
    return row


def _memory(reading: Reading) -> str:
    return tr(f"{reading.used_bytes / 1e9:.1f} of {reading.total_bytes / 1e9:.1f} GB")


def _card(card: Card) -> str:
    memory = tr(f"{card.used_bytes / 1e9:.1f} of {card.total_bytes / 1e9:.1f} GB")
    if card.temperature_c is None:
        return plain(memory)
    return f"{memory}, {card.temperature_c} °C"
