"""The selecting loss as a trace, trusted only after a comparison with the eager one."""

from __future__ import annotations

import logging
from collections.abc import Callable

import torch
from torch import Tensor
from torch.func import functional_call
from torch.fx.experimental.proxy_tensor import make_fx

from engine.training.epoch_loss import EpochLoss, whole_loss
from engine.training.metrics import Evaluator
from engine.training.splits import Split
from engine.training.traced.cleaning import clean
from engine.training.traced.errors import Untraceable
from engine.training.traced.interpreters import INTERPRETERS, Holder
from engine.training.traced.program import numbered
from engine.training.traced.source import write_step
from engine.training.traced.step_state import same_bits
from engine.training.traced.update import Update

_log = logging.getLogger(__name__)


class TracedEpochLoss(EpochLoss):
    """EpochLoss's bits, without modules between PyTorch's kernels."""

    def __init__(self, evaluator: Evaluator, part: Split, targets: Tensor) -> None:
        super().__init__(evaluator, part, targets)
        self.refusal = ""
        """Why the eager one serves instead; empty: it doesn't."""
        self._traced: Callable[[], float] | None = None
        self._is_tried = False

    def __call__(self) -> float:
        if self._traced is not None:
            return self._traced()
        loss = super().__call__()
        if not self._is_tried:
            self._is_tried = True
            self._traced = self._proven(loss)
        return loss

    def _proven(self, expected: float) -> Callable[[], float] | None:
        """A call that gives what the eager one has just given; None where none can be had."""
        reasons: list[str] = []
        for name in INTERPRETERS:
            try:
                traced = self._bound(INTERPRETERS[name](*self._source()))
                if not same_bits([torch.tensor(traced())], [torch.tensor(expected)]):
                    raise Untraceable("its loss differs from the eager one")
                return traced
            except (Untraceable, RuntimeError) as error:
                reasons.append(f"{name}: {error}")
                _log.warning("the loss of an epoch can't be traced with %s", reasons[-1])
        self.refusal = "; ".join(reasons)
        return None

    def _bound(self, holder: Holder) -> Callable[[], float]:
        step, inputs, targets = holder.step, self._part.inputs, self._targets
        inference = torch.inference_mode()

        def traced() -> float:
            try:
                with inference:
                    return step(inputs, targets).item()
            except RuntimeError:
                return super(TracedEpochLoss, self).__call__()  # it knows what that means

        return traced

    def _source(self) -> tuple[str, dict[str, Tensor]]:
        """The source of a method `step(self, inputs, targets)`, and the tensors it holds."""
        evaluator = self._evaluator
        model = evaluator.model
        names = [name for name, _ in model.named_parameters()]
        parameters = [p.detach() for p in model.parameters()]
        kept = [name for name, _ in model.named_buffers()]
        buffers = list(model.buffers())

        def loss(
            parameters: list[Tensor], buffers: list[Tensor], inputs: Tensor, targets: Tensor
        ) -> tuple[Tensor, ...]:
            tensors = zip((*names, *kept), (*parameters, *buffers), strict=True)
            state = dict(tensors)

            def forward(batch: Tensor) -> Tensor:
                outputs: Tensor = functional_call(model, state, (batch,))
                return outputs

            return (whole_loss(evaluator, forward, inputs, targets),)

        was_training = model.training
        model.eval()
        try:
            with torch.no_grad():
                module = make_fx(loss)(parameters, buffers, self._part.inputs, self._targets)
        except (RuntimeError, TypeError, NotImplementedError) as error:
            raise Untraceable(f"tracing failed: {error}") from error
        finally:
            model.train(was_training)
        constants = {
            str(node.target): getattr(module, node.target)
            for node in module.graph.nodes
            if node.op == "get_attr"
        }
        clean(module.graph, constants)
        source = write_step(module.graph, len(parameters), len(buffers), None, Update())
        return source.text, {
            **numbered("parameter", parameters),
            **numbered("buffer", buffers),
            **numbered("constant", (constants[name] for name in source.constants)),
        }
