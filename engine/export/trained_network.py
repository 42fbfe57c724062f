"""A trained network in the formats that others read.

All of them take network inputs, as engine.training.inputs.InputMap.batch gives them:
float32, (batch, *shape), already standardized or normalized, feature crosses included. The
networks are in evaluation mode, on the CPU.
"""

from __future__ import annotations

import contextlib
import io
import warnings
from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING

from engine.errors import Remark
from engine.export.format import Format

if TYPE_CHECKING:
    from torch import Tensor, nn

    from engine.export.source import Source
    from engine.parts.shapes import Shape


class NetworkFormat(Format, abstract=True):
    """What is learned, without the training."""

    def content(self, source: Source) -> bytes:
        from engine.training.silencing import spelled_out

        model, shape = source.network()
        return self.written(spelled_out(model), shape)

    @abstractmethod
    def written(self, model: nn.Module, shape: Shape) -> bytes:
        """The file of a network; shape: of one network input, the batch left out."""


class WeightsFormat(NetworkFormat, abstract=True):
    """Weights for a network that somebody else builds."""

    def content(self, source: Source) -> bytes:
        from engine.training.silencing import silenced

        model, shape = source.network()
        if asleep := silenced(model):
            units = "; ".join(f"{', '.join(map(str, own))} of {n}" for n, own in asleep.items())
            remark = (
                f"units are silenced by hand ({units}), which weights alone don't tell: "
                "pt, pt2 and onnx do"
            )
            warnings.warn(Remark(remark), stacklevel=2)
        return self.written(model, shape)


class StateDict(WeightsFormat):
    """Only the weights."""

    name = "state-dict"
    what = "the weights, for torch.load(FILE, weights_only=True)"
    purpose = "For a PyTorch program that builds the same network."
    suffix = ".pt"

    def written(self, model: nn.Module, shape: Shape) -> bytes:
        return _saved(model.state_dict())


class WholeNetwork(NetworkFormat):
    """The network itself, pickled: `torch.load(file, weights_only=False)` runs what it holds.

    Written for those who ask for it; never read here. A pickle names the classes that it needs:
    a network with modules that PyTorch has not is written as the PyTorch code that they run.
    """

    name = "pt"
    what = "the whole network by torch.save, a pickle: load it only from those you trust"
    purpose = "For a PyTorch program of yours, without building the network."
    suffix = ".pt"

    def written(self, model: nn.Module, shape: Shape) -> bytes:
        import torch

        own = any(not type(one).__module__.startswith("torch.") for one in model.modules())
        return _saved(torch.fx.symbolic_trace(model) if own else model)


class ExportedProgram(NetworkFormat):
    """The network as torch.export has it, without pickle, for batches of any size."""

    name = "pt2"
    what = "the whole network by torch.export, without pickle"
    purpose = "For PyTorch without the network's Python code, also from C++."
    suffix = ".pt2"

    def written(self, model: nn.Module, shape: Shape) -> bytes:
        import torch

        buffer = io.BytesIO()
        with _silence():
            program = torch.export.export(
                model, (_example(shape),), dynamic_shapes=_any_size(shape), strict=False
            )
            torch.export.save(program, buffer)
        return buffer.getvalue()


class Safetensors(WeightsFormat):
    """Only the weights, named as in the state dict."""

    name = "safetensors"
    what = "the weights, as safetensors"
    purpose = "For model hubs and other frameworks: it holds numbers only."
    suffix = ".safetensors"

    def written(self, model: nn.Module, shape: Shape) -> bytes:
        from safetensors.torch import save

        return save({name: tensor.contiguous() for name, tensor in model.state_dict().items()})


class Onnx(NetworkFormat):
    """An ONNX model with one input and one output, for batches of any size."""

    name = "onnx"
    what = "the whole network, for other programs than PyTorch"
    purpose = "For ONNX Runtime, browsers, phones and other frameworks."
    suffix = ".onnx"
    needs = ("onnx", "onnxscript")
    extra = "onnx"

    def written(self, model: nn.Module, shape: Shape) -> bytes:
        import torch

        with _silence():
            program = torch.onnx.export(
                model,
                (_example(shape),),
                dynamo=True,
                dynamic_shapes=_any_size(shape),
                input_names=["input"],
                output_names=["output"],
                verbose=False,
            )
        assert program is not None, "dynamo=True gives a program"
        content: bytes = program.model_proto.SerializeToString()
        return content


def _saved(content: object) -> bytes:
    import torch

    buffer = io.BytesIO()
    torch.save(content, buffer)
    return buffer.getvalue()


def _example(shape: Shape) -> Tensor:
    """A batch to trace with; of more than one sample, since sizes 0 and 1 are special there."""
    import torch

    from engine.parts.shapes import Tokens

    return torch.zeros(3, *shape, dtype=torch.long if isinstance(shape, Tokens) else None)


def _any_size(shape: Shape) -> tuple[dict[int, object]]:
    """Batches of any size, and sequences of any length, where nothing in the network fixes that."""
    import torch

    from engine.parts.shapes import Steps, Tokens

    sizes: dict[int, object] = {0: torch.export.Dim("batch")}
    if isinstance(shape, Steps | Tokens):
        sizes[1] = torch.export.Dim.AUTO
    return (sizes,)


@contextlib.contextmanager
def _silence() -> Iterator[None]:
    """Keep the exporters' chatter off the terminal; errors are raised all the same."""
    import logging
    import warnings

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
