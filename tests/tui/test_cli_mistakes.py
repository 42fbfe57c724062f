"""What a bad experiment gets: one clear message, the exit code, no run."""

from __future__ import annotations

import pytest

from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.conftest import Trained

ESCAPE = "\x1b[31m"


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ("ReLU()", "RelU6()", 'layers[1]: unknown layer "RelU6": did you mean ReLU6?'),
        ("circle", "circel", 'data: unknown data set "circel": did you mean circle?'),
        ("BCELoss", "BCELos", 'loss: unknown loss "BCELos": did you mean BCELoss?'),
        ("SGD(", "SDG(", 'optimizer: unknown optimizer "SDG": did you mean SGD?'),
        ("epochs =", "epoch =", "epoch: unknown key: did you mean epochs?"),
        ("epochs = 3", 'epochs = "3"', "epochs: '3' is not accepted: give a whole number"),
        (
            "epochs = 3",
            "epochs = -3",
            "epochs: -3 is not accepted: give a whole number, at least 1",
        ),
        ("Linear(4)", "Linear(0)", "layers[0].out_features: 0 is not accepted"),
        ("Linear(4)", "Linear", "layers[0]: Linear needs out_features: a whole number"),
        ("circle(samples=20)", "csv('a.csv')", "data: csv needs target: name or number of the c"),
        ("Linear(4)", "Linear(4", "layers[0]: 'Linear(4' is not a call like Name(argument"),
        ("Linear(4)", "Linear(open('x'))", "layers[0]: \"open('x')\" is not accepted"),
        ("Linear(4)", "Conv2d(3, 3)", "layers[0]: Conv2d(3, 3) takes images"),
        ("Linear(1)", "Linear(3)", "loss: BCELoss()"),
        ("BCELoss", "CrossEntropyLoss", "loss: CrossEntropyLoss() needs 2 outputs for 2 classes"),
        ("circle(samples=20)", "wave()", "loss: BCELoss()"),
    ],
)
def test_mistake_is_explained(bench: Bench, old: str, new: str, complaint: str) -> None:
    """A mistake in a file is told with file, key, value and what would be right; no run begins."""
    assert old in TINY
    bench.write("bad.toml", TINY.replace(old, new))
    message = bench.refused("--preset", "bad.toml")

    assert message.startswith(f"bad.toml: {complaint}")
    assert message == bench.refused("show", "bad.toml")


def test_all_mistakes_are_told_at_once(bench: Bench) -> None:
    """Several mistakes are several lines of one message, each with its place."""
    text = TINY.replace("ReLU", "RelU").replace("BCELoss", "BCELos").replace("epochs", "epoch")
    message = bench.refused("--preset", bench.write("bad.toml", text).name)

    *mistakes, advice = message.splitlines()
    places = [line.split(":")[1].strip() for line in mistakes]
    assert sorted(places) == ["epoch", "layers[1]", "loss"]
    assert advice == (
        "what would help, and `perceptui doctor bad.toml --fix` does it: write ReLU in place of "
        "RelU; write BCELoss in place of BCELos; write epochs in place of epoch"
    )


def test_layers_that_do_not_fit(bench: Bench) -> None:
    """A layer that does not fit the one before names both shapes and the repair."""
    bench.write("bad.toml", TINY.replace("circle(samples=20)", "digits()"))
    message = bench.refused("--preset", "bad.toml")

    assert "layers[0]: Linear(4)" in message
    assert "1×8×8" in message
    assert "Flatten()" in message


@pytest.mark.parametrize(
    ("text", "place"),
    [('title = "Tiny\n', "line 1, column 14"), ("a = 1\nb = \n", "line 2, column 5")],
)
def test_toml_that_does_not_parse(bench: Bench, text: str, place: str) -> None:
    """TOML that does not parse is told with line and column."""
    bench.write("bad.toml", text)
    message = bench.refused("--preset", "bad.toml")

    assert message.startswith("bad.toml: not valid TOML: ")
    assert place in message


def test_a_file_that_is_not_text(bench: Bench) -> None:
    """A binary file is refused with the place of the first byte that is no text."""
    (bench.folder / "bad.toml").write_bytes(b"ab\xff\xfe\x00")

    assert (
        bench.refused("--preset", "bad.toml") == "bad.toml: not a text file (byte 2 is not UTF-8)"
    )


def test_unknown_preset_offers_the_nearest(bench: Bench) -> None:
    """An unknown preset is refused with the nearest one, or with the command that lists them."""
    assert bench.refused("--preset", "circel") == 'unknown preset "circel": did you mean circle?'
    assert (
        bench.refused("--preset", "zzzz") == 'unknown preset "zzzz": `perceptui presets` lists them'
    )


def test_names_of_options_that_are_missing(bench: Bench) -> None:
    """Without a preset, what an experiment still needs is named."""
    message = bench.refused("--layers", "Linear(1)", "--epochs", "3")

    assert [line.split(":")[0] for line in message.splitlines()] == ["data", "loss", "optimizer"]


def test_escape_codes_and_markup_are_harmless(bench: Bench, trained: Trained) -> None:
    """Escape codes and markup in titles, file names and options never reach the terminal."""
    title = 'title = "\\u202eRed [bold]x[/bold] [link=y]"'
    name = f"e[bold]{ESCAPE}.toml"
    bench.write(name, TINY.replace('title = "Tiny"', title))
    shown = perceptui("show", name)
    places = perceptui("runs", "--runs-dir", f"r{ESCAPE}"), perceptui("paths", "--runs-dir", ESCAPE)
    refusal = bench.refused("show", f"no{ESCAPE}.toml"), bench.refused("--set", f"a{ESCAPE}=1")

    assert shown.lines[0] == "\\u202eRed [bold]x[/bold] [link=y]"
    assert not {"\x1b", "\u202e"} & set(shown.out)
    for text in (*(place.out for place in places), *refusal):
        assert "\x1b" not in text
        assert "␛[31m" in text


def test_cuda_where_there_is_none(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """A CUDA device that is not there is refused before a run begins."""
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "")
    message = bench.refused("--preset", "tiny.toml", "--device", "cuda")

    assert message == 'device "cuda": this machine has no CUDA device: use cpu or auto'


def test_names_in_another_encoding(bench: Bench) -> None:
    """A terminal without UTF-8 gets escapes instead of an error."""
    for command in ("runs", "paths"):
        done = bench.process(command, "--runs-dir", "rü", PYTHONIOENCODING="ascii")
        assert (done.returncode, done.stderr) == (0, "")
        assert "r\\xfc" in done.stdout
    done = bench.process("show", "ü.toml", PYTHONIOENCODING="ascii")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == "perceptui: \\xfc.toml: No such file or directory\n"
