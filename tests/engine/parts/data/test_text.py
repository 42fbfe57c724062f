"""Texts: windows of tokens, the same in a script; what is no text is told."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch

from engine.errors import BadExperiment, DataUnavailable
from engine.parts.data.generators.texts import LETTERS, city_names, tokenized
from engine.parts.data.text import Lines, Names, TextFile
from engine.parts.objectives import Supervised
from engine.parts.objectives.next_token import NextToken
from engine.spec.experiment_reader import from_raw
from tests.engine.parts.data.made import NOWHERE

NEEDS_TOKENIZERS = pytest.mark.skipif(
    find_spec("tokenizers") is None, reason="needs tokenizers, the extra `bpe`"
)
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
            "5 tokens to learn from are fewer than a window of 6: take a smaller context",
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


@NEEDS_TOKENIZERS
def test_pieces_of_words_are_hugging_faces(tmp_path: Path) -> None:
    """Learned of what is learned from only, and divided as their own tokenizer divides."""
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    text = "the cat sat on the mat, and the hat sat there\n\t\u00e9t\u00e9 " * 20 + "zzzz zzzz"
    data = _file(tmp_path, text.encode(), context=4, tokens="bpe", vocabulary=40)
    facts = data.known_facts()
    assert facts.num_tokens == len(facts.tokens) == len(set(facts.tokens)) == 40
    assert facts.tokens[: len(set(text))] == tuple(sorted(set(text)))
    assert " the" in facts.tokens
    assert not any("zz" in token for token in facts.tokens)
    theirs = Tokenizer(models.BPE())
    theirs.pre_tokenizer = pre_tokenizers.Split(Regex(r" ?[^ \n]{1,64}|\s"), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=40, initial_alphabet=sorted(set(text)), show_progress=False
    )
    theirs.train_from_iterator([text[: data.divided_at(text)]], trainer)
    found = [facts.tokens[place] for place in tokenized(text, facts.tokens)]
    assert found == theirs.encode(text).tokens
    assert "".join(found) == text
    loaded = data.load(NOWHERE)
    assert len(loaded.inputs) == facts.num_samples
    assert len(loaded.own["validation"][0]) == facts.num_validation_samples


@NEEDS_TOKENIZERS
def test_a_vocabulary_has_room_for_each_character(tmp_path: Path) -> None:
    """Else a text could not be read."""
    data = _file(tmp_path, b"abcdef" * 50, tokens="bpe", vocabulary=5)
    with pytest.raises(DataUnavailable, match="no room for the 6 different characters"):
        data.known_facts()


def test_pieces_of_words_need_a_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is named where it is not there."""
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    data = _file(tmp_path, b"ghijkl" * 50, tokens="bpe")
    with pytest.raises(DataUnavailable, match=r"pip install 'perceptui\[bpe\]'"):
        data.known_facts()


def test_each_line_is_a_sample(tmp_path: Path) -> None:
    """From its beginning to its end, filled up with line ends; the last ones validate."""
    (tmp_path / "own.txt").write_bytes(b"ab\n\nb\r\n aab\nba")
    data = Lines(path=str(tmp_path / "own.txt"), validation=0.25)
    facts = data.known_facts()
    assert facts.tokens == ("\n", " ", "a", "b")
    assert (facts.shape, facts.num_samples, facts.num_validation_samples) == ((6,), 3, 1)
    loaded = data.load(NOWHERE)
    assert loaded.inputs.tolist() == [
        [0, 2, 3, 0, 0, 0],
        [0, 3, 0, 0, 0, 0],
        [0, 1, 2, 2, 3, 0],
    ]
    assert loaded.own["validation"][0].tolist() == [[0, 3, 2, 0, 0, 0]]
    short = data.with_values(context=2)
    assert short.load(NOWHERE).inputs.tolist() == [[0, 2, 3], [0, 3, 0], [0, 1, 2]]
    posed = NextToken().dataset(loaded)
    assert posed.targets.tolist()[1] == [3, 0, 0, 0, 0]


def test_too_few_lines_are_told(tmp_path: Path) -> None:
    """And how much of what validates is there already."""
    (tmp_path / "own.txt").write_text("ab\nb\nab\n")
    data = Lines(path=str(tmp_path / "own.txt"), validation=0.34)
    assert data.known_share() == 1
    assert data.with_values(validation=0.0).known_share() == 0
    with pytest.raises(DataUnavailable, match="3 lines are too few to hold some of them back"):
        data.with_values(validation=0.9).known_facts()


def test_line_ends_of_other_systems_are_line_ends(tmp_path: Path) -> None:
    """A text from Windows has the same tokens."""
    assert _file(tmp_path, b"a\r\nb\r\n" * 90).known_facts().tokens == ("\n", "a", "b")


def test_windows_are_views() -> None:
    """Overlapping windows take the memory of the text, not of each window."""
    inputs = Names(stride=1).load(NOWHERE).inputs
    assert inputs.untyped_storage().nbytes() < 2 * len(inputs) * torch.int64.itemsize
