"""How much memory there is for tensors on a device."""

from __future__ import annotations

import torch

from engine.memory import free_bytes


def available_bytes(device: torch.device) -> int:
    """What this process may still take, where a tensor on the device begins on the CPU."""
    if device.type != "cuda":
        return free_bytes()
    return min(free_bytes(), torch.cuda.mem_get_info(device)[0])
