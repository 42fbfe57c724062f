"""Overrides: one value of an experiment changed from the command line."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import BadExperiment, DataUnavailable
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.overrides import set_value

_CIRCLE: dict[str, object] = {
    "data": "circle(samples=100)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1, True)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(0.1, momentum=0.9)",
}


@pytest.mark.parametrize(
    ("assignment", "key", "value"),
    [
        ("epochs=3", "epochs", 3),
        ("batch_size=full", "batch_size", "full"),
        ("shuffle=false", "shuffle", False),
        ("clip_norm=none", "clip_norm", None),
        ("class_weights=[1, 2]", "class_weights", [1, 2]),
        ("freeze=all but last", "freeze", "all but last"),
        ("freeze=[0, 2]", "freeze", [0, 2]),
        ("title=a = b", "title", "a = b"),
        ("title=3", "title", "3"),
        ("title=", "title", ""),
        (" seed =7", "seed", 7),
        ("loss=MSELoss", "loss", "MSELoss"),
        ("layers=Linear(1) Sigmoid", "layers", ["Linear(1)", "Sigmoid"]),
        ("layers=[Linear(1), Sigmoid()]", "layers", ["Linear(1)", "Sigmoid()"]),
        (
            'layers=["nn.Linear(2, 1)", "Sigmoid()"]',
            "layers",
            ["Linear(1, in_features=2)", "Sigmoid()"],
        ),
        ("layers=['Linear(1)']", "layers", ["Linear(1)"]),
        ("optimizer.lr=0.05", "optimizer", "SGD(0.05, momentum=0.9)"),
        ("optimizer.momentum=0", "optimizer", "SGD(0.1, momentum=0)"),
        ("optimizer.nesterov=True", "optimizer", "SGD(0.1, momentum=0.9, nesterov=True)"),
        ("data.samples=20", "data", "circle(samples=20)"),
        ("schedule.warmup=5", "schedule", "constant(warmup=5)"),
        ("layers.1=Tanh()", "layers", ["Linear(4)", "Tanh()", "Linear(1, True)", "Sigmoid()"]),
        (
            "layers.0.out_features=8",
            "layers",
            ["Linear(8)", "ReLU()", "Linear(1, True)", "Sigmoid()"],
        ),
        (
            "layers.2.bias=False",
            "layers",
            ["Linear(4)", "ReLU()", "Linear(1, False)", "Sigmoid()"],
        ),
    ],
)
def test_one_value_is_changed(assignment: str, key: str, value: object) -> None:
    """An assignment changes its one value; everything else stays as it was written."""
    assert set_value(_CIRCLE, assignment) == {**_CIRCLE, key: value}


@pytest.mark.parametrize(
    ("assignment", "message"),
    [
        ("epochs", "--set epochs: write KEY=VALUE, like optimizer.lr=0.05"),
        ("=3", "--set =3: write KEY=VALUE, like optimizer.lr=0.05"),
        ("", "--set : write KEY=VALUE, like optimizer.lr=0.05"),
        ("epoch=3", '--set epoch: unknown key "epoch": did you mean epochs?'),
        ("zzzzz=3", '--set zzzzz: unknown key "zzzzz": docs/reference/fields.md lists the keys'),
        ("lr=3", '--set lr: unknown key "lr": did you mean optimizer.lr?'),
        (
            "learning_rate=3",
            '--set learning_rate: unknown key "learning_rate": did you mean optimizer.lr?',
        ),
        ("samples=3", '--set samples: unknown key "samples": did you mean data.samples?'),
        ("test_split=3", '--set test_split: unknown key "test_split": did you mean test_fraction?'),
        ("layers.9=ReLU", '--set layers.9: "9" is not a layer: they are 0 to 3'),
        ("layers.-1=ReLU", '--set layers.-1: "-1" is not a layer: they are 0 to 3'),
        ("layers.x.bias=1", '--set layers.x.bias: "x" is not a layer: they are 0 to 3'),
        ("layers.0.a.b=1", "--set layers.0.a.b: write layers.INDEX.ARGUMENT=VALUE"),
        ("epochs.x=1", '--set epochs.x: "epochs" has nothing inside: write epochs=VALUE'),
        (
            "optimizer.momentun=1",
            '--set optimizer.momentun: SGD has no argument "momentun": did you mean momentum?',
        ),
        ("layers.1.x=1", '--set layers.1.x: ReLU has no argument "x"'),
    ],
)
def test_a_place_that_is_not_there_is_told(assignment: str, message: str) -> None:
    """A key, index or argument that does not exist is named with what does."""
    with pytest.raises(BadExperiment) as caught:
        set_value(_CIRCLE, assignment)
    assert str(caught.value) == message
    assert caught.value.exit_code == 2


_BLOCKS: dict[str, object] = {
    "layers": [
        "Linear(4)",
        "Residual([Linear(4), ReLU, Residual(layers=[Linear(4)])], 'projection')",
    ]
}


@pytest.mark.parametrize(
    ("assignment", "block"),
    [
        (
            "layers.1.0.out_features=8",
            "Residual([Linear(8), ReLU(), Residual(layers=[Linear(4)])], 'projection')",
        ),
        (
            "layers.1.1=Tanh",
            "Residual([Linear(4), Tanh(), Residual(layers=[Linear(4)])], 'projection')",
        ),
        (
            "layers.1.2.0.bias=False",
            "Residual([Linear(4), ReLU(), Residual(layers=[Linear(4, bias=False)])], 'projection')",
        ),
        (
            "layers.1.2.layers=Linear(2) ReLU",
            "Residual([Linear(4), ReLU(), Residual(layers=[Linear(2), ReLU()])], 'projection')",
        ),
        ("layers.1.layers=[Linear(2), ReLU]", "Residual([Linear(2), ReLU()], 'projection')"),
        (
            "layers.1.shortcut=identity",
            "Residual([Linear(4), ReLU(), Residual(layers=[Linear(4)])], 'identity')",
        ),
    ],
)
def test_a_layer_inside_of_a_block_is_changed(assignment: str, block: str) -> None:
    """It is named by the indices on the way to it."""
    assert set_value(_BLOCKS, assignment) == {"layers": ["Linear(4)", block]}


@pytest.mark.parametrize(
    ("key", "message"),
    [
        ("layers.0.3", "layers[0] is Linear(4), which has no layers inside"),
        ("layers.1.7", '"7" is not a layer in layers[1]: they are 0 to 2'),
        ("layers.1.2.1.bias", '"1" is not a layer in layers[1][2]: they are 0 to 0'),
        ("layers.1.x.y", "write layers.INDEX.ARGUMENT=VALUE"),
        (
            "layers.1.0.x",
            'Linear has no argument "x": it has out_features, bias, init, init_scale, init_bias',
        ),
        ("layers.1.1", "'5(' is not a call like Name(argument, key=value): ( is never closed"),
    ],
)
def test_a_place_that_is_not_in_a_block_is_told(key: str, message: str) -> None:
    """As far as the key leads, and what is there."""
    with pytest.raises(BadExperiment) as caught:
        set_value(_BLOCKS, f"{key}=5(")
    assert str(caught.value) == f"--set {key}: {message}"


def test_inside_of_what_is_not_there_yet() -> None:
    """An argument of a data set, or a layer, that the experiment lacks is told."""
    with pytest.raises(BadExperiment, match=r"--set data\.samples: there is none yet"):
        set_value({}, "data.samples=3")
    with pytest.raises(BadExperiment, match=r'"0" is not a layer: there is none'):
        set_value({}, "layers.0=ReLU")


def test_a_wrong_value_is_told_when_the_whole_is_read() -> None:
    """The value itself is judged by the same checks as that of a file."""
    with pytest.raises(BadExperiment) as caught:
        from_raw(set_value(set_value(_CIRCLE, "optimizer.lr="), "epochs=ten"))
    assert sorted(str(problem) for problem in caught.value.problems) == [
        "epochs: 'ten' is not accepted: give a whole number, at least 1 and at most 1,000,000,000",
        "optimizer.lr: '' is not accepted: give a number, at least 0",
    ]


@settings(max_examples=200, deadline=None)
@given(
    key=st.sampled_from(
        [
            *Experiment.parameters(),
            "optimizer.lr",
            "layers.0",
            "layers.0.out_features",
            "layers.1.0",
            "layers.1.0.0.bias",
            "data.noise",
        ]
    )
    | st.text(max_size=8),
    value=st.text(max_size=12)
    | st.sampled_from(["[1, 2]", "{'a': [0, 1]}", "1e999", "0x" + "f" * 9]),
)
def test_no_assignment_does_anything_but_change_or_explain(key: str, value: str) -> None:
    """Any KEY=VALUE makes an experiment, or problems."""
    message = "problem"
    try:
        from_raw(set_value(_CIRCLE, f"{key}={value}"))
    except (BadExperiment, DataUnavailable) as error:
        message = str(error)
    assert message
