"""The parts of a judgement, the verdict first."""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluation.judgement import Baseline, Judgement, OfClass
from tui.language import tr
from tui.renderables.judgement.failures import failures
from tui.renderables.judgement.figures import interval, value
from tui.renderables.judgement.probabilities import calibration, threshold
from tui.renderables.judgement.reasons import reasons
from tui.renderables.judgement.section import Section
from tui.renderables.numbers import count, fraction, metric
from tui.renderables.table import Column


def sections(judgement: Judgement) -> Iterator[Section]:
    """Each part that there is."""
    doubts = [judgement.doubt] if judgement.doubt else []
    yield Section("Verdict", [judgement.verdict, *doubts])
    yield _scores(judgement)
    if judgement.classes:
        yield _classes(judgement.classes)
    yield from failures(judgement)
    yield from reasons(judgement)
    if judgement.calibration is not None:
        yield calibration(judgement.calibration)
    if judgement.threshold is not None:
        yield threshold(judgement.threshold)


def _scores(judgement: Judgement) -> Section:
    columns = (
        Column("Metric", least=8),
        Column("Value", right=True),
        Column("95 % interval", right=True, drop=1),
    )
    body = [(tr(one.title), value(one), interval(one)) for one in judgement.scores]
    body += [(_named(one), _reached(one, judgement.headline), "") for one in judgement.baselines]
    title = tr(f"Scores ({judgement.split} split, {judgement.samples:,} samples)")
    return Section(title, columns=columns, rows=body)


def _named(baseline: Baseline) -> str:
    note = f" ({tr(baseline.note)})" if baseline.note else ""
    return f"  {tr(baseline.name)}{note}"


def _reached(baseline: Baseline, headline: str) -> str:
    return fraction(baseline.value) if headline == "accuracy" else metric(baseline.value)


def _classes(classes: list[OfClass]) -> Section:
    columns = (
        Column("Class", least=12),
        Column("Precision", right=True),
        Column("95 % interval", right=True, drop=2),
        Column("Recall", right=True),
        Column("95 % interval", right=True, drop=3),
        Column("F1", right=True),
        Column("95 % interval", right=True, drop=4),
        Column("Samples", right=True, drop=1),
    )
    body = [
        (
            one.name,
            *(f(score) for score in (one.precision, one.recall, one.f1) for f in (value, interval)),
            count(one.samples),
        )
        for one in classes
    ]
    return Section("Classes with intervals", columns=columns, rows=body)
