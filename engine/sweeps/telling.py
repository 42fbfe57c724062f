"""What is said of a sweep in sentences, and its best configuration as a command."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass

from engine.parts.metrics import METRICS
from engine.runs.run import Run
from engine.spec.chain import links
from engine.spec.experiment import Experiment
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.plan import Cell, Plan
from engine.sweeps.results import Difference, Results, Row, differing
from engine.sweeps.table import Lines, StackChecked, WinnerTrained
from engine.sweeps.verdict import finished_of
from engine.training.threads import num_threads

LONGEST = 32
"""Characters of a value in a sentence."""
NEAR = 1e-5
"""What trainings in one may differ by from those alone."""
ROUNDED = 12
"""Decimals of a difference: what is smaller is how sums of floats end."""


def labels(plan: Plan) -> list[str]:
    """What the axes are called where room is scarce: as short as tells them apart."""
    fields = [axis.field for axis in plan.axes]
    last = [field.rpartition(".")[2] for field in fields]
    return [
        field if last.count(short) > 1 else short for field, short in zip(fields, last, strict=True)
    ]


def repeats(plan: Plan) -> str:
    """What a configuration was repeated by: `5 seeds`, `5 folds`, `3 seeds of 5 folds each`."""
    if not plan.folds:
        return f"{plan.seeds:,} seeds" if plan.seeds > 1 else "1 seed"
    if plan.seeds == 1:
        return f"{plan.folds} folds"
    return f"{plan.seeds:,} seeds of {plan.folds} folds each"


def objective_words(plan: Plan) -> str:
    """What selects, as a sentence has it: `the validation loss`, `the training loss`."""
    split, _, metric = plan.objective.partition("_")
    return f"{'validation' if split == 'validation' else 'training'} {metric.replace('_', ' ')}"


def named(plan: Plan, values: Cell, axes: Sequence[int] | None = None) -> str:
    """A configuration in words: `lr 0.1, out_features 16`; axes: of these only."""
    told = labels(plan)
    chosen = range(len(plan.axes)) if axes is None else axes
    return ", ".join(f"{told[index]} {_cut(values[index])}" for index in chosen)


def sentences(results: Results) -> list[str]:
    """What selected, what won, and what can't be told apart."""
    plan, best = results.plan, results.best
    if best is None:
        return ["No configuration came to a number."]
    told = [f"Selected by the {objective_words(plan)}{_caveat(plan)}."]
    if len(results.ranked) < 2:
        return told
    if plan.repeats < 2:
        return [*told, "One training each tells little: with --seeds 5 it says how sure this is."]
    lead = results.lead()
    if lead is None:
        return [*told, "Nothing else came to a number that it could be compared with."]
    if lead.num_pairs < 2:
        return [*told, "One training each tells little, and no more are there until now."]
    told.append(_of_lead(plan, lead))
    ties = [row for row in results.ties if row is not results.ranked[1]]
    if ties:
        others = named(plan, ties[0].values)
        more = f", nor can {len(ties) - 1:,} more" if len(ties) > 1 else ""
        told.append(f"Nor can {others} be told apart from the best{more}.")
    return told


def of_stacks(lines: Sequence[Lines]) -> str:
    """How near trainings in one came to those alone; empty where none were trained in one."""
    checks = [line for line in lines if isinstance(line, StackChecked)]
    count = sum(len(line.trials) for line in checks)
    if not count:
        return ""
    told = (
        f"Of the trainings in one {count:,} {'was' if count == 1 else 'were'} trained alone, too: "
    )
    known = [line.worst for line in checks if line.worst is not None]
    if len(known) == len(checks) and max(known) <= NEAR:
        return f"{told}first and last losses differ by {max(known):.1g} at most."
    worst = f"by up to {max(known):.1g}" if len(known) == len(checks) else "in whether they diverge"
    return f"{told}losses differ {worst}. --no-stack trains each alone."


def _caveat(plan: Plan) -> str:
    if plan.objective.startswith("validation"):
        return f", the mean of {repeats(plan)}" if plan.repeats > 1 else ""
    return ", for want of a validation split: it does not see what is learned by heart"


