"""What good practice asks of schedules, optimizers, layers and weights: sick ones and twins."""

from __future__ import annotations

from tests.engine.doctor.cases import (
    CLASSES,
    TWO,
    WAVE,
    Pair,
    experiment,
    layers,
    planar,
)

_EQUAL = 'Linear(16, init="zeros")'
_FAR = {"optimizer": "SGD(lr=0.1)", "batch_size": 30}  # 10 steps an epoch

_TOKENS = {"data": "names(context=8)", "objective": "next_token()", "loss": "CrossEntropyLoss()",
           "test_fraction": 0.0}  # fmt: skip
_ECHO = {"data": "echo()", "loss": "CrossEntropyLoss()", "optimizer": "SGD(lr=0.5)"}


def _recurring(layer: str) -> dict[str, list[str]]:
    return layers("Embedding(9, 8)", layer, "Linear(9)")


_MAKER = ["Linear(64)", "ReLU()", "Linear(64)", "ReLU()", "Linear(2)"]
_GAN = {"data": "eight_gaussians()", "test_fraction": 0.0, "epochs": 300, "batch_size": 256,
        "layers": _MAKER,
        "optimizer": "Adam(lr=0.001, betas=[0.5, 0.999])", "schedule": "CosineAnnealingLR()",
        "loss": "BCEWithLogitsLoss()"}  # fmt: skip


def _against(*judge: str, rate: float = 1.0) -> dict[str, str]:
    """Such a discriminator, learning at a share of the rate."""
    layers = ", ".join(("Linear(64)", "LeakyReLU(0.2)", *judge))
    return {"objective": f"adversarial([{layers}], rate={rate})"}


_JUDGE = "adversarial([Linear(64), LeakyReLU(negative_slope=0.2), Linear(1)]"

