"""Where things are looked for: WHAT, RUN, and the directories of runs and data."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from engine.spec.presets import what_is
from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.conftest import Trained


def directories() -> dict[str, str]:
    """What `paths --json` says."""
    (record,) = perceptui("paths", "--json").records
    return {str(name): str(path) for name, path in record.items()}


def test_runs_are_kept_in_the_working_directory(bench: Bench) -> None:
    """Without option and environment, runs go to `runs` here and data to the user's cache."""
    found = directories()

    assert found["runs"] == str(bench.folder / "runs")
    assert found["data"].endswith("perceptui/data")
    assert found["presets"] == str(bench.folder / "config" / "perceptui" / "presets")


def test_option_before_environment(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment moves runs and data, and the command line stands above it."""
    monkeypatch.setenv("PERCEPTUI_RUNS_DIR", "/environment/runs")
    monkeypatch.setenv("PERCEPTUI_DATA_DIR", "/environment/data")
    assert directories()["runs"] == "/environment/runs"
    assert directories()["data"] == "/environment/data"

    arguments = ("paths", "--json", "--runs-dir", "/option/runs", "--data-dir", "/option/data")
    (record,) = perceptui(*arguments).records
    assert (record["runs"], record["data"]) == ("/option/runs", "/option/data")


def test_shared_options_before_and_after_a_command(bench: Bench) -> None:
    """Shared options mean the same before a command and after it."""
    before = perceptui("--runs-dir", "x", "--data-dir", "y", "--json", "paths")
    after = perceptui("paths", "--runs-dir", "x", "--data-dir", "y", "--json")

    assert before == after
    assert before.records[0]["runs"] == str(bench.folder / "x")
    assert perceptui("--ascii", "show", "tiny.toml") == perceptui("show", "tiny.toml", "--ascii")
    assert perceptui("show", "tiny.toml", "--ascii").out.isascii()


def test_what_with_slash_or_toml_is_a_file(bench: Bench) -> None:
    """A WHAT with a slash or ending in .toml is a file, also where a preset has its name."""
    bench.write("circle.toml", TINY)

    assert perceptui("show", "circle.toml").lines[0] == "Tiny"
    assert perceptui("show", "./circle.toml").lines[0] == "Tiny"
    assert perceptui("show", "circle").lines[0] == "Circle"
    assert bench.refused("show", "nothing.toml") == "nothing.toml: No such file or directory"
    assert bench.refused("show", "no/thing") == "no/thing: No such file or directory"


def test_own_preset_hides_a_shipped_one(bench: Bench) -> None:
    """A preset in the person's configuration is found by name, before a shipped one."""
    own = bench.folder / "config" / "perceptui" / "presets"
    own.mkdir(parents=True)
    (own / "circle.toml").write_text(TINY, "utf-8")

    assert perceptui("show", "circle").lines[0] == "Tiny"


def test_what_is_a_run_last(bench: Bench, trained: Trained) -> None:
    """What is neither file nor preset is a run: a prefix, its path, or `last`."""
    shutil.copytree(trained.run, bench.runs_dir / trained.run.name)
    path = f"runs/{trained.run.name}"

    for what in (trained.run.name, trained.run.name[:8], "last", path, f"{path}/"):
        outcome = perceptui("show", what)
        assert outcome.code == 0, outcome.err
        assert outcome.lines[0] == "Tiny"
    message = bench.refused("show", "circel")
    assert message == '"circel" is neither a preset nor a run: did you mean circle?'


def test_a_path_to_a_folder_is_a_run(bench: Bench) -> None:
    """Also for `open`, which attaches; a file in it is a file, and a preset keeps its name."""
    (bench.folder / "circle").mkdir()
    (bench.folder / "circle" / "experiment.toml").write_text(TINY, "utf-8")

    assert what_is("./circle") == "run"
    assert what_is("circle/") == "run"
    assert what_is("circle/experiment.toml") == "file"
    assert what_is("circle") == "preset"
    assert perceptui("show", "./circle").lines[0] == "Tiny"
    assert perceptui("show", "circle").lines[0] != "Tiny"


@pytest.mark.parametrize(
    "arguments",
    [
        ("show", "~nobody-of-this-name/x.toml"),
        ("show", "~nobody-of-this-name/x"),
        ("doctor", "--fix", "~nobody-of-this-name/x.toml"),
        ("--preset", "~nobody-of-this-name/x.toml"),
        ("--preset", "tiny.toml", "--data", 'csv(path="~nobody-of-this-name/a.csv", target="a")'),
        ("resume", "~nobody-of-this-name/run"),
        ("resume", "last", "--runs-dir", "~nobody-of-this-name"),
    ],
)
def test_the_home_of_a_stranger(bench: Bench, arguments: tuple[str, ...]) -> None:
    """`~user` of a user that isn't there is a path like others: nothing is there."""
    outcome = perceptui(*arguments)
    assert outcome.code in (2, 4)
    assert "~nobody-of-this-name" in outcome.err
    assert "Traceback" not in outcome.err


def test_a_prefix_must_be_unique(bench: Bench, trained: Trained) -> None:
    """A prefix of two runs is refused and names them; a whole name is never ambiguous."""
    for name in ("abc", "abcd"):
        shutil.copytree(trained.run, bench.runs_dir / name)

    assert bench.refused("show", "ab").endswith('"ab" is the beginning of 2 runs: abc, abcd…)')
    assert perceptui("show", "abc").code == 0
    assert perceptui("show", "abcd").code == 0


def test_last_is_the_newest(bench: Bench, trained: Trained) -> None:
    """`last` is the run whose experiment was written last, whatever its name."""
    import os

    for name, written in (("a", 2000), ("b", 1000)):
        run = bench.runs_dir / name
        shutil.copytree(trained.run, run)
        os.utime(run / "experiment.toml", (written, written))

    assert perceptui("show", "last", "--json").records[0]["name"] == "a"


@pytest.mark.parametrize("command", [["predict", "last", "1", "2"], ["evaluate", "last"]])
def test_no_runs_at_all(bench: Bench, command: list[str]) -> None:
    """Where there is no run, a RUN is refused and the place is named."""
    assert bench.refused(*command) == 'no run "last": there are no runs in runs'


def test_runs_directory_that_cannot_be_written(bench: Bench) -> None:
    """A runs directory below a regular file is refused with the way out."""
    message = bench.refused("--preset", "tiny.toml", "--runs-dir", "tiny.toml/runs")

    assert "tiny.toml/runs: runs can't be written here (Not a directory)" in message
    assert message.endswith("choose another place with --runs-dir")


def test_a_name_that_is_not_utf8_is_refused(bench: Bench) -> None:
    """A runs directory whose name no record could hold is refused."""
    message = bench.refused("--preset", "tiny.toml", "--runs-dir", "r\udcff")

    assert message == "--runs-dir r\\udcff: the name is not valid UTF-8"


def test_nothing_is_made_by_asking(bench: Bench, tmp_path: Path) -> None:
    """Commands that only ask make no directory."""
    before = sorted(tmp_path.rglob("*"))
    for command in (["paths"], ["presets"], ["runs"], ["show", "circle"]):
        assert perceptui(*command).code == 0

    assert sorted(tmp_path.rglob("*")) == before
