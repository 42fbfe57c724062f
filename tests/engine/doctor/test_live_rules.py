"""Every live rule: a look that provokes its finding, and a near twin that does not."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from engine.doctor.live.doctor import RULES, LiveDoctor
from engine.doctor.live.observation import Contest, LayerFigures, Observation, Report
from engine.doctor.penalty import Penalty
from engine.parts.metrics import METRICS
from tests.engine.doctor.observations import observation, reading, seen, with_layer

_FLAT = [1.0 - 0.5 * min(epoch, 10) / 10 for epoch in range(50)]
_SWING = [1.0 + 0.2 * (-1) ** epoch for epoch in range(50)]
_WOBBLE = [1.0 + 0.1 * (-1) ** epoch for epoch in range(50)]
_GROWING = [1.0] * 40 + [2.0**n for n in range(10)]
_OVERFIT = [
    Report(epoch, 1 / epoch, 0.7 - 0.05 * epoch if epoch <= 10 else 0.2 + 0.02 * (epoch - 10))
    for epoch in range(1, 51)
]


def _accuracy(train: float, test: float, **changes: Any) -> Observation:
    return observation(accuracies={"train": train, "test": test}, **changes)


def _reports(rise: float) -> Observation:
    held = [0.7, 0.5, 0.3, 0.3 + rise, 0.3 + 2 * rise]
    return observation(reports=[Report(10 * n, 0.5 / n, held[n - 1]) for n in range(1, 6)])


def _numbers(held: list[float]) -> Observation:
    """A regression with these held-out losses: it has no commonest class."""
    reports = [Report(n, 1 / n, loss) for n, loss in enumerate(held, start=1)]
    return observation(reports=reports, accuracies={}, commonest={})


_LOW = [0.7, 0.1, 0.05, 0.12, 0.14]
_UNLEARNED: dict[str, Any] = {
    "losses": [1.0 - epoch / 1000 for epoch in range(50)],
    "accuracies": {"train": 0.6, "test": 0.6},
}


def _slow(**changes: Any) -> Observation:
    """A training that moves its weights by a millionth of their size at a step."""
    return observation(**{"layers": [reading(0, update=1e-6)], **_UNLEARNED, **changes})


def _selected(scores: list[float], select: str = "balanced_accuracy") -> Observation:
    """A training whose loss says that it overfits, and whose best epoch is best by a metric."""
    told = [(10 * n, score) for n, score in enumerate(scores, start=1)]
    return observation(reports=_OVERFIT, selecting=METRICS[select], scores=told)


_NORM = {"keeps_statistics": True, "newest_share": 0.9}


def normed(evaluated: float, **changes: Any) -> Observation:
    """A look at a training with BatchNorm whose running loss is 0.02, its evaluated one another."""
    layers = [reading(0), reading(1, "BatchNorm1d(momentum=0.9)", **_NORM)]
    reports = [Report(epoch, 0.02, 0.1 * epoch, evaluated) for epoch in (49, 50)]
    return observation(layers=layers, **{"reports": reports, **changes})


def _contest(apart: list[float], covered: list[float], **changes: Any) -> Observation:
    """Two networks against each other, and how they stood at the last reports."""
    pairs = enumerate(zip(apart, covered, strict=True))
    told = [Contest(10 * n, one, other) for n, (one, other) in pairs]
    return observation(contests=told, accuracies={}, commonest={}, **changes)


CASES: dict[str, tuple[str, Observation, Observation]] = {
    "a dead layer in a block": (
        "dead-units",
        observation(layers=[LayerFigures((0, 1), "ReLU()", units=2, dead=2)]),
        observation(layers=[LayerFigures((0, 1), "ReLU()", units=2, dead=0)]),
    ),
    "a discriminator that is never deceived": (
        "discriminator-wins",
        _contest([0.8, 0.98, 0.97, 0.99], [0.9] * 4),
        _contest([0.98, 0.84, 0.99, 0.99], [0.9] * 4),
    ),
    "most of the data is missing": (
        "mode-collapse",
        _contest([0.6] * 4, [0.7, 0.3, 0.34, 0.2]),
        _contest([0.6] * 4, [0.3, 0.3, 0.3, 0.4]),
    ),
    "half the ReLU units": ("dead-units", with_layer(1, dead=5), with_layer(1, dead=4)),
    "all of few ReLU units": (
        "dead-units",
        observation(num_sampled=1, layers=[reading(0, "ReLU()", units=2, dead=2)]),
        observation(num_sampled=1, layers=[reading(0, "ReLU()", units=2, dead=1)]),
    ),
    "half the Tanh units": (
        "saturated-units",
        with_layer(3, saturated=5),
        with_layer(3, saturated=4),
    ),
    "gradient vanishes": (
        "vanishing-gradient",
        with_layer(0, gradient=0.9e-4),
        with_layer(0, gradient=1.1e-4),
    ),
    "no gradient at all": (
        "vanishing-gradient",
        with_layer(0, gradient=0.0),
        observation(layers=[reading(0, gradient=0.0), reading(1, gradient=0.0)]),
    ),
    "gradient explodes": (
        "exploding-gradient",
        with_layer(0, gradient=101.0),
        with_layer(0, gradient=99.0),
    ),
    "steps too large": ("large-updates", with_layer(2, update=0.3), with_layer(2, update=0.29)),
    "steps too small": (
        "small-updates",
        observation(layers=[reading(0, update=0.9e-5)], **_UNLEARNED),
        observation(layers=[reading(0, update=1.1e-5)], **_UNLEARNED),
    ),
    "steps small where nothing is learned": (
        "small-updates",
        _slow(losses=[1.0] * 50, accuracies={"train": 0.74, "test": 0.74}),
        _slow(losses=[1.0] * 50, accuracies={"train": 0.76, "test": 0.74}),
    ),
    "steps small where the loss stands high": (
        "small-updates",
        _slow(losses=[1.0, 0.51]),
        _slow(losses=[1.0, 0.49]),
    ),
    "steps small, of numbers": (
        "small-updates",
        _slow(losses=[1.0, 0.9], accuracies={}, commonest={}, fit=0.49),
        _slow(losses=[1.0, 0.9], accuracies={}, commonest={}, fit=0.51),
    ),
    "steps never larger": ("small-updates", _slow(pace=0.9e-5), _slow(pace=1.1e-5)),
    "steps small in the warm-up": (
        "small-updates",
        _slow(rate_to_come=9.0),
        _slow(rate_to_come=11.0),
    ),
    "steps small at the end": (
        "small-updates",
        _slow(),
        _slow(epoch=51),
    ),
    "huge weights": ("overflow-ahead", with_layer(2, largest=1e12), with_layer(2, largest=0.9e12)),
    "loss grows": (
        "overflow-ahead",
        observation(losses=_GROWING),
        observation(losses=[1000.0, *_GROWING]),  # it fell further before than it rose
    ),
    "loss swings": (
        "loss-oscillates",
        observation(losses=_SWING),
        observation(losses=[20.0, *_SWING]),  # about its goal
    ),
    "loss swings a little": (  # as with Dropout, which does no harm where it learns
        "loss-oscillates",
        _accuracy(0.6, 0.6, losses=_WOBBLE),
        _accuracy(0.9, 0.9, losses=_WOBBLE),
    ),
    "loss falls steadily": (
        "loss-oscillates",
        observation(losses=_SWING),
        observation(losses=sorted(_SWING)[::-1]),
    ),
    "test loss rises": ("overfitting", _reports(0.05), _reports(0.015)),
    "judged worse itself": (
        "overfitting",
        observation(reports=[replace(r, evaluated_loss=r.train_loss) for r in _OVERFIT]),
        observation(reports=[replace(r, evaluated_loss=r.held_out_loss) for r in _OVERFIT]),
    ),
    "both losses rise": (
        "overfitting",
        observation(reports=_OVERFIT),
        observation(reports=[Report(r.epoch, r.epoch, r.held_out_loss) for r in _OVERFIT]),
    ),
    "far below chance": (
        "overfitting",
        _reports(0.05),
        observation(reports=[Report(n, 1 / n, loss) for n, loss in enumerate(_LOW, start=1)]),
    ),
    "test loss of numbers rises": (
        "overfitting",
        _numbers([1.0, 0.1, 0.02, 0.05, 0.06]),
        _numbers([1.0, 0.1, 0.02, 0.04, 0.045]),
    ),
    "each of the last losses": (
        "overfitting",
        observation(reports=_OVERFIT),
        observation(
            reports=[r if r.epoch != 46 else Report(46, r.train_loss, 0.2) for r in _OVERFIT]
        ),
    ),
    "what selects falls": (
        "overfitting",
        _selected([0.6, 0.8, 0.79, 0.78]),
        _selected([0.6, 0.8, 0.79, 0.79]),
    ),
    "what selects rises": (
        "overfitting",
        _selected([0.9, 0.5, 0.55, 0.6], "rmse"),
        _selected([0.9, 0.5, 0.48, 0.45], "rmse"),
    ),
    "nothing learned of any class": (
        "no-better-than-commonest",
        _accuracy(0.5, 0.5, evenly={"train": (0.51, 0.5)}),
        _accuracy(0.4, 0.4, evenly={"train": (0.9, 0.5), "test": (0.8, 0.5)}),
    ),
    "nothing learned": (
        "no-better-than-commonest",
        _accuracy(0.51, 0.6),
        _accuracy(0.52, 0.6),
    ),
    "labels of the test split": (
        "no-better-than-commonest",
        _accuracy(0.9, 0.5),
        _accuracy(0.9, 0.52),
    ),
    "too early to tell": (
        "no-better-than-commonest",
        _accuracy(0.5, 0.5, epoch=20),
        _accuracy(0.5, 0.5, epoch=19),
    ),
    "evaluated by other statistics": (
        "batchnorm-evaluation",
        normed(0.2),  # ten times what it costs while training
        normed(0.026),  # by a third
    ),
    "evaluated a little worse": ("batchnorm-evaluation", normed(0.08), normed(0.06)),
    "evaluated before it settled": (
        "batchnorm-evaluation",
        normed(0.131),
        normed(0.131, steps_per_epoch=1, epoch=49),
    ),
    "no normalization": (
        "batchnorm-evaluation",
        normed(0.131),
        observation(reports=[Report(50, 0.02, 0.1, 0.131)]),
    ),
    "units all alike": ("equal-units", with_layer(2, unlike=0.9e-4), with_layer(2, unlike=1.1e-4)),
    "gradients cut down": (
        "always-clipped",
        observation(gradient_norm=1.0, clip_norm=0.1),
        observation(gradient_norm=0.99, clip_norm=0.1),
    ),
    "long gradients only at first": (
        "always-clipped",
        observation(gradient_norm=1.0, clip_norm=0.1, epoch=10),
        observation(gradient_norm=1.0, clip_norm=0.1, epoch=9),
    ),
    "labels the other way round": (
        "below-chance",
        _accuracy(0.9, 0.21, num_classes=2),
        _accuracy(0.9, 0.22, num_classes=2),
    ),
    "nothing learned that could be the wrong way": (
        "below-chance",
        _accuracy(0.52, 0.1, num_classes=2),
        _accuracy(0.51, 0.1, num_classes=2),
    ),
    "places that tell nothing": (
        "posterior-collapse",
        observation(divergence=0.09),
        observation(divergence=0.11),
    ),
    "places that tell nothing yet": (
        "posterior-collapse",
        observation(divergence=0.0, epoch=20),
        observation(divergence=0.0, epoch=19),
    ),
    "loss stands": ("loss-plateau", observation(losses=_FLAT), observation(losses=_FLAT[:39])),
}


@pytest.mark.parametrize("name", CASES)
def test_finding_and_its_near_twin(name: str) -> None:
    """Two looks that show it give exactly this finding; of its twin there is none."""
    code, sick, twin = CASES[name]
    assert seen(sick, sick) == [code]
    assert code not in seen(twin, twin)


def test_every_rule_has_a_case() -> None:
    """No rule is without an example that provokes it."""
    assert {code for code, _, _ in CASES.values()} == {rule.code for rule in RULES}


def test_a_healthy_training_draws_nothing() -> None:
    """Of the training that all cases are made from there is no finding."""
    assert seen(observation(), observation(), observation()) == []


_L2 = Penalty("l2", "l2 = 10", 6.0, "l2 = 0.001", {})
_MILD = Penalty("l2", "l2 = 0.2", 0.02, "l2 = 0.001", {})
_DEAD = [reading(1, "ReLU()", dead=10)]
_RAW = {"input_size": 400.0, "scaling": "standardize=True for the data"}


@pytest.mark.parametrize(
    ("one", "words", "repair"),
    [
        (observation(layers=_DEAD, penalty=_MILD), "l2 = 0.2 pulls them to zero", "l2 = 0.001"),
        (observation(layers=_DEAD, penalty=_L2), "l2 = 10 reverses the weights", "l2 = 0.001"),
        (
            observation(layers=_DEAD, **_RAW),
            "inputs of size 400",
            "scale the inputs first: standardize=True for the data",
        ),
        (
            observation(layers=[reading(1, "Tanh()", saturated=9)], **_RAW),
            "inputs of size 400",
            "scale the inputs first: standardize=True for the data",
        ),
        (observation(losses=_GROWING, penalty=_L2, **_RAW), "l2 = 10 reverses", "l2 = 0.001"),
        (
            observation(losses=_GROWING, penalty=_MILD, **_RAW),
            "inputs of size 400",
            "scale the inputs first: standardize=True for the data",
        ),
        (
            observation(losses=_GROWING, penalty=_MILD),
            "epochs",
            "a tenth of the learning rate, or clip_norm = 1.0",
        ),
        (normed(0.131), "0.02 while it trains", "momentum=0.1 for BatchNorm1d(momentum=0.9)"),
    ],
)
def test_the_cause_comes_first(one: Observation, words: str, repair: str) -> None:
    """What a strong penalty or raw inputs have done is told with it, and so is its repair."""
    doctor = LiveDoctor()
    doctor.look(one, final=True)
    (finding,) = doctor.standing
    assert words in finding.message
    assert finding.repair == repair


def test_units_die_of_scaled_inputs_as_before() -> None:
    """Where inputs are near 1 and nothing pulls, the rate is what is mended."""
    doctor = LiveDoctor()
    doctor.look(observation(layers=_DEAD, input_size=3.0, scaling="x"), final=True)
    (finding,) = doctor.standing
    assert finding.repair.startswith("a smaller learning rate")


@pytest.mark.parametrize("number", [math.nan, math.inf])
def test_numbers_that_are_not_finite_trouble_no_rule(number: float) -> None:
    """Losses and gradients that are gone give no finding that would be made of them."""
    ill = observation(
        losses=[number] * 50,
        reports=[Report(n, number, number) for n in range(1, 6)],
        layers=[reading(0, gradient=number, update=1e-3), reading(2, gradient=number)],
    )
    assert seen(ill, ill) == []


@pytest.mark.parametrize(
    ("one", "figures"),
    [
        (with_layer(1, dead=10), ["all 10 units of ReLU()", "64 training samples"]),
        (
            observation(layers=[LayerFigures((0, 1), "ReLU()", units=2, dead=2)]),
            ["all 2 units of ReLU()", "and no layer before it in its block learns"],
        ),
        (with_layer(0, gradient=1e-6), ["100,000 times smaller", "layers[4] Linear(4)"]),
        (observation(losses=_GROWING), ["2-fold", "at 510", "about 119 epochs"]),
        (_reports(0.05), ["best at epoch 30 (0.3)", "risen to 0.4"]),
        (_accuracy(0.5, 0.5), ["accuracy is 0.500", '"in"', "has 0.500"]),
        (_slow(), ["1,000 steps", "less than 0.10%"]),
    ],
)
def test_the_sentence_has_the_figures(one: Observation, figures: list[str]) -> None:
    """A finding says what this training's numbers are, and what would help."""
    doctor = LiveDoctor()
    doctor.look(one, final=True)
    (finding,) = doctor.standing
    for figure in figures:
        assert figure in finding.message
    assert finding.repair
