"""The verdict: by what it is better, worse or alike, and what stands against believing it."""

from __future__ import annotations

import numpy as np

from engine.evaluation.baselines import Guess, linear_guess, simple_guess
from engine.evaluation.judgement import Judgement
from engine.evaluation.judging import judge
from tests.engine.evaluation.samples import of_classes, of_numbers


def _classes(right: int, wrong: int, split: str = "test") -> Judgement:
    """A network that is right so often, where the commonest class is half of all."""
    samples = right + wrong
    targets = np.arange(samples) % 2
    told = np.where(np.arange(samples) < right, targets, 1 - targets)
    evidence = of_classes(targets, np.eye(2)[told], split=split)
    return judge(evidence, [simple_guess(targets, evidence)])


def test_better_than_the_commonest_class() -> None:
    """Named is what is best without a network, with what it reaches."""
    found = _classes(90, 10)
    assert found.standing == "better"
    assert found.verdict == (
        "It is better than what needs no network: Accuracy 0.900 (0.826 to 0.945), the commonest "
        "class alone reaches 0.500."
    )
    assert found.doubt == ""
    assert [(one.name, one.value) for one in found.baselines] == [("commonest class", 0.5)]


def test_alike_and_worse() -> None:
    """Half right is no better than a guess, none right is worse."""
    assert _classes(50, 50).verdict.startswith("It can't be told from the commonest class alone:")
    assert _classes(2, 98).verdict.startswith("It is worse than the commonest class alone:")
    assert (_classes(50, 50).standing, _classes(2, 98).standing) == ("alike", "worse")


def test_doubts() -> None:
    """Samples of the training say little, and few say hardly anything."""
    assert "was trained on" in _classes(90, 10, split="train").doubt
    assert _classes(9, 1).doubt.startswith("10 samples are few")


def test_numbers_in_their_unit() -> None:
    """Held against the mean and a linear model; the better of them is named."""
    targets = np.arange(40.0)
    evidence = of_numbers(targets.tolist(), (targets + 0.5).tolist(), unit="EUR")
    mean = simple_guess(targets[:, None], evidence)
    inputs = np.square(targets)[:, None]
    linear = linear_guess(inputs, targets[:, None], inputs)
    assert linear is not None
    found = judge(evidence, [mean, linear])
    assert found.verdict == (
        "It is better than what needs no network: Mean error 0.5 EUR (0.5 EUR to 0.5 EUR), "
        f"a linear model reaches {np.abs(linear.predicted[:, 0] - targets).mean():.4g} EUR."
    )
    assert found.baselines[0].value == 10
    assert found.headline == "mae"


def test_a_linear_model_learns_a_line() -> None:
    """Of classes on both sides of it, and says nothing where there is one class alone."""
    inputs = np.linspace(-1, 1, 50)[:, None]
    targets = (inputs[:, 0] > 0).astype(int)
    found = linear_guess(inputs, targets, inputs, num_samples=100)
    assert found is not None
    assert (found.predicted == targets).all()
    assert found.fitted_to == 50
    assert linear_guess(inputs, targets * 0, inputs) is None
    assert linear_guess(np.full_like(inputs, np.nan), targets, inputs) is None


def test_nothing_finite_is_not_judged() -> None:
    """Neither good nor bad."""
    evidence = of_numbers([1, 2], [np.nan, 2])
    found = judge(evidence, [Guess("mean", evidence.targets)])
    assert found.standing == "unknown"
    assert found.verdict == "Its outputs are not finite: there is nothing to judge."
