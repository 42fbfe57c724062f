"""A trained network judged on its data: the worst mistakes as they are, and their twins."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from engine.evaluation.evidence import Evidence
from engine.training.judged_evidence import judged_places
from engine.training.judging import evidence_of, judged
from engine.training.mistakes import mistakes, worst
from engine.training.trainer import Trainer
from tests.engine.evaluation.samples import of_classes, of_numbers
from tests.engine.training.tiny import NOWHERE, small


def test_the_worst_are_the_most_surely_wrong() -> None:
    """Or the farthest off; what is right is none, and what is no number neither."""
    shares = [[0.9, 0.1], [0.4, 0.6], [0.1, 0.9], [0.2, 0.8]]
    assert worst(of_classes([0, 0, 0, 1], shares)) == [2, 1]
    assert worst(of_classes([0, 0, 0, 1], shares), 1) == [2]
    assert worst(of_numbers([1, 2, 3], [1.5, 2, 5])) == [2, 0]
    assert worst(of_numbers([1, 2], [float("nan"), 3])) == [1]


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    """One that has not trained: it makes mistakes."""
    return Trainer(small(data="circle(samples=60)", test_fraction=0.5), NOWHERE, "eager")


def test_mistakes_as_they_are(trainer: Trainer) -> None:
    """With the values of the sample's row, what it is, and the share that the mistake was given."""
    found = judged(trainer)
    assert (found.split, found.samples) == ("test", 30)
    assert found.num_mistakes >= len(found.mistakes) > 0
    points = trainer.splits.named()["test"].points
    assert points is not None
    for one in found.mistakes:
        x1, x2 = points[one.sample.number - 1].tolist()
        assert one.sample.names == ["x1", "x2"]
        assert one.sample.values == [f"{x1:.6g}", f"{x2:.6g}"]
        assert one.actual != one.predicted
        assert one.share is not None
        assert one.share >= 0.5
    assert {one.column for one in found.slices} == {"class", "x1", "x2"}
    assert found.calibration is not None
    assert found.threshold is not None
    assert {one.name for one in found.baselines} == {"commonest class", "linear model"}


def test_a_near_duplicate_in_the_training_is_found(trainer: Trainer) -> None:
    """By its number and what it is said to be; what lies farther is none."""
    test, train = trainer.splits.named()["test"], trainer.splits.train
    targets = test.targets.numpy()
    wrong = np.eye(2)[1 - targets] * 0.8 + 0.1
    evidence = Evidence("test", trainer.splits.facts, targets, 1 - targets, wrong)
    kept = test.inputs[3].clone()
    try:
        test.inputs[3] = train.inputs[7] + 1e-4
        twins = {m.sample.number: m.twin for m in mistakes(trainer, test, evidence)}
    finally:
        test.inputs[3] = kept
    twin = twins[4]
    assert twin is not None
    assert twin.number == 8
    assert twin.actual == trainer.splits.facts.classes[int(train.targets[7])]
    apart = torch.cdist(test.inputs, train.inputs).min(1).values
    assert (twins[1] is None) == (apart[0].item() > 0.1)


def test_validation_fits_what_the_test_measures() -> None:
    """Temperature and threshold are of the validation split, where there is one."""
    both = small(data="circle(samples=40)", test_fraction=0.25, validation_fraction=0.25)
    found = judged(Trainer(both, NOWHERE, "eager"))
    assert found.calibration is not None
    assert found.threshold is not None
    assert found.calibration.fitted_to == found.threshold.fitted_to == "validation"


def test_a_regression_has_mistakes_and_slices_too() -> None:
    """In its unit, by how far off it is."""
    found = judged(Trainer(small(
        data="wave(samples=60)", layers=["Linear(1)"], loss="MSELoss()", test_fraction=0.5
    ), NOWHERE, "eager"))  # fmt: skip
    assert found.headline == "mae"
    assert found.calibration is None
    off = [abs(float(one.actual) - float(one.predicted)) for one in found.mistakes]
    assert off == sorted(off, reverse=True)
    assert len(found.slices) == 5