def _of_lead(plan: Plan, lead: Difference) -> str:
    one, other = lead.better, lead.other
    axes = differing(plan, one, other)
    if len(axes) == 1:
        same = [index for index in range(len(plan.axes)) if index not in axes]
        where = f"At {named(plan, one.values, same)}: " if same else ""
        label = labels(plan)[axes[0]]
        first, second = (_cut(row.values[axes[0]]) for row in (one, other))
        what, than = f"{where}{label} {first}", second
    else:
        what, than = named(plan, one.values), named(plan, other.values)
    interval = f"95% interval {_signed(lead.low)} to {_signed(lead.high)}"
    is_whole = lead.num_pairs == plan.repeats
    with_ = f"with {repeats(plan)}" if is_whole else f"with {lead.num_pairs} of {repeats(plan)}"
    if lead.is_clear:
        return f"{what} is better than {than} by {lead.mean:.4g} ({interval}) {with_}."
    joined = f"{what} and {than} can't be told apart {with_}"
    return f"{joined}: the difference is {_signed(lead.mean)} ({interval})."


def _signed(value: float) -> str:
    return f"{round(value, ROUNDED) + 0.0:.4g}"  # + 0.0 turns -0.0 into 0.0


def _cut(value: str) -> str:
    return value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…"


@dataclass(frozen=True)
class Winner:
    """The best configuration once a sweep is over."""

    row: Row
    run: Run
    """Trained alone with the first seed."""
    alone: float | None
    """Its objective there."""
    test: dict[str, tuple[float, float | None]]
    """What the test split says of it, by metric: mean, and deviation over its seeds."""


def winner_of(directory: SweepDirectory, results: Results, lines: Sequence[Lines]) -> Winner | None:
    """The winner, once its run is known."""
    trained = next((line for line in reversed(lines) if isinstance(line, WinnerTrained)), None)
    if trained is None:
        return None
    row = next((row for row in results.ranked if row.cell == trained.cell), None)
    if row is None:
        return None
    run = directory.run(trained.run)
    is_among = any(trial.run == trained.run for trial in row.trials)
    measured = [directory.run(trial.run) for trial in row.trials] if is_among else [run]
    found: dict[str, list[float]] = {}
    for one in measured:
        finished = finished_of(one)
        for name, value in (finished.metrics if finished else {}).items():
            if name.startswith("test_") and value is not None:
                found.setdefault(name.removeprefix("test_"), []).append(value)
    test = {
        name: (statistics.fmean(values), statistics.stdev(values) if len(values) > 1 else None)
        for name, values in found.items()
        if name in METRICS
    }
    return Winner(row, run, trained.value, test)


def command_words(plan: Plan, values: Cell) -> list[str]:
    """The command that trains a configuration exactly as the sweep did, with its first seed."""
    experiment = plan.chosen(values)
    words = ["perceptui"]
    if plan.what:
        words += ["--preset", plan.what]
        settings = [*plan.settings]
        pairs = sorted(
            zip(plan.axes, values, strict=True), key=lambda pair: not pair[0].is_whole_part
        )
        settings += [f"{axis.field}={value}" for axis, value in pairs]
    else:
        settings = _all_settings(experiment)
    if not any(axis.field == "seed" for axis in plan.axes):
        settings.append(f"seed={experiment.seed}")
    if experiment.threads == "auto" and _threads(experiment) > 1:
        settings.append("threads=1")  # as its trials had
    for setting in settings:
        words += ["--set", setting]
    return words


def _all_settings(experiment: Experiment) -> list[str]:
    """Every value that an experiment without a name is made of."""
    settings = []
    for name, value in experiment.without_prose().written().items():
        if name == "seed":
            continue
        text = ", ".join(map(str, value)) if name == "layers" else str(value)
        settings.append(f"{name}={text}")
    return settings


def _threads(experiment: Experiment) -> int:
    facts = experiment.facts()
    if facts is None:
        return 1
    size = experiment.batch_size
    batch = facts.num_samples if size == "full" else size
    return num_threads(links(experiment.network, facts.shape, []), batch)
