"""A plan is made of what is asked, or every mistake is told before anything trains."""

from __future__ import annotations

import importlib.util
from typing import Any

import msgspec
import pytest

from engine.decoding import decoded
from engine.encoding import encoded
from engine.errors import BadExperiment, UsageError
from engine.sweeps.configurations import START_S, TRAINING_S, estimated_s
from engine.sweeps.folds import bounds
from engine.sweeps.plan import Plan
from engine.training.splits import divided
from tests.engine.sweeps.planned import RATES, RAW, WIDTHS, plan


def _problems(*over: str, raw: dict[str, Any] | None = None, **options: Any) -> list[str]:
    with pytest.raises(BadExperiment) as refused:
        plan(*over, raw=raw, **options)
    return [str(problem) for problem in refused.value.problems]


def test_a_grid_has_every_pair_with_every_seed() -> None:
    """Numbers go by configuration, seeds count from the experiment's own."""
    made = plan(RATES, WIDTHS, seeds=3, raw={**RAW, "seed": 7})
    assert list(made.grid()) == [("0.1", "2"), ("0.1", "3"), ("0.2", "2"), ("0.2", "3")]
    assert (made.num_cells, made.repeats, made.num_trials) == (4, 3, 12)
    assert [(t.number, t.seed) for t in made.trials_of(1)] == [(4, 7), (5, 8), (6, 9)]
    experiment = made.experiment(("0.2", "3"), made.trials_of(3)[2])
    assert str(experiment.optimizer) == "SGD(lr=0.2)"
    assert str(experiment.layers[0]) == "Linear(3)"
    assert (experiment.seed, experiment.threads) == (9, 1)
    assert made.chosen(("0.2", "3")).threads == "auto"


def test_a_value_in_an_alternative_is_set_after_it() -> None:
    """Whole optimizers and their rate are two axes that fit."""
    made = plan("optimizer.lr=0.1,0.2", "optimizer=SGD(lr=1)|Adam")
    texts = [str(made.chosen(cell).optimizer) for cell in made.grid()]
    assert texts == ["SGD(lr=0.1)", "Adam(lr=0.1)", "SGD(lr=0.2)", "Adam(lr=0.2)"]


def test_a_plan_is_read_as_it_was_written() -> None:
    """All that decides it is in its file."""
    made = plan("optimizer.lr=log(0.1,1)", search="random", trials=3)
    assert decoded(encoded(made), Plan) == made


def test_a_files_table_says_the_same_and_the_command_line_goes_before_it() -> None:
    """An axis of the same field is replaced, others stay."""
    over = {"optimizer.lr": [0.1, 0.2], "layers": {"0": {"out_features": "2,3"}}}
    raw = {**RAW, "sweep": {"over": over, "seeds": 2}}
    assert plan(raw=raw).axes == plan(RATES, WIDTHS).axes
    assert plan(raw=raw).seeds == 2
    made = plan("optimizer.lr=0.5", raw=raw, seeds=4)
    assert [axis.values for axis in made.axes] == [("2", "3"), ("0.5",)]
    assert made.seeds == 4


def test_all_mistakes_are_told_at_once() -> None:
    """Of options, axes and values; a name that is nearly one is offered."""
    found = _problems(
        "optimizer.lrr=0.1,0.2",
        "optimzer=SGD|Adam",
        "layers.9.out_features=1,2",
        "batch_size=0,8",
        "loss=BCELoss|MSELosss",
        "seed=1,2",
        "epochs=5,6",
        "epochs=7,8",
        "validation_fraction=0.1,0.2",
        seeds=3,
        folds=4,
        search="grit",
        trials=5,
    )
    assert found == [
        '--search: unknown search "grit": did you mean grid?',
        "--over epochs: it is varied twice: give it once",
        "--over seed: --seeds varies it, too: give one of them",
        "--over validation_fraction: --folds says what is validated on: give one of them",
        "--trials: a grid trains all of its configurations: leave it out, or --search random",
        '--over optimizer.lrr: SGD has no argument "lrr": did you mean lr?',
        '--over optimzer: unknown key "optimzer": did you mean optimizer?',
        '--over layers.9.out_features: "9" is not a layer: they are 0 to 3',
        "--over batch_size: 0: 0 is not accepted: give a whole number or 'full', at least 1",
        '--over loss: MSELosss: unknown loss "MSELosss": did you mean MSELoss?',
    ]


def test_mistakes_of_the_experiment_are_told_with_those_of_the_axes() -> None:
    """And not again for each of their values."""
    found = _problems("optimizer.lrr=0.1,0.2", raw={**RAW, "epochs": 0})
    assert found == [
        "epochs: 0 is not accepted: give a whole number, at least 1 and at most 1,000,000,000",
        '--over optimizer.lrr: SGD has no argument "lrr": did you mean lr?',
    ]


def test_what_is_set_and_varied_at_once_contradicts_itself() -> None:
    """Settings that are wrong are told with all else; the others hold for every training."""
    settings = ("optimizer.lr=0.5", "epoch=3", "validation_fraction=0.2", "epochs=7")
    assert _problems(RATES, settings=settings, folds=2) == [
        '--set epoch: unknown key "epoch": did you mean epochs?',
        "--set optimizer.lr: --over varies it, too: give one of them",
        "--set validation_fraction: --folds says what is validated on: give one of them",
    ]
    assert plan(RATES, settings=["epochs=7"]).base.epochs == 7