def test_sequences_are_held_against_their_last_value() -> None:
    """In the data's own unit; the linear model stands beside it."""
    experiment = small(
        data="sine_series(samples=40, length=4)",
        layers=['GRU(2, steps="last")', "Linear(1)"],
        loss="MSELoss()",
        test_fraction=0.25,
    )
    trainer = Trainer(experiment, NOWHERE)
    found = judged(trainer)
    assert {one.name for one in found.baselines} == {"mean", "last value", "linear model"}
    part = trainer.splits.named()["test"]
    error = (part.inputs[:, -1, 0] - part.targets[:, 0]).abs().mean().item()
    value = next(one.value for one in found.baselines if one.name == "last value")
    assert value == pytest.approx(error, rel=1e-5)


def test_texts_have_perplexity_and_are_drawn_by_whole_windows() -> None:
    """The exponential of the log loss with its interval; a window's characters go together."""
    experiment = small(
        data="names(context=8)",
        objective="next_token()",
        layers=["Embedding(56, 4)", "Linear(56)"],
        loss="CrossEntropyLoss()",
        batch_size=64,
    )
    trainer = Trainer(experiment, NOWHERE)
    told = evidence_of(trainer)
    assert (told.together, len(told) % 8) == (8, 0)
    scores = {one.name: one for one in judged(trainer).scores}
    loss, perplexity = scores["log_loss"], scores["perplexity"]
    assert loss.value is not None
    assert loss.high is not None
    assert perplexity.value == pytest.approx(np.exp(loss.value))
    assert perplexity.high == pytest.approx(np.exp(loss.high))
    assert scores["bits_per_token"].value == pytest.approx(loss.value / np.log(2))


TEXT = {
    "objective": "next_token()",
    "layers": ["Embedding(56, 4)", "Linear(56)"],
    "loss": "CrossEntropyLoss()",
    "batch_size": 64,
}


def test_windows_that_overlap_are_judged_once() -> None:
    """Of windows a character apart those that begin where the one before ends; none twice."""
    trainer = Trainer(small(data="names(context=8, stride=1, validation=0)", **TEXT), NOWHERE)
    facts, train = trainer.splits.facts, trainer.splits.train
    places = judged_places(facts, "train", train)
    assert places.tolist() == list(range(0, len(train), 8))[: 10_000 // 8]
    rows = train.rows(places)
    assert torch.equal(train.targets[places][:-1, -1], rows[1:, 0])
    apart = Trainer(small(data="names(context=8, validation=0)", **TEXT), NOWHERE)
    same, others = evidence_of(trainer), evidence_of(apart)
    assert (same.together, len(same)) == (8, len(places) * 8)
    assert np.array_equal(same.targets, others.targets[: len(same)])


def test_mistakes_in_a_text_are_places_in_it() -> None:
    """With what was read up to there, what comes and what is said; one of each window at most."""
    trainer = Trainer(small(data="names(context=8)", **TEXT), NOWHERE)
    found = judged(trainer)
    part, tokens = trainer.splits.named()[found.split], trainer.splits.facts.tokens
    assert len({one.sample.number for one in found.mistakes}) == len(found.mistakes) == 8
    for one in found.mistakes:
        assert one.sample.names == ["after"]
        window = part.rows(torch.tensor([one.sample.number - 1]))[0].tolist()
        text = "".join(tokens[token] for token in window).replace("\n", "\\n")
        (read,) = one.sample.values
        assert text.startswith(read[1:-1])
        assert one.actual != one.predicted
    (strain,) = found.strains
    assert (strain.what, strain.amounts) == ("symbols", ["0", "0.05", "0.1", "0.2", "0.4"])
    assert {one.column for one in found.slices} == {"class"}


@pytest.mark.parametrize(
    ("data", "layers"),
    [
        ("parity(n=4)", ["Embedding(2, 3)", "Flatten()", "Linear(2)"]),
        ("modular(p=5)", ["Embedding(5, 3)", "Flatten()", "Linear(5)"]),
        ("sorting(n=3, samples=40)", ["Embedding(10, 3)", "Linear(10)"]),
    ],
)
def test_symbols_are_changed_to_others_that_there_are(data: str, layers: list[str]) -> None:
    """Never to what is none; what they are said to mean is told symbol by symbol."""
    found = judged(Trainer(small(data=data, layers=layers, loss="CrossEntropyLoss()"), NOWHERE))
    assert [one.what for one in found.strains] == ["symbols"]
    for one in found.dependences:
        assert one.labels == [f"{value:g}" for value in one.values]
    if data.startswith("sorting"):
        place, row = found.mistakes[0].sample.values
        assert 1 <= int(place) <= 3
        assert len(row.split()) == 3
