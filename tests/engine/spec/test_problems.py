"""What bad input gets: its place, what is accepted, the nearest match, all at once."""

from __future__ import annotations

import pytest

from engine.errors import BadExperiment
from engine.spec.experiment_reader import from_raw

_CIRCLE: dict[str, object] = {
    "data": "circle(samples=100)",
    "layers": ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
}


def _problems(**changes: object) -> list[str]:
    """What is wrong with the circle experiment after these changes."""
    with pytest.raises(BadExperiment) as caught:
        from_raw({**_CIRCLE, **changes})
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        (
            "layers",
            ["Linear(1)", "Relu6x"],
            'layers[1]: unknown layer "Relu6x": did you mean ReLU6?',
        ),
        (
            "optimizer",
            "Zzz",
            'optimizer: unknown optimizer "Zzz": known are SGD, Adam, AdamW, NAdam, RAdam, '
            "Adamax, Adadelta, RMSprop, Adagrad",
        ),
        ("loss", "BCEloss()", 'loss: unknown loss "BCEloss": did you mean BCELoss?'),
        ("schedule", "steplr(3)", 'schedule: unknown schedule "steplr": did you mean StepLR?'),
        ("data", "cirle()", 'data: unknown data set "cirle": did you mean circle?'),
        (
            "optimizer",
            "SGD(learning_rate=1)",
            'optimizer: SGD has no argument "learning_rate": '
            "it has lr, momentum, dampening, weight_decay, nesterov, fused",
        ),
        (
            "optimizer",
            "SGD(momentun=0.9)",
            'optimizer: SGD has no argument "momentun": did you mean momentum?',
        ),
        ("layers", ["ReLU(x=1)"], 'layers[0]: ReLU has no argument "x"'),
        (
            "layers",
            ["Linear('4')"],
            "layers[0].out_features: '4' is not accepted: "
            "give a whole number, at least 1 and at most 1,000,000",
        ),
        (
            "layers",
            ["Linear(0)"],
            "layers[0].out_features: 0 is not accepted: "
            "give a whole number, at least 1 and at most 1,000,000",
        ),
        (
            "layers",
            ["Linear(4.0)"],
            "layers[0].out_features: 4.0 is not accepted: "
            "give a whole number, at least 1 and at most 1,000,000",
        ),
        (
            "layers",
            ["Linear(True)"],
            "layers[0].out_features: True is not accepted: "
            "give a whole number, at least 1 and at most 1,000,000",
        ),
        (
            "layers",
            ["Linear(3, 1)"],
            "layers[0]: in_features is 3, but 2 come in: leave the 3 out, write Linear(1)",
        ),
        ("layers", ["Linear(1, 0)"], "layers[0].bias: 0 is not accepted: give True or False"),
        (
            "layers",
            ["Linear()"],
            "layers[0]: Linear needs out_features: "
            "a whole number, at least 1 and at most 1,000,000 (how many outputs)",
        ),
        (
            "layers",
            ["Linear(1, True, 'zeros', None, 0.0, 3)"],
            "layers[0]: Linear takes 5 (out_features, bias, init, init_scale, init_bias), but 6 "
            "arguments are given",
        ),
        ("layers", ["ReLU(1)"], "layers[0]: ReLU takes none, but 1 arguments are given"),
        (
            "layers",
            ["Linear(1, out_features=1)"],
            "layers[0]: in_features is 1, but 2 come in: leave the 1 out, write Linear(1)",
        ),
        (
            "layers",
            ["Dropout(0.5, p=0.3)"],
            "layers[0]: Dropout: p is given twice",
        ),
        (
            "optimizer",
            "SGD(lr=1, lr=2)",
            "optimizer: 'SGD(lr=1, lr=2)': lr is given twice",
        ),
        (
            "layers",
            ["Dropout(p=1.0)"],
            "layers[0].p: 1.0 is not accepted: give a number, at least 0 and below 1",
        ),
        (
            "layers",
            ['GELU(approximate="tan")'],
            "layers[0].approximate: 'tan' is not accepted: give 'none' or 'tanh'",
        ),
        (
            "layers",
            ["MaxPool2d([2, 2, 2])"],
            "layers[0].kernel_size: [2, 2, 2] is not accepted: "
            "give a whole number or 2 values (a whole number each), at least 1",
        ),
        (
            "optimizer",
            "SGD(nesterov=True)",
            "optimizer: SGD(lr=0.001, nesterov=True): "
            "nesterov=True needs a momentum above 0 and dampening=0",
        ),
        (
            "loss",
            "os.system('ls')",
            "loss: \"os.system('ls')\" is not a call: write Name(argument, key=value)",
        ),
        ("loss", 3, 'loss: 3 is not a call in quotes, like "Name(argument)"'),
        ("layers", [4], 'layers[0]: 4 is not a call in quotes, like "Name(argument)"'),
        (
            "layers",
            "Linear(1)",
            'layers: \'Linear(1)\' is not a list of calls, like ["Linear(4)", "ReLU()"]',
        ),
        ("layers", [], "layers: there is no layer: give at least one, like Linear(1)"),
        ("epoch", 3, "epoch: unknown key: did you mean epochs?"),
        ("zzzzz", 3, "zzzzz: unknown key: docs/reference/fields.md lists the keys"),
        ("\x1b[31m", 3, "'\\x1b[31m': unknown key: docs/reference/fields.md lists the keys"),
        (
            "epochs",
            "ten",
            "epochs: 'ten' is not accepted: "
            "give a whole number, at least 1 and at most 1,000,000,000",
        ),
        (
            "epochs",
            0,
            "epochs: 0 is not accepted: give a whole number, at least 1 and at most 1,000,000,000",
        ),
        (
            "batch_size",
            "half",
            "batch_size: 'half' is not accepted: give a whole number or 'full', at least 1",
        ),
        ("clip_norm", 0, "clip_norm: 0 is not accepted: give a number or None, above 0"),
        ("shuffle", 1, "shuffle: 1 is not accepted: give True or False"),
        ("l1", float("nan"), "l1: nan is not accepted: give a number, at least 0"),
        ("l1", float("inf"), "l1: inf is not accepted: give a number, at least 0"),
        (
            "device",
            "gpu",
            'device: \'gpu\' is not accepted: give "auto", "cpu", "cuda" or "cuda:1"',
        ),
        (
            "measured",
            {"accuracy": [2, 1]},
            "measured: {'accuracy': [2, 1]} is not a table of metric = [lowest, highest]",
        ),
        (
            "layers",
            ["Linear(4)", "Conv2d(8, 3)"],
            "layers[1]: Conv2d(8, 3) takes images (channels×height×width) but gets 4: "
            "leave it out, or use data with images",
        ),
        (
            "layers",
            ["Linear(3)", "Sigmoid()"],
            "loss: BCELoss() with 2 classes needs 1 output (or 2), but the last layer gives 3: "
            "end with Linear(1)",
        ),
        (
            "loss",
            "CrossEntropyLoss()",
            "loss: CrossEntropyLoss() needs 2 outputs for 2 classes, but the last layer gives 1: "
            "end with Linear(2)",
        ),
        (
            "predict",
            [[0.5, 0.5], [1.0]],
            "predict[1]: it has 1 values, but the data has 2 features (x1, x2)",
        ),
        (
            "class_weights",
            [1, 2, 3],
            "class_weights: BCELoss() takes none: use CrossEntropyLoss() or BCEWithLogitsLoss()",
        ),
        (
            "validation_fraction",
            0.001,
            "validation_fraction: 0.001 of 100 samples is not even one",
        ),
        (
            "validation_offset",
            0.2,
            "validation_offset: there is no validation split that it could move: "
            "give validation_fraction too",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place_and_the_repair(
    key: str, value: object, message: str
) -> None:
    """Each wrong value has one problem: its place, what is wrong, what would be right."""
    assert _problems(**{key: value}) == [message]


def test_a_number_too_long_to_be_written_is_told() -> None:
    """A number of thousands of digits, which Python itself won't print, has its message."""
    assert _problems(report_every=10**5000, l1=10**400) == [
        "report_every: a number of thousands of digits is not accepted: "
        "give a whole number, at least 1",
        f"l1: 1{'0' * 56}... is not accepted: give a number, at least 0",
    ]


def test_layers_that_do_not_fit_images_name_the_repair() -> None:
    """A Linear layer right on images is told to have Flatten() before it."""
    layers = ["Conv2d(4, 3)", "Linear(10)"]
    assert _problems(data="MNIST()", layers=layers, loss="CrossEntropyLoss()") == [
        "layers[1]: Linear(10) takes one row of features but gets 4×26×26: put Flatten() before it"
    ]


def test_a_loss_of_the_wrong_task_is_told() -> None:
    """A loss for classes on a regression names the losses that fit."""
    assert _problems(data="wave()") == [
        "loss: BCELoss() is for classes, but the data set is a regression: "
        "use MSELoss(), L1Loss() or HuberLoss()"
    ]


def test_a_sampler_is_for_classes_and_draws_them_alone() -> None:
    """It is refused for numbers to predict, and beside what it contradicts."""
    regression = {"data": "wave()", "loss": "MSELoss()", "layers": ["Linear(1)"]}
    assert _problems(**regression, sampler="balanced") == [
        "sampler: the data set is a regression, it has no classes: leave sampler out"
    ]
    weighed = {"loss": "CrossEntropyLoss()", "layers": ["Linear(2)"], "class_weights": "balanced"}
    assert _problems(**weighed, sampler="balanced", shuffle=False) == [
        "sampler: it draws samples at random, and shuffle = false keeps their order: give one",
        'sampler: class_weights = "balanced" evens the classes out already: give one of them',
    ]


@pytest.mark.parametrize(
    ("freeze", "message"),
    [
        ([0, 4], "there is no layer 4: they are 0 to 3"),
        ([0, 2], "nothing is left to learn: leave 2 (Linear(1)) out of it"),
        (
            "all",
            "'all' is not accepted: give a list (a whole number each) or 'all but last', "
            "at least 0",
        ),
        (
            [-1],
            "[-1] is not accepted: give a list (a whole number each) or 'all but last', at least 0",
        ),
    ],
)
def test_what_is_frozen_are_layers_and_not_all_that_learn(freeze: object, message: str) -> None:
    """By numbers that there are, and something is left to learn."""
    assert _problems(freeze=freeze) == [f"freeze: {message}"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"4": 0.1}, "there is no layer '4': they are 0 to 3"),
        ({"-1": 0.1}, "there is no layer '-1': they are 0 to 3"),
        ({"1": 0.1}, "layer 1 (ReLU()) has nothing to learn: leave it out of it"),
        (
            {"0": 0.1, "2": 0.5},
            "no layer learns at the optimizer's own rate: leave 2 (Linear(1)) out of it",
        ),
        (
            0.0,
            '0.0 is not accepted: give a number or a table {"name": value} (a number each), '
            "above 0",
        ),
    ],
)
def test_rates_of_their_own_are_of_layers_that_learn(changes: object, message: str) -> None:
    """By numbers that there are, above 0, and some layer has the optimizer's own."""
    assert _problems(backbone_rate=changes) == [f"backbone_rate: {message}"]


