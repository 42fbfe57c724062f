"""A trainer's threads soon give a processor away that others want."""

from __future__ import annotations

import os

import pytest

from engine.errors import PerceptuiError
from engine.service.worker import process
from engine.service.worker.waiting_threads import TOLD_BY, sleep_soon


@pytest.mark.parametrize("name", TOLD_BY)
def test_what_a_person_has_set_stays(name: str) -> None:
    """Neither of the variables is given another value, nor the other one set beside it."""
    environment = {name: "42"}
    sleep_soon(environment)
    assert environment == {name: "42"}


def test_a_trainer_says_so_before_anything_else(monkeypatch: pytest.MonkeyPatch) -> None:
    """Torch reads it once, when it is loaded: when there is a worker it would be too late."""
    for name in TOLD_BY:
        monkeypatch.delenv(name, raising=False)
    found: list[str | None] = []

    def made(**_: object) -> None:
        found.append(os.environ.get("GOMP_SPINCOUNT"))
        raise PerceptuiError("no worker here")

    monkeypatch.setattr(process, "Worker", made)
    assert process.main() == PerceptuiError.exit_code
    assert found == ["1000"]
    monkeypatch.setenv("GOMP_SPINCOUNT", "")  # so that it is taken out again
