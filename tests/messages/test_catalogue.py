"""The catalogue says all that perceptui says, and nothing that it says no more."""

from __future__ import annotations

import re

import pytest
from babel.messages.catalog import Catalog

from engine.lessons.library import find_lesson, listings
from tests.messages import catalogue, preset_texts
from tests.messages.extraction import Message, messages, messages_in
from tui.language.phrase_book import PhraseBook

_FIGURE = re.compile(r"\{[a-z_.]+[^{}]*\}")
SAID = [Message("Quit"), Message("epoch {epoch:n}"), Message("{count:n} epoch", "{count:n} epochs")]


def _catalogue(**said: str) -> Catalog:
    known = {"Quit": "退出", "epoch {epoch:n}": "第 {epoch} 轮", "{count:n} epoch": "{count} 轮"}
    return catalogue.updated(_entries({**known, **said}), SAID)


def _entries(said: dict[str, str]) -> Catalog:
    found = Catalog(locale="zh_CN")
    for text, other in said.items():
        found.add(text, other)
    return found


def test_every_sentence_is_translated_and_none_is_stale() -> None:
    """`make messages` names what lacks, and drops what is said no more."""
    found = catalogue.state(catalogue.read(), messages())

    assert found.missing == []
    assert found.stale == []
    assert found.unfit == []


def test_what_is_compiled_is_what_is_written() -> None:
    """The compiled catalogue is committed, and `make messages` makes it."""
    expected = catalogue.phrases(catalogue.read(), preset_texts.preset_texts())

    assert PhraseBook.read("zh_CN") == expected


def test_a_whole_catalogue_has_nothing_wrong() -> None:
    """Each sentence is there, with its fields."""
    assert not catalogue.state(_catalogue(), SAID)


def test_a_sentence_that_is_not_translated_is_named() -> None:
    """Also one that is there with nothing beside it."""
    lacking = catalogue.state(_catalogue(Quit=""), [*SAID, Message("Help")])

    assert lacking.missing == ["Quit", "Help"]


def test_a_guess_is_no_translation() -> None:
    """What gettext marks as fuzzy nobody has looked at."""
    found = _catalogue()
    found["Quit"].flags.add("fuzzy")

    assert catalogue.state(found, SAID).missing == ["Quit"]


def test_a_sentence_that_is_said_no_more_is_named() -> None:
    """It would lie there for ever, and be translated again and again."""
    assert catalogue.state(_catalogue(), SAID[1:]).stale == ["Quit"]


def test_a_field_that_the_sentence_has_not_is_named() -> None:
    """Nothing could be put there."""
    found = _catalogue(**{"epoch {epoch:n}": "第 {number} 轮"})

    assert catalogue.state(found, SAID).unfit == ["epoch {epoch:n} -> 第 {number} 轮"]


def test_updating_keeps_what_is_known_and_drops_the_rest() -> None:
    """A translation is found again by its sentence."""
    found = catalogue.updated(_catalogue(), [Message("Quit"), Message("Help")])

    assert {entry.id: entry.string for entry in found if entry.id} == {"Quit": "退出", "Help": ""}


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('tell("The run is over")', ["The run is over"]),
        (
            'tell(f"{run.name} has {n:,} of {len(all)} epochs")',
            ["{name} has {n:n} of {len} epochs"],
        ),
        ('tell("It ends " f"at {end}" + " sharp")', ["It ends at {end} sharp"]),
        ('text = "It is "\ntext += "over"', ["It is over"]),
        ('plural(n, "sample")', ["{count:n} sample"]),
        ('tr("loss")', ["loss"]),
        ('tr("lost" if gone else "found")', ["lost", "found"]),
        ('show(f"{n} left")', ["{n} left"]),
        ('tell({"stop": "Nothing runs here"}.get(action, ""))', ["Nothing runs here"]),
        ('tell(texts.get("the whole text"))', []),
        ('"a docstring, whatever it says"', []),
        ('key = "loss"', []),
        ('assert fine, "it must be fine"', []),
        ('if text == "the whole text": pass', []),
        ('show(id="the only one")', []),
        ('DEFAULT_CSS = "Screen { align: center middle; }"', []),
        ('Binding("escape", "back", "Back")', ["Back"]),
    ],
)
def test_what_is_taken_from_the_source(source: str, said: list[str]) -> None:
    """Sentences wherever they stand, small words where they are given to `tr`."""
    assert [one.text for one in messages_in(source)] == said


def test_every_preset_has_its_texts_in_the_other_language() -> None:
    """The same ones, and no table is of a preset that is not there."""
    for path in preset_texts.FOLDER.glob("*.toml"):
        english = preset_texts.read(path)
        texts = {name for name in preset_texts.FIELDS if english.get(name)}
        assert set(preset_texts.translated(path.stem)) == texts, path.stem
    names = {path.name for path in preset_texts.FOLDER.glob("*.toml")}
    assert {path.name for path in (preset_texts.FOLDER / "zh_CN").glob("*.toml")} == names


def test_every_lesson_is_told_in_the_other_language() -> None:
    """The same steps, with the same figures in what is said of them."""
    for listing in listings()[0]:
        english, said = find_lesson(listing.name), find_lesson(listing.name, "zh_CN")
        assert said.title != english.title, listing.name
        for one, other in zip(english.steps, said.steps, strict=True):
            assert other.text != one.text, (listing.name, one.title)
            figures = [sorted(_FIGURE.findall(repr(step.done))) for step in (one, other)]
            assert figures[0] == figures[1], (listing.name, one.title)
