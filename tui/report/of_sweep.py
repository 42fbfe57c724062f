"""A sweep as a page: every configuration, the map of two axes, the curves of the best."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from engine.spec.writer import to_toml
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.judged import OverSeeds
from engine.sweeps.plan import Plan
from engine.sweeps.results import Results, Row
from engine.sweeps.telling import command_words, labels, of_stacks, sentences
from tui.language import tr
from tui.past.sweep_lines import announced, has_map, objective_title, remark
from tui.past.sweep_view import SweepReader, SweepView
from tui.renderables.judgement.over_seeds import sections as over_seeds
from tui.renderables.numbers import metric
from tui.renderables.shell import shell_line
from tui.report.document import (
    Block,
    Chart,
    Code,
    Document,
    HeatMap,
    Line,
    Lines,
    Prose,
    Section,
    Table,
)
from tui.report.judged import as_sections

MOST_ROWS = 200
MOST_CURVES = 8
MOST_PLANES = 6


def page_of_sweep(directory: SweepDirectory, judged: OverSeeds | None = None) -> Document:
    """The page of a sweep, as far as it is; raises PerceptuiError where it can't be read.

    judged: its best configuration over its seeds.
    """
    reader = SweepReader(directory)
    view = reader.read()
    plan, results = view.plan, view.results
    sections = [
        Section("Configurations", [*_configurations(plan, results)]),
        *(as_sections([*over_seeds(judged)][1:]) if judged is not None else []),
        Section("Loss", [*_curves(reader, view)]),
        Section("Decision boundary", [*_planes(view)]),
        Section("The best again", _again(plan, results)),
        Section("Experiment", [Code(to_toml(plan.base.without_prose()).rstrip("\n"), "toml")]),
        Section("Made with", [Table([], [["perceptui", version("perceptui")]], numbers=False)]),
    ]
    verdict = [Prose(tr(judged.verdict), strong=True)] if judged is not None else []
    stacked = of_stacks(directory.lines()[0])
    lead: list[Block] = [*verdict, *(Prose(tr(one), strong=True) for one in sentences(results))]
    lead += [Prose(tr(one)) for one in (announced(plan), stacked) if one]
    if view.state != "completed":
        state, done = view.state, view.num_done
        lead.append(Prose(tr(f"{state}: {done:,} of {plan.num_trials:,} trainings")))
    return Document(
        tr(f"Sweep of {plan.name}"), lead, [section for section in sections if section.blocks]
    )


def _configurations(plan: Plan, results: Results) -> list[Block]:
    if not results.ranked:
        return []
    blocks: list[Block] = []
    if has_map(plan):
        blocks.append(_map(plan, results))
    elif len(plan.axes) == 1 and (line := _over_axis(plan, results)) is not None:
        blocks.append(line)
    ties = {row.cell for row in results.ties}
    rows = [
        [
            *row.values,
            metric(row.mean),
            metric(row.deviation) if row.deviation is not None else "",
            _word(row, results, ties),
        ]
        for row in results.ranked[:MOST_ROWS]
    ]
    titles = [*labels(plan), objective_title(plan), "±", ""]
    best = frozenset({(0, len(plan.axes))} if results.best is not None else ())
    blocks.append(Table(titles, rows, best, names=0))
    if len(results.ranked) > MOST_ROWS:
        blocks.append(Prose(tr(f"and {len(results.ranked) - MOST_ROWS:,} more")))
    return blocks


def _word(row: Row, results: Results, ties: set[int]) -> str:
    if results.best is not None and row.cell == results.best.cell:
        return tr("best")
    told = remark(row)
    return told or (tr("can't be told apart from the best") if row.cell in ties else "")


def _map(plan: Plan, results: Results) -> Chart:
    down, across = (0, 1) if len(plan.axes[0].values) >= len(plan.axes[1].values) else (1, 0)
    means = {(row.values[down], row.values[across]): row.mean for row in results.ranked}
    values = plan.axes[down].values, plan.axes[across].values
    told = labels(plan)
    drawing = HeatMap(
        [[means.get((one, other)) for other in values[1]] for one in values[0]],
        (told[down], told[across]),
        values,
        plan.metric.higher_is_better,
    )
    said = tr(f"The mean {objective_title(plan)} of each pair of values.")
    return Chart(objective_title(plan).capitalize(), drawing, said)


def _over_axis(plan: Plan, results: Results) -> Chart | None:
    """The objective over the values of the only axis, where they are numbers."""
    pairs = []
    for row in results.ranked:
        try:
            pairs.append((float(row.values[0]), row.mean))
        except ValueError:
            return None
    if len(pairs) < 2:
        return None
    pairs.sort(key=lambda pair: pair[0])
    title = objective_title(plan)
    line = Line(title, [x for x, _ in pairs], [y for _, y in pairs])
    said = tr(f"The mean {title} over {labels(plan)[0]}.")
    return Chart(title.capitalize(), Lines([line], labels(plan)[0], title), said)


def _curves(reader: SweepReader, view: SweepView) -> list[Block]:
    found = reader.curves(view.results.ranked[:MOST_CURVES])
    lines = [
        Line(view.title(row), [epoch for epoch, _ in curve], [value for _, value in curve])
        for row, curve in found
        if len(curve) > 1
    ]
    if not lines:
        return []
    said = tr("The training loss of the best configurations, each one's first training.")
    return [Chart("Training loss", Lines(lines, tr("epoch"), tr("Loss")), said)]


def _planes(view: SweepView) -> list[Block]:
    rows: Sequence[Row] = [row for row in view.results.ranked if row.cell in view.boundaries]
    return [
        Chart(view.title(row), view.boundaries[row.cell], tr("What it says over the plane."))
        for row in rows[:MOST_PLANES]
    ]


def _again(plan: Plan, results: Results) -> list[Block]:
    if results.best is None:
        return []
    return [Code(shell_line(command_words(plan, results.best.values)), "sh")]