def test_an_axis_with_a_mistake_is_one_all_the_same() -> None:
    """Nobody who wrote it is told that nothing is varied."""
    reversed_range = ("optimizer.lr=log(0.3,0.001,7)",)
    (told,) = _problems(*reversed_range)
    assert told.startswith("--over optimizer.lr: log(0.3,0.001,7): it is reversed")
    assert len(_problems(*reversed_range, search="tpe", trials=3)) == 1


def test_values_that_do_not_fit_together_are_told_before_anything_trains() -> None:
    """Each alone is right; the first configuration is named, others are counted."""
    (told,) = _problems(
        "layers=Linear(1) Sigmoid|Linear(2)",
        "loss=BCELoss|CrossEntropyLoss",
        raw={**RAW, "data": "circle(samples=24)"},
    )[:1]
    assert told.startswith("--over: layers=")
    assert "needs" in told


@pytest.mark.parametrize(
    ("over", "options", "message"),
    [
        (
            (),
            {},
            "--over: nothing is varied: give --over optimizer.lr=log(0.001,0.3,7), or --seeds 5",
        ),
        (
            ("optimizer.lr=log(0.1,1)",),
            {},
            "--over optimizer.lr: a grid takes single values: write log(0.1,1,7), or --search tpe",
        ),
        ((RATES,), {"search": "tpe"}, "--trials: say how many configurations: --trials 60"),
        ((), {"search": "tpe", "trials": 3}, "--over: --search tpe has nothing to choose from"),
        ((RATES,), {"seeds": 0}, "--seeds: 0 is not accepted: give a whole number, 1 to 1,000"),
        ((RATES,), {"folds": 1}, "--folds: 1 is not accepted: give a whole number, 2 to 100"),
        ((RATES,), {"folds": 13}, "--folds: 13 folds of 24 samples are too many"),
        (
            (RATES,),
            {"prune": True, "raw": {**RAW, "report_every": 4}},
            "--prune: trainings are cut short by their reports, and 4 epochs have 1 of them: "
            "--set report_every=1",
        ),
        (
            (RATES,),
            {"on": "moon"},
            '--on: unknown place "moon": there are processes, ray, ray=HOST:PORT',
        ),
        (
            ("epochs=linear(1,200,200)", "seed=linear(1,100,100)"),
            {},
            "--over: 20,000 trainings are more than 10,000: --yes trains them",
        ),
        (
            (),
            {"raw": {**RAW, "sweep": {"sedes": 3, "seeds": "many"}}},
            "[sweep] sedes: unknown key: did you mean seeds?",
        ),
    ],
)
def test_what_can_not_be_swept_has_one_message(
    over: tuple[str, ...], options: dict[str, Any], message: str
) -> None:
    """It says what would be right."""
    assert _problems(*over, **options)[0] == message


def test_a_missing_extra_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A grid needs none; its exit code is that of a mistake."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    plan(RATES)
    for options in ({"search": "tpe", "trials": 3}, {"prune": True}):
        with pytest.raises(UsageError, match=r"needs Optuna: pip install 'perceptui\[sweep\]'"):
            plan(RATES, **options)


@pytest.mark.parametrize(("num_samples", "folds"), [(20, 5), (23, 5), (7, 3)])
def test_folds_hold_each_sample_back_once(num_samples: int, folds: int) -> None:
    """Their sizes differ by one at most, and the experiments cut exactly there."""
    made = plan(folds=folds, raw={**RAW, "data": f"circle(samples={num_samples})"})
    held: list[int] = []
    for trial in made.trials_of(0):
        import torch

        torch.manual_seed(1)
        _, validation, train = divided(num_samples, made.experiment((), trial))
        low, high = bounds(num_samples, trial.fold, folds)
        assert len(validation) == high - low
        assert not set(validation.tolist()) & set(train.tolist())
        held += validation.tolist()
    assert sorted(held) == list(range(num_samples))
    assert made.objective == "validation_loss"


def test_what_selects_is_the_validation_split_else_the_training_loss() -> None:
    """By the metric that the experiment selects by."""
    assert plan(RATES).objective == "train_loss"
    assert plan(RATES, raw={**RAW, "validation_fraction": 0.25}).objective == "validation_loss"
    by_accuracy = {**RAW, "validation_fraction": 0.25, "select": "accuracy"}
    assert plan(RATES, raw=by_accuracy).objective == "validation_accuracy"


def test_the_time_is_told_from_the_description() -> None:
    """Twice the processes take half of it; a random seed is drawn once, for all."""
    one, two = plan(RATES, seeds=4, processes=1), plan(RATES, seeds=4)
    assert estimated_s(one) - START_S == pytest.approx(2 * (estimated_s(two) - START_S))
    assert estimated_s(one) - START_S > 8 * TRAINING_S
    drawn = plan(RATES, raw={**RAW, "seed": "random"})
    assert isinstance(drawn.base.seed, int)
    assert msgspec.structs.replace(drawn).first_seed == drawn.base.seed
