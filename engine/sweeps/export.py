"""A sweep for other programs: each training as a line of CSV, the best as a preset."""

from __future__ import annotations

import csv
import io

from engine.errors import PerceptuiError
from engine.spec.writer import to_toml
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.results import Results
from engine.sweeps.table import TrialEnded


def table_csv(directory: SweepDirectory) -> str:
    """A line for each training that is over, the axes' fields as columns."""
    plan = directory.plan()
    ended = [line for line in directory.lines()[0] if isinstance(line, TrialEnded)]
    names = sorted({name for line in ended for name in line.metrics})
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    fields = [axis.field for axis in plan.axes]
    last = ["ending", "epochs", "elapsed_s", "executor", "run"]
    writer.writerow(["trial", *fields, "seed", "fold", *names, *last])
    for line in sorted(ended, key=lambda one: one.trial):
        writer.writerow(
            [line.trial, *line.values, line.seed, line.fold or ""]
            + [_figure(line.metrics.get(name)) for name in names]
            + [line.ending, line.epochs, f"{line.elapsed_s:.4f}", line.executor, line.run]
        )
    return text.getvalue()


def _figure(value: float | None) -> str:
    return "" if value is None else repr(value)


def best_preset(directory: SweepDirectory) -> str:
    """The best configuration as a preset's TOML; raises PerceptuiError where there is none yet."""
    plan = directory.plan()
    best = Results.of(plan, directory.lines()[0]).best
    if best is None:
        raise PerceptuiError(f"{directory.path}: no configuration has come to a number")
    return to_toml(plan.chosen(best.values).without_claims())
