"""Networks that multiply in bfloat16: half the bits, the range of float32, three digits.

PyTorch's autocast chooses the operations; weights, their updates, the loss and everything that
is recorded stay float32.
"""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

import torch
from torch import Tensor, nn

from engine.errors import UsageError
from engine.training.freezing import Network


class CoarseNetwork(Network):
    """The layers under autocast to bfloat16; its outputs are float32.

    So every loss is computed in float32, outside autocast: under CUDA's, BCELoss raises.
    """

    def forward(self, inputs: Tensor) -> Tensor:
        with casting(self, inputs.device):
            outputs: Tensor = super().forward(inputs)  # type: ignore[no-untyped-call]  # torch's
        return outputs.float()


def casting(model: nn.Module, device: torch.device) -> AbstractContextManager[object]:
    """What the layers of this network are run under."""
    if isinstance(model, CoarseNetwork):
        # Each weight is used once in a pass, so there is nothing to be gained by a cache.
        return torch.autocast(device.type, torch.bfloat16, cache_enabled=False)
    return nullcontext()


def check_precision(precision: str, device: torch.device) -> None:
    """Raise UsageError where the device has no arithmetic of this precision."""
    if precision != "bf16" or device.type != "cuda":
        return
    with torch.cuda.device(device):
        if torch.cuda.is_bf16_supported(including_emulation=False):
            return
    raise UsageError(
        f'precision "bf16": {device} ({torch.cuda.get_device_name(device)}) can\'t multiply in '
        'bfloat16: use "float32", or a GPU of the Ampere generation or later'
    )
