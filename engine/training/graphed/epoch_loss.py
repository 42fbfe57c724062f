"""The selecting loss recorded as a CUDA graph, trusted only after a comparison."""

from __future__ import annotations

import logging
import math

import torch
from torch import Tensor

from engine.training.epoch_loss import EpochLoss, whole_loss
from engine.training.graphed.recorder import Recorder, Recording, Unrecordable
from engine.training.metrics import Evaluator
from engine.training.splits import Split
from engine.training.traced.step_state import same_bits

_log = logging.getLogger(__name__)


class GraphedEpochLoss(EpochLoss):
    """EpochLoss's bits, with one call for all kernels."""

    def __init__(
        self, evaluator: Evaluator, part: Split, targets: Tensor, recorder: Recorder
    ) -> None:
        super().__init__(evaluator, part, targets)
        self.refusal = ""
        """Why the eager one serves instead; empty: it doesn't."""
        self._recorder = recorder
        self._recording: Recording | None = None
        self._loss: Tensor
        self._is_tried = False

    def __call__(self) -> float:
        if self._recording is not None:
            self._recording.replay()
            return self._loss.item()
        loss = super().__call__()
        if not self._is_tried and math.isfinite(loss):
            self._is_tried = True
            try:
                self._record(loss)
            except Unrecordable as error:
                self.refusal, self._recording = str(error), None
                _log.warning("the loss of an epoch can't be recorded: %s", error)
        return loss

    def renew(self) -> None:
        self._recording, self._is_tried = None, False

    def _record(self, expected: float) -> None:
        """Record what has just been computed; raises Unrecordable."""
        self._recorder.warm_up(self._work)
        self._recording, self._loss = self._recorder.record(self._work)
        self._recording.replay()
        if not same_bits([torch.tensor(self._loss.item())], [torch.tensor(expected)]):
            raise Unrecordable("its loss differs from the eager one")

    def _work(self) -> Tensor:
        evaluator, model = self._evaluator, self._evaluator.model
        was_training = model.training
        model.eval()
        try:
            with torch.no_grad():
                return whole_loss(evaluator, model, self._part.inputs, self._targets)
        finally:
            model.train(was_training)
