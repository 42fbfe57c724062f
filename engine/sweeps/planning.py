"""Makes a sweep's plan of what is asked; tells every mistake at once, before anything trains."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Sequence
from pathlib import Path

from engine.errors import BadExperiment, DataUnavailable, Problem, UsageError
from engine.parts.kinds import alternatives
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import Raw, from_raw
from engine.spec.overrides import declaration, set_value
from engine.spec.writer import to_toml
from engine.sweeps.asked import Asked, axes_of, check_counts, of_table, search_of
from engine.sweeps.axes import Axis
from engine.sweeps.configurations import check_configurations, check_values
from engine.sweeps.plan import Plan, Search
from engine.training.threads import available

MOST_TRIALS = 10_000
"""More trainings than this are asked about first."""
LEAST_REPORTS = 3
"""Reports of a training that is to be cut short by them."""
MOST_TOLD = 20
"""Mistakes that are told; of more their number."""
_OF_OPTIONS = {
    "seed": ("seeds", "--seeds varies it, too: give one of them"),
    "validation_fraction": ("folds", "--folds says what is validated on: give one of them"),
    "validation_offset": ("folds", "--folds says what is validated on: give one of them"),
}
"""Fields that an option varies, too."""


def make_plan(
    raw: Raw,
    asked: Asked,
    *,
    name: str,
    data_dir: Path,
    what: str = "",
    settings: Sequence[str] = (),
    source: str = "",
    folder: Path | None = None,
    is_granted: bool = False,
) -> Plan:
    """The plan of what is asked of a raw experiment with its `[sweep]` table.

    what: how a command names the experiment, where one does. settings: what is set over it.
    is_granted: whether any number of trainings is. Raises BadExperiment with all mistakes,
    UsageError for a missing extra, DataUnavailable where the data's own file can't be read.
    """
    problems: list[Problem] = []
    of_file, table = of_table(raw.get("sweep", {}), problems)
    asked = asked.on_top_of(of_file)
    raw = {key: value for key, value in raw.items() if key != "sweep"}
    for setting in settings:
        try:
            raw = set_value(raw, setting)
        except BadExperiment as error:
            problems += error.problems
    check_counts(asked, problems)
    search = search_of(asked, problems)
    base = _base(raw, folder, problems)
    axes = axes_of(asked, table, lambda field: _is_whole(raw, field), problems)
    _check_settings(settings, asked, axes, problems)
    is_varied = bool(axes or asked.over or table)
    _check_together(asked, axes, search, base, problems, is_varied=is_varied)
    axes = check_values(raw, folder, axes, problems, is_whole_right=base is not None)
    _tell(problems, source)
    assert base is not None, "what is wrong with it was told"
    place, _, address = (asked.on or "").partition("=")
    plan = Plan(
        name=name,
        what=what,
        settings=tuple(settings),
        toml=to_toml(base, complete=True),
        axes=axes,
        seeds=asked.seeds or 1,
        folds=asked.folds or 0,
        search=search,
        trials=asked.trials or 0,
        prune=bool(asked.prune),
        stack=asked.stack is not False,
        processes=asked.processes or available(),
        place="ray" if place == "ray" else "processes",
        address=address,
        storage=asked.storage or "",
        gpus=_gpus(asked, base) if place == "ray" else 0.0,
        data_dir=str(data_dir.absolute()),
    )
    if plan.num_trials > MOST_TRIALS and not is_granted:
        message = f"{plan.num_trials:,} trainings are more than {MOST_TRIALS:,}: --yes trains them"
        problems.append(Problem("--over", message))
    else:
        check_configurations(plan, problems)
    _tell(problems, source)
    needs_library(plan)
    return plan


def needs_library(plan: Plan) -> None:
    """Raise UsageError where a sweep needs Optuna or Ray and it is not installed."""
    if plan.place == "ray" and importlib.util.find_spec("ray") is None:
        raise UsageError("--on ray needs Ray: pip install 'perceptui[ray]'")
    if (plan.search != "grid" or plan.prune) and importlib.util.find_spec("optuna") is None:
        what = f"--search {plan.search}" if plan.search != "grid" else "--prune"
        raise UsageError(f"{what} needs Optuna: pip install 'perceptui[sweep]'")


def _gpus(asked: Asked, base: Experiment) -> float:
    """What a training asks for: all of a GPU where it is to train on one, unless it says less."""
    if asked.gpus is not None:
        return asked.gpus
    return 1.0 if base.device.startswith("cuda") else 0.0


def _tell(problems: list[Problem], source: str) -> None:
    """Raise BadExperiment with what there is to tell."""
    if not problems:
        return
    told = list(dict.fromkeys(problems))
    if len(told) > MOST_TOLD:
        rest = len(told) - MOST_TOLD
        told = [*told[:MOST_TOLD], Problem("", f"and {rest:,} mistakes more like these")]
    raise BadExperiment(told, source)


def _base(raw: Raw, folder: Path | None, problems: list[Problem]) -> Experiment | None:
    """The experiment as it is, with a number for its seed; None where it has mistakes."""
    try:
        base = from_raw(raw, folder=folder)
    except BadExperiment as error:
        problems += error.problems
        return None
    if base.seed == "random":
        base = base.with_values(seed=random.SystemRandom().randrange(2**31))
    return base


def _is_whole(raw: Raw, field: str) -> bool:
    """Whether a field takes whole numbers and no others."""
    declared = declaration(raw, field)
    kinds = alternatives(declared[0]) if declared else ()
    return int in kinds and float not in kinds


def _check_settings(
    settings: Sequence[str], asked: Asked, axes: tuple[Axis, ...], problems: list[Problem]
) -> None:
    """Add what is set and varied at once."""
    varied = {axis.field for axis in axes}
    for key in (setting.partition("=")[0].strip() for setting in settings):
        option, message = _OF_OPTIONS.get(key, ("", ""))
        if key in varied:
            problems.append(Problem(f"--set {key}", "--over varies it, too: give one of them"))
        elif option == "folds" and asked.folds:
            problems.append(Problem(f"--set {key}", message))


def _check_together(
    asked: Asked,
    axes: tuple[Axis, ...],
    search: Search,
    base: Experiment | None,
    problems: list[Problem],
    *,
    is_varied: bool,
) -> None:
    """Add what options and axes say against each other; is_varied: by axes with mistakes, too."""
    for axis in axes:
        option, message = _OF_OPTIONS.get(axis.field, ("", ""))
        number = getattr(asked, option) if option else None
        if number is not None and number > 1:
            problems.append(Problem(f"--over {axis.field}", message))
        if axis.range is not None and search == "grid":
            spacing = "log" if axis.range.is_log else "linear"
            ends = f"{axis.range.low:g},{axis.range.high:g}"
            message = f"a grid takes single values: write {spacing}({ends},7), or --search tpe"
            problems.append(Problem(f"--over {axis.field}", message))
    if search == "grid" and asked.trials:
        message = "a grid trains all of its configurations: leave it out, or --search random"
        problems.append(Problem("--trials", message))
    if search != "grid":
        if not asked.trials:
            problems.append(Problem("--trials", "say how many configurations: --trials 60"))
        if not is_varied:
            problems.append(Problem("--over", f"--search {search} has nothing to choose from"))
    elif not is_varied and (asked.seeds or 1) == 1 and not asked.folds:
        message = "nothing is varied: give --over optimizer.lr=log(0.001,0.3,7), or --seeds 5"
        problems.append(Problem("--over", message))
    if base is not None:
        _check_base(asked, base, problems)


def _check_base(asked: Asked, base: Experiment, problems: list[Problem]) -> None:
    """Add what the experiment does not give of what the options need."""
    reports = -(-base.epochs // base.report_every)
    if asked.prune and reports < LEAST_REPORTS:
        every = max(1, base.epochs // 10)
        message = (
            f"trainings are cut short by their reports, and {base.epochs:,} epochs have {reports} "
            f"of them: --set report_every={every}"
        )
        problems.append(Problem("--prune", message))
    if not asked.folds:
        return
    try:
        facts = base.data.known_facts()
    except DataUnavailable as error:
        problems.append(Problem("--folds", str(error)))
        return
    if facts.num_validation_samples:
        message = f"{base.data.name} brings its own validation split: leave --folds out"
        problems.append(Problem("--folds", message))
    elif asked.folds > facts.num_samples // 2:
        message = f"{asked.folds} folds of {facts.num_samples} samples are too many"
        problems.append(Problem("--folds", message))
