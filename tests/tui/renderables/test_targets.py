"""What is predicted, as its data calls it."""

from __future__ import annotations

import pytest

from tui.renderables.look import Look
from tui.renderables.targets import target_heading, target_text

PLAIN = Look(color="none")


@pytest.mark.parametrize(
    ("facts", "text"),
    [
        ({}, ""),
        ({"target_names": ["price"]}, "price"),
        ({"target_names": ["price"], "target_units": [" €"]}, "price (€)"),
        ({"target_names": ["x", "y"], "target_units": ["km", ""]}, "x (km), y"),
    ],
)
def test_names_have_their_units(facts: dict[str, list[str]], text: str) -> None:
    """And several stand one after the other."""
    assert target_text(facts) == text


def test_a_name_is_harmless() -> None:
    """Nothing in it acts on the terminal."""
    assert "\x1b" not in target_text({"target_names": ["a\x1b[2J"]})


def test_a_heading_fits() -> None:
    """It is cut where there is no room, and is none where there is no name."""
    (row,) = target_heading("Errors", "price (€)", 80, PLAIN)
    assert row.plain == "Errors of price (€)"
    (row,) = target_heading("Errors", "price (€)", 12, PLAIN)
    assert row.plain == "Errors of p…"
    assert target_heading("Errors", "", 80, PLAIN) == []
    assert target_heading("Errors", "price", 0, PLAIN) == []
