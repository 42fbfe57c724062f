"""What PyTorch refuses is told with the layer's place and what would be right."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from engine.errors import PerceptuiError, UsageError
from engine.parts.data import DataLocations
from engine.training.criterion import GuardedBCELoss
from engine.training.mishap import Mishap, no_probabilities, told
from engine.training.trainer import Trainer
from tests.engine.doctor.cases import experiment, layers

Setup = Callable[[Trainer], object]


class Unsupported(nn.Module):
    """Asks for what no kernel computes."""

    def forward(self, x: Tensor) -> Tensor:
        return x.long().softmax(1).float()


class Greedy(nn.Module):
    """Asks for more memory than any machine has."""

    def forward(self, x: Tensor) -> Tensor:
        return x + torch.empty(2**57)


class Odd(nn.Module):
    """Raises what nobody foresaw."""

    def forward(self, x: Tensor) -> Tensor:
        raise RuntimeError("quux\nException raised from somewhere (most recent call first):\n0x1")


def put(index: int, module: nn.Module) -> Setup:
    """Another module in the place of a layer, as a mistake of ours would have it."""
    return lambda trainer: trainer.model.__setitem__(index, module)


class Handed:
    """One batch, as a mistake of ours might make it."""

    num_samples = 32
    drawing = None

    def __init__(self, inputs: Tensor, targets: Tensor) -> None:
        self._batch = inputs, targets

    def shuffle(self) -> None:
        """There is nothing to shuffle."""

    def __len__(self) -> int:
        return 1

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        return self._batch


def handed(change: Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]) -> Setup:
    """Another batch than the data's."""

    def prepare(trainer: Trainer) -> None:
        trainer.batches.shuffle()
        batch = change(*trainer.batches[0])
        trainer.batches = Handed(*batch)  # type: ignore[assignment]  # all that a step asks of them

    return prepare


single = handed(lambda inputs, targets: (inputs[:1], targets[:1]))
beyond = handed(lambda inputs, targets: (inputs, targets + 5))
floats = handed(lambda inputs, targets: (inputs, targets.float()))


TWO = {"layers": ["Linear(4)", "ReLU()", "Linear(2)"], "loss": "CrossEntropyLoss()"}
NORM = {"layers": ["Linear(4)", "BatchNorm1d()", "ReLU()", "Linear(1)"]}
CASES: dict[str, tuple[dict[str, Any], Setup, tuple[str, ...]]] = {
    "no probabilities": (
        {"loss": "BCELoss()"},
        lambda trainer: None,
        ("loss BCELoss(): it takes probabilities, from 0 to 1, but layers[2] Linear(1) gave -",
         "use BCEWithLogitsLoss(), or put Sigmoid() at the end"),
    ),
    "wrong shape": (
        {},
        put(2, nn.Linear(5, 1)),
        ("layers[2] Linear(1): it can't take what comes in of 32 samples of 16:",
         "shapes cannot be multiplied (32x16 and 5x1)"),
    ),
    "a single value": (
        NORM,
        single,
        ("layers[1] BatchNorm1d(): normalizing over a batch takes more than one value",
         "gets 1 sample of 4", "choose a batch_size whose last batch is no single sample"),
    ),
    "targets out of range": (
        TWO,
        beyond,
        ("loss CrossEntropyLoss(): it can't compare the outputs with the targets",
         "the data's classes must be as many as the network has outputs"),
    ),
    "targets of another kind": (
        TWO,
        floats,
        ("loss CrossEntropyLoss(): it can't compare the outputs with the targets",),
    ),
    "unsupported": (
        {},
        put(1, Unsupported()),
        ("layers[1] ReLU(): PyTorch", "can't compute that on cpu with precision",
         'precision = "float32"'),
    ),
    "no memory": (
        {},
        put(1, Greedy()),
        ("there is no memory left for 576 PB", "(batches of 32 samples on cpu)",
         "a smaller batch_size"),
    ),
    "unforeseen": (
        {},
        put(1, Odd()),
        ("layers[1] ReLU(): PyTorch refused the forward pass with 32 samples of 16: quux; the "
         "trainer's log has the whole",),
    ),
}  # fmt: skip


def raised(trainer: Trainer) -> Exception:
    """What one of the first steps raises."""
    try:
        for _ in range(2):
            trainer.step()
    except Exception as error:
        return error
    raise AssertionError("the steps went well")


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("executor", ["eager", "traced"])
def test_an_exception_is_told_in_words(name: str, executor: Any) -> None:
    """What was tried, on which layer, and what would be right; however steps are run."""
    changed, prepare, expected = CASES[name]
    plain = experiment(changed, {"batch_size": 32, "epochs": 2})
    trainer = Trainer(plain, DataLocations(Path()), executor)
    prepare(trainer)
    error = told(raised(trainer), trainer)

    assert isinstance(error, Mishap), error
    for part in expected:
        assert part in str(error)
    for bare in ("RuntimeError", "IndexError", "Traceback", "TorchScript", "\n", "0x1"):
        assert bare not in str(error)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has"),
         "there is no memory left for 2.00 GiB: a smaller batch_size"),
        (RuntimeError("CUDA error: device-side assert triggered\nCUDA kernel errors might be"),
         "the computation on the GPU broke off (CUDA error: device-side assert triggered): "
         'try device = "cpu"'),
        (RuntimeError("cuDNN error: CUDNN_STATUS_NOT_SUPPORTED"), "the computation on the GPU"),
        (MemoryError(), "there is no memory left"),
    ],
)  # fmt: skip
def test_a_device_that_fails_is_not_asked_again(error: Exception, expected: str) -> None:
    """What can't be tried again is told by its words alone."""
    assert str(told(error)).startswith(expected)


def test_a_loss_that_is_no_number_for_want_of_probabilities(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """On a GPU that loss is nan: it is told as on a CPU, and no lower rate is offered."""
    monkeypatch.setattr("engine.training.assembly.criterion_of", lambda *_, **__: GuardedBCELoss())
    raw = experiment({"loss": "BCELoss()"}, {"batch_size": 32, "epochs": 2})
    trainer = Trainer(raw, DataLocations(Path()), "eager")
    while trainer.reason is None:
        trainer.step()
    message = str(no_probabilities(trainer))

    assert trainer.reason == "diverged"
    assert message.startswith("loss BCELoss(): it takes probabilities, from 0 to 1, but layers[2]")
    sound = experiment({"loss": "BCELoss()", **layers("Linear(1)", "Sigmoid()")})
    assert no_probabilities(Trainer(sound, DataLocations(Path()), "eager")) is None


def test_a_fused_kernel_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """As PyTorch 2.11 has none of Adagrad's for a card: it says so at the first step."""
    trainer = Trainer(experiment(), DataLocations(Path()), "eager")

    def refuse() -> None:
        raise RuntimeError(
            "`fused=True` requires all the params to be floating point Tensors of supported "
            "devices: ['mps', 'cpu'] but torch.float32 and cuda"
        )

    monkeypatch.setattr(trainer.optimizer, "step", refuse)
    with pytest.raises(RuntimeError) as raised:
        trainer.step()
    assert str(told(raised.value, trainer)) == (
        f"optimizer Adam(lr=0.01): PyTorch {torch.__version__} has no fused kernel of it for cpu: "
        "leave fused out"
    )


def test_what_is_not_pytorchs_stays_as_it_is() -> None:
    """A person's mistake has its message already, and our own bug is none of theirs."""
    for error in (UsageError("no such device"), KeyError("x"), OSError(28, "full")):
        assert told(error) is error
    assert issubclass(Mishap, PerceptuiError)
