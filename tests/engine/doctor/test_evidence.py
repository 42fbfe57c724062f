"""What a finding rests on: the numbers that are kept with it."""

from __future__ import annotations

import math

from engine.doctor.evidence import MOST_POINTS, Bars, Curves, Histogram, Line, Ranges, Reach
from engine.doctor.examination import examine
from engine.doctor.live.doctor import LiveDoctor
from engine.doctor.live.evidence import evidence_of
from engine.doctor.live.observation import Report, Values
from engine.doctor.statistics import Spread, Statistics
from engine.runs import events as ev
from tests.engine.doctor.cases import DIABETES, TWO, experiment, planar
from tests.engine.doctor.observations import LAYERS, observation, with_layer


def test_what_is_about_a_held_out_loss_has_both_curves() -> None:
    """Train and test, with the epoch marked that was best."""
    reports = [Report(1, 1.0, 0.9), Report(2, 0.5, 0.6), Report(3, 0.25, 0.8)]
    seen = observation(epoch=3, losses=[1.0, 0.5, 0.25], reports=reports)

    assert evidence_of("overfitting", "test_loss", seen) == Curves(
        lines=[
            Line(name="train", epochs=[1, 2, 3], values=[1.0, 0.5, 0.25]),
            Line(name="test", epochs=[1, 2, 3], values=[0.9, 0.6, 0.8]),
        ],
        marked=2,
    )
    swinging = evidence_of("loss-oscillates", "optimizer.lr", seen)
    assert isinstance(swinging, Curves)
    assert swinging.marked is None


def test_what_is_about_evaluation_has_the_loss_in_both_modes() -> None:
    """The same samples as the steps saw them and as they are judged."""
    reports = [Report(n, 1 / n, evaluated_loss=2.0) for n in (1, 2)]
    seen = observation(epoch=2, losses=[1.0, 0.5], reports=reports)

    assert evidence_of("batchnorm-evaluation", "layers[1]", seen) == Curves(
        lines=[
            Line(name="train", epochs=[1, 2], values=[1.0, 0.5]),
            Line(name="train, evaluated", epochs=[1, 2], values=[2.0, 2.0]),
        ]
    )


def test_a_long_curve_keeps_its_ends_and_its_best() -> None:
    """No more points than are drawn, and none that is not finite."""
    reports = [Report(n, 1 / n, abs(n - 401.0) + 1) for n in range(1, 1001)]
    reports[6] = Report(7, math.nan, 1.0)
    found = evidence_of("overfitting", "test_loss", observation(reports=reports))

    assert isinstance(found, Curves)
    assert found.marked == 401
    for line in found.lines:
        assert len(line.values) <= MOST_POINTS + 2
        assert (line.epochs[0], line.epochs[-1]) == (1, 1000)
        assert all(map(math.isfinite, line.values))
    assert 401 in found.lines[1].epochs


def test_what_is_about_units_has_the_layers_values() -> None:
    """As they were counted, of the layer that the finding names."""
    seen = with_layer(1, dead=10, values=Values(0.0, 2.0, (6, 0, 2)))
    assert evidence_of("dead-units", "layers[1]", seen) == Histogram(
        of="outputs of layers[1] ReLU()", low=0.0, high=2.0, counts=[6, 0, 2]
    )


def test_what_is_about_gradients_has_every_layers() -> None:
    """Of the layers with weights, the one marked that the finding names."""
    seen = with_layer(0, gradient=1e-6)
    assert evidence_of("vanishing-gradient", "layers[0]", seen) == Bars(
        of="gradient of the weights",
        names=["layers[0] Linear(4)", "layers[2] Linear(4)", "layers[4] Linear(4)"],
        values=[1e-6, 0.1, 0.1],
        marked=[0],
        log=True,
    )
    assert evidence_of("vanishing-gradient", "layers[0]", observation(layers=())) is None


def test_the_live_doctor_keeps_it_with_the_finding() -> None:
    """As it was when it was seen; the record has the same after it was written and read."""
    doctor = LiveDoctor()
    sick = with_layer(1, dead=10, values=Values(0.0, 0.0, (0, 640)))
    (found,) = doctor.look(sick, final=True).appeared
    assert found.evidence == Histogram(
        of="outputs of layers[1] ReLU()", low=0.0, high=0.0, counts=[0, 640]
    )
    event = ev.FindingAppeared(
        n=1, code="dead-units", severity="error", place="layers[1]", message="m", epoch=1,
        evidence=found.evidence,
    )  # fmt: skip
    assert ev.decode(ev.encode(event)) == event
    assert len(LAYERS) == 5


def test_findings_about_data_have_its_ranges() -> None:
    """Columns by name on one scale; targets beside what a network begins with; class counts."""
    features = {f.code: f.evidence for f in examine(experiment(), planar(scale=1000.0))}
    assert features["unscaled-features"] == Ranges(
        of="inputs",
        rows=[
            Reach(name="x1", low=-2.0, mean=0.0, high=2.0),
            Reach(name="x2", low=-2000.0, mean=0.0, high=2000.0),
        ],
    )
    spread = Spread(100.0, 900.0, 500.0, 200.0)
    one = Statistics((0.0,) * 10, (1.0,) * 10, (0.0,) * 10, (1.0,) * 10, targets=(spread,))
    found = {f.code: f.evidence for f in examine(experiment(DIABETES), one)}
    assert isinstance(targets := found["unscaled-targets"], Ranges)
    assert [(row.low, row.high) for row in targets.rows] == [(100.0, 900.0), (-1.0, 1.0)]


def test_rare_classes_are_counted() -> None:
    """How many samples each class has, the commonest first."""
    skewed = experiment({"layers": TWO, "loss": "CrossEntropyLoss()"})
    found = {f.code: f.evidence for f in examine(skewed, planar(390, 10))}
    assert found["class-imbalance"] == Bars(
        of="samples of each class",
        names=["upper moon", "lower moon"],
        values=[390.0, 10.0],
        marked=[0],
    )
