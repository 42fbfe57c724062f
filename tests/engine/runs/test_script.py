"""An exported script repeats its training to the last digit, and needs nothing of ours."""

from __future__ import annotations

import ast
import dataclasses
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import Phase, assume, given, reject, settings

from engine.errors import BadExperiment, DataUnavailable
from engine.parts.data import DataLocations
from engine.runs.script import script
from engine.spec import presets
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import read_file
from engine.training.answers import predictions
from engine.training.checkpoint import Checkpoint, save
from engine.training.named_tensors import model_tensors
from tests.engine.runs.repetition import (
    NOWHERE,
    assert_repeated,
    compare,
    parsed,
    run_here,
    small,
    trained,
)
from tests.engine.spec.strategies import experiments
from tests.engine.training.streaming.folders import divided_in
from tests.presets.measure import parameters
from tests.thoroughness import examples

LOGIT = {"layers": ["Linear(4)", "Tanh()", "Linear(1)"], "loss": "BCEWithLogitsLoss()"}
TWO_LOGITS = {"layers": ["Linear(4)", "Tanh()", "Linear(2)"], "loss": "BCEWithLogitsLoss()"}
CLASSES = {"layers": ["Linear(4)", "ReLU()", "Linear(2)"], "loss": "CrossEntropyLoss()"}
REGRESSION = {"layers": ["Linear(4)", "Tanh()", "Linear(1)"], "loss": "MSELoss()"}
SPLIT = {"validation_fraction": 0.2, "test_fraction": 0.25}
BATCHES = {"batch_size": 7}

