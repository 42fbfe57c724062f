"""What the list of presets says of the one under the cursor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text

from tui.renderables.layer_table import layer_table, rows_of
from tui.renderables.look import Look
from tui.renderables.sanitize import crop
from tui.renderables.table import heading, sentence

if TYPE_CHECKING:  # the first screen is there before the engine is loaded
    from engine.service.protocol.description import Description
    from engine.spec.experiment import Experiment

Rows = list[Text]

_SIDE_BY_SIDE = 68
"""From this width on the picture of the data stands beside the network."""


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


def about(known: About, width: int, look: Look) -> Rows:
    """Title, texts, the picture of the data and the network; all that fits the width."""
    rows = [heading(known.title or known.name, width, look)]
    rows += sentence(known.summary, width, look, dim=False)
    rows += sentence(known.hint, width, look)
    experiment = known.experiment
    if experiment is None:
        rows += _paragraph("Teaches", known.teaches, width, look)
        return [*rows, Text(), *sentence(known.note or look.pick("…", "..."), width, look)]
    return rows + _experiment_rows(experiment, known, width, look)


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
        return "not measured."
    ranges = [
        f"{name.replace('_', ' ')} {low:g} to {high:g}"
        for name, (low, high) in experiment.measured.items()
    ]
    return f"{', '.join(ranges)}."


def _experiment_rows(experiment: Experiment, known: About, width: int, look: Look) -> Rows:
    """What will be seen, the data and the network, and then what is to be learned from it."""
    return [
        *_paragraph("You will see", experiment.expect, width, look),
        Text(),
        *_data_and_network(experiment, known, width, look),
        *_paragraph("Teaches", known.teaches, width, look),
        *_paragraph("Measured", measured(experiment), width, look),
    ]


def _data_and_network(experiment: Experiment, known: About, width: int, look: Look) -> Rows:
    from engine.parts.shapes import shape_text
    from engine.spec.chain import links
    from tui.renderables.thumbnail import thumbnail

    facts = experiment.data.facts()
    if facts is None:
        return sentence("Its data file is not here.", width, look)
    data = f"{experiment.data}: {facts.num_samples:,} samples of {shape_text(facts.shape)}, "
    data += f"{len(facts.classes)} classes" if facts.classes else f"{facts.num_targets} to predict"
    rows = sentence(data, width, look)
    side_by_side = width >= _SIDE_BY_SIDE
    left = min(34, width // 2 - 2) if side_by_side else width
    chain = links(experiment.layers, facts.shape, [])
    right = width - left - 3 if side_by_side else width
    network = [*layer_table(rows_of(chain), right, look), *_training(experiment, right, look)]
    if known.description is not None:
        picture = thumbnail(known.description, left, look)
    else:
        picture = sentence(known.note or look.pick("…", "..."), left, look)
    if side_by_side:
        return rows + beside(picture, network, left, look)
    return [*rows, *picture, Text(), *network]


def _paragraph(label: str, text: str, width: int, look: Look) -> Rows:
    if not text:
        return []
    rows = sentence(f"{label}: {text}", width, look, dim=False)
    if rows[0].plain.startswith(f"{label}:"):
        rows[0].stylize(Style(bold=True), 0, len(label) + 1)
    return [Text(), *rows]


def _training(experiment: Experiment, width: int, look: Look) -> Rows:
    size = experiment.batch_size
    batches = "full batches" if size == "full" else f"batches of {size}"
    text = f"{experiment.loss}, {experiment.optimizer}, {experiment.epochs:,} epochs, {batches}"
    return [Text(), *sentence(text, width, look)]
