"""One warm trainer for all tests that leave it alive."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.service.launch import launch
from tests.engine.service.live import WAIT_S, RawClient


@pytest.fixture(scope="session")
def warm() -> Iterator[Path]:
    """The socket of a trainer that is shared: it must be left without a training."""
    launched = asyncio.run(launch())
    company = RawClient(launched.socket)  # without a client it would end
    yield launched.socket
    company.close()
    launched.process.terminate()
    launched.process.wait(WAIT_S)
