"""`write`: a run's network goes on after a prompt."""

from __future__ import annotations

from tests.tui.command_line import Bench, perceptui

_TOML = """\
data = "names(context=6, stride=40)"
objective = "next_token()"
layers = ["Embedding(56, 8)", "SelfAttention(2, causal=True)", "Linear(56)"]
loss = "CrossEntropyLoss()"
optimizer = "Adam(lr=0.01)"
epochs = 2
batch_size = 16
"""


def test_a_run_writes(bench: Bench) -> None:
    """The report shows what it writes; `write` goes on after a prompt, the same for a seed."""
    report = perceptui("--preset", str(bench.write("names.toml", _TOML)))
    assert "What it writes" in report.lines
    asked = ("write", "last", "--prompt", "Zur", "--length", "9")
    written = perceptui(*asked, "--json").records
    assert written == perceptui(*asked, "--json").records
    (answer,) = written
    assert answer["prompt"] == "Zur"
    assert len(answer["text"]) == 9
    lines = perceptui(*asked).lines
    assert "\n".join(lines).startswith("Zur" + answer["text"].split("\n")[0])
    assert "Accuracy" in perceptui("evaluate", "last").out
    refused = perceptui("write", "last", "--prompt", "Zü")
    assert refused.code == 2
    assert "the training never saw 'ü'" in refused.err


def test_another_network_cannot_write(bench: Bench) -> None:
    """It says which preset can."""
    perceptui("--preset", "circle", "--epochs", "1")
    refused = perceptui("write", "last")
    assert refused.code == 2
    assert "was not asked for the next token" in refused.err
    assert "names-gpt" in refused.err
