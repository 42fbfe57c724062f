"""A trained network in the formats that others read.

All of them take network inputs, as engine.training.inputs.InputMap.batch gives them:
float32, (batch, *shape), already standardized or normalized, feature crosses included. The
networks are in evaluation mode, on the CPU.
"""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Callable, Iterator
from importlib.util import find_spec

import torch
from torch import Tensor, nn

from engine.errors import UsageError
from engine.parts.shapes import Shape


def state_dict(model: nn.Module, shape: Shape) -> bytes:
    """Only the weights, to be read with `torch.load(file, weights_only=True)`."""
    return _saved(model.state_dict())


def whole_network(model: nn.Module, shape: Shape) -> bytes:
    """The network itself, pickled: `torch.load(file, weights_only=False)` runs what it holds.

    Written for those who ask for it; never read here.
    """
    return _saved(model)


def exported_program(model: nn.Module, shape: Shape) -> bytes:
    """The network as torch.export has it, without pickle, for batches of any size."""
    buffer = io.BytesIO()
    with _silence():
        program = torch.export.export(
            model, (_example(shape),), dynamic_shapes=_any_batch(), strict=False
        )
        torch.export.save(program, buffer)
    return buffer.getvalue()


def safetensors(model: nn.Module, shape: Shape) -> bytes:
    """Only the weights, as a safetensors file, named as in the state dict."""
    from safetensors.torch import save

    return save({name: tensor.contiguous() for name, tensor in model.state_dict().items()})


def onnx(model: nn.Module, shape: Shape) -> bytes:
    """The network as an ONNX model with one input and one output, for batches of any size.

    Raises UsageError where the packages that it needs are absent.
    """
    missing = [name for name in ("onnx", "onnxscript") if find_spec(name) is None]
    if missing:
        raise UsageError(
            f"the format onnx needs {' and '.join(missing)}: pip install 'perceptui[onnx]'"
        )
    with _silence():
        program = torch.onnx.export(
            model,
            (_example(shape),),
            dynamo=True,
            dynamic_shapes=_any_batch(),
            input_names=["input"],
            output_names=["output"],
            verbose=False,
        )
    assert program is not None, "dynamo=True gives a program"
    content: bytes = program.model_proto.SerializeToString()
    return content


FORMATS: dict[str, Callable[[nn.Module, Shape], bytes]] = {
    "state-dict": state_dict,
    "pt": whole_network,
    "pt2": exported_program,
    "safetensors": safetensors,
    "onnx": onnx,
}
"""Each format's writer; shape: of one network input, the batch left out."""


def _saved(content: object) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _example(shape: Shape) -> Tensor:
    """A batch to trace with; of more than one sample, since sizes 0 and 1 are special there."""
    return torch.zeros(3, *shape)


def _any_batch() -> tuple[dict[int, object]]:
    return ({0: torch.export.Dim("batch")},)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporters' chatter off the terminal; errors are raised all the same."""
    level = logging.root.manager.disable
    logging.disable(logging.ERROR)
    try:
        with (
            warnings.catch_warnings(),
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)
