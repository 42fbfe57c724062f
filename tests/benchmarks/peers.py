"""The small tutorials in skorch, Lightning and Keras, each as its manual shows.

skorch and Lightning also with ready_batch, which spares them their loader's collating.
Progress bars, loggers, checkpoints and validation are off. The data and the first weights are
the tutorial's; Keras draws its own weights, so it is given those.
"""

from __future__ import annotations

import logging
import os
import time
import warnings
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import torch
from torch import Tensor, nn, optim
from torch.utils.data import DataLoader, TensorDataset

from tests.benchmarks.machine import peak_bytes
from tests.benchmarks.turns import Outcome
from tests.benchmarks.tutorials import SMALL


def _prepared(name: str, seed: int) -> tuple[Tensor, Tensor, nn.Module]:
    asked = SMALL[name]
    torch.manual_seed(seed)
    inputs, targets = asked.data()
    network = asked.network()
    return inputs, targets.long() if name == "two-gaussians" else targets, network


class _ReadyBatch:
    """Hands on skorch's whole data set as it is, without collating it sample by sample."""

    def __init__(self, dataset: Any, batch_size: int) -> None:
        self._batch = dataset.X, dataset.y

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        yield self._batch


def skorch(name: str, seed: int, epochs: int, ready_batch: bool = False) -> Outcome:
    """NeuralNet.fit on the whole data set as one batch, nothing printed."""
    module = import_module("skorch")
    inputs, targets, network = _prepared(name, seed)
    net = module.NeuralNet(
        network,
        criterion=SMALL[name].loss,
        optimizer=optim.SGD,
        lr=SMALL[name].learning_rate,
        max_epochs=epochs,
        batch_size=-1,
        train_split=None,
        verbose=0,
        **({"iterator_train": _ReadyBatch} if ready_batch else {}),
    )
    began = time.perf_counter()
    net.fit(inputs, targets)
    seconds = time.perf_counter() - began
    losses = {n: float(net.history[n - 1, "train_loss"]) for n in (1, epochs)}
    return Outcome(seconds, epochs, losses, None, peak_bytes(), torch.get_num_threads())


def lightning(name: str, seed: int, epochs: int, ready_batch: bool = False) -> Outcome:
    """Trainer.fit with a DataLoader over the whole data set as one batch."""
    module = import_module("lightning")
    for logger in ("lightning.pytorch", "lightning.fabric"):
        logging.getLogger(logger).setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", module="lightning")
    inputs, targets, network = _prepared(name, seed)
    criterion = SMALL[name].loss()
    losses: dict[int, float] = {}

    def training_step(self: Any, batch: Any, batch_idx: int) -> Tensor:
        loss: Tensor = criterion(self.network(batch[0]), batch[1])
        if self.current_epoch in (0, epochs - 1):
            losses[self.current_epoch + 1] = loss.item()
        return loss

    def configure_optimizers(self: Any) -> optim.Optimizer:
        return optim.SGD(self.parameters(), lr=SMALL[name].learning_rate)

    members = {"training_step": training_step, "configure_optimizers": configure_optimizers}
    # Not a class statement: Lightning need not be installed where this is checked.
    model = type("Tutorial", (module.LightningModule,), members)()
    model.network = network
    samples = TensorDataset(inputs, targets)
    loader: DataLoader[Any] = DataLoader(samples, batch_size=len(samples))
    if ready_batch:
        loader = DataLoader([(inputs, targets)], batch_size=None)  # type: ignore[arg-type]  # any sequence is a data set
    trainer = module.Trainer(
        max_epochs=epochs,
        accelerator="cpu",
        logger=False,
        enable_checkpointing=False,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    began = time.perf_counter()
    trainer.fit(model, loader)
    seconds = time.perf_counter() - began
    return Outcome(seconds, epochs, losses, None, peak_bytes(), torch.get_num_threads())


def keras(name: str, seed: int, epochs: int) -> Outcome:
    """model.fit on the torch backend with the whole data set as one batch."""
    os.environ["KERAS_BACKEND"] = "torch"
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # Keras would put the network on a GPU
    module = import_module("keras")
    inputs, targets, network = _prepared(name, seed)
    linears = [layer for layer in network.modules() if isinstance(layer, nn.Linear)]
    activations, loss = _KERAS[name]
    shapes = [module.Input((linears[0].in_features,))]
    dense = [
        module.layers.Dense(layer.out_features, activation)
        for layer, activation in zip(linears, activations, strict=True)
    ]
    model = module.Sequential([*shapes, *dense])
    for layer, linear in zip(dense, linears, strict=True):
        layer.set_weights([linear.weight.detach().numpy().T, linear.bias.detach().numpy()])
    model.compile(optimizer=module.optimizers.SGD(SMALL[name].learning_rate), loss=loss(module))
    began = time.perf_counter()
    fitted = model.fit(
        inputs.numpy(), targets.numpy(), batch_size=len(inputs), epochs=epochs, verbose=0
    )
    seconds = time.perf_counter() - began
    losses = {n: float(fitted.history["loss"][n - 1]) for n in (1, epochs)}
    return Outcome(seconds, epochs, losses, None, peak_bytes(), torch.get_num_threads())


def _cross_entropy(module: Any) -> Any:
    return module.losses.SparseCategoricalCrossentropy(from_logits=True)


def _binary(module: Any) -> Any:
    return module.losses.BinaryCrossentropy()


_KERAS: dict[str, tuple[list[str | None], Callable[[Any], Any]]] = {
    "two-gaussians": (["sigmoid", "sigmoid", "softmax"], _cross_entropy),
    "circle": (["relu", "sigmoid"], _binary),
    "three-features": ([None], _cross_entropy),
}
"""Each Dense layer's activation, and the loss."""
