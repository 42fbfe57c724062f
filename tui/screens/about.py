"""What the list of presets says of the one under the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.renderables.layer_table import layer_table, rows_of
from tui.renderables.look import Look
from tui.renderables.numbers import counted
from tui.renderables.sanitize import crop
from tui.renderables.table import heading, sentence

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.service.protocol.description import Description
    from engine.spec.experiment import Experiment

Rows = list[Text]

_SIDE_BY_SIDE = 68
"""From this width on the picture of the data stands beside the texts."""
_LEAST_TEXT = 44
"""Columns that the texts keep then."""
_LEAST_WIDTH = 34
"""Of the data: figures need no more."""
_LEAST_ROWS = 8
"""Rows of the smallest picture."""
_COUNTS = 2
"""Rows below it, for its classes."""
_USUAL_HEIGHT = 30


@dataclass(frozen=True)
class About:
    """What is known of an experiment so far."""

    name: str
    title: str
    summary: str
    teaches: str = ""
    hint: str = ""
    """What to press."""
    experiment: Experiment | None = None
    """None while it is being read."""
    description: Description | None = None
    note: str = ""
    """Why there is no picture of the data, or what is wrong with the file."""


def about(known: About, width: int, look: Look, height: int = _USUAL_HEIGHT) -> Rows:
    """Title, texts, the picture of the data and the network; all that fits the width.

    height: the rows that are seen at once: the picture is among them, as large as there is room.
    """
    rows = [heading(known.title or known.name, width, look)]
    rows += sentence(known.summary, width, look, dim=False)
    rows += sentence(known.hint, width, look)
    experiment = known.experiment
    if experiment is None:
        rows += _paragraph(tr("Teaches"), known.teaches, width, look)
        return [*rows, Text(), *sentence(known.note or look.pick("…", "..."), width, look)]
    return rows + _experiment_rows(experiment, known, width, look, height - len(rows))


def beside(first: Rows, second: Rows, width: int, look: Look) -> Rows:
    """Two blocks side by side; width: of the first."""
    rows = []
    for index in range(max(len(first), len(second))):
        left = crop(first[index], width, look.ascii) if index < len(first) else Text()
        row = Text.assemble(left, " " * (width - left.cell_len + 3))
        if index < len(second):
            row.append_text(second[index])
        row.rstrip()
        rows.append(row)
    return rows


def measured(experiment: Experiment) -> str:
    """The ranges that several seeds gave, or that there are none."""
    if experiment.measured is None:
        return tr("not measured.")
    ranges = [
        f"{name.replace('_', ' ')} {low:g} to {high:g}"
        for name, (low, high) in experiment.measured.items()
    ]
    return f"{', '.join(ranges)}."


def _experiment_rows(
    experiment: Experiment, known: About, width: int, look: Look, height: int
) -> Rows:
    """The data first, then what will be seen, the network, and what is to be learned from it."""
    if width < _SIDE_BY_SIDE:
        data = _data(experiment, known, width, look, height // 2 + _COUNTS)
        return [Text(), *data, *_texts(experiment, known, width, look)]
    most = min(width // 2 - 2, max(width - _LEAST_TEXT, _LEAST_WIDTH))
    left = min(_picture_width(experiment, height), most)
    data = _data(experiment, known, left, look, height - 1)
    texts = _texts(experiment, known, width - left - 3, look)
    return [Text(), *beside(data, texts[1:], left, look)]


def _picture_width(experiment: Experiment, height: int) -> int:
    """Columns that the data takes: a plane is twice as many wide as rows high."""
    facts = experiment.facts()
    is_drawn = facts is not None and (len(facts.shape) > 1 or facts.shape[0] == 2)
    return 2 * max(height - 2 * _COUNTS, _LEAST_ROWS) if is_drawn else _LEAST_WIDTH


def _texts(experiment: Experiment, known: About, width: int, look: Look) -> Rows:
    return [
        *_paragraph(tr("You will see"), experiment.expect, width, look),
        *_network(experiment, width, look),
        *_paragraph(tr("Teaches"), known.teaches, width, look),
        *_paragraph(tr("Measured"), measured(experiment), width, look),
    ]


def _data(experiment: Experiment, known: About, width: int, look: Look, height: int) -> Rows:
    """What the data is, and its picture in the rows that are left."""
    from tui.renderables.data_sets import data_line
    from tui.renderables.thumbnail import thumbnail

    facts = experiment.facts()
    if facts is None:
        return sentence("Its data file is not here.", width, look)
    rows = sentence(data_line(experiment, facts), width, look)
    if known.description is None:
        return [*rows, *sentence(known.note or look.pick("…", "..."), width, look)]
    room = max(height - len(rows) - _COUNTS, _LEAST_ROWS)
    return [*rows, *thumbnail(known.description, width, look, height=room)]


def _network(experiment: Experiment, width: int, look: Look) -> Rows:
    """The layers with their shapes, and how they are trained."""
    from engine.spec.chain import links

    facts = experiment.facts()
    if facts is None:
        return []
    chain = links(experiment.network, facts.shape, [])
    table = layer_table(rows_of(chain, experiment.freeze, experiment.backbone_rate), width, look)
    return [Text(), *table, *_training(experiment, width, look)]


def _paragraph(label: str, text: str, width: int, look: Look) -> Rows:
    if not text:
        return []
    rows = sentence(f"{label}: {text}", width, look, dim=False)
    if rows[0].plain.startswith(f"{label}:"):
        rows[0].stylize(Style(bold=True), 0, len(label) + 1)
    return [Text(), *rows]


def _training(experiment: Experiment, width: int, look: Look) -> Rows:
    size, epochs = experiment.batch_size, counted(experiment.epochs, "epoch")
    batches = tr("full batches") if size == "full" else tr(f"batches of {size}")
    text = f"{experiment.loss}, {experiment.optimizer}, {epochs}, {batches}"
    if experiment.is_single_step:
        text += tr(": a single step, which opens under the microscope, part by part")
    return [Text(), *sentence(text, width, look)]
