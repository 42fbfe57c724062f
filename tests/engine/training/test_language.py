"""A network asked for the next token: trained, gone on with, printed as a script, writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from engine.errors import UsageError
from engine.parts.data.text import SAMPLE
from engine.runs.events import Evaluated
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.training.checkpoint import save
from engine.training.full_state import full_state, restore
from engine.training.restored import TrainedNetwork
from engine.training.trainer import Trainer
from engine.training.writing import sample_of, write
from tests.engine.parts.data.test_text import NEEDS_TOKENIZERS
from tests.engine.runs.repetition import NOWHERE, assert_repeated

_SMALL: dict[str, Any] = {
    "data": "names(context=6, stride=40)",
    "objective": "next_token()",
    "layers": [
        "Embedding(56, 8)",
        "PositionalEmbedding()",
        "Residual([LayerNorm(), SelfAttention(2, causal=True)])",
        "Residual([LayerNorm(), Linear(16), GELU(), Linear(8)])",
        "LayerNorm()",
        "Linear(56)",
    ],
    "loss": "CrossEntropyLoss()",
    "optimizer": "AdamW(lr=0.01)",
    "epochs": 2,
    "batch_size": 16,
    "device": "cpu",
    "threads": 1,
}


def _small(**changes: Any) -> Experiment:
    return from_raw({**_SMALL, **changes})


def test_the_loss_is_that_of_a_plain_loop() -> None:
    """The mean over all positions of all windows, as nanoGPT has it, to the bit."""
    trainer = Trainer(_small(shuffle=False), NOWHERE, "eager")
    trainer.begin_step()
    inputs, targets = trainer.batches[0]
    with torch.no_grad():
        logits = trainer.model(inputs)
        expected = nn.functional.cross_entropy(logits.view(-1, 56), targets.reshape(-1)).item()
    trainer.step()
    assert trainer.first_loss == expected


@pytest.mark.parametrize("executor", ["eager", "traced"])
def test_steps_are_the_same_however_they_are_run(executor: Any) -> None:
    """The traced step has eager's bits."""
    plain, other = Trainer(_small(), NOWHERE, "eager"), Trainer(_small(), NOWHERE, executor)
    for trainer in (plain, other):
        torch.manual_seed(5)
        for _ in trainer.events():
            pass
    assert plain.losses.points() == other.losses.points()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"data": "names(context=6, stride=40, validation=0)", "patience": 5},
        {"class_weights": [1.0] * 56, "select": "balanced_accuracy", "patience": 5},
        {"data": "modular(5)", "objective": "supervised()", "test_fraction": 0.4}
        | {"layers": ["Embedding(5, 4)", "Flatten()", "Linear(5)"], "predict": [[3, 4], [0, 1]]},
    ],
    ids=["names", "looks at training", "weights", "clock"],
)
def test_a_script_prints_the_same(changes: dict[str, Any]) -> None:
    """Layers of our own and the pose are printed; every number is the same to the last digit."""
    assert_repeated(_small(**changes))


@pytest.mark.parametrize(
    ("data", "tokens"),
    [
        pytest.param('text("own.txt", 6, tokens="bpe", vocabulary=20)', 20, marks=NEEDS_TOKENIZERS),
        ('lines("own.txt")', 13),
    ],
    ids=["pieces", "lines"],
)
def test_a_text_of_ones_own_is_read_in_its_script(data: str, tokens: int, tmp_path: Path) -> None:
    """Divided into the same tokens, and written on with them, character by character."""
    (tmp_path / "own.txt").write_text("the cat sat on the mat\nand the hat sat there\n" * 20)
    layers = [f"Embedding({tokens}, 8)", "GRU(8)", f"Linear({tokens})"]
    data = data.replace("own.txt", str(tmp_path / "own.txt"))
    experiment = _small(data=data, layers=layers, epochs=1)
    code, output = assert_repeated(experiment)
    trainer = Trainer(experiment, NOWHERE)
    list(trainer.events())
    written = sample_of(trainer.evaluator)
    assert len(written) == SAMPLE
    assert "\n".join(output.rest).endswith(written.rstrip("\n")), code


@NEEDS_TOKENIZERS
def test_what_pieces_write_goes_on_with_a_prompt(tmp_path: Path) -> None:
    """A prompt is divided as the text was; as many characters come as are asked for."""
    (tmp_path / "own.txt").write_text("the cat sat on the mat\nand the hat sat there\n" * 20)
    data = f'text("{tmp_path / "own.txt"}", 6, tokens="bpe", vocabulary=20)'
    layers = ["Embedding(20, 8)", "GRU(8)", "Linear(20)"]
    evaluator = Trainer(_small(data=data, layers=layers), NOWHERE).evaluator
    tokens = evaluator.facts.tokens
    assert "at" in tokens
    place = tokens.index("at")
    seen = torch.tensor([[tokens.index("c"), place]])
    with torch.no_grad():
        likeliest = tokens[int(evaluator.model.eval()(seen)[0, -1].argmax())]
    assert write(evaluator, "cat", len(likeliest), 0.0, 0) == likeliest
    assert [len(write(evaluator, "cat", length, 1.0, 0)) for length in (1, 2, 3, 9)] == [1, 2, 3, 9]
    with pytest.raises(UsageError, match="the training never saw 'x'"):
        write(evaluator, "catx", 1, 1.0, 0)


