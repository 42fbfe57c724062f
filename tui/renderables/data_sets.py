"""Data sets: in a table, and one of them with all that there is to say of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.text import Text

from engine.parts.shapes import shape_text
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.numbers import counted, how_far
from tui.renderables.sanitize import padded
from tui.renderables.table import Column, heading, sentence, table

if TYPE_CHECKING:  # a list of presets needs none of them
    from engine.parts.data import Facts
    from engine.parts.data.shelf import Shelved
    from engine.spec.experiment import Experiment
    from tui.past.own_data import OwnData


def size_text(size_bytes: int) -> str:
    """Bytes as people tell them: `11.6 MB`, `3.2 kB`."""
    return f"{size_bytes / 1e6:,.1f} MB" if size_bytes >= 1e5 else f"{size_bytes / 1e3:,.1f} kB"


def presence(one: Shelved) -> str:
    """Whether a set can be used at once."""
    if not one.download_bytes:
        return tr("comes along") if one.licence else tr("made here")
    if one.is_here:
        return tr("here")
    if one.begun_bytes:
        return tr(f"begun, {one.begun_bytes / one.download_bytes:.0%}")
    return tr("to fetch")


def answers(one: Shelved) -> str:
    """What is to be predicted."""
    if one.facts.classes:
        return tr(f"{len(one.facts.classes)} classes")
    return counted(one.facts.num_targets, "number")


def data_line(experiment: Experiment, facts: Facts) -> str:
    """What an experiment's data is, in a sentence."""
    if facts.task == "generation":
        return tr(f"{experiment.data}: {facts.num_samples:,} points, to make more like them")
    what = (
        tr(f"{len(facts.classes)} classes")
        if facts.classes
        else tr(f"{facts.num_targets} to predict")
    )
    shape = shape_text(facts.shape)
    return tr(f"{experiment.data}: {facts.num_samples:,} samples of {shape}, {what}")


def set_table(sets: Sequence[Shelved], width: int, look: Look) -> list[Text]:
    """A row for each set."""
    columns = (
        Column("Data set"),
        Column("Samples", right=True),
        Column("Predicts", least=8),
        Column("Download", right=True, drop=1),
        Column("Now"),
        Column("Licence", drop=2),
        Column("What it is", least=12, drop=3),
    )
    body = [
        (
            one.name,
            f"{one.facts.num_samples + one.facts.num_test_samples:,}",
            answers(one),
            size_text(one.download_bytes) if one.download_bytes else "",
            presence(one),
            one.licence,
            one.what,
        )
        for one in sets
    ]
    return table(columns, body, width, look)


def own_table(own: Sequence[OwnData], width: int, look: Look) -> list[Text]:
    """A row for each file or folder of one's own."""
    columns = (
        Column("Your own", least=12, keep_end=True),
        Column("Size", right=True),
        Column("Used by", least=8, drop=1),
    )
    body = [
        (
            str(one.path),
            "pictures" if one.is_folder else size_text(one.size_bytes) if one.is_here else "gone",
            one.used_by,
        )
        for one in own
    ]
    return table(columns, body, width, look)


def set_rows(one: Shelved, width: int, look: Look) -> list[Text]:
    """Everything about one set."""
    facts = one.facts
    splits = tr(f"{facts.num_samples:,} samples")
    if facts.num_test_samples:
        splits = tr(
            f"{facts.num_samples:,} samples for training, {facts.num_test_samples:,} for testing"
        )
    rows = [heading(one.name, width, look), *sentence(one.what, width, look, dim=False), Text()]
    told = [
        (tr("Samples"), tr(f"{splits}, each {shape_text(facts.shape)}")),
        (tr("Classes"), ", ".join(facts.classes)),
        (tr("Predicts"), "" if facts.classes else counted(facts.num_targets, "number")),
        (tr("Columns"), ", ".join(facts.feature_names)),
        (tr("Source"), one.source),
        (tr("Licence"), one.licence),
        (tr("Download"), size_text(one.download_bytes) if one.download_bytes else ""),
        (tr("Now"), _state(one)),
        (tr("Call"), one.call),
    ]
    for label, text in told:
        if text:
            lines = sentence(text, max(1, width - 10), look, dim=False)
            rows += [
                Text.assemble((padded("" if n else label, 10), "bold"), line)
                for n, line in enumerate(lines)
            ]
    return rows


def _state(one: Shelved) -> str:
    if one.download_bytes and not one.is_here and one.begun_bytes:
        return tr(
            f"{how_far(one.begun_bytes, one.download_bytes)} came; fetching goes on from there"
        )
    return presence(one)