VARIANTS: dict[str, dict[str, Any]] = {
    "tutorial": {},
    "report": {"epochs": 7, "report_every": 3},
    "one epoch": {"epochs": 1, "report_every": 5},
    "batches": BATCHES,
    "batches in order": {**BATCHES, "shuffle": False},
    "threads": {**BATCHES, "threads": 2},
    "each class as often": {**BATCHES, **SPLIT, "sampler": "balanced"},
    "each class as often at once": {**CLASSES, "sampler": "balanced", "schedule": "StepLR(2)"},
    "splits": {**BATCHES, **SPLIT},
    "a fold": {**BATCHES, **SPLIT, "validation_offset": 0.4},
    "large validation": {
        "data": "circle(samples=3000)",
        "validation_fraction": 0.5,
        "batch_size": 700,
        "epochs": 1,
    },
    "large batches": {"data": "circle(samples=3000)", "validation_fraction": 0.6, "epochs": 2},
    "test only": {"test_fraction": 0.5},
    "regularized": {**BATCHES, "l1": 0.01, "l2": 0.1, "clip_norm": 0.5},
    "l2": {"l2": 0.1},
    "balanced logit": {**LOGIT, **SPLIT, "class_weights": "balanced"},
    "balanced classes": {**CLASSES, "class_weights": "balanced"},
    "weighted columns": {**TWO_LOGITS, **SPLIT, "class_weights": [1.0, 3.0]},
    "weighted logit": {**LOGIT, "class_weights": [1.0, 3.0]},
    "smoothed": {**CLASSES, "loss": "CrossEntropyLoss(label_smoothing=0.1)"},
    "log probabilities": {
        "layers": ["Linear(4)", "ReLU()", "Linear(2)", "LogSoftmax(dim=1)"],
        "loss": "NLLLoss()",
    },
    "crosses": {"data": 'xor(samples=40, features=["x1", "x1*x2", "sin(x2)", "x2^2"])', **SPLIT},
    "plane": {"data": "plane(samples=40, noise=0.1)", **REGRESSION, **SPLIT},
    "wave": {"data": "wave(samples=40)", **REGRESSION, "loss": "HuberLoss(delta=0.5)"},
    "rings": {
        "data": "rings(samples=40)",
        "layers": ["Linear(8)", "Dropout(0.2)", "BatchNorm1d()", "Linear(3)"],
        "loss": "CrossEntropyLoss()",
        **SPLIT,
    },
    "iris standardized": {
        "data": "iris(standardize=True)",
        "layers": ["Linear(3)"],
        "loss": "CrossEntropyLoss()",
        **SPLIT,
    },
    "digits": {
        "data": "digits()",
        "layers": ["Conv2d(2, 3)", "ReLU()", "Flatten()", "Linear(10)"],
        "loss": "CrossEntropyLoss()",
        "batch_size": 500,
        "epochs": 2,
        **SPLIT,
    },
    "frozen": {
        **BATCHES,
        **SPLIT,
        "layers": [
            "Linear(4)",
            "BatchNorm1d()",
            "Dropout(0.5)",
            "Residual([Linear(4), Tanh()])",
            "Linear(1)",
            "Sigmoid()",
        ],
        "freeze": "all but last",
        "l2": 0.1,
        "clip_norm": 0.1,
        "optimizer": "Adam(lr=0.05)",
    },
    "frozen in the middle": {"layers": ["Linear(4)", "Linear(1)", "Sigmoid()"], "freeze": [0]},
    "rates of their own": {
        **BATCHES,
        "layers": ["Linear(4)", "ReLU()", "Linear(3)", "Tanh()", "Linear(1)", "Sigmoid()"],
        "backbone_rate": {"0": 0.1, "2": 0.3},
        "optimizer": "AdamW(lr=0.05)",
        "schedule": "CosineAnnealingLR(warmup=3)",
    },
    "a backbone on a plateau": {
        "layers": ["Linear(4)", "Linear(3)", "Linear(1)", "Sigmoid()"],
        "freeze": [0],
        "backbone_rate": 0.3,
        "schedule": "ReduceLROnPlateau(patience=0, threshold=0.5)",
    },
    "blocks": {
        **BATCHES,
        **SPLIT,
        "layers": [
            "Linear(6)",
            "Residual([LayerNorm(), ReLU(), Residual([Dropout(0.1), Linear(6)])])",
            'Residual([Linear(4), Tanh(), Linear(3)], shortcut="projection")',
            "Linear(2)",
        ],
        "loss": "FocalLoss()",
        "l2": 0.01,
    },
    "blocks of images": {
        "data": "digits()",
        "layers": [
            'Residual([Conv2d(2, 3, stride=2, padding=1), ReLU()], shortcut="projection")',
            "Residual([Conv2d(2, 3, padding=1)])",
            "Flatten()",
            "Linear(10)",
        ],
        "loss": "CrossEntropyLoss()",
        "batch_size": 500,
        "epochs": 2,
        **SPLIT,
    },
    "first weights": {
        **BATCHES,
        "layers": [
            'Linear(6, init="kaiming_normal", init_bias=0.01)',
            "ReLU()",
            'Residual([Linear(4, init="orthogonal", init_scale=1.5)], shortcut="projection", '
            'init="normal", init_scale=0.1)',
            'Linear(1, init="uniform", init_scale=0.2)',
            "Sigmoid()",
        ],
    },
    "warm-up": {**BATCHES, "schedule": "constant(warmup=4)"},
    "steps": {"schedule": "StepLR(2, gamma=0.5, warmup=1)"},
    "cosine": {**BATCHES, "schedule": "CosineAnnealingLR()"},
    "one cycle": {**BATCHES, "schedule": "OneCycleLR(0.5)", "optimizer": "SGD(momentum=0.9)"},
    "one cycle, beta": {"schedule": "OneCycleLR(0.5)", "optimizer": "Adam()"},
    "one cycle, rate only": {"schedule": "OneCycleLR(0.5, cycle_momentum=False)"},
    "one cycle, RMSprop": {"schedule": "OneCycleLR(0.05)", "optimizer": "RMSprop(momentum=0.5)"},
    "one cycle, no momentum": {"schedule": "OneCycleLR(0.5)", "optimizer": "Adagrad()"},
    "plateau": {
        "schedule": "ReduceLROnPlateau(factor=0.5, patience=0, threshold=0.1)",
        "epochs": 12,
        "report_every": 5,
        **SPLIT,
    },
    "plateau, warm-up": {
        "schedule": "ReduceLROnPlateau(patience=0, threshold=0.5, warmup=3)",
        "epochs": 10,
    },
    "patience": {"patience": 2, "epochs": 60, "report_every": 4, "optimizer": "SGD(lr=9)", **SPLIT},
    "patience on training": {"patience": 1, "epochs": 60, "optimizer": "SGD(lr=9)", **BATCHES},
    "patience on samples": {
        "data": "circle(samples=11000)",
        "patience": 1,
        "epochs": 30,
        "optimizer": "SGD(lr=9)",
        "batch_size": 2000,
    },
    "balanced accuracy": {
        **CLASSES,
        **SPLIT,
        "data": "spiral(samples=60)",
        "select": "balanced_accuracy",
        "patience": 3,
        "epochs": 40,
        "report_every": 4,
    },
    "balanced accuracy of one output": {
        **LOGIT,
        "class_weights": "balanced",
        "select": "balanced_accuracy",
        "patience": 3,
        "epochs": 40,
    },
    "explained variance": {
        **REGRESSION,
        "data": "plane(samples=40)",
        "select": "r2",
        "patience": 3,
        "epochs": 40,
        "optimizer": "SGD(lr=1.5)",
    },
    "a library's metric": {**CLASSES, **SPLIT, "select": "roc_auc", "patience": 3, "epochs": 40},
    "a library's error": {**CLASSES, **SPLIT, "select": "brier_score", "epochs": 2},
    "plateau of a score": {
        **CLASSES,
        **SPLIT,
        "select": "accuracy",
        "schedule": "ReduceLROnPlateau(factor=0.5, patience=0, threshold=0.1)",
        "epochs": 12,
    },
    "stop below": {"stop_below": 0.6, "epochs": 300, "report_every": 50},
    "fused": {"optimizer": "Adam(lr=0.05, fused=True)"},
    "16 bits": {**CLASSES, **BATCHES, **SPLIT, "precision": "bf16"},
    "16 bits, large validation": {
        "data": "circle(samples=3000)",
        "validation_fraction": 0.5,
        "epochs": 2,
        "precision": "bf16",
    },
    "diverged": {**REGRESSION, "data": "plane(samples=9)", "optimizer": "SGD(lr=1e30)"},
}
"""Changes of the tiny experiment, that together use every part of a script."""


