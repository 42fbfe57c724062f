"""`perceptui notify`: what is chosen, kept, told and tried."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path

import pytest

from engine.notices.choice import choice_file
from tests.tui.command_line import perceptui


@pytest.fixture(autouse=True)
def _own_configuration(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))


def test_choices_add_up_and_are_cleared() -> None:
    """Each call adds to what was chosen; what an address holds is not printed."""
    assert perceptui("notify").out.startswith("Nobody is told.")
    assert not choice_file().exists()
    perceptui("notify", "--address", "json://user:secret@localhost/")
    perceptui("notify", "--command", "say 'it is over'", "--terminal")
    told = perceptui("notify", "--least", "5", "--stall", "90")
    assert told.out.splitlines()[:5] == [
        "addresses: json://…",
        "command: say 'it is over' RUN",
        "the terminal that a training was started from",
        "not told: trainings that end within 5 s",
        "stalls: no progress for 90 s and for ten usual steps",
    ]
    found = json.loads(perceptui("notify", "--json").out)
    assert "secret" not in str(found)
    assert {name: found[name] for name in ("addresses", "command", "terminal", "least_s")} == {
        "addresses": 1, "command": ["say", "it is over"], "terminal": True, "least_s": 5.0,
    }  # fmt: skip
    assert perceptui("notify", "--clear").out.startswith("Nobody is told.")


def test_a_test_is_sent_or_says_what_failed(tmp_path: Path) -> None:
    """With exit code 1 for what does not work, 2 where nothing is chosen."""
    assert perceptui("notify", "--test").code == 2
    said = tmp_path / "said"
    program = f"{sys.executable} -c \"import sys; open('{said}', 'w').write(sys.argv[1][-4:])\""
    assert perceptui("notify", "--command", program, "--test").code == 0
    assert said.read_text() == "/RUN"
    failed = perceptui("notify", "--command", "/nowhere/x", "--test")
    assert failed.code == 1
    assert "the command /nowhere/x can't be run" in failed.err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--address", "nowhere"], "--address nowhere: no address that Apprise knows"),
        (["--least", "-1"], "--least -1: give 0 or more seconds"),
        (["--stall", "0.1"], "--stall 0.1: give 0.5 or more seconds"),
        (["--command", "say 'x"], "--command say 'x: No closing quotation"),
    ],
)
def test_mistakes_are_named(options: list[str], message: str) -> None:
    """And nothing is kept."""
    outcome = perceptui("notify", *options)
    assert outcome.code == 2
    assert message in outcome.err
    assert not choice_file().exists()


def test_without_apprise_the_install_line_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """Before anything is kept."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    outcome = perceptui("notify", "--address", "json://localhost/")
    assert outcome.code == 2
    assert "pip install 'perceptui[notify]'" in outcome.err
