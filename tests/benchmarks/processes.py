"""Steps of two processes that train one network, of DistributedDataParallel, of one process.

`python -m tests.benchmarks.processes RANK PORT PRESET DATA REPEATS STEPS` is one of the two; both
take the same turns, and the first prints seconds a step as JSON.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

SIZE = 2
ALONE, SHARED, DDP = "one process", "two processes", "DistributedDataParallel"
CORES = "one process, as many threads as perceptui takes"


def two_processes(preset: str, data: str, repeats: int, steps: int) -> dict[str, Any]:
    """Seconds a step by contestant, turn by turn."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    arguments = [str(port), preset, data, str(repeats), str(steps)]
    command = [sys.executable, "-m", "tests.benchmarks.processes"]
    processes = [
        subprocess.Popen([*command, str(rank), *arguments], stdout=subprocess.PIPE, text=True)
        for rank in range(SIZE)
    ]
    told = [process.communicate()[0] for process in processes]
    if any(process.returncode for process in processes):
        raise RuntimeError("one of two processes failed")
    found: dict[str, Any] = json.loads(told[0].splitlines()[-1])
    return found


def main() -> None:
    """One of the two processes."""
    rank, port, preset, data, repeats, steps = sys.argv[1:]
    os.environ |= {"MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port}
    found = _Turns(int(rank), preset, Path(data)).taken(int(repeats), int(steps))
    print(json.dumps(found))


class _Turns:
    """What a process does in each contestant's turn."""

    def __init__(self, rank: int, preset: str, data: Path) -> None:
        import torch
        import torch.distributed as dist
        from torch._C._distributed_c10d import PrefixStore
        from torch.nn.parallel import DistributedDataParallel

        from engine.parts.data import DataLocations
        from engine.training.device import flush_denormals
        from engine.training.shared.crew import Crew, Lead
        from engine.training.shared.group import Group
        from engine.training.trainer import Trainer
        from tests.benchmarks import headless

        flush_denormals()
        self._rank = rank
        dist.init_process_group("gloo", rank=rank, world_size=SIZE)
        locations = DataLocations(data)
        experiment = headless.preset(preset, seed=0, device="cpu", epochs=1_000)
        self.threads = int(Trainer(experiment, locations, "eager").experiment.threads)
        alone = headless.preset(preset, seed=0, device="cpu", epochs=1_000, threads=1)
        self._alone = Trainer(alone, locations, "traced")
        self._crew = Lead(SIZE) if rank == 0 else Crew(rank, SIZE)
        self._ours = Trainer(alone, locations, "traced", crew=self._crew)
        store = dist.distributed_c10d._get_default_store()
        self._group = Group(PrefixStore("ours", store), rank, SIZE, torch.device("cpu"))
        theirs = Trainer(alone, locations, "eager")
        self._theirs = theirs
        self._parallel = DistributedDataParallel(theirs.model)
        self._optimizer = theirs.experiment.optimizer.build(self._parallel.parameters())
        self._barrier = dist.barrier

    def taken(self, repeats: int, steps: int) -> dict[str, Any]:
        """Seconds a step of each contestant in each turn, after one that is not counted."""
        import torch

        contestants: dict[str, Callable[[int], float]] = {
            ALONE: self._one,
            SHARED: self._together,
            DDP: self._ddp,
        }
        if self.threads > 1:
            contestants[CORES] = self._all_cores
        seconds: dict[str, list[float]] = {name: [] for name in contestants}
        for turn in range(repeats + 1):
            for name, act in contestants.items():
                torch.set_num_threads(1)
                self._barrier()
                took_s = act(steps)
                if turn:
                    seconds[name].append(took_s / steps)
        return {"seconds": seconds, "threads": self.threads}

    def _one(self, steps: int) -> float:
        if self._rank:
            return 0.0
        began = time.perf_counter()
        for _ in range(steps):
            self._alone.step()
        return time.perf_counter() - began

    def _all_cores(self, steps: int) -> float:
        import torch

        torch.set_num_threads(self.threads)
        return self._one(steps)

    def _together(self, steps: int) -> float:
        from engine.training.shared.crew import Lead, follow

        if not isinstance(self._crew, Lead):
            follow(self._ours, self._group)
            return 0.0
        self._crew.meet(self._group)
        self._ours.step()  # with it the other one learns where this one stands
        began = time.perf_counter()
        for _ in range(steps):
            self._ours.step()
        took_s = time.perf_counter() - began
        self._crew.end()
        return took_s

    def _ddp(self, steps: int) -> float:
        """The loop of PyTorch's own tutorial, over tensors in memory."""
        trainer = self._theirs
        trainer.batches.shuffle()
        began = time.perf_counter()
        for step in range(steps):
            inputs, targets, _ = trainer.batches.part(step % len(trainer.batches), self._rank, SIZE)
            self._optimizer.zero_grad()
            loss = trainer.criterion(self._parallel(inputs), targets)
            loss.backward()
            self._optimizer.step()
            loss.item()
        return time.perf_counter() - began


if __name__ == "__main__":
    main()