@pytest.mark.parametrize("name", VARIANTS)
def test_a_script_repeats_its_training(name: str) -> None:
    """The script prints every reported number of the trainer, bit for bit."""
    code, output = assert_repeated(small(**VARIANTS[name]))
    assert output.diverged == (name == "diverged")
    assert output.epochs or output.diverged
    assert imported(code) <= {"torch", "sklearn", "math", "warnings"}


def test_early_ends_are_really_early() -> None:
    """The variants that are to stop by themselves do so before their last epoch."""
    for name in ("patience", "patience on training", "patience on samples", "stop below"):
        experiment = small(**VARIANTS[name])
        _, output = assert_repeated(experiment)
        assert (output.epochs[-1]["epoch"] or math.inf) < experiment.epochs


REFUSED_BY_TORCH = (
    "between 0 and 1",  # BCELoss, of the outputs of a network that has diverged
    "more than 1 value per channel",  # BatchNorm without running statistics, of a lone sample
)


@settings(
    max_examples=examples(25),
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # shrinking takes minutes here
)
@given(experiment=experiments())
def test_any_script_repeats_its_training(experiment: Experiment) -> None:
    """Whatever the experiment asks for, script and trainer agree."""
    epochs = min(experiment.epochs, 12)
    changed = dataclasses.replace(experiment, epochs=epochs, device="cpu", start_from="")
    # RMSprop makes no momentum buffer where a cycle starts with (nearly) no momentum.
    assume(
        not (experiment.optimizer.name == "RMSprop" and experiment.schedule.name == "OneCycleLR")
    )
    try:
        training = trained(changed)
    except (DataUnavailable, BadExperiment):
        reject()  # a class without a sample to balance; a batch of one sample to normalize
    except (RuntimeError, ValueError) as error:
        if not any(known in str(error) for known in REFUSED_BY_TORCH):
            raise
        reject()
    code = script(training.trainer.experiment, NOWHERE)
    compare(training, run_here(code), code)


NEEDS_FILES = ("mnist", "mnist-repaired", "mnist-cnn", "fashion", "kmnist", "cifar10", "mnist-8x8")
NEEDS_A_RUN = ("digits-second-half", "mnist-to-digits")
"""They begin with what another preset's run has learned."""


@pytest.mark.parametrize("epochs", [3, pytest.param(20, marks=pytest.mark.rare)])
@pytest.mark.parametrize(
    "name",
    parameters(name for name in presets.names() if name not in (*NEEDS_FILES, *NEEDS_A_RUN)),
)
def test_a_preset_is_repeated_by_its_script(name: str, epochs: int) -> None:
    """The script of every preset that needs no download repeats its losses.

    On one thread: several wait for each other where the tests leave no core free, and that a
    script takes as many as the trainer is another test's claim.
    """
    experiment = read_file(presets.path_of(name))
    fewer = min(experiment.epochs, epochs)
    assert_repeated(dataclasses.replace(experiment, epochs=fewer, device="cpu", threads=1))


