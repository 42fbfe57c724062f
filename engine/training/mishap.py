"""What PyTorch refuses while a network trains, in a sentence: what was tried, where, what helps.

The one place where an exception of PyTorch becomes words; the log has it as it was.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor, nn

from engine.doctor.case import Case
from engine.errors import PerceptuiError
from engine.limits import in_bytes
from engine.parts.layers.address import Address, module_name, place, walk
from engine.parts.layers.base import UNBOUNDED
from engine.parts.shapes import shape_text

if TYPE_CHECKING:
    from engine.training.trainer import Trainer

_LONGEST = 160
_LOOKED_AT = 1000
"""Samples of which an output tells that it is no probability."""
_LOSS = "the loss"
_NOISE = re.compile(r"(Exception raised from|CUDA kernel errors might|For debugging|Compile with)")
_BYTES = re.compile(r"tried to allocate ([\d.]+ ?(?:bytes|[KMGT]iB))", re.IGNORECASE)


class Mishap(PerceptuiError):
    """A training that PyTorch would not go on with."""


@dataclass(frozen=True)
class Spot:
    """Where in a step it was."""

    stage: str = "a step"
    """As a sentence has it: `the forward pass`."""
    place: str = ""
    """The layer, or `loss`, `optimizer`; empty where it can't be told."""
    text: str = ""
    """What stands there."""
    given: str = ""
    """What came in."""
    lowest: float = 0.0
    """Of the network's outputs, where the loss refused them."""
    highest: float = 0.0


@dataclass(frozen=True)
class _Kind:
    """One kind of refusal, known by its words."""

    pattern: re.Pattern[str]
    says: Callable[[Spot, str, Trainer | None], str]


def told(error: Exception, trainer: Trainer | None = None) -> Exception:
    """The error in words for a person where it is PyTorch's; any other as it is.

    trainer: whose step raised; it is run again, layer by layer, to find where. It is of no use
    afterwards.
    """
    if isinstance(error, PerceptuiError | OSError) or not _is_torchs(error):
        return error
    text = _essence(error)
    kind = next((kind for kind in _KINDS if kind.pattern.search(_all_of(error))), None)
    is_lost = kind is not None and kind.says in (_no_memory, _device_failed)
    spot = Spot() if trainer is None or is_lost else _found(trainer)
    if spot.stage == _LOSS and (kind is None or kind.says is _wrong_shape):
        return Mishap(f"{_where(spot)}{_bad_targets(spot, text, trainer)}")
    if kind is not None:
        return Mishap(f"{_where(spot)}{kind.says(spot, text, trainer)}")
    return Mishap(
        f"{_where(spot)}PyTorch refused {spot.stage}"
        f"{f' with {spot.given}' if spot.given else ''}: {text}; the trainer's log has the whole"
    )


def no_probabilities(trainer: Trainer) -> Mishap | None:
    """Why a loss of probabilities is no number though the outputs are; None where they are some.

    Where PyTorch would end the process's use of the GPU, such a loss is nan instead of a refusal.
    """
    if not trainer.experiment.loss.raises_outside:
        return None
    split = trainer.device_splits["train"]
    rows = split.rows(torch.arange(min(len(split), _LOOKED_AT)))
    with torch.no_grad():
        outputs = trainer.model(trainer.evaluator.input_map.batch(rows)).float()
    low, high = (float(edge) for edge in outputs.aminmax())
    if not math.isfinite(low + high) or (low >= 0 and high <= 1):
        return None
    spot = Spot(_LOSS, "loss", str(trainer.experiment.loss), "", low, high)
    return Mishap(f"{_where(spot)}{_no_probabilities(spot, '', trainer)}")


def _where(spot: Spot) -> str:
    return f"{spot.place} {spot.text}: " if spot.place else ""


