"""What is said of a part of an experiment, in its own figures, and what is trained beside it."""

from __future__ import annotations

from typing import Any

from engine.doctor.examination import examine
from engine.explanation import parts, results
from engine.parts.data.tables import Digits
from engine.parts.layers.activation import ReLU
from engine.parts.layers.convolution import Conv2d
from engine.parts.layers.dense import Dropout, Flatten, Linear
from engine.parts.losses import CrossEntropyLoss
from engine.parts.metrics import METRICS
from engine.parts.optimizers import SGD, Adam
from engine.parts.schedules import StepLR
from engine.spec.experiment import Experiment


def network(**changes: Any) -> Experiment:
    values: dict[str, Any] = {
        "data": Digits(),
        "layers": (Flatten(), Linear(64), ReLU(), Dropout(0.2), Linear(16), Linear(10)),
        "loss": CrossEntropyLoss(),
        "optimizer": Adam(lr=0.01),
        "epochs": 10,
        "batch_size": 100,
        "test_fraction": 0.2,
    }
    return Experiment(**{**values, **changes})


def test_a_dropout_says_how_many_values_it_switches_off() -> None:
    told = parts.of_component(network(), (3,))
    assert told.title == "Dropout(0.2)" or told.title == "Dropout(p=0.2)"
    assert told.here == "Here it switches off 13 of 64 values in each step; once trained, none."
    assert told.trial is not None
    assert Dropout(0.2) not in told.trial.second.layers
    assert (told.trial.first_name, told.trial.second_name) == (f"with {Dropout(0.2)}", "without")


def test_a_linear_layer_says_how_its_parameters_are_counted() -> None:
    told = parts.of_component(network(), (4,))
    assert told.here == "Here 64 values become 16, and it learns 1,040 = 64 × 16 + 16 numbers."


def test_a_filter_says_how_its_parameters_are_counted() -> None:
    layers = (Conv2d(4, 3), Flatten(), Linear(10, bias=False))
    told = parts.of_component(network(layers=layers), (0,))
    assert "40 = 1 × 3 × 3 × 4 + 4" in told.here
    assert "1,440 = 144 × 10 numbers" in parts.of_component(network(layers=layers), (2,)).here


def test_a_layer_that_can_not_go_has_nothing_to_compare() -> None:
    assert parts.of_component(network(), (5,)).trial is None


def test_the_experiments_own_fields_are_told_in_its_numbers() -> None:
    """1,797 digits, a fifth of them held back, in batches of 100."""
    here = {name: parts.of_field(network(), name).here for name in ("epochs", "batch_size")}
    assert here == {
        "epochs": "Here 10 epochs of 15 steps are 150 steps.",
        "batch_size": "Here 1,438 samples in batches of 100 are 15 steps an epoch.",
    }
    told = parts.of_field(network(), "test_fraction")
    assert told.here == "Here 359 of 1,797 samples are held back, and 1,438 train."
    assert told.trial is not None
    assert told.trial.second.test_fraction == 0.0


def test_optimizer_schedule_and_loss_are_told_in_its_numbers() -> None:
    experiment = network(schedule=StepLR(5))
    assert "150 steps at a rate of 0.01" in parts.of_field(experiment, "optimizer").here
    schedule = parts.of_field(experiment, "schedule")
    assert schedule.here == "Here the rate is 0.01 at first, 0.001 half way and 0.001 at the end."
    assert schedule.trial is not None
    assert schedule.trial.second_name == "constant()"
    assert "all 10 classes the same would cost 2.303" in parts.of_field(experiment, "loss").here


def test_an_option_says_what_it_is_and_would_be() -> None:
    """Beside it the usual value is tried, or the one that shows most where it has that."""
    told = parts.of_option(network(optimizer=SGD(lr=0.1, momentum=0.9)), "optimizer", "momentum")
    assert told.title == "SGD: momentum"
    assert told.here == "Here it is 0.9; where nothing is said it would be 0.0."
    assert told.trial is not None
    assert told.trial.second.optimizer == SGD(lr=0.1)
    usual = parts.of_option(network(optimizer=SGD(lr=0.1)), "optimizer", "momentum")
    assert usual.trial is not None
    assert usual.trial.second.optimizer == SGD(lr=0.1, momentum=0.9)


def test_an_option_of_a_layer_is_told_at_its_address() -> None:
    told = parts.of_option(network(), (4,), "out_features")
    assert told.trial is not None
    assert told.trial.second.layers[4] == Linear(8)


def test_every_part_of_every_preset_can_be_explained() -> None:
    from engine.spec.experiment_reader import read_file
    from engine.spec.presets import listings

    for preset in listings()[0]:
        experiment = read_file(preset.path)
        for name in Experiment.parameters():
            told = parts.of_field(experiment, name)
            assert told.here or experiment.data.facts() is None, (preset.name, name)
        for index in range(len(experiment.layers)):
            told = parts.of_component(experiment, (index,))
            assert told.here or experiment.data.facts() is None, (preset.name, index)


def test_a_metric_tells_its_number_of_the_test_split() -> None:
    measured = {"train_accuracy": 1.0, "test_accuracy": 0.95}
    told = results.of_metric(METRICS["accuracy"], measured, {"train": 80, "test": 20})
    assert told.here == "Here 19 of 20 test samples are told right: 0.950."
    assert results.of_metric(METRICS["accuracy"], {}, {}).here == results.NOT_YET


def test_a_finding_says_why_it_is_one_and_tries_its_repair() -> None:
    experiment = network(optimizer=SGD(lr=100.0))
    found = next(f for f in examine(experiment) if f.repaired is not None)
    told = results.of_finding(found, experiment)
    assert told.what.endswith(".")
    assert told.here == f"Here, in {found.place}: {found.message}."
    assert told.trial is not None
    assert told.trial.second == found.repaired
