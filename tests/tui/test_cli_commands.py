"""`presets`, `show`, `paths`, `runs`, and the help."""

from __future__ import annotations

import shutil
import tomllib
from importlib.metadata import version
from pathlib import Path

import pytest

from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.conftest import Trained

COMMANDS = (
    *("presets", "show", "doctor", "tune-lr", "open", "runs", "attach", "resume", "stop"),
    *("explain", "replay", "predict", "evaluate", "export", "paths", "cache"),
)


def test_version(bench: Bench) -> None:
    """--version prints the name and the installed version."""
    assert perceptui("--version").out == f"perceptui {version('perceptui')}\n"


def test_help_names_every_command_and_option(bench: Bench) -> None:
    """-h and --help say the same and name every command and option of a training."""
    outcome = perceptui("--help")

    assert outcome == perceptui("-h")
    assert outcome.code == 0
    words = outcome.out.split()
    assert set(COMMANDS) <= set(words)
    options = "preset set data layers loss optimizer lr epochs batch-size seed device from quiet"
    shared = "runs-dir data-dir ascii json version help"
    assert {f"--{name}" for name in f"{options} {shared}".split()} <= set(words)


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(bench: Bench, command: str) -> None:
    """-h and --help after a command explain it, the shared options too."""
    outcome = perceptui(command, "--help")

    assert outcome == perceptui(command, "-h")
    assert outcome.code == 0
    assert outcome.out.startswith(f"Usage: perceptui {command} ")
    for option in ("--runs-dir", "--data-dir", "--ascii", "--json"):
        assert option in outcome.out


def test_presets_are_listed_by_group(bench: Bench) -> None:
    """The list has the groups in their order, the tutorials first, each preset with a summary."""
    outcome = perceptui("presets")

    headings = [line for line in outcome.lines if line in ("Tutorials", "Playground", "Tables")]
    assert headings == ["Tutorials", "Playground", "Tables"]
    assert outcome.out.index("  circle ") < outcome.out.index("Playground")
    assert max(map(len, outcome.lines)) <= 80
    assert outcome == perceptui()


def test_presets_as_json(bench: Bench) -> None:
    """With --json each preset is an object with its name, path, group and words."""
    records = perceptui("presets", "--json").records
    by_name = {record["name"]: record for record in records}

    assert {"circle", "three-features", "mnist"} <= set(by_name)
    circle = by_name["circle"]
    assert (circle["group"], circle["title"]) == ("Tutorials", "Circle")
    with open(circle["path"], "rb") as file:
        assert tomllib.load(file)["summary"] == circle["summary"]


def test_a_bad_preset_takes_down_itself_only(bench: Bench) -> None:
    """An own preset that can't be read is named on stderr; the others are listed."""
    own = bench.folder / "config" / "perceptui" / "presets"
    own.mkdir(parents=True)
    (own / "bad.toml").write_text("title = ", "utf-8")
    (own / "mine.toml").write_text(TINY, "utf-8")
    outcome = perceptui("presets")

    assert outcome.code == 0
    assert outcome.err.startswith(f"perceptui: {own / 'bad.toml'}: not valid TOML: ")
    assert outcome.err.count("\n") == 1
    assert "  mine " in outcome.out
    assert outcome.out.index("\nMine\n") < outcome.out.index("  mine ")


def test_show_has_words_layers_and_experiment(bench: Bench) -> None:
    """`show` prints what it teaches, the data, the layer table and the experiment as TOML."""
    outcome = perceptui("show", "tiny.toml")

    assert outcome.lines[0] == "Tiny"
    assert "circle(samples=20): 20 samples of 2, 2 classes" in outcome.lines
    cells = [line.split() for line in outcome.lines]
    assert ["Layer", "Output", "shape", "Params"] in cells
    assert ["Linear(4)", "4", "12"] in cells
    assert ["Total", "17"] in cells
    toml = outcome.out[outcome.out.index("data = ") :]
    assert tomllib.loads(toml)["layers"] == ["Linear(4)", "ReLU()", "Linear(1)", "Sigmoid()"]


def test_show_says_how_samples_are_drawn(bench: Bench) -> None:
    """With replacement, or in a buffer; nothing where each comes once."""
    assert "An epoch" not in perceptui("show", "tiny.toml").out
    bench.write("even.toml", TINY + 'sampler = "balanced"\n')
    told = " ".join(perceptui("show", "even.toml").out.split())
    assert "drawn with replacement so that each class comes as often." in told
    rows = "".join(f"{n},{n % 2}\n" for n in range(20))
    (bench.folder / "t.csv").write_text(f"x,y\n{rows}", "utf-8")
    data = "csv('t.csv', 'y', stream=1000)"
    bench.write("far.toml", TINY.replace("circle(samples=20)", data))
    told = " ".join(perceptui("show", "far.toml").out.split())
    assert "shuffles 1,000 rows at a time, not all of them." in told


def test_show_as_json(bench: Bench) -> None:
    """With --json there is one object: name, complete experiment, layers with their shapes."""
    (record,) = perceptui("show", "tiny.toml", "--json").records

    assert record["name"] == "tiny"
    assert record["experiment"]["batch_size"] == "full"
    assert record["layers"][0] == {"layer": "Linear(4)", "output_shape": [4], "params": 12}
    assert len(record["layers"]) == 4


