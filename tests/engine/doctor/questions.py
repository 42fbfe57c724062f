"""Public questions of the kind "my network does not learn", each rebuilt as a small experiment.

Each has its title and address, the cause that was accepted, and the rule that names it. Data is
made here, so that it has what the asker's had.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

Raw = dict[str, Any]
"""Fields of an experiment."""

GITHUB = "https://github.com"


@dataclass(frozen=True)
class Question:
    """One question, its answer, and the experiment that it is about."""

    title: str
    address: str
    cause: str
    """What was accepted as the cause."""
    code: str
    """Of the rule that says so."""
    asked: Callable[[Path], Raw]
    """The experiment as it was; its data goes into the folder."""
    mended: Callable[[Path], Raw] | None = None
    """What following the answer changes, where the rule's own repair does not."""
    live: bool = False
    """Whether it shows only while it trains."""
    slight: bool = False
    """Whether following the answer measured too little to warn of it."""

    def __str__(self) -> str:
        return self.address.split("://")[1]


MOONS: Raw = {
    "data": "moons(samples=400)",
    "layers": ["Linear(16)", "ReLU()", "Linear(1)"],
    "loss": "BCEWithLogitsLoss()",
    "optimizer": "Adam(lr=0.01)",
    "epochs": 60,
    "batch_size": 32,
    "test_fraction": 0.25,
}
WAVE: Raw = MOONS | {"data": "wave(samples=400)", "loss": "MSELoss()"}
TWO = ["Linear(16)", "ReLU()", "Linear(2)"]
DIGITS: Raw = MOONS | {
    "data": "digits()",
    "layers": ["Flatten()", "Linear(32)", "ReLU()", "Linear(10)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.001)",
    "epochs": 30,
    "batch_size": 64,
}


def _of(raw: Raw, **changes: Any) -> Callable[[Path], Raw]:
    """An experiment that needs no file."""
    return lambda folder: raw | changes


def table(folder: Path, header: str, rows: Sequence[Sequence[object]]) -> str:
    """A table's file."""
    path = folder / "data.csv"
    lines = [",".join(map(str, row)) for row in rows]
    path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
    return str(path)


def points(count: int, seed: int = 0) -> list[tuple[float, float, int]]:
    """Two numbers, and whether they lie above a curve, now and then the other way round."""
    draw = random.Random(seed)
    found = []
    for _ in range(count):
        a, b = draw.gauss(0, 1), draw.gauss(0, 1)
        above = b + draw.gauss(0, 0.3) > a * a - 0.7
        found.append((round(a, 4), round(b, 4), int(above)))
    return found


def with_answer(folder: Path) -> Raw:
    """Intrusions, whose kind is among the inputs once more."""
    rows = [(a, b, 100 * y + 7, y) for a, b, y in points(300)]
    return MOONS | {"data": f"csv({table(folder, 'load,rate,code,attack', rows)!r}, 'attack')"}


def derived(folder: Path) -> Raw:
    """A column derived from the label, as a text."""
    names = ("refused", "granted")
    rows = [(a, b, ("paper", "money")[y], names[y]) for a, b, y in points(300)]
    return MOONS | {"data": f"csv({table(folder, 'income,age,sent,answer', rows)!r}, 'answer')"}


def numbered(folder: Path) -> Raw:
    """Houses in the order of their price, each with its number."""
    prices = sorted((2 * a + b * b + 0.5 * y, a, b) for a, b, y in points(300))
    rows = [(n, a, b, round(price, 4)) for n, (price, a, b) in enumerate(prices, 1)]
    path = table(folder, "id,area,rooms,price", rows)
    return WAVE | {"data": f"csv({path!r}, 'price', standardize=True)"}


def marked(folder: Path) -> Raw:
    """Heights and weights; -999 where nobody measured."""
    draw = random.Random(1)
    rows = []
    for a, b, y in points(300):
        weight = -999 if draw.random() < 0.1 else round(70 + 12 * b, 1)
        rows.append((round(172 + 9 * a, 1), weight, y))
    path = table(folder, "height,weight,fit", rows)
    return MOONS | {"data": f"csv({path!r}, 'fit', standardize=True)"}


def repeated(folder: Path, copies: int = 2) -> Raw:
    """Pages that were crawled twice; what they are is noise."""
    draw = random.Random(2)
    once = [(a, b, draw.choice(["shop", "news"])) for a, b, _ in points(150)]
    path = table(folder, "links,words,kind", once * copies)
    layers = ["Linear(64)", "ReLU()", "Linear(64)", "ReLU()", "Linear(1)"]
    return MOONS | {"data": f"csv({path!r}, 'kind')", "layers": layers, "epochs": 300}


def always_one(folder: Path) -> Raw:
    """Run times whose logarithm nobody took, cut off at 1."""
    rows = [(a, b, "1.0") for a, b, _ in points(100)]
    return WAVE | {"data": f"csv({table(folder, 'a,b,time', rows)!r}, 'time', task='regression')"}


def run_times(folder: Path) -> Raw:
    rows = [(a, b, round(a - b, 3)) for a, b, _ in points(100)]
    return WAVE | {"data": f"csv({table(folder, 'a,b,time', rows)!r}, 'time', task='regression')"}


def rare(folder: Path) -> str:
    """One sample of the rare class to nine others."""
    draw = random.Random(3)
    rows = [(a, b, y) for a, b, y in points(900) if y or draw.random() < 0.06]
    return f"csv({table(folder, 'a,b,road', rows)!r}, 'road')"


def radiographs(folder: Path, *, apart: bool = False) -> Raw:
    """Pictures of welds, the test pictures copies of some to train on."""
    draw = np.random.default_rng(0)
    for label, shade in (("crack", 60), ("sound", 190)):
        for split, numbers in (("train", range(20)), ("test", range(4))):
            place = folder / split / label
            place.mkdir(parents=True, exist_ok=True)
            for n in numbers:
                pixels = draw.integers(shade - 40, shade + 40, (8, 8), dtype=np.uint8)
                copied = folder / "train" / label / f"{n}.png"
                if split == "test" and not apart:
                    shutil.copy(copied, place / f"{n}.png")
                else:
                    Image.fromarray(pixels).save(place / f"{n}.png")
    return DIGITS | {
        "data": f"images({str(folder)!r}, size=8)",
        "layers": ["Flatten()", "Linear(2)"],
        "test_fraction": 0.0,
    }


def arrays(folder: Path, known: int, *, flipped: bool = False) -> Raw:
    """Arrays with a test split of their own, so many of whose rows are to be trained on, too."""
    rows = np.array(points(300), dtype=np.float32)
    x, y = rows[:, :2], rows[:, 2].astype(np.int64)
    start = 200 - known
    test = 1 - y[start : start + 100] if flipped else y[start : start + 100]
    path = folder / "arrays.npz"
    np.savez(path, x_train=x[:200], y_train=y[:200], x_test=x[start : start + 100], y_test=test)
    return MOONS | {"data": f"npz({str(path)!r})", "test_fraction": 0.0}


_CONVOLVED = ["Conv2d(8, 3)", "ReLU()", "Flatten()", "Linear(10)"]
_BARE = ["Linear(16, bias=False)", "ReLU()", "Linear(1, bias=False)"]
_ZERO = 'init="zeros", init_bias=0.0'
_HALF = 'init="constant", init_scale=0.5, init_bias=0.0'

QUESTIONS = [
    Question("Remove rectifier before softmax", f"{GITHUB}/pytorch/examples/pull/117",
        "softmax(relu(h)) gives classes that begin below 0 no gradient: no ReLU there",
        "squashed-before-output", _of(MOONS, loss="NLLLoss()", layers=[*TWO, "ReLU()",
                                                                       "LogSoftmax()"])),
    Question("BROKEN: Does not converge", f"{GITHUB}/gcr/torch-residual-networks/issues/1",
        "a ReLU just before the LogSoftMax", "squashed-before-output",
        _of(DIGITS, loss="NLLLoss()", layers=[*_CONVOLVED, "ReLU()", "LogSoftmax()"])),
    Question("How neural networks manages to learn 0 class for sigmoidal Cross-Entropy loss "
        "function using ReLU as activation unit?", "https://stats.stackexchange.com/questions/257127",
        "behind a ReLU the sigmoid never falls below 0.5; a layer with weights belongs between",
        "squashed-before-output", _of(MOONS, loss="BCELoss()", layers=[
            "Linear(16)", "ReLU()", "Linear(1)", "ReLU()", "Sigmoid()"])),
    Question("Why does accuracy decrease when using ReLU after linear layers",
        "https://stackoverflow.com/questions/58050105",
        "the last layer's outputs are logits and must not pass a ReLU", "squashed-logits",
        _of(DIGITS, layers=[*DIGITS["layers"], "ReLU()"])),
    Question("What layers should experience dropout when training a neural network?",
        "https://stackoverflow.com/questions/38125657",
        "never the output: what it says would not depend on what was computed", "dropout-output",
        _of(MOONS, layers=["Linear(16)", "ReLU()", "Linear(1)", "Dropout(0.5)"])),
    Question("Learning rate scheduler is working incorrect",
        f"{GITHUB}/Lornatang/SRGAN-PyTorch/issues/1",
        "the scheduler steps far too often, and the rate is zero after a few of them",
        "rate-runs-out", _of(DIGITS, schedule="StepLR(1)")),
    Question("Fix scheduler updating", f"{GITHUB}/ivadomed/ivadomed/pull/55",
        "stepped with each batch in place of each epoch, the rate falls too soon", "rate-runs-out",
        _of(DIGITS, schedule="ExponentialLR(0.3)")),
    Question("LRScheduler.T_max must match TrainingLoop.epochs, and nothing says so",
        f"{GITHUB}/CodefyUI/CodefyUI/issues/205",
        "with T_max below the epochs the rate climbs back up", "rate-climbs-back",
        _of(WAVE, schedule="CosineAnnealingLR(T_max=30)", optimizer="Adam(lr=0.05)")),
    Question("Question About High actor_rollout_ref.actor.optim.lr_warmup_steps_ratio",
        f"{GITHUB}/PeterGriffinJin/Search-R1/issues/28",
        "a warm-up over 0.95 of all steps; it was changed to 0.285", "late-peak",
        _of(MOONS, schedule="OneCycleLR(0.01, pct_start=0.95, div_factor=1000.0)", epochs=15),
        slight=True),
    Question("Patience conflict on early stopping and learning rate reduce",
        f"{GITHUB}/zzh8829/yolov3-tf2/issues/181",
        "early stopping waits 3 epochs and the schedule 10: the rate is never reduced",
        "stops-before-reduction", _of(WAVE, patience=3, schedule="ReduceLROnPlateau()",
            validation_fraction=0.2, optimizer="Adam(lr=0.1)", epochs=200)),
    Question("A Recipe for Training Neural Networks: verify loss at init",
        "https://karpathy.github.io/2019/04/25/recipe/",
        "a loss that guessing has, ln 2 for two classes, is where a training begins",
        "stops-at-once", _of(MOONS, stop_below=0.7)),
    Question("Fix default eps value of the Adam optimizer", f"{GITHUB}/mlpnlp/mlpnlp-nmt/pull/4",
        "eps = 0.1 is too large, the training does not work well with it", "step-damping",
        _of(MOONS, optimizer="Adam(lr=0.01, eps=0.1)")),
    Question("Reducing default epsilon for RMSProp and Adam to fit in float",
        f"{GITHUB}/OpenMined/PySyft/pull/740",
        "an eps that becomes 0 gives nan", "step-damping",
        _of(DIGITS, optimizer="RMSprop(lr=0.001, eps=0)")),
    Question("Adam moment parameterization is backwards",
        f"{GITHUB}/mila-iqia/blocks/issues/1159",
        "with the betas the wrong way round the second moment forgets faster than the first",
        "adam-betas", _of(MOONS, optimizer="Adam(lr=0.01, betas=[0.999, 0.9])")),
    Question("What might happen if you set the momentum hyperparameter too close to 1?",
        "https://madanswer.com/75218",
        "it flies past the minimum again and again", "lasting-momentum",
        _of(WAVE, optimizer="SGD(lr=0.1, momentum=0.999)")),
    Question("How to choose where to clip gradients", "https://stats.stackexchange.com/posts/487195",
        "if the value is too small, training is too slow", "tight-clip",
        _of(MOONS, optimizer="SGD(lr=0.1)", clip_norm=0.001, epochs=100)),
    Question("What is the role of the bias in neural networks?",
        "https://stackoverflow.com/questions/2480650",
        "without one all lines go through the origin, and zeros in are zeros out",
        "no-bias-anywhere", _of(MOONS, data="circle(samples=400)", layers=_BARE)),
    Question("nn.LayerNorm outputs zeros for single column batch",
        f"{GITHUB}/pytorch/pytorch/issues/108956",
        "a single value less its mean is 0", "normalized-away",
        _of(WAVE, layers=["Linear(16)", "ReLU()", "Linear(1)", "LayerNorm()"])),
    Question("[WIP] Added feature-wise layer norm",
        f"{GITHUB}/NVIDIA-Merlin/Transformers4Rec/pull/151",
        "layer norm of a continuous feature by itself leaves a value close to 0",
        "normalized-away", _of(WAVE, layers=["LayerNorm()", *MOONS["layers"]])),
    Question("Where should I place dropout, batch normalization, and activation layer?",
        "https://androidkt.com/where-should-place-dropout-batch-normalization-and-activation-layer/",
        "dropout before batch normalization shifts the variance between training and test",
        "dropout-before-batchnorm", _of(DIGITS, layers=["Flatten()", *["Linear(64)", "ReLU()",
            "Dropout(0.5)", "BatchNorm1d()"] * 2, "Linear(10)"], epochs=20), slight=True),
    Question("Week 1, Programming Assignment initialization: initialize_parameters_zeros",
        "https://community.deeplearning.ai/t/121049",
        "with all weights 0 no gradient reaches them, and nothing breaks the symmetry",
        "equal-weights", _of(MOONS, layers=[f"Linear(16, {_ZERO})", "ReLU()", "Linear(1)"])),
    Question("Calculation of the weights for the loss-function",
        f"{GITHUB}/PRBonn/lidar-bonnetal/issues/48",
        "the formula gives bigger weights to the classes with more points",
        "weights-favor-common",
        lambda folder: MOONS | {"data": rare(folder), "class_weights": [0.1, 0.9]}),
    Question("Why doesn't class weight resolve the imbalanced classification problem?",
        "https://datascience.stackexchange.com/questions/44755",
        "drawing a class more often and weighting it are the same: one of them is enough",
        "balanced-twice", lambda folder: MOONS | {"data": rare(folder), "sampler": "balanced",
                                                  "class_weights": [0.9, 0.1]}),
    Question("Response Variable Is Included in the Training Data!",
        f"{GITHUB}/vinayakumarr/Kalasalingam/issues/2",
        "without the response among the inputs the test accuracy is 70 %, not 99 %",
        "target-among-inputs", with_answer),
    Question("99% Accuracy… Is That Even Real?",
        "https://zeupark.github.io/2025/05/26/overfitting-debug-log.html",
        "a column derived from the label was among the features", "target-among-inputs", derived),
    Question("IDs in ML: why you shouldn't use them as features",
        "https://corts-fanclub.de/blog/ids-in-ml-why-you",
        "a number that names a row has nothing to do with its price", "row-numbers", numbered),
    Question("Fill missing values AND normalise",
        "https://datascience.stackexchange.com/questions/36047",
        "a number far away in place of a missing cell fools the network: fill in the mean",
        "missing-as-number", marked),
    Question("Found duplicates and leakages in the dataset", f"{GITHUB}/js0nwu/webui/issues/1",
        "one row in seven is there twice, and lies in several splits", "repeated-rows",
        repeated, lambda folder: repeated(folder, 1)),
    Question("Data leakage: 100% of test images are duplicates of training images",
        f"{GITHUB}/stefyste/RIAWELC/issues/2",
        "the whole test set is part of the training set, byte by byte", "known-test-rows",
        radiographs, lambda folder: radiographs(folder, apart=True)),
    Question("The training set data includes the test set data.",
        f"{GITHUB}/ZhendongWang6/DIRE/issues/22",
        "620 of 1,000 test images are in the training set", "known-test-rows",
        lambda folder: arrays(folder, 62), lambda folder: arrays(folder, 0)),
    Question("[lab1] what to make of a loss of 0 and an accuracy of 1",
        f"{GITHUB}/Smadx/USTC-ML24-Fall/issues/35",
        "all labels are 1, since the logarithm was never taken", "constant-target",
        always_one, run_times),
    Question("Loss not converging on a binary classification problem",
        "https://discuss.pytorch.org/t/177433",
        "SGD at 0.0001 hardly moves: a larger rate", "too-few-steps",
        _of(MOONS, layers=TWO, loss="CrossEntropyLoss()", optimizer="SGD(lr=0.0001)", epochs=100)),
    Question("Backpropagation with zero weight initialization",
        "https://stats.stackexchange.com/questions/294332",
        "weights that are all alike get the same gradient for ever", "equal-units",
        _of(MOONS, layers=[f"Linear(16, {_HALF})", "Tanh()", f"Linear(1, {_HALF})"]),
        _of(MOONS, layers=["Linear(16)", "Tanh()", "Linear(1)"]), live=True),
    Question("Gradient clip max_norm=5.0 (5x higher than current 1.0)",
        f"{GITHUB}/wandb/senpai/pull/978",
        "all batches are clipped, their gradients 20 times as long as max_norm", "always-clipped",
        _of(DIGITS, optimizer="SGD(lr=0.05)", clip_norm=0.02),
        _of(DIGITS, optimizer="SGD(lr=0.05)", clip_norm=1.0), live=True),
    Question("What can make a binary classifier worse than a random guess?",
        "https://stats.stackexchange.com/questions/611948",
        "it has learned something, and its answers are the wrong way round", "below-chance",
        lambda folder: arrays(folder, 0, flipped=True), lambda folder: arrays(folder, 0),
        live=True),
]  # fmt: skip
"""As a table it reads, as formatted code it does not."""
