"""`perceptui compare`: which of several runs, or sweeps of seeds, is better, and how sure."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.evaluate import (
    ForceOption,
    ReportOption,
    print_sections,
    report_target,
    told_written,
    write_report,
)
from tui.commands.evaluate_sweep import sweep_named
from tui.commands.json_line import print_json, print_message
from tui.commands.one_off_session import answer_of
from tui.language import tr

if TYPE_CHECKING:
    from engine.runs.run import Run
    from engine.sweeps.directory import SweepDirectory

MOST = 26


@app.command("compare")
def compare_command(
    ctx: typer.Context,
    names: Annotated[
        list[str], typer.Argument(metavar="A B...", help="Runs, or sweeps of seeds; two or more.")
    ],
    output: ReportOption = None,
    force: ForceOption = False,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say which of several runs is better on the same samples, and how sure that is.

    Runs that were not tested on the same samples are refused. Of sweeps, the means over their seeds
    are compared.
    """
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if not 2 <= len(names) <= MOST:
        raise UsageError(f"compare: give two runs or more, {MOST} at most")
    sweeps = [found for name in names if (found := sweep_named(name, shared.runs)) is not None]
    if len(sweeps) == len(names):
        _compare_sweeps(sweeps, output, shared, force=force)
        return
    if sweeps:
        raise UsageError("compare: give runs only, or sweeps only: those are means over seeds")
    _compare_runs(names, output, checkpoint, shared, force=force)


def _compare_runs(
    names: list[str], output: Path | None, checkpoint: str, shared: o.Shared, *, force: bool
) -> None:
    from engine.runs.run import find_run
    from tui.past.comparison import compare
    from tui.past.run_names import letter
    from tui.renderables.judgement.comparison import sections

    runs = [find_run(name, shared.runs) for name in names]
    _check_distinct(runs)
    kind = o.kind(checkpoint)
    target = report_target(runs[0], output, shared, force=force)
    found = answer_of(lambda session: session.runs.compare(runs, kind, shared.data))
    if shared.json and target is None:
        print_message(found)
        return
    letters = [letter(place) for place in range(len(runs))]
    told = sections(found, compare(runs, is_ordered=True), letters)
    if target is not None:
        from tui.renderables.judgement.section import markdown

        write_report(target, markdown(tr(f"{len(runs)} runs compared"), told))
        told_written(output, shared)
        return
    print_sections(told, shared)


def _check_distinct(runs: list[Run]) -> None:
    """Raise UsageError for a run that is named twice."""
    paths = [run.path.resolve() for run in runs]
    for place, path in enumerate(paths):
        if path in paths[:place]:
            raise UsageError(f"compare: {runs[place].name} is given twice")


def _compare_sweeps(
    sweeps: list[SweepDirectory], output: Path | None, shared: o.Shared, *, force: bool
) -> None:
    from itertools import combinations

    from engine.sweeps.seeds import gain, metric_of, seeds_of
    from tui.past.run_names import letter
    from tui.renderables.judgement.seeds import sections

    target = report_target(None, output, shared, force=force)
    found = [seeds_of(sweep) for sweep in sweeps]
    metric = metric_of(found)
    gains = [gain(found, a, b) for a, b in combinations(range(len(found)), 2)]
    told = sections(found, gains, metric, [letter(n) for n in range(len(found))])
    if target is not None:
        from tui.renderables.judgement.section import markdown

        write_report(target, markdown(tr(f"{len(sweeps)} sweeps compared"), told))
        told_written(output, shared)
        return
    if shared.json:
        for one in found:
            values = list(one.values.values())
            print_json({"sweep": one.name, "objective": one.objective, "values": values})
        for each in gains:
            print_json({
                "first": found[each.first].name, "second": found[each.second].name,
                "gain": each.mean, "low": each.low, "high": each.high, "paired": each.is_paired,
            })  # fmt: skip
        return
    print_sections(told, shared)