def test_show_of_a_block(bench: Bench) -> None:
    """Its layers stand below it, and in its JSON; `--set` reaches them as any."""
    text = Path("tiny.toml").read_text("utf-8").replace('"ReLU()"', '"Residual([Linear(4), ReLU])"')
    Path("block.toml").write_text(text, "utf-8")

    lines = perceptui("show", "block.toml").lines
    (record,) = perceptui("show", "block.toml", "--json").records

    at = next(number for number, line in enumerate(lines) if line.startswith("Residual([…])"))
    assert [line.split()[0] for line in lines[at : at + 3]] == [
        "Residual([…])",
        "Linear(4)",
        "ReLU()",
    ]
    assert lines[at + 1].startswith("  Linear(4)")
    assert record["layers"][1]["params"] == 20
    assert record["layers"][1]["layers"] == [
        {"layer": "Linear(4)", "output_shape": [4], "params": 20},
        {"layer": "ReLU()", "output_shape": [4], "params": 0},
    ]


def test_show_of_a_component(bench: Bench) -> None:
    """`show csv` has its call and each argument with what is accepted; a preset goes first."""
    outcome = perceptui("show", "csv")
    assert outcome.lines[0] == "csv (data set)"
    text = " ".join(outcome.out.split())
    assert 'csv(path, target, task="auto", missing="auto", standardize=False,' in text
    assert "path (needed) the file" in text
    assert "what divides the cells; give 'auto' or ',' or ';' or 'tab' or '|'" in text
    (record,) = perceptui("show", "csv", "--json").records
    assert (record["component"], record["family"]) == ("csv", "data set")
    assert [one["argument"] for one in record["arguments"]][:3] == ["path", "target", "task"]

    assert perceptui("show", "circle").lines[0] == "Circle"
    assert perceptui("show", "circle()").lines[0] == "circle (data set)"
    assert perceptui("show", "ReLU").lines[-1] == "ReLU()"
    assert bench.refused("show", "csvv").startswith('"csvv" is neither a preset')


def test_a_run_goes_before_a_component(bench: Bench, trained: Trained) -> None:
    """What names a run is that run, though a component is called the same."""
    shutil.copytree(trained.run, bench.runs_dir / "Linear")
    assert perceptui("show", "Linear").lines[0] == "Tiny"
    assert perceptui("show", "Linear()").lines[0] == "Linear (layer)"


def test_no_runs_yet(bench: Bench) -> None:
    """Without a run `runs` says how to make one, and with --json nothing."""
    assert (
        perceptui("runs").out == "There are no runs in runs: `perceptui --preset NAME` makes one.\n"
    )
    assert perceptui("runs", "--json").out == ""


def test_runs_are_listed(bench: Bench, trained: Trained) -> None:
    """`runs` lists name, state, epochs, loss and accuracy; --json gives the same as objects."""
    name = trained.run.name
    shutil.copytree(trained.run, bench.runs_dir / name)
    (bench.runs_dir / "not-a-run").mkdir()
    head, _, row = perceptui("runs").lines
    (record,) = perceptui("runs", "--json").records

    assert head.split() == ["Run", "State", "Epochs", "Loss", "Accuracy"]
    assert row.split()[:3] == [name, "completed", "3"]
    assert record["run"] == f"runs/{name}"
    assert (record["title"], record["state"], record["epochs"]) == ("Tiny", "completed", 3)
    assert 0 <= record["metrics"]["train_accuracy"] <= 1


def test_names_of_runs_are_told_apart_in_twenty_columns(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a name does not fit, its end stays: the beginning is the same for all of a day."""
    names = ("20260102-030405-tiny-a1b2", "20260102-030405-tiny-c3d4")
    for name in names:
        shutil.copytree(trained.run, bench.runs_dir / name)
    monkeypatch.setenv("COLUMNS", "20")
    _, _, *rows = perceptui("runs").lines
    assert [row.split()[0][-9:] for row in rows] == ["tiny-a1b2", "tiny-c3d4"]


def test_paths(bench: Bench) -> None:
    """`paths` names every place in words, and --json the same."""
    (record,) = perceptui("paths", "--json").records
    text = perceptui("paths").out

    assert set(record) == {
        *("config", "presets", "shipped_presets", "data", "runs", "tables", "images"),
        *("compiled", "index_of_runs", "lessons_done", "sockets", "log"),
        *("kept_images", "kept_compiled", "waiting_trainer"),
    }
    assert [line[16:] for line in text.splitlines()] == list(record.values())


def test_what_is_cached_is_told_and_forgotten(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """`cache` tells its size, as `paths` does; --clear forgets entries and nothing else."""
    for name in ("images", "tables", "compiled"):
        monkeypatch.setenv(f"PERCEPTUI_{name.upper()}_DIR", str(tmp_path / name))
        for entry in ("0123456789abcdef" * 2, "a letter of mine"):
            (tmp_path / name / entry).mkdir(parents=True)
            (tmp_path / name / entry / "pixels").write_bytes(bytes(1500))
    told = "decoded pictures: 1.5 kB\nparsed tables: 1.5 kB\ncompiled steps: 1.5 kB\n"
    assert perceptui("cache").out == told
    (record,) = perceptui("paths", "--json").records
    assert record["kept_images"] == "1.5 kB of at most 10 GB"
    (record,) = perceptui("cache", "--clear", "--json").records
    assert record == {"cleared": True, "bytes": {"images": 1500, "tables": 1500, "compiled": 1500}}
    assert perceptui("cache").out == told.replace("1.5 kB", "0 bytes")
    assert [path.name for path in (tmp_path / "images").iterdir()] == ["a letter of mine"]
