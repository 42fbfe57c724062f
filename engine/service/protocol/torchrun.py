"""What `torchrun` tells the processes that it starts, in their environment; without torch."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

RANK_MODULE = "engine.service.worker.rank"
"""What every process but the first one runs."""


@dataclass(frozen=True)
class Torchrun:
    """This process among those of a person's own torchrun."""

    rank: int
    local_rank: int
    size: int
    host: str
    port: int
    restarts: int
    """How often all of them were started again."""
    has_store: bool
    """Whether its agent keeps a store there that outlives them."""


def torchrun_env(environment: Mapping[str, str] = os.environ) -> Torchrun | None:
    """What it says; None where no torchrun has started this process, or it alone."""
    if "TORCHELASTIC_RUN_ID" not in environment:
        return None
    size = int(environment["WORLD_SIZE"])
    if size < 2:
        return None
    return Torchrun(
        rank=int(environment["RANK"]),
        local_rank=int(environment["LOCAL_RANK"]),
        size=size,
        host=environment["MASTER_ADDR"],
        port=int(environment["MASTER_PORT"]),
        restarts=int(environment.get("TORCHELASTIC_RESTART_COUNT", "0")),
        has_store=environment.get("TORCHELASTIC_USE_AGENT_STORE") == "True",
    )
