"""`runs --delete`: what is granted goes, and nothing else."""

from __future__ import annotations

import io
import shutil

import pytest

from tests.tui.command_line import TINY, Bench, perceptui
from tests.tui.conftest import Trained
from tui.terminal import question


def test_runs_are_deleted(bench: Bench, trained: Trained) -> None:
    """--delete removes the runs that are named, each once, however many follow it."""
    for name in ("a", "b", "c", "d"):
        shutil.copytree(trained.run, bench.runs_dir / name)

    outcome = perceptui("runs", "--yes", "--delete", "a", "--delete", "runs/b", "a", "d/")
    assert outcome.code == 2
    outcome = perceptui("runs", "--yes", "--delete", "a", "--delete", "runs/b", "a", "runs/d/")
    assert (outcome.code, outcome.out) == (0, "deleted runs/a\ndeleted runs/b\ndeleted runs/d\n")
    outcome = perceptui("runs", "--delete", "c", "--yes", "--json")
    assert outcome.records == [{"deleted": "runs/c"}]
    assert bench.runs() == []


def test_all_are_looked_at_before_the_first_run_is_deleted(bench: Bench, trained: Trained) -> None:
    """One that is absent, foreign to us or holds something foreign keeps all of them."""
    for name in ("a", "b"):
        shutil.copytree(trained.run, bench.runs_dir / name)
    (bench.runs_dir / "b" / "notes.txt").touch()
    project = bench.folder / "proj"
    (project / "src").mkdir(parents=True)
    bench.write("proj/experiment.toml", TINY)

    delete = ("runs", "--yes", "--delete", "a")
    assert bench.refused(*delete, "x").startswith('no run "x"')
    assert "holds what no run writes: notes.txt: move" in bench.refused(*delete, "b")
    assert "no record, no lease and no checkpoint" in bench.refused(*delete, "./proj")
    assert (project / "src").is_dir()


def test_a_run_is_deleted_only_where_that_is_granted(
    bench: Bench, trained: Trained, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A terminal asks and takes only a yes; without one --yes is needed, and names are not."""
    for name in ("a", "b"):
        shutil.copytree(trained.run, bench.runs_dir / name)
    message = "runs --delete: nobody is here to be asked: give --yes too"
    assert bench.refused("runs", "--delete", "a", "b") == message
    assert bench.refused("runs", "a").endswith("belong to --delete RUN")
    assert bench.refused("runs", "--yes").endswith("belong to --delete RUN")

    monkeypatch.setattr(question, "can_ask", lambda: True)
    for answer, code, left in (("\n", 1, 2), ("", 1, 2), ("no\n", 1, 2), ("y\n", 0, 0)):
        monkeypatch.setattr("sys.stdin", io.StringIO(answer))
        outcome = perceptui("runs", "--delete", "a", "b")
        assert outcome.code == code
        assert outcome.err.startswith(
            "Delete 2 runs (a, b) with their weights and records? This can't be undone. [y/N] "
        )
        assert len(bench.runs()) == left