def test_a_frozen_layer_has_no_rate() -> None:
    """It would do nothing."""
    wrong = _problems(backbone_rate={"0": 0.1}, freeze=[0])
    assert wrong == ["backbone_rate: layer 0 (Linear(4)) is frozen: leave it out of it"]


def test_class_weights_must_be_one_per_class() -> None:
    """The number of class weights is that of the classes, and each is above 0."""
    loss, layers = "CrossEntropyLoss()", ["Linear(2)"]
    assert _problems(loss=loss, layers=layers, class_weights=[1, 2, 3]) == [
        "class_weights: 3 weights for 2 classes"
    ]
    assert _problems(loss=loss, layers=layers, class_weights=[1, 0]) == [
        "class_weights: every weight must be above 0"
    ]
    regression = {"data": "wave()", "loss": "MSELoss()", "layers": ["Linear(1)"]}
    assert _problems(**regression, class_weights="balanced") == [
        "class_weights: the data set is a regression, it has no classes"
    ]


def test_all_mistakes_are_told_at_once() -> None:
    """One reading names every mistake, of single values and of values together."""
    assert _problems(
        layers=["Linear(4)", "Relu6x", "Linear(x)"],
        optimizer="SGD(lr=-1, momentum='a')",
        epochs=0,
        device="gpu",
        validation_fraction=0.001,
        predict=[[1]],
        tilte="x",
    ) == [
        'layers[1]: unknown layer "Relu6x": did you mean ReLU6?',
        "layers[2]: 'x' is not accepted: give a number, a text in quotes, "
        "True, False, None or a list of them",
        "optimizer.lr: -1 is not accepted: give a number, at least 0",
        "optimizer.momentum: 'a' is not accepted: give a number, at least 0",
        "epochs: 0 is not accepted: give a whole number, at least 1 and at most 1,000,000,000",
        "tilte: unknown key: did you mean title?",
        'device: \'gpu\' is not accepted: give "auto", "cpu", "cuda" or "cuda:1"',
        "validation_fraction: 0.001 of 100 samples is not even one",
        "predict[0]: it has 1 values, but the data has 2 features (x1, x2)",
    ]


def test_missing_keys_are_all_named() -> None:
    """An empty experiment is told each of the four keys that it needs."""
    with pytest.raises(BadExperiment) as caught:
        from_raw({})
    assert [problem.place for problem in caught.value.problems] == [
        "data",
        "layers",
        "loss",
        "optimizer",
    ]


def test_of_an_objective_that_can_not_be_read_nothing_follows() -> None:
    """What a loss or the layers would have to be depends on it."""
    raw: dict[str, object] = {
        "data": "moons(samples=100)",
        "layers": ["Linear(4)", "ReLU()", "Linear(2)"],
        "objective": "denoise(steps=0)",
        "loss": "MSELoss()",
        "optimizer": "Adam(lr=0.01)",
    }
    with pytest.raises(BadExperiment) as caught:
        from_raw(raw)
    assert [problem.place for problem in caught.value.problems] == ["objective.steps"]
