"""The process that coordinates a sweep.

python -P -m engine.sweeps.coordinator_process DIR DESCRIPTOR
"""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from pathlib import Path

from engine.errors import PerceptuiError
from engine.notices.choice import SILENT
from engine.runs.lease import claimed, drop_lease
from engine.sweeps.coordinator import Coordinator, GivenUp
from engine.sweeps.directory import SweepDirectory
from engine.sweeps.execution import Executor
from engine.sweeps.plan import Plan
from engine.sweeps.processes import LocalProcesses


async def coordinate(directory: SweepDirectory, plan: Plan, executor: Executor) -> int:
    """Train what is left of a sweep until it is done or a signal comes; returns the exit code."""
    coordinator = Coordinator(directory, plan, executor)
    running = asyncio.ensure_future(coordinator.run())
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, running.cancel)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        await running
    except asyncio.CancelledError:
        coordinator.end("stopped")
        return 128 + signal.SIGTERM
    except GivenUp as error:
        print(error, file=sys.stderr, flush=True)
        coordinator.end("failed", str(error))
        return 1
    else:
        coordinator.end("completed")
        return 0
    finally:
        drop_lease(directory.path)


def _executor(directory: SweepDirectory, plan: Plan) -> Executor:
    """What trains where the plan says; raises PerceptuiError."""
    if plan.place == "ray":
        from engine.sweeps.cluster import RayCluster

        return RayCluster(plan, directory.runs, directory.name)
    return LocalProcesses(directory.runs, plan.data_dir, plan.processes)


def main() -> int:
    """Claim the directory named in the arguments, say so on a descriptor, coordinate."""
    directory = SweepDirectory(Path(sys.argv[1]))
    ready = int(sys.argv[2])
    os.environ[SILENT] = "1"  # one of many trainings is none to be told of
    try:
        plan = directory.plan()
        with claimed(directory.path, "") as claim:
            claim.check()
            executor = _executor(directory, plan)
            os.write(ready, b"ready\n")
            os.close(ready)
            return asyncio.run(coordinate(directory, plan, executor))
    except PerceptuiError as error:
        print(error, file=sys.stderr, flush=True)
        return error.exit_code
    except OSError as error:
        print(f"{directory.path}: {error.strerror or error}", file=sys.stderr, flush=True)
        return 1


if __name__ == "__main__":
    os._exit(main())  # all is written; threads of Ray that still look for a cluster would wait
