"""What other libraries and people call what experiments have another word for."""

from __future__ import annotations

NAMES = {
    "averagepooling2d": "AvgPool2d",
    "batchnorm": "BatchNorm1d",
    "batchnormalization": "BatchNorm1d",
    "bce": "BCELoss",
    "binarycrossentropy": "BCELoss",
    "categoricalcrossentropy": "CrossEntropyLoss",
    "conv": "Conv2d",
    "crossentropy": "CrossEntropyLoss",
    "dense": "Linear",
    "fc": "Linear",
    "fullyconnected": "Linear",
    "globalaveragepooling2d": "AdaptiveAvgPool2d",
    "maxpool": "MaxPool2d",
    "maxpooling2d": "MaxPool2d",
    "mae": "L1Loss",
    "meanabsoluteerror": "L1Loss",
    "meansquarederror": "MSELoss",
    "mse": "MSELoss",
    "nll": "NLLLoss",
    "softmaxcrossentropy": "CrossEntropyLoss",
    "sparsecategoricalcrossentropy": "CrossEntropyLoss",
    "swish": "SiLU",
}
"""Keras' names and short forms of components, in lower case without underscores."""

ARGUMENTS = {
    "activation": "",
    "alpha": "negative_slope",
    "decay": "weight_decay",
    "filters": "out_channels",
    "eta": "lr",
    "learning_rate": "lr",
    "n_samples": "samples",
    "num_units": "out_features",
    "pool_size": "kernel_size",
    "rate": "p",
    "strides": "stride",
    "units": "out_features",
}
"""Of their arguments; an activation is a layer of its own."""

INPUTS = frozenset(
    {"in_channels", "in_features", "input_dim", "input_shape", "input_size", "num_features"}
)
"""Sizes of what comes in: they follow from the layer before, or from the data."""

FIELDS = {
    "batch": "batch_size",
    "criterion": "loss",
    "dataset": "data",
    "learning_rate": "optimizer.lr",
    "lr": "optimizer.lr",
    "loss_function": "loss",
    "model": "layers",
    "network": "layers",
    "num_epochs": "epochs",
    "scheduler": "schedule",
    "test_split": "test_fraction",
    "validation_split": "validation_fraction",
}
"""Of an experiment's own fields."""