@pytest.mark.parametrize("layer", ["GRU(8)", "LSTM(8, num_layers=2)", "SelfAttention(2)"])
def test_a_script_writes(layer: str) -> None:
    """At its end it prints what the trained network writes here, letter by letter."""
    experiment = _small(layers=["Embedding(56, 8)", layer, "Linear(56)"], epochs=1)
    code, output = assert_repeated(experiment)
    trainer = Trainer(experiment, NOWHERE)
    list(trainer.events())
    assert "\n".join(output.rest).endswith(sample_of(trainer.evaluator).rstrip("\n")), code


def test_a_training_goes_on_where_it_stood() -> None:
    """After a stop within an epoch the weights are those of a training without one."""
    whole = Trainer(_small(), NOWHERE)
    list(whole.events())
    first = Trainer(_small(), NOWHERE)
    for _ in range(3):
        first.step()
    state = full_state(first)
    then = Trainer(_small(), NOWHERE)
    restore(then, state, Path("state"))
    list(then.events())
    ours, theirs = then.model.state_dict(), whole.model.state_dict()
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_each_position_is_judged() -> None:
    """Accuracy, confusion and counts are over all characters, not over windows."""
    trainer = Trainer(_small(epochs=1), NOWHERE)
    list(trainer.events())
    found = {one.split: one for one in trainer.reports.evaluations()}
    train = found["train"]
    assert isinstance(train, Evaluated)
    split = trainer.splits.train
    assert train.samples == split.targets.numel() == 6 * len(split)
    assert sum(map(sum, train.confusion)) == train.samples
    with torch.no_grad():
        right = trainer.model.eval()(split.inputs).argmax(2) == split.targets
    assert train.metrics["accuracy"] == pytest.approx(right.float().mean().item(), abs=1e-6)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> TrainedNetwork:
    """A network that learned a little, read back from its checkpoint."""
    trainer = Trainer(_small(), NOWHERE)
    list(trainer.events())
    path = tmp_path_factory.mktemp("run") / "last.safetensors"
    save(path, full_state(trainer))
    return TrainedNetwork(trainer.experiment, trainer.splits.facts, path)


def test_a_network_writes_what_it_says(written: TrainedNetwork) -> None:
    """At temperature 0 each character is the likeliest after what the network looks back at."""
    text = write(written.evaluator, "Berlin\nVien", 3, 0.0, 0)
    seen = "Berlin\nVien"
    tokens = written.facts.tokens
    for character in text:
        window = torch.tensor([[tokens.index(one) for one in seen[-6:]]])
        with torch.no_grad():
            assert tokens[int(written.model(window)[0, -1].argmax())] == character
        seen += character


def test_a_prediction_is_of_what_comes_after_all(written: TrainedNetwork) -> None:
    """One answer for a window, not one for each of its places."""
    row = [float(token) for token in range(6)]
    (told,) = written.predict([row])
    with torch.no_grad():
        expected = written.model(torch.tensor([row]).long())[0, -1]
    assert told.outputs == expected.tolist()
    assert told.predicted == written.facts.classes[int(expected.argmax())]
    assert len(told.probabilities) == len(written.facts.classes)


def test_a_seed_fixes_what_is_written(written: TrainedNetwork) -> None:
    """The same seed writes the same, another one something else; a beginning needs no prompt."""
    first = write(written.evaluator, "", 40, 1.0, 1)
    assert first == write(written.evaluator, "", 40, 1.0, 1)
    assert first != write(written.evaluator, "", 40, 1.0, 2)
    assert len(first) == 40
    assert first == write(written.evaluator, "\n", 40, 1.0, 1)


def test_what_cannot_be_written_on_is_told(written: TrainedNetwork) -> None:
    """A character that training never saw, too much at a time, no temperature."""
    with pytest.raises(UsageError, match="the training never saw '9', 'ü'"):
        write(written.evaluator, "Zü9", 5, 1.0, 0)
    with pytest.raises(UsageError, match="200,000 characters, more than the 100,000"):
        write(written.evaluator, "Z", 200_000, 1.0, 0)
    with pytest.raises(UsageError, match="a temperature is 0 or above"):
        write(written.evaluator, "Z", 5, -1.0, 0)
