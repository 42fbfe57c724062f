"""An experiment written as TOML reads back as the same experiment."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadExperiment
from engine.parts.data import Data
from engine.parts.schedules import OneCycleLR
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import raw_toml, to_toml
from tests.engine.spec.strategies import experiments, members, texts
from tests.thoroughness import examples

_CIRCLE = {
    "title": "Circle",
    "data": "circle(samples=100)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
}


def _images() -> st.SearchStrategy[Data]:
    """Data sets of images that say their shape without their files."""
    names = ("MNIST", "CIFAR10")
    classes = [cls for name in names if issubclass(cls := Data.members()[name], Data)]
    return st.sampled_from(classes).flatmap(members)


@pytest.mark.parametrize("complete", [False, True])
@settings(max_examples=examples(60), deadline=None)
@given(experiment=experiments() | experiments(_images()))
def test_reading_what_was_written_is_the_identity(experiment: Experiment, complete: bool) -> None:
    """Any valid experiment survives TOML, in its short form and in its complete one."""
    text = to_toml(experiment, complete=complete)
    assert from_raw(parse_toml(text)) == experiment


@settings(max_examples=examples(100), deadline=None)
@given(title=texts(), path=texts(), key=texts())
def test_any_text_survives(title: str, path: str, key: str) -> None:
    """Titles, names inside calls and keys of tables are written so that they read back."""
    experiment = from_raw({**_CIRCLE, "title": title, "measured": {key: [0, 1]}})
    back = from_raw(parse_toml(to_toml(experiment)))
    assert back.title == title
    assert back.measured == {key: (0.0, 1.0)}
    named: dict[str, str] = {"path": path, "target": key}
    called = Data.members()["csv"](**named)
    written = to_toml(Experiment(**{**experiment.values(), "data": called}))
    assert tomllib.loads(written)["data"] == str(called)


@pytest.mark.parametrize("field", ["title", "group", "summary", "teaches", "expect"])
def test_a_lone_surrogate_is_refused(field: str) -> None:
    """A text that no file can hold is a problem of its key, not a crash of the writer."""
    with pytest.raises(BadExperiment, match=f"{field}: .* is not accepted: give a text"):
        from_raw({**_CIRCLE, field: "a\ud800"})
    with pytest.raises(BadExperiment, match=r"measured: .* is not a table of"):
        from_raw({**_CIRCLE, "measured": {"a\ud800": [0, 1]}})


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("seed", 2**63 - 1),
        ("epochs", 10**9),
        ("l1", 5e-324),
        ("l2", 1.7976931348623157e308),
        ("stop_below", -1e-7),
        ("optimizer", "SGD(lr=1e-20)"),
        ("predict", [[1e16, -0.1]]),
        ("title", "'''\"\"\"\\ \u202e \u2028 \u2066"),
        ("measured", {"": [0, 0], "a b": [-1, 1e300]}),
    ],
)
def test_extreme_values_survive(key: str, value: object) -> None:
    """The largest, the smallest and the oddest accepted values read back unchanged."""
    experiment = from_raw({**_CIRCLE, key: value})
    assert from_raw(parse_toml(to_toml(experiment))) == experiment


def test_the_short_form_is_what_a_person_would_write() -> None:
    """Texts stand first, defaults are left out, calls are in their shortest form."""
    experiment = from_raw({**_CIRCLE, "data": "circle(100)", "batch_size": 10, "epochs": 100})
    # circle's own default for samples decides whether its call is bare.
    assert to_toml(experiment) == (
        'title = "Circle"\n'
        f'data = "{experiment.data}"\n'
        'layers = ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]\n'
        'loss = "BCELoss()"\n'
        'optimizer = "SGD(lr=0.1)"\n'
        "epochs = 100\n"
        "batch_size = 10\n"
    )


def test_a_long_chain_stands_one_layer_a_line() -> None:
    """Layers that would make too long a line are written in rows, and read back."""
    layers = ["Linear(16)", "LeakyReLU(negative_slope=0.25)"] * 3 + ["Linear(1)", "Sigmoid()"]
    experiment = from_raw({**_CIRCLE, "layers": layers})
    text = to_toml(experiment)
    assert '    "LeakyReLU(negative_slope=0.25)",\n' in text
    assert from_raw(parse_toml(text)) == experiment


def test_a_schedule_survives_with_its_required_argument() -> None:
    """A component with a required parameter writes it first, without its name."""
    experiment = from_raw({**_CIRCLE, "schedule": "OneCycleLR(max_lr=0.5, pct_start=0.2)"})
    assert 'schedule = "OneCycleLR(0.5, pct_start=0.2)"\n' in to_toml(experiment)
    assert experiment.schedule == OneCycleLR(0.5, pct_start=0.2)


def test_raw_values_read_back() -> None:
    """Whatever a file may hold is written as it was, valid or not."""
    raw = {"epochs": -3, "layers": ["Linear(", 'a"b'], "a b": {"x": [1.5, True]}, "text": "l\n"}
    assert parse_toml(raw_toml(raw)) == raw
