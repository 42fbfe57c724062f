"""A column of texts that is read as a sequence: the only input then, alike for new samples."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from engine.doctor.fitting import fitted_to
from engine.errors import BadExperiment, DataUnavailable
from engine.parts.data.csv_file import Csv
from engine.parts.kinds import Pairs
from engine.parts.objectives.next_token import NextToken
from engine.spec.experiment_reader import from_raw
from engine.training.judging import judged
from engine.training.trainer import Trainer
from tests.engine.parts.data.made import NOWHERE, made
from tests.engine.runs.repetition import assert_repeated

REVIEWS = """\
review,stars,answer
"It was great, all of it",5,yes
a dull film it was,2,no
It was a good film,4,yes
"bad, bad film",1,no
"great, good and great",5,yes
,3,no
"""
LAYERS = ["Embedding(15, 4)", "MeanPool()", "Linear(2)"]


def _table(folder: Path, **arguments: object) -> Csv:
    (folder / "reviews.csv").write_text(REVIEWS)
    data = Csv(str(folder / "reviews.csv"), "answer", kinds=Pairs([("review", "text")]))
    return data.with_values(text="word", ignore=("stars",)).with_values(**arguments)


def test_words_in_small_letters_and_signs(tmp_path: Path) -> None:
    """The commonest first; nothing behind the end, and nothing at all where the cell is empty."""
    data = _table(tmp_path)
    loaded = made(data)
    tokens = loaded.facts.tokens
    assert tokens[:6] == ("", "\ufffd", "it", ",", "film", "great")
    assert loaded.facts.num_tokens == len(tokens)
    assert loaded.inputs.dtype == torch.int64
    rows = [[tokens[place] for place in row] for row in loaded.inputs.tolist()]
    assert rows[0] == ["it", "was", "great", ",", "all", "of", "it"]
    assert rows[3] == ["bad", ",", "bad", "film", "", "", ""]
    assert rows[5] == [""] * 7
    assert loaded.targets.tolist() == [1, 0, 1, 0, 1, 0]


def test_characters_as_they_are_and_as_many_as_asked_for(tmp_path: Path) -> None:
    """What is longer is cut."""
    loaded = made(_table(tmp_path, text="char(5)"))
    tokens = loaded.facts.tokens
    assert ["".join(tokens[place] for place in row) for row in loaded.inputs.tolist()] == [
        "It wa",
        "a dul",
        "It wa",
        "bad, ",
        "great",
        "",
    ]


def test_new_samples_are_read_alike(tmp_path: Path) -> None:
    """What was never seen is one token; of a text that is told again nothing changes."""
    data = _table(tmp_path)
    facts = data.known_facts()
    samples = data.new_samples(facts)
    (row,) = samples.encode([["Great FILM, terrible!"]])
    told = [facts.tokens[int(place)] for place in row]
    assert told == ["great", "film", ",", "\ufffd", "\ufffd", "", ""]
    assert samples.encode([[""]]) == [[0.0] * 7]
    assert samples.given(["Great, 7"], row) == ["Great, 7"]
    first = samples.encode([["It was great, all of it"]])[0]
    assert first == made(data).inputs[0].tolist()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"ignore": ()}, "column 'stars': with text=\"word\" the text is the only input"),
        ({"ignore": ("review",)}, "and no column is one"),
    ],
)
def test_it_is_the_only_input(arguments: dict[str, object], message: str, tmp_path: Path) -> None:
    """Numbers beside it are told, and what leaves them out settles it."""
    data = _table(tmp_path, **arguments)
    with pytest.raises(DataUnavailable) as raised:
        data.known_facts()
    assert message in str(raised.value)
    if not data.ignore:
        assert data.settled() == _table(tmp_path)


@pytest.mark.parametrize("text", ["words", "char(0)", "word(5000)", "hash(0)"])
def test_what_texts_can_be_read_by_is_told(text: str, tmp_path: Path) -> None:
    """With what would be right."""
    assert 'text must be "refuse", "char", "word"' in _table(tmp_path, text=text).complaint()


def test_a_streamed_table_has_no_sequence(tmp_path: Path) -> None:
    """All texts are needed to say which tokens there are."""
    assert "leave stream out" in _table(tmp_path, stream=1000).complaint()


def test_a_script_reads_it_alike(tmp_path: Path) -> None:
    """And every number of the training is the same."""
    data = str(_table(tmp_path, text="word(6)"))
    layers = [f"Embedding({_table(tmp_path).known_facts().num_tokens}, 4)", *LAYERS[1:]]
    assert_repeated(
        from_raw(
            {
                "data": data,
                "layers": layers,
                "loss": "CrossEntropyLoss()",
                "optimizer": "Adam(lr=0.1)",
                "epochs": 3,
                "device": "cpu",
                "threads": 1,
            }
        )
    )


def test_it_is_fitted_to_and_judged(tmp_path: Path) -> None:
    """A network that reads it, a linear model on how often each word is there, and the words."""
    rows = "".join(f"{n},a {w} film it was,{a}\n" for n, w, a in _many())
    (tmp_path / "many.csv").write_text("number,review,answer\n" + rows)
    call = f'csv("{tmp_path / "many.csv"}", "answer", text="word", kinds={{"review": "text"}})'
    fitted = fitted_to(call).experiment
    assert str(fitted.layers[1]) == "MeanPool()"
    assert fitted.data.values()["ignore"] == ("number",)
    trainer = Trainer(fitted.with_values(epochs=30, device="cpu", threads=1), NOWHERE)
    list(trainer.events())
    told = judged(trainer)
    assert {one.name: one.value for one in told.baselines}["linear model"] == 1.0
    assert {one.column for one in told.slices} == {"class"}
    by_letters = fitted_to(call.replace('"word"', '"char"')).experiment
    assert str(by_letters.layers[1]).startswith("GRU(")


def _many() -> list[tuple[int, str, str]]:
    words = [("good", "yes"), ("bad", "no"), ("great", "yes"), ("dull", "no")]
    return [(n, *words[n % 4]) for n in range(80)]


def test_it_is_no_text_to_go_on_with(tmp_path: Path) -> None:
    """It has answers, so nothing else is asked for."""
    facts = _table(tmp_path).known_facts()
    assert NextToken().refusal(facts)
    with pytest.raises(BadExperiment, match="a row for 3 tokens, but the data has"):
        from_raw(
            {
                "data": str(_table(tmp_path)),
                "layers": ["Embedding(3, 4)", *LAYERS[1:]],
                "loss": "CrossEntropyLoss()",
                "optimizer": "Adam()",
            }
        )
