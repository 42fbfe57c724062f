"""What is told of an experiment is marked on its fields, and everybody goes by that."""

from __future__ import annotations

from engine.spec.editing import edited
from engine.spec.experiment import CLAIMS, PROSE, TEXTS, Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.toml_text import parse_toml
from engine.spec.writer import to_toml
from tests.engine.runs.repetition import small

TOLD = {
    "title": "Small",
    "group": "Tables",
    "summary": "A line.",
    "teaches": "Patience.",
    "expect": "A slope.",
    "healthy": False,
    "measured": {"train_loss": (0.0, 1.0)},
}


def test_texts_and_claims_are_those_of_the_fields() -> None:
    """Runs have digests over all but the texts, so those stay the same ones for ever."""
    assert tuple(TOLD) == PROSE
    assert TEXTS == ("title", "group", "summary", "teaches", "expect")
    assert CLAIMS == ("expect", "healthy", "measured")


def test_prose_changes_nothing_in_the_training() -> None:
    """Without it all that is left is what is trained; without claims the other texts stay."""
    told = small(**TOLD)
    assert told.without_prose() == small().without_prose()
    kept = told.without_claims()
    assert (kept.title, kept.expect, kept.healthy, kept.measured) == ("Small", "", True, None)


def test_prose_stands_first_in_the_order_of_its_declaration() -> None:
    """A person reads what an experiment is before what it is made of."""
    keys = list(parse_toml(to_toml(small(**TOLD))))
    assert keys[:6] == list(PROSE[:6])
    assert keys[-1] == "measured"


def test_prose_at_its_default_says_nothing() -> None:
    """Whatever is taken back leaves the text, instead of an empty line in it."""
    told, bare = small(**TOLD), small(**TOLD).without_prose()
    text = edited(to_toml(told), told, bare)
    assert not set(parse_toml(text)) & set(PROSE)
    assert from_raw(parse_toml(text)) == bare == Experiment(**bare.values())
