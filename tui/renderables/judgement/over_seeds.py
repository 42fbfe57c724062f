"""The parts of what is said of a configuration over its seeds, the verdict first."""

from __future__ import annotations

from collections.abc import Iterator

from engine.evaluation.judgement import Score
from engine.sweeps.judged import MeanScore, OverSeeds
from tui.language import tr
from tui.renderables.judgement.figures import interval, value
from tui.renderables.judgement.section import Section
from tui.renderables.numbers import fraction, metric
from tui.renderables.table import Column


def sections(found: OverSeeds) -> Iterator[Section]:
    """Each part that there is."""
    what = [tr(f"Judged is the best configuration: {found.configuration}.")]
    doubts = [found.doubt] if found.doubt else []
    yield Section("Verdict", [found.verdict, *doubts, *(what if found.configuration else [])])
    yield _scores(found)
    yield _runs(found)


def _scores(found: OverSeeds) -> Section:
    columns = (
        Column("Metric", least=8),
        Column("Mean", right=True),
        Column("95 % interval", right=True, drop=1),
        Column("Least", right=True, drop=2),
        Column("Most", right=True, drop=3),
    )
    body = [
        (
            tr(one.title),
            value(_score(one, one.mean)),
            interval(_score(one, one.mean)),
            value(_score(one, one.least)),
            value(_score(one, one.most)),
        )
        for one in found.scores
    ]
    told = fraction if found.headline == "accuracy" else metric
    body += [(f"  {tr(name)}", told(mean), "", "", "") for name, mean in found.baselines.items()]
    title = tr(f"Scores ({found.split} split, {len(found.runs)} seeds)")
    return Section(title, columns=columns, rows=body)


def _runs(found: OverSeeds) -> Section:
    title = next((one.title for one in found.scores if one.name == found.headline), "")
    told = fraction if found.headline == "accuracy" else metric
    columns = (Column("Run", least=6), Column(title, right=True))
    return Section(
        "Trainings", columns=columns, rows=[(name, told(one)) for name, one in found.runs.items()]
    )


def _score(one: MeanScore, figure: float) -> Score:
    return Score(
        name=one.name, title=one.title, value=figure, low=one.low, high=one.high, unit=one.unit
    )
