"""Who runs the source of a traced step: PyTorch's interpreter in C++, or Python."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal, Protocol

import torch
from torch import Tensor

from engine.training.traced.errors import Untraceable

InterpreterName = Literal["torchscript", "python"]


class Holder(Protocol):
    """The object behind `self` in the source, with its method."""

    step: Callable[..., Tensor]
    """Called with inputs, targets and floats, in inference mode."""

    def get(self, name: str) -> Tensor: ...

    def put(self, name: str, tensor: Tensor) -> None: ...


class ScriptHolder:
    """Runs the source as TorchScript, which calls PyTorch's kernels without Python between.

    Unoptimized: nothing is fused or reordered, so the bits stay.
    """

    def __init__(self, source: str, tensors: dict[str, Tensor]) -> None:
        """Raises Untraceable if this PyTorch can't compile it."""
        try:
            # A class of its own: methods belong to the class, and each source has another `step`.
            module = type("StepModule", (torch.jit.ScriptModule,), {})()
            self._module = module._c
            for name, tensor in tensors.items():
                self._module._register_attribute(name, torch._C.TensorType.get(), tensor)
            module.define(source)
            method = self._module._get_method("step")
            optimize = torch._C._set_graph_executor_optimize
        except (RuntimeError, AttributeError) as error:
            raise Untraceable(f"TorchScript can't compile the step: {error}") from error

        def step(*arguments: Any) -> Tensor:
            optimize(False)
            try:
                loss: Tensor = method(*arguments)
            finally:
                optimize(True)
            return loss

        self.step = step

    def get(self, name: str) -> Tensor:
        tensor: Tensor = self._module.getattr(name)
        return tensor

    def put(self, name: str, tensor: Tensor) -> None:
        self._module.setattr(name, tensor)


class PythonHolder:
    """Runs the source as Python: slower than TorchScript, but always at hand."""

    def __init__(self, source: str, tensors: dict[str, Tensor]) -> None:
        space: dict[str, Any] = {"torch": torch, "List": list}
        exec(compile(source, "<traced step>", "exec"), space)
        self.__dict__.update(tensors)
        self.step: Callable[..., Tensor] = space["step"].__get__(self)

    def get(self, name: str) -> Tensor:
        tensor: Tensor = self.__dict__[name]
        return tensor

    def put(self, name: str, tensor: Tensor) -> None:
        self.__dict__[name] = tensor


INTERPRETERS: dict[InterpreterName, Callable[[str, dict[str, Tensor]], Holder]] = {
    "torchscript": ScriptHolder,
    "python": PythonHolder,
}
"""By name, the quickest first."""