def test_a_table_of_ones_own_is_read_by_the_script(tmp_path: Path) -> None:
    """Categories, missing cells and standardization of a CSV file come out the same."""
    rows = [
        f"{n % 7},{'red' if n % 3 else 'green'},{'' if n == 4 else n / 3},{n % 2}"
        for n in range(30)
    ]
    path = tmp_path / 'odd "name"\n.csv'
    path.write_text("\n".join(["a,color,b,label", *rows]), "utf-8")
    data = f'csv({str(path)!r}, target="label", missing="mean", standardize=True)'
    code, _ = assert_repeated(small(data=data, **BATCHES, **SPLIT))
    own = {"bz2", "collections", "gzip", "lzma", "math", "typing"}
    assert imported(code) == {"torch", "numpy", "pyarrow", *own}


@pytest.mark.parametrize(
    ("given", "targets"),
    [
        ("missing='mean', standardize=True, standardize_target=True", "'price'"),
        ("missing='median', target_scale='log', cyclic=True", "'price'"),
        (
            "missing={'pay': 'indicator', 'day': 'mean'}, rare=3, standardize=True",
            "['price', 'area']",
        ),
        (
            "missing='drop', standardize=True, target_scale='log', standardize_target=True",
            "'price'",
        ),
    ],
)
def test_whatever_a_table_holds_is_prepared_alike(tmp_path: Path, given: str, targets: str) -> None:
    """Dates and categories with gaps, numbers as people write them, the scale of what is predicted.

    To the last bit of every loss and of every error in the target's own unit.
    """
    rows = [
        f"{'' if n == 4 else f'{n % 28 + 1:02}/{n % 12 + 1:02}/20{n % 9:02}'};"
        f"{('red', 'green', 'NA', '')[n % 4] if n else 'blue'};"
        f"{'?' if n == 9 else f'{n}.{100 + n},5 €'};{n + 1};{50 + n * n}"
        for n in range(40)
    ]
    path = tmp_path / "t.csv"
    path.write_text("\n".join(["day;color;pay;area;price", *rows]), "utf-8")
    data = f"csv({str(path)!r}, target={targets}, {given})"
    layers = ["Linear(2)" if "area" in targets else "Linear(1)"]
    experiment = small(
        data=data, layers=layers, loss="MSELoss()", optimizer="Adam(lr=0.01)", **BATCHES, **SPLIT
    )
    assert_repeated(experiment)


def test_augmented_pictures_are_repeated(tmp_path: Path) -> None:
    """Random changes of the training images are drawn alike, and of no others."""
    image = pytest.importorskip("PIL.Image")
    torch.manual_seed(0)
    for label in ("cats", "dogs"):
        (tmp_path / label).mkdir()
        for number in range(6):
            pixels = torch.randint(256, (8, 8, 3), dtype=torch.uint8).numpy()
            image.fromarray(pixels).save(tmp_path / label / f"{number}.png")
    data = f"images({str(tmp_path)!r}, size=8, mean=0.5, std=0.3, flip=True, shift=0.2, rotate=30)"
    layers = ["Flatten()", "Linear(2)"]
    experiment = small(data=data, layers=layers, loss="CrossEntropyLoss()", batch_size=4, **SPLIT)
    code, _ = assert_repeated(experiment)
    assert imported(code) == {"torch", "torchvision", "numpy", "PIL", "pathlib", "typing"}
    assert_repeated(dataclasses.replace(experiment, batch_size="full"))


@pytest.mark.filterwarnings("ignore::engine.errors.Remark")
@pytest.mark.parametrize("changes", [{}, {"patience": 1, "schedule": "ReduceLROnPlateau()"}])
def test_splits_of_a_folder_are_those_of_the_script(
    tmp_path: Path, changes: dict[str, Any]
) -> None:
    """What is in val/ selects, what is in test/ is measured at the end, to the last digit."""
    data = f"images({str(divided_in(tmp_path))!r}, size=6, flip=True)"
    layers = ["Flatten()", "Linear(3)"]
    other = {"loss": "CrossEntropyLoss()", "batch_size": 5}
    assert_repeated(small(data=data, layers=layers, **other, **changes))


