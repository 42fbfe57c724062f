"""A coordinator as a process of the tests: its workers come from the nursery."""

from __future__ import annotations

import os
import sys
from typing import Any, cast

from engine.service.client import launch
from engine.sweeps import coordinator_process
from tests.engine.service.nursery import ASKING, NURSERY

if os.environ.get(NURSERY):
    cast("Any", launch).subprocess = ASKING

sys.exit(coordinator_process.main())
