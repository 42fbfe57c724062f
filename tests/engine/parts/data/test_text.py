"""Texts: windows of tokens, the same in a script; what is no text is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.errors import BadExperiment, DataUnavailable
from engine.parts.data.generators.texts import LETTERS, city_names
from engine.parts.data.text import Names, TextFile
from engine.parts.objectives import Supervised
from engine.parts.objectives.next_token import NextToken
from engine.spec.experiment_reader import from_raw
from tests.engine.parts.data.made import NOWHERE

_RAW = {
    "objective": "next_token()",
    "layers": ["Embedding(3, 4)", "Linear(3)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "SGD(lr=0.1)",
}


def _file(folder: Path, content: bytes, **arguments: object) -> TextFile:
    (folder / "own.txt").write_bytes(content)
    return TextFile(path=str(folder / "own.txt")).with_values(**arguments)


def test_windows_overlap_as_asked_and_the_end_is_held_out(tmp_path: Path) -> None:
    """A window has the context and one more; tokens are characters in the order of their codes."""
    data = _file(tmp_path, b"abcabcabca", context=2, stride=3, validation=0.3)
    loaded = data.load(NOWHERE)
    facts = data.known_facts()
    assert (facts.tokens, facts.classes) == (("a", "b", "c"), ("a", "b", "c"))
    assert loaded.inputs.tolist() == [[0, 1, 2], [0, 1, 2]]
    assert loaded.own["validation"][0].tolist() == [[1, 2, 0]]
    assert (facts.num_samples, facts.num_validation_samples, facts.shape) == (2, 1, (3,))
    posed = NextToken().dataset(loaded)
    assert posed.inputs.tolist() == [[0, 1], [0, 1]]
    assert posed.targets.tolist() == [[1, 2], [1, 2]]
    assert posed.own["validation"][1].tolist() == [[2, 0]]
    assert (posed.facts.shape, posed.facts.positions) == ((2,), 2)


def test_names_are_in_no_alphabet_and_in_letters_that_are_everywhere() -> None:
    """The time zones' cities, a line each; the last tenth validates, from a line's beginning."""
    names = city_names(LETTERS)
    assert len(names) > 300
    assert {"Reykjavik", "Buenos Aires", "Port-au-Prince"} <= set(names)
    assert names != sorted(names)
    data = Names()
    text, cut = data.content(), data.divided_at(data.content())
    assert text[cut - 1] == "\n"
    assert 0.88 < cut / len(text) < 0.92
    facts = data.known_facts()
    assert facts.num_tokens == 56
    assert facts.classes[:2] == ("line end", "space")
    assert len(data.load(NOWHERE).own["validation"][0]) == facts.num_validation_samples


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is empty"),
        (b"a\0b", "it is no text: it has bytes that no text has"),
        (b"caf\xe9", "it is no text in UTF-8 (byte 3): save it as UTF-8"),
        (
            b"abcab",
            "5 characters to learn from are fewer than a window of 6: take a smaller context",
        ),
    ],
)
def test_what_is_no_text_is_told_with_its_repair(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """Empty, binary, in another encoding, too short."""
    data = _file(tmp_path, content, context=5, validation=0.0)
    with pytest.raises(DataUnavailable) as raised:
        data.known_facts()
    assert message in str(raised.value)
    assert str(tmp_path) in str(raised.value)


def test_a_short_end_is_told() -> None:
    """What is held out must have room for a window."""
    with pytest.raises(DataUnavailable, match="to validate on are fewer than a window of 1001"):
        Names(context=1000, validation=0.1).known_facts()


def test_a_text_is_asked_for_what_comes_next_only(tmp_path: Path) -> None:
    """It has no answers, points have no next token, and each is told what to write."""
    text = f'text(path="{_file(tmp_path, b"abc" * 200).path}")'
    from_raw({**_RAW, "data": text})
    with pytest.raises(BadExperiment, match=r'no answers to learn: write objective = "next_token'):
        from_raw({**_RAW, "data": text, "objective": "supervised()"})
    with pytest.raises(BadExperiment, match=r"next_token\(\) is asked of texts: take names\(\)"):
        from_raw({**_RAW, "data": "circle()"})
    with pytest.raises(
        BadExperiment, match="each sample is a sequence with several targets: leave sampler out"
    ):
        from_raw({**_RAW, "data": text, "sampler": "balanced"})
    with pytest.raises(BadExperiment, match="16 positions with a target each, but the last layer"):
        from_raw({**_RAW, "data": text, "layers": ["Embedding(3, 4)", "MeanPool()", "Linear(3)"]})
    assert Supervised().refusal(NextToken().facts(Names().known_facts())) == ""


def test_line_ends_of_other_systems_are_line_ends(tmp_path: Path) -> None:
    """A text from Windows has the same tokens."""
    assert _file(tmp_path, b"a\r\nb\r\n" * 90).known_facts().tokens == ("\n", "a", "b")


def test_windows_are_views() -> None:
    """Overlapping windows take the memory of the text, not of each window."""
    inputs = Names(stride=1).load(NOWHERE).inputs
    assert inputs.untyped_storage().nbytes() < 2 * len(inputs) * torch.int64.itemsize
