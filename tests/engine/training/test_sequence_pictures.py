"""What is seen of a network that reads sequences, compared with what its modules give."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import nn

from engine.parts.data import Facts
from engine.runs.tile import FINE, LEVELS
from engine.spec.experiment_reader import from_raw
from engine.training.pictures import all_pictures
from engine.training.sequence_pictures import embedded, sequence_maps
from engine.training.trainer import Trainer
from engine.training.writing import following, invented
from tests.engine.runs.repetition import NOWHERE

_LETTERS: dict[str, Any] = {
    "data": "names(context=5, stride=40)",
    "objective": "next_token()",
    "layers": ["Embedding(56, 4)", "SelfAttention(2, causal=True)", "GRU(3)", "Linear(56)"],
    "loss": "CrossEntropyLoss()",
    "optimizer": "Adam(lr=0.01)",
    "device": "cpu",
}


@pytest.fixture(scope="module")
def trainer() -> Trainer:
    return Trainer(from_raw(_LETTERS), NOWHERE)


def test_attention_is_what_pytorch_takes(trainer: Trainer) -> None:
    """Each head's weights are nn.MultiheadAttention's; none of them lies ahead."""
    attention, states = sequence_maps(trainer.evaluator, trainer.splits)
    assert (attention.layer, states.layer) == ("layers[1]", "layers[2]")
    own = trainer.model.get_submodule("1")
    theirs = nn.MultiheadAttention(4, 2, batch_first=True)
    theirs.in_proj_weight = nn.Parameter(own.get_parameter("in_proj.weight").detach())
    theirs.in_proj_bias = nn.Parameter(own.get_parameter("in_proj.bias").detach())
    tokens = trainer.splits.train.inputs[:1]
    x = trainer.model[0](tokens)
    mask = nn.Transformer.generate_square_subsequent_mask(5)
    _, weights = theirs(x, x, x, attn_mask=mask, average_attn_weights=False)
    for tile, head in zip(attention.tiles, weights[0], strict=True):
        assert [*tile.cells] == (FINE * head).round().long().flatten().tolist()
        assert not any(
            tile.cells[5 * row + ahead] for row in range(5) for ahead in range(row + 1, 5)
        )
    letters = trainer.splits.facts.tokens
    assert attention.edge == [{"\n": "¶", " ": "·"}.get(letters[t], letters[t]) for t in tokens[0]]


def test_states_are_those_of_each_position(trainer: Trainer) -> None:
    """A row for each number of the state, zero in the middle, the largest at an end."""
    _, shown = sequence_maps(trainer.evaluator, trainer.splits)
    (tile,) = shown.tiles
    with torch.no_grad():
        states = trainer.model[:3](trainer.splits.train.inputs[:1])[0].T
    assert (tile.rows, tile.columns) == (3, 5)
    assert tile.high == pytest.approx(states.abs().max().item())
    assert [*tile.cells] == (
        (states / states.abs().max() * LEVELS).round() + LEVELS
    ).flatten().tolist()


def test_tokens_lie_where_they_differ_most(trainer: Trainer) -> None:
    """Rows of a line in the plane keep their distances, and two directions have all of it."""
    rows = torch.zeros(56, 4)
    rows[:, 2] = torch.arange(56.0)
    model = nn.Sequential(nn.Embedding(56, 4, _weight=rows))
    evaluator = trainer.evaluator
    found = embedded(type(evaluator)(model, evaluator.criterion, evaluator.decoder,
                                     evaluator.facts, evaluator.input_map))  # fmt: skip
    assert found is not None
    assert found.share == pytest.approx(1.0)
    assert [abs(x - 27.5) for x in found.x][:2] in ([55.0, 54.0], [0.0, 1.0])
    assert max(map(abs, found.y)) == pytest.approx(0.0, abs=1e-9)
    assert found.names[:2] == ["¶", "·"]
    assert found.layer == "layers[0]"


def test_rows_of_no_token_are_not_in_the_plane(trainer: Trainer) -> None:
    """Of an embedding that has more of them than the data has tokens."""
    rows = torch.zeros(60, 4)
    rows[:, 2] = torch.arange(60.0)
    rows[56:] = 1e6
    model = nn.Sequential(nn.Embedding(60, 4, _weight=rows))
    evaluator = trainer.evaluator
    found = embedded(type(evaluator)(model, evaluator.criterion, evaluator.decoder,
                                     evaluator.facts, evaluator.input_map))  # fmt: skip
    assert found is not None
    assert len(found.names) == len(found.x) == len(found.y) == 56
    assert max(map(abs, found.x)) == pytest.approx(27.5)


def test_what_is_next_is_what_the_network_says(trainer: Trainer) -> None:
    """The likeliest first, each with its probability after the beginning of a line."""
    facts = trainer.splits.facts
    with torch.no_grad():
        shares = trainer.model.eval()(torch.tensor([[facts.tokens.index("\n")]]))[0, -1].softmax(0)
    (token, share), *others = following(trainer.evaluator, "", 3)
    assert facts.tokens.index(token) == int(shares.argmax())
    assert share == pytest.approx(shares.max().item())
    assert share >= others[0][1] >= others[1][1]
    pictures = all_pictures(trainer.evaluator, trainer.splits, [], (8, 8))
    assert pictures.following[0][0] == token
    assert pictures.plane is not None
    assert len(pictures.maps) == 2


@pytest.mark.parametrize("step", [1, 2, 6])
def test_what_is_invented_is_counted(step: int) -> None:
    """Lines of the text are known however its windows overlap; a line that was cut is no line."""
    facts = Facts((6,), "classification", 1, tokens=("\n", "a", "b"), num_tokens=3, positions=6)
    text = "\naab\nba\nabb\nb\n"
    tokens = torch.tensor(["\nab".index(one) for one in text])
    windows = tokens.unfold(0, 6, step)
    assert invented("aab\nbab\nba\nbbb\nabb\nbbbbb", facts, windows) == (2, 5)