PRACTICE = [
    Pair(
        "unequal-rates", "warning", "objective.rate",
        "the discriminator learns 20 times as fast as the network",
        experiment(_GAN, _against("Linear(1)", rate=20)),
        experiment(_GAN, _against("Linear(1)", rate=4)),
        repaired={"objective": f"{_JUDGE})"},
    ),
    Pair(
        "unequal-rates", "warning", "objective.rate",
        "the network learns 50 times as fast as its discriminator",
        experiment(_GAN, _against("Linear(1)", rate=0.02)),
        experiment(_GAN, _against("Linear(1)", rate=0.25)),
        repaired={"objective": f"{_JUDGE})"},
    ),
    Pair(
        "momentum-in-contest", "warning", "optimizer.betas", "a momentum of 0.9 carries",
        experiment(_GAN, _against("Linear(1)"), {"optimizer": "Adam(lr=0.001)"}),
        experiment(_GAN, _against("Linear(1)"), {"optimizer": "Adam(betas=[0.75, 0.999])"}),
        repaired={"optimizer": "Adam(lr=0.001, betas=[0.5, 0.999])"},
    ),
    Pair(  # of two networks it is the other one whose outputs the loss compares
        "double-sigmoid", "error", "objective.discriminator[3]", "applies a sigmoid itself",
        experiment(_GAN, _against("Linear(1)", "Sigmoid()")),
        experiment(_GAN, _against("Linear(1)", "Sigmoid()"), {"loss": "BCELoss()"}),
        repaired={"objective": f"{_JUDGE})"},
    ),
    Pair(
        "squashed-logits", "error", "objective.discriminator[3]", "Tanh() keeps the logits",
        experiment(_GAN, _against("Linear(1)", "Tanh()")),
        experiment(_GAN, _against("Linear(1)"), layers(*_MAKER, "Tanh()")),
        repaired={"objective": f"{_JUDGE})"},
    ),
    Pair(
        "missing-sigmoid", "error", "objective.discriminator[2]", "takes probabilities",
        experiment(_GAN, _against("Linear(1)"), {"loss": "BCELoss()"}),
        experiment(_GAN, _against("Linear(1)"), {"loss": "MSELoss()"}),
        repaired={"loss": "BCEWithLogitsLoss()"},
    ),
    Pair(
        "looks-ahead", "error", "layers[1][1]", "the loss falls to nothing",
        experiment(_TOKENS, layers("Embedding(56, 8)", "Residual([LayerNorm(), SelfAttention(2)])",
                                   "Linear(56)")),
        experiment(_TOKENS, layers("Embedding(56, 8)", "GRU(8)", "Linear(56)")),
        repaired={"layers": "Embedding(56, 8) Residual([LayerNorm(), SelfAttention(2, causal=True)"
                            "]) Linear(56)"},
    ),
    Pair(  # whoever sorts has to look ahead
        "looks-ahead", "error", "layers[1]", "is among what it sees",
        experiment(_TOKENS, layers("Embedding(56, 8)", "SelfAttention(2)", "Linear(56)")),
        experiment({"data": "sorting()", "loss": "CrossEntropyLoss()"},
                   layers("Embedding(10, 8)", "SelfAttention(2)", "Linear(10)")),
        repaired={"layers": "Embedding(56, 8) SelfAttention(2, causal=True) Linear(56)"},
    ),
    Pair(
        "exploding-recurrence", "warning", "clip_norm", "goes back through 16 steps",
        experiment(_ECHO, _recurring('RNN(8, nonlinearity="relu")')),
        experiment(_ECHO, _recurring("RNN(8)")),
        repaired={"clip_norm": "1.0"},
    ),
    Pair(
        "exploding-recurrence", "warning", "clip_norm", "a step of SGD is as large then",
        experiment(_ECHO, _recurring('RNN(8, nonlinearity="relu")')),
        experiment(_ECHO, _recurring('RNN(8, nonlinearity="relu")'), {"optimizer": "Adam"}),
        repaired={"clip_norm": "1.0"},
    ),
    Pair(
        "text-in-training", "warning", "test_fraction", "nearly all of each test window",
        experiment(_TOKENS, layers("Embedding(56, 8)", "GRU(8)", "Linear(56)"),
                   {"data": "names(stride=1, validation=0.0)", "test_fraction": 0.2}),
        experiment(_TOKENS, layers("Embedding(56, 8)", "GRU(8)", "Linear(56)"),
                   {"data": "names(validation=0.0)", "test_fraction": 0.2}),
        repaired={"data": "names(stride=1)", "test_fraction": "0.0"},
    ),
    Pair(
        "rate-runs-out", "warning", "schedule", "after 3 epochs of 200",
        experiment({"schedule": "StepLR(1)"}),
        experiment({"schedule": "StepLR(60)"}),
        repaired={"schedule": "StepLR(67)"},
    ),
    Pair(  # one fall to nothing, later, is one to nothing still: a person must decide
        "rate-runs-out", "warning", "schedule", "after 3 epochs of 6",
        experiment({"schedule": "MultiStepLR([3], gamma=0.005)", "epochs": 6}),
        experiment({"schedule": "MultiStepLR([4], gamma=0.005)", "epochs": 6}),
    ),
    Pair(
        "rate-runs-out", "warning", "schedule", "the other 193 change next to nothing",
        experiment({"schedule": "ExponentialLR(0.5)"}),
        experiment({"schedule": "ExponentialLR(0.97)"}),
        repaired={"schedule": "ExponentialLR(0.9772)"},
    ),
    Pair(
        "rate-runs-out", "warning", "schedule", "after 5 epochs of 200",
        experiment({"schedule": "PolynomialLR()"}),
        experiment({"schedule": "PolynomialLR(total_iters=None)"}),
        repaired={"schedule": "PolynomialLR(total_iters=None)"},
    ),
    Pair(
        "rate-climbs-back", "warning", "schedule", "fallen to 0 at epoch 102, but ends at 0.01",
        experiment({"schedule": "CosineAnnealingLR(T_max=100)"}),
        experiment({"schedule": "CosineAnnealingLR(T_max=199)"}),
        repaired={"schedule": "CosineAnnealingLR()"},
    ),
    Pair(
        "rate-climbs-back", "warning", "schedule", "at epoch 189, but ends at 0.0098",
        experiment({"schedule": "CosineAnnealingWarmRestarts(95)"}),
        experiment({"schedule": "CosineAnnealingWarmRestarts(100)"}),
        repaired={"schedule": "CosineAnnealingWarmRestarts(67)"},
    ),
    Pair(
        "late-peak", "warning", "schedule", "the warm-up takes 300 steps, and the training has 200",
        experiment({"schedule": "constant(warmup=300)"}),
        experiment({"schedule": "constant(warmup=30)"}),
        repaired={"schedule": "constant(warmup=20)"},
    ),
    Pair(
        "late-peak", "info", "schedule", "until epoch 160 of 200",
        experiment({"schedule": "CosineAnnealingLR(warmup=160)"}),
        experiment({"schedule": "CosineAnnealingLR(warmup=20)"}),
        repaired={"schedule": "CosineAnnealingLR(warmup=20)"},
    ),
    Pair(
        "late-peak", "info", "schedule", "rises from 4% of its highest until step 189 of 200",
        experiment({"schedule": "OneCycleLR(0.1, pct_start=0.95)"}),
        experiment({"schedule": "OneCycleLR(0.1, pct_start=0.5)"}),
        repaired={"schedule": "OneCycleLR(0.1)"},
    ),
    Pair(
        "late-peak", "info", "schedule", "rises from 33% of its highest until epoch 199",
        experiment({"schedule": "LinearLR(total_iters=None)"}),
        experiment({"schedule": "LinearLR()"}),
        repaired={"schedule": "LinearLR(total_iters=20)"},
    ),
    Pair(
        "idle-schedule", "info", "schedule", "leaves the learning rate at 0.01 for all of the 200",
        experiment({"schedule": "StepLR(200)"}),
        experiment({"schedule": "StepLR(199)"}),
        repaired={"schedule": "StepLR(67)"},
    ),
    Pair(
        "idle-schedule", "info", "schedule", "waits for 200 epochs without a better loss",
        experiment({"schedule": "ReduceLROnPlateau(patience=200)", "validation_fraction": 0.2}),
        experiment({"schedule": "ReduceLROnPlateau(patience=199)", "validation_fraction": 0.2}),
    ),
    Pair(
        "stops-before-reduction", "warning", "patience", "has waited its 10 epochs",
        experiment(
            {"schedule": "ReduceLROnPlateau()", "patience": 10, "validation_fraction": 0.2}
        ),
        experiment(
            {"schedule": "ReduceLROnPlateau()", "patience": 11, "validation_fraction": 0.2}
        ),
        repaired={"patience": "30"},
    ),
    Pair(
        "stops-at-once", "warning", "stop_below", "that costs 0.693",
        experiment({"stop_below": 0.7}),
        experiment({"stop_below": 0.69}),
        repaired={"stop_below": "None"},
    ),
    Pair(
        "adam-betas", "warning", "optimizer.betas", "they look swapped",
        experiment({"optimizer": "Adam(lr=0.01, betas=[0.999, 0.9])"}),
        experiment({"optimizer": "Adam(lr=0.01, betas=[0.9, 0.99])"}),
        repaired={"optimizer": "Adam(lr=0.01)"},
    ),
    Pair(
        "adam-betas", "warning", "optimizer.betas", "they look swapped",
        experiment({"optimizer": "AdamW(lr=0.01, betas=[0.9, 0.65])"}),
        experiment({"optimizer": "AdamW(lr=0.01, betas=[0.9, 0.66])"}),
        repaired={"optimizer": "AdamW(lr=0.01)"},
    ),
    Pair(
        "step-damping", "warning", "optimizer.eps", "makes 0.0099 of one",
        experiment({"optimizer": "Adam(lr=0.01, eps=0.1)"}),
        experiment({"optimizer": "Adam(lr=0.01, eps=0.001)"}),
        repaired={"optimizer": "Adam(lr=0.01)"},
    ),
    Pair(
        "step-damping", "error", "optimizer.eps", "the first that is 0 makes nan",
        experiment({"optimizer": "RMSprop(lr=0.01, eps=0)"}),
        experiment({"optimizer": "Adadelta(eps=0.1)"}),
        repaired={"optimizer": "RMSprop(lr=0.01)"},
    ),
    Pair(
        "lasting-momentum", "warning", "optimizer.momentum", "of the last 200 gradients",
        experiment({"optimizer": "SGD(lr=0.1, momentum=0.995)"}),
        experiment({"optimizer": "SGD(lr=0.1, momentum=0.99)"}),
        repaired={"optimizer": "SGD(lr=0.1, momentum=0.9)"},
    ),
    Pair(
        "tight-clip", "warning", "clip_norm", "2,000 steps of SGD carry all weights together 1 at",
        experiment(_FAR, {"clip_norm": 0.005}),
        experiment(_FAR, {"clip_norm": 0.01}),
        repaired={"clip_norm": "1.0"},
    ),
    Pair(
        "tight-clip", "warning", "clip_norm", "carry all weights together 0.02 at most",
        experiment(_FAR, {"clip_norm": 1e-4}),
        experiment(_FAR, {"clip_norm": 1e-4, "optimizer": "Adam(lr=0.01)"}),
        repaired={"clip_norm": "1.0"},
    ),
    Pair(
        "squashed-before-output", "error", "layers[3]", "never below 0.5",
        experiment(
            {"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "ReLU", "Sigmoid")
        ),
        experiment({"loss": "BCELoss"}, layers("Linear(16)", "ReLU", "Linear(1)", "Sigmoid")),
        repaired={"layers": "Linear(16) ReLU() Linear(1) Sigmoid()"},
    ),
    Pair(
        "squashed-before-output", "error", "layers[3]", "gets no gradient",
        experiment({"loss": "NLLLoss"}, layers(*TWO, "ReLU", "LogSoftmax")),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "Softplus", "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2) LogSoftmax(dim=1)"},
    ),
    Pair(
        "squashed-before-output", "error", "layers[3]", "never more than 2 apart",
        experiment({"loss": "NLLLoss"}, layers(*TWO, "Tanh", "LogSoftmax")),
        experiment({"loss": "NLLLoss"}, layers(*TWO, "LeakyReLU", "LogSoftmax")),
        repaired={"layers": "Linear(16) ReLU() Linear(2) LogSoftmax(dim=1)"},
    ),
    Pair(
        "normalized-away", "error", "layers[3]", "the same for every sample",
        experiment(WAVE, layers("Linear(16)", "ReLU", "Linear(1)", "LayerNorm")),
        experiment(WAVE, layers("Linear(16)", "LayerNorm", "ReLU", "Linear(1)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "no-bias-anywhere", "warning", "layers[0]", "none of 2 layers with weights has a bias",
        experiment(layers("Linear(16, bias=False)", "ReLU", "Linear(1, bias=False)")),
        experiment(layers("Linear(16, bias=False)", "Sigmoid", "Linear(1, bias=False)")),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "dropout-before-batchnorm", "info", "layers[2]", "dividing by the training's deviation",
        experiment(layers("Linear(32)", "ReLU", "Dropout(0.5)", "BatchNorm1d", "Linear(1)")),
        experiment(layers("Linear(32)", "ReLU", "BatchNorm1d", "Dropout(0.5)", "Linear(1)")),
        repaired={"layers": "Linear(32) ReLU() BatchNorm1d() Dropout() Linear(1)"},
    ),
    Pair(
        "equal-weights", "error", "layers[0]", "16 units begin alike",
        experiment(layers(_EQUAL, "ReLU", "Linear(1)")),
        experiment(layers("Linear(16)", "ReLU", 'Linear(1, init="zeros")')),
        repaired={"layers": "Linear(16) ReLU() Linear(1)"},
    ),
    Pair(
        "weights-favor-common", "warning", "class_weights", "9 times its weight",
        experiment({"class_weights": [0.9, 0.1]}),
        experiment({"class_weights": [0.1, 0.9]}),
        planar(300, 100), planar(300, 100),
        repaired={"class_weights": "balanced"},
    ),
    Pair(
        "balanced-twice", "warning", "class_weights", "its weight of 9 times theirs",
        experiment({"class_weights": [0.1, 0.9], "sampler": "balanced"}),
        experiment({"class_weights": [1.0, 1.0], "sampler": "balanced"}),
        planar(360, 40), planar(360, 40),
        repaired={"class_weights": "None"},
    ),
    Pair(
        "smoothed-away", "error", "loss", "to be every class alike",
        experiment(CLASSES, {"loss": "CrossEntropyLoss(label_smoothing=1.0)"}),
        experiment(CLASSES, {"loss": "CrossEntropyLoss(label_smoothing=0.9)"}),
        repaired={"loss": "CrossEntropyLoss(label_smoothing=0.1)"},
    ),
]  # fmt: skip
"""As a table it reads, as formatted code it does not."""
