"""The command `perceptui` as a process of the tests: its workers come from the nursery."""

from __future__ import annotations

import os
from typing import Any, cast

from engine.service.client import launch
from engine.sweeps import launch as sweeps
from tests.engine.service.nursery import ASKING, NURSERY
from tui import entry

if os.environ.get(NURSERY):
    cast(Any, launch).subprocess = ASKING
    cast(Any, sweeps).COORDINATOR = "tests.engine.sweeps.coordinator_process"

entry.main()
