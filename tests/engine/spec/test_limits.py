"""How large a description may be: more is refused with a sentence, before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.errors import BadExperiment, UsageError
from engine.limits import LAYERS, PREDICT, TOML_DEPTH, TOML_FILE
from engine.spec.experiment_reader import from_raw, read_file
from engine.spec.toml_text import parse_toml

CIRCLE: dict[str, object] = {
    "data": "circle(samples=100)",
    "layers": ["Linear(1)", "Sigmoid()"],
    "loss": "BCELoss()",
    "optimizer": "SGD(lr=0.1)",
}


@pytest.mark.parametrize(
    "key",
    [
        "{} = 1",
        "[{}]",
        "[[{}]]",
        "x = {{ {} = 1 }}",
        'z = """#""" # "\nx = 1\n{} = 1',
        "z = '''\n\"'''\n  {} = 1",
    ],
)
def test_a_key_of_many_parts_is_refused_unparsed(key: str) -> None:
    """tomllib's time and memory grow with the square of its depth; one at the limit is read."""
    parts = ["a", ' "b.c" ', "'d'", "1"] * TOML_DEPTH.most
    parse_toml(key.format(".".join(parts[: TOML_DEPTH.most])))
    line = key.count("\n") + 1
    with pytest.raises(UsageError, match=f"^line {line}: a key of more than 16 dotted parts"):
        parse_toml(key.format(".".join(parts[: TOML_DEPTH.most + 1])))


@pytest.mark.parametrize("quote", ['"', "'", '"""', "'''"])
def test_dots_in_a_text_are_no_parts(quote: str) -> None:
    """Nor are those of numbers in a list, or in a comment."""
    dots = "a." * 30
    numbers = ", ".join(["1.5"] * 30)
    text = f"x = {quote}{dots}{quote} # {dots}\ny = [{numbers}]\n"
    assert parse_toml(text) == {"x": dots, "y": [1.5] * 30}


def test_a_file_is_refused_by_its_size(tmp_path: Path) -> None:
    """With both sizes, before it is read."""
    path = tmp_path / "large.toml"
    path.write_text("#" * (TOML_FILE.most + 1))
    with pytest.raises(
        UsageError, match="the file has 1,000,001 bytes, more than the 1,000,000 that are taken"
    ):
        read_file(path)


def test_very_many_layers_are_refused() -> None:
    """One at the limit is read; the calls of one beyond it are not looked at."""
    layers = ["Identity()"] * (LAYERS.most - 2) + ["Linear(1)", "Sigmoid()"]
    assert len(from_raw({**CIRCLE, "layers": layers}).layers) == LAYERS.most
    with pytest.raises(BadExperiment) as refused:
        from_raw({**CIRCLE, "layers": ["?"] * (LAYERS.most + 1)})
    assert str(refused.value) == (
        "layers: there are 1,001 layers, more than the 1,000 that are taken"
    )


def test_very_many_samples_to_predict_are_refused() -> None:
    """With what takes more of them."""
    with pytest.raises(BadExperiment) as refused:
        from_raw({**CIRCLE, "predict": [[0.0, 0.0]] * (PREDICT.most + 1)})
    assert str(refused.value) == (
        "predict: there are 10,001 samples, more than the 10,000 that are taken"
    )
