"""A sweep's results as its views show them."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from engine.parts.metrics import METRICS
from engine.sweeps.configurations import estimated_s
from engine.sweeps.plan import Plan
from engine.sweeps.results import Results, Row
from engine.sweeps.telling import labels, repeats
from tui.language import tr
from tui.measured import named, shown
from tui.renderables.look import Look
from tui.renderables.numbers import counted, duration
from tui.renderables.sweep import Line, heat_map, sheet
from tui.renderables.table import Sheet


def lines_of(results: Results, rows: Sequence[Row] | None = None) -> list[Line]:
    """The configurations, best first; rows: these ones, in their order."""
    best, ties = results.best, {row.cell for row in results.ties}
    return [
        Line(
            row.values,
            row.mean,
            row.deviation,
            remark(row),
            is_best=best is not None and row.cell == best.cell,
            is_tied=row.cell in ties,
        )
        for row in (results.ranked if rows is None else rows)
    ]


def remark(row: Row) -> str:
    """What else there is to say of a configuration: what came to no number, what is missing."""
    told = [
        f"{count} {ending}" if row.num_planned > 1 else ending
        for ending in ("diverged", "pruned", "crashed")
        if (count := row.count(ending))
    ]
    is_cut = bool(row.count("pruned"))
    if len(row.trials) < row.num_planned and not is_cut:
        told.append(f"{len(row.trials)} of {row.num_planned}")
    return ", ".join(told)


def objective_title(plan: Plan) -> str:
    """What stands over the column that decides."""
    split = plan.objective.partition("_")[0]
    return f"{split} {plan.metric.title.lower() if plan.metric.formula else 'loss'}"


def results_sheet(results: Results, look: Look, rows: Sequence[Row] | None = None) -> Sheet:
    """The table of a sweep, best first; rows: of these ones, in their order."""
    plan = results.plan
    return sheet(labels(plan), objective_title(plan), lines_of(results, rows), look)


def has_map(plan: Plan) -> bool:
    """Whether two axes make a heat map."""
    return len(plan.axes) == 2 and all(axis.values for axis in plan.axes)


def results_map(
    results: Results, width: int, look: Look, chosen: Sequence[str] | None = None
) -> list[Text]:
    """The heat map of a sweep over two axes: the one with more values goes down.

    chosen: the values of the configuration that the cursor is on.
    """
    plan = results.plan
    down, across = (0, 1) if len(plan.axes[0].values) >= len(plan.axes[1].values) else (1, 0)
    told = labels(plan)
    cells = {(line.values[down], line.values[across]): line for line in lines_of(results)}
    return heat_map(
        (told[down], told[across]),
        (plan.axes[down].values, plan.axes[across].values),
        cells,
        width,
        look,
        higher_is_better=plan.metric.higher_is_better,
        cursor=(chosen[down], chosen[across]) if chosen is not None else None,
    )


def score_text(name: str, mean: float, deviation: float | None, look: Look) -> str:
    """A metric with its spread: `accuracy 0.981 ± 0.004`."""
    metric = METRICS[name]
    spread = f" {look.pick('±', '+-')} {shown(metric, deviation)}" if deviation is not None else ""
    return f"{named(metric)} {shown(metric, mean)}{spread}"


def announced(plan: Plan) -> str:
    """How many trainings there will be, and about how long they take."""
    count = counted(plan.num_trials, "training")
    cells = counted(plan.num_cells, "configuration")
    times = tr(f" with {repeats(plan)}") if plan.repeats > 1 else ""
    at_once = tr(f", {plan.processes} at a time") if plan.processes > 1 else ""
    seconds = estimated_s(plan)
    about = tr(f"; about {duration(seconds)}") if seconds else ""
    return f"{count}: {cells}{times}{at_once}{about}"