def _is_torchs(error: Exception) -> bool:
    """Whether PyTorch raised it: by its class, or by the code that it was raised in."""
    if isinstance(error, MemoryError | RuntimeError):
        return True  # of its kernels, which have no frames; nothing in here raises one
    trace, innermost = error.__traceback__, type(error).__module__
    while trace is not None:
        innermost = str(trace.tb_frame.f_globals.get("__name__", ""))
        trace = trace.tb_next
    is_in_torch = innermost.partition(".")[0] == "torch"
    return is_in_torch or any(kind.pattern.search(_all_of(error)) for kind in _KINDS)


def _all_of(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"


def _essence(error: Exception) -> str:
    """What it says in a line: without the traces that PyTorch hangs onto it."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    if "TorchScript" in str(error) and lines:
        lines = [lines[-1]]
    line = _NOISE.split(lines[0])[0] if lines else type(error).__name__
    line = re.sub(r"^(\w*Error): ", "", line.strip()).rstrip(".: ")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."


def _found(trainer: Trainer) -> Spot:
    """Where the step raises when it is done again, eagerly and bit by bit."""
    experiment = trainer.experiment
    running: list[tuple[Address, str]] = []
    try:
        inputs, targets = trainer.batches[trainer.batch]
        with _followed(trainer.model, running, experiment.network):
            try:
                outputs = trainer.model(inputs)
            except Exception:
                if not running:
                    return Spot("the forward pass", given=_size(inputs))
                address, given = running[-1]
                text = dict(walk(experiment.network))[address].brief
                return Spot("the forward pass", place(address), text, given)
        return _behind(trainer, outputs, targets)
    except Exception:
        return Spot()  # not even a batch can be had: the error's own words have to do


def _behind(trainer: Trainer, outputs: Tensor, targets: Tensor) -> Spot:
    """Where a step raises of which the forward pass does not."""
    loss, optimizer = trainer.experiment.loss, trainer.experiment.optimizer
    low, high = (float(edge) for edge in outputs.detach().float().aminmax())
    try:
        cost = trainer.evaluator.criterion(outputs, targets)
    except Exception:
        given = f"outputs of {_size(outputs)} and targets of {_size(targets)}"
        return Spot(_LOSS, "loss", str(loss), given, low, high)
    try:
        cost.backward()
    except Exception:
        return Spot("the backward pass", "loss", str(loss), _size(outputs))
    try:
        trainer.optimizer.step()
    except Exception:
        return Spot("the update", "optimizer", str(optimizer))
    return Spot()


@contextmanager
def _followed(
    model: nn.Module, running: list[tuple[Address, str]], layers: tuple[object, ...]
) -> Iterator[None]:
    """Keep the layers that are being run, the innermost last, while a network is."""
    handles = []
    for address, _ in walk(layers):  # type: ignore[arg-type]  # an experiment's layers
        module = model.get_submodule(module_name(address))

        def enter(_: nn.Module, given: tuple[Tensor, ...], address: Address = address) -> None:
            running.append((address, _size(given[0])))

        def leave(_: nn.Module, given: tuple[Tensor, ...], output: Tensor) -> None:
            running.pop()

        handles += [module.register_forward_pre_hook(enter), module.register_forward_hook(leave)]
    try:
        yield
    finally:
        for handle in handles:
            handle.remove()


def _size(tensor: Tensor) -> str:
    count, *sample = tensor.shape
    kind = "" if tensor.dtype == torch.float32 else f" ({str(tensor.dtype).removeprefix('torch.')})"
    each = f" of {shape_text(tuple(sample))}" if sample else ""
    return f"{count} sample{'s' if count != 1 else ''}{each}{kind}"


def _no_probabilities(spot: Spot, text: str, trainer: Trainer | None) -> str:
    given = ""
    repair = "end with Sigmoid(), or use BCEWithLogitsLoss() without one"
    if trainer is not None:
        case = Case(trainer.experiment, trainer.splits.facts)
        where = f"{place(case.output)} " if case.output is not None else ""
        given = f", but {where}{case.output_text} gave {spot.lowest:.3g} to {spot.highest:.3g}"
        if case.output_range == UNBOUNDED:
            repair = "use BCEWithLogitsLoss(), or put Sigmoid() at the end"
    return f"it takes probabilities, from 0 to 1{given}: {repair}"


def _single_value(spot: Spot, text: str, trainer: Trainer | None) -> str:
    size = f", and gets {spot.given}" if spot.given else ""
    return (
        f"normalizing over a batch takes more than one value of each feature{size}: choose a "
        "batch_size whose last batch is no single sample, or LayerNorm() in its place"
    )


def _wrong_shape(spot: Spot, text: str, trainer: Trainer | None) -> str:
    given = f" of {spot.given}" if spot.given else ""
    return (
        f"it can't take what comes in{given}: {text}; look at the shapes in the layers before it "
        "(`perceptui show` has them)"
    )


def _bad_targets(spot: Spot, text: str, trainer: Trainer | None) -> str:
    advice = "the data's classes must be as many as the network has outputs"
    if trainer is not None and not trainer.splits.facts.classes:
        advice = "the targets are numbers: MSELoss() compares those"
    return f"it can't compare the outputs with the targets ({text}): {advice}"


def _no_memory(spot: Spot, text: str, trainer: Trainer | None) -> str:
    wanted = _BYTES.search(text)
    amount = ""
    if wanted:
        number = wanted[1].removesuffix("bytes").strip()
        amount = f" for {in_bytes(int(number)) if number.isdecimal() else wanted[1]}"
    sizes = ""
    if trainer is not None:
        sizes = f" (batches of {trainer.experiment.batch_size} samples on {trainer.device})"
    return (
        f"there is no memory left{amount}{sizes}: a smaller batch_size, a smaller network, or "
        "fewer samples; end other programs that use it"
    )


def _not_supported(spot: Spot, text: str, trainer: Trainer | None) -> str:
    how = ""
    if trainer is not None:
        how = f" on {trainer.device} with precision {trainer.experiment.precision}"
    return (
        f"PyTorch {torch.__version__} can't compute that{how} ({text}): "
        'device = "cpu" or precision = "float32" may, or another layer in its place'
    )


def _no_fused_kernel(spot: Spot, text: str, trainer: Trainer | None) -> str:
    where = trainer.device.type if trainer is not None else "this device"
    return f"PyTorch {torch.__version__} has no fused kernel of it for {where}: leave fused out"


def _device_failed(spot: Spot, text: str, trainer: Trainer | None) -> str:
    device = trainer.device if trainer is not None else "the GPU"
    return (
        f'the computation on {device} broke off ({text}): try device = "cpu", which says more '
        "exactly what is wrong; a fresh trainer has the device anew"
    )


_KINDS = (
    _Kind(re.compile(r"MemoryError|out of memory|allocate memory|bad_alloc", re.I), _no_memory),
    _Kind(re.compile(r"CUDA error|cuDNN error|CUBLAS_STATUS|device-side assert"), _device_failed),
    _Kind(re.compile(r"elements of (input|target) should be between 0 and 1"), _no_probabilities),
    _Kind(re.compile(r"Expected more than 1 (value|spatial element)"), _single_value),
    _Kind(re.compile(r"fused=True. requires"), _no_fused_kernel),
    _Kind(re.compile(r"not implemented for|Could not run|not currently implemented"),
          _not_supported),
    _Kind(
        re.compile(r"Target .*out of bounds|target tensor expected|target size|scalar type|"
                   r"same as input size|nll_loss.*not implemented"),
        _bad_targets,
    ),
    _Kind(
        re.compile(r"shapes cannot be multiplied|Given groups=|[Ee]xpected .*input|channels|"
                   r"size mismatch|must match|is invalid for input|too small|should contain|"
                   r"normalized_shape"),
        _wrong_shape,
    ),
)  # fmt: skip
"""The first whose words stand in it is the one."""