def test_a_script_goes_on_from_a_checkpoint(tmp_path: Path) -> None:
    """With start_from, the script begins with the weights of the checkpoint."""
    first = trained(small(epochs=30)).trainer
    path = tmp_path / "last.safetensors"
    save(path, Checkpoint(model_tensors(first.model), {}))
    experiment = dataclasses.replace(small(epochs=1), start_from=str(path))
    output = run_here(script(experiment, NOWHERE))
    with torch.no_grad():
        outputs = first.evaluator.outputs(first.splits.train.inputs)
        loss = first.evaluator.metrics(first.splits.train, outputs)["loss"]
    assert output.epochs == [{"epoch": 1.0, "train_loss": loss}]


@pytest.mark.parametrize(
    "changes",
    [
        {},
        LOGIT,
        CLASSES,
        TWO_LOGITS,
        VARIANTS["log probabilities"],
        {**CLASSES, "precision": "bf16"},
        {"layers": ["Linear(2)", "Softmax()"], "loss": "MSELoss()"},
        {"layers": ["Linear(2)"], "loss": "MSELoss()"},
        {"data": 'circle(samples=40, features=["x1^2", "x2^2"])', "test_fraction": 0.5},
    ],
)
def test_predictions_are_those_of_the_run(changes: dict[str, Any]) -> None:
    """Class and probabilities of the asked-for samples are the trainer's own."""
    samples = [[0.25, -0.5], [3.0, 4.0]]
    training = trained(small(**changes, predict=samples))
    trainer = training.trainer
    found = predictions(trainer.evaluator, trainer.splits.input_map, samples, samples)
    output = run_here(script(trainer.experiment, NOWHERE))
    assert output.rest[-2:] == [
        f"{p.values}: class {p.predicted}  probabilities {p.probabilities}" for p in found
    ]


def test_predictions_of_a_regression_are_numbers() -> None:
    """The asked-for samples of a regression get the network's outputs."""
    training = trained(small(data="wave(samples=20)", **REGRESSION, predict=[[0.5]]))
    trainer = training.trainer
    output = run_here(script(trainer.experiment, NOWHERE))
    value = trainer.evaluator.outputs(torch.tensor([[0.5]])).tolist()[0]
    assert output.rest == [f"[0.5]: {value}"]


def test_a_script_runs_alone(tmp_path: Path) -> None:
    """In an empty folder, isolated, a script prints the run's losses and loads nothing of ours."""
    training = trained(small(**BATCHES, **SPLIT, schedule="CosineAnnealingLR()"))
    code = script(training.trainer.experiment, NOWHERE)
    names = 'sorted({m.partition(".")[0] for m in sys.modules} & {"engine", "tui", "presets"})'
    code += f"import sys\nassert not {names}\nassert torch.get_num_threads() == 1\n"
    (tmp_path / "lesson.py").write_text(code, "utf-8")
    done = subprocess.run(
        [sys.executable, "-I", "lesson.py"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, "")
    compare(training, parsed(done.stdout), code)


def test_a_download_is_named_with_its_folder() -> None:
    """The script of a torchvision set reads it where this program keeps it."""
    experiment = small(
        data="MNIST(mean=0.5, std=0.5)",
        layers=["Flatten()", "Linear(10)"],
        loss="CrossEntropyLoss()",
    )
    code = script(experiment, DataLocations(Path("/where/it is")))
    assert "train_inputs, train_targets = mnist(root='/where/it is', train=True, " in code
    assert "return (images.float() / 255 - 0.5) / 0.5" in code
    assert imported(code) == {"torch", "torchvision"}


def test_a_script_judges_as_many_at_a_time_as_the_trainer() -> None:
    """A thousand, or as many as a batch has: the pieces of a sum change its last bits."""
    for name, size in {"large validation": 1000, "large batches": 1200}.items():
        assert f"for part in inputs.split({size})" in script(small(**VARIANTS[name]), NOWHERE)


@pytest.mark.cuda
@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize(
    "name", ["batches", "splits", "digits", "rings", "weighted logit", "16 bits"]
)
def test_a_script_repeats_its_training_on_cuda(name: str) -> None:
    """On a CUDA device, too, script and trainer agree."""
    code, _ = assert_repeated(small(**{**VARIANTS[name], "device": "cuda"}))
    assert 'torch.device("cuda:0")' in code


def imported(code: str) -> set[str]:
    """The packages that a program imports, anywhere in it."""
    found = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
    return found
