"""Chooses configurations through Optuna, and tells which trainings are not worth their end."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from engine.sweeps.axes import Axis
from engine.sweeps.plan import Cell, Plan

if TYPE_CHECKING:
    import optuna

Value = str | int | float


class Study:
    """Optuna's study of a sweep: its sampler asks, its pruner cuts short, nothing here does."""

    def __init__(self, plan: Plan, num_before: int = 0) -> None:
        """num_before: configurations that were chosen in earlier lives of the sweep."""
        import optuna

        optuna.logging.set_verbosity(logging.WARNING)
        seed = plan.first_seed + num_before  # else a resumed search would choose the same again
        sampler: optuna.samplers.BaseSampler = optuna.samplers.RandomSampler(seed=seed)
        if plan.search == "tpe":
            # Several are trained at a time: those that are under way count as bad ones nearby.
            sampler = optuna.samplers.TPESampler(seed=seed, constant_liar=plan.processes > 1)
        self._study = optuna.create_study(
            direction="maximize" if plan.metric.higher_is_better else "minimize",
            sampler=sampler,
            pruner=optuna.pruners.MedianPruner() if plan.prune else optuna.pruners.NopPruner(),
        )
        self._axes = plan.axes
        self._spaces = {axis.field: _space(axis) for axis in plan.axes}
        self._asked: dict[int, optuna.Trial] = {}

    def ask(self, cell: int) -> Cell:
        """The next configuration."""
        trial = self._study.ask(self._spaces)
        self._asked[cell] = trial
        return tuple(_typed(axis, trial.params[axis.field]) for axis in self._axes)

    def enter(self, cell: int, values: Cell) -> None:
        """Take a configuration that was not chosen here: a grid's, or an earlier life's."""
        self._study.enqueue_trial(self._params(values))
        self._asked[cell] = self._study.ask(self._spaces)

    def remember(self, values: Cell, value: float | None) -> None:
        """Learn from a configuration of an earlier life; value: None where it was cut short."""
        import optuna

        state = optuna.trial.TrialState.COMPLETE
        if value is None:
            state = optuna.trial.TrialState.PRUNED
        self._study.add_trial(
            optuna.trial.create_trial(
                state=state,
                value=value,
                params=self._params(values),
                distributions=self._spaces,
            )
        )

    def report(self, cell: int, epoch: int, value: float) -> bool:
        """A training's objective at an epoch; whether it is worth going on."""
        trial = self._asked[cell]
        trial.report(value, epoch)
        return not trial.should_prune()

    def tell(self, cell: int, value: float | None) -> None:
        """What a configuration came to; None where it was cut short, diverged or crashed."""
        import optuna

        trial = self._asked.pop(cell)
        if value is None:
            self._study.tell(trial, state=optuna.trial.TrialState.PRUNED)
        else:
            self._study.tell(trial, value)

    def _params(self, values: Cell) -> dict[str, Any]:
        pairs = zip(self._axes, values, strict=True)
        return {axis.field: _read(axis, value) for axis, value in pairs}


def _space(axis: Axis) -> optuna.distributions.BaseDistribution:
    from optuna import distributions as d

    within = axis.range
    if within is None:
        return d.CategoricalDistribution(axis.values)
    if within.is_whole:
        return d.IntDistribution(round(within.low), round(within.high), log=within.is_log)
    return d.FloatDistribution(within.low, within.high, log=within.is_log)


def _typed(axis: Axis, value: Value) -> str:
    return str(value) if axis.range is None else axis.range.typed(float(value))


def _read(axis: Axis, value: str) -> Value:
    within = axis.range
    if within is None:
        return value
    if within.is_whole:
        return int(value)
    return min(max(float(value), within.low), within.high)  # its digits were cut
