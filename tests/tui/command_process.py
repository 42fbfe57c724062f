"""The command `perceptui` as a process of the tests: its workers come from the nursery.

What begins workers is changed once the command imports it: to import it here would cost those that
begin none as much time again.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType
from typing import Any, cast

from tests.engine.service.nursery import ASKING, NURSERY
from tui import entry


def _from_nursery(launch: Any) -> None:
    launch.subprocess = ASKING


def _of_tests(launch: Any) -> None:
    launch.COORDINATOR = "tests.engine.sweeps.coordinator_process"


CHANGES: dict[str, Callable[[Any], None]] = {
    "engine.service.client.launch": _from_nursery,
    "engine.sweeps.launch": _of_tests,
}


class Changing(MetaPathFinder):
    """Changes modules right after they were imported."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        change = CHANGES.get(fullname)
        spec = PathFinder.find_spec(fullname, path) if change else None
        if change is None or spec is None:
            return None
        loader = cast("Any", spec.loader)
        run: Callable[[ModuleType], None] = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            run(module)
            change(module)

        loader.exec_module = exec_module
        return spec


if os.environ.get(NURSERY):
    sys.meta_path.insert(0, Changing())

entry.main()
