"""A shell learns what could stand at the cursor, soon enough for a person to wait."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.documentation.pages import WORDS
from tests.tui.app.stand import made_run
from tests.tui.command_line import Bench, perceptui
from tui.shell.completion import candidates
from tui.shell.scripts import SCRIPTS
from tui.shell.words import words

MOST_S = 0.15
PROGRAM = f'#!/bin/sh\nexec "{sys.executable}" -P -m tui.entry "$@"\n'


def test_what_is_known_by_heart_is_what_is_declared() -> None:
    """`python -m tests.documentation` makes it anew."""
    assert json.loads(WORDS.read_text("utf-8")) == json.loads(json.dumps(words()))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("perceptui exp", ["explain", "export"]),
        ("perceptui sweeps st", ["stop"]),
        ("perceptui export last --format s", ["script", "state-dict", "safetensors"]),
        ("perceptui sweeps export last --format ", ["csv", "preset"]),
        ("perceptui --preset circle-", ["circle-repaired"]),
        ("perceptui --preset=circle-", ["--preset=circle-repaired"]),
        ("perceptui show circle-", ["circle-repaired"]),
        ("perceptui circle-", ["circle-repaired"]),
        ("perceptui --layers Dro", ["Dropout", "Dropout2d"]),
        ('perceptui --layers "Linear(8) Dro', ["Linear(8) Dropout", "Linear(8) Dropout2d"]),
        ("perceptui --optimizer Adag", ["Adagrad"]),
        ("perceptui --preset circle --set optim", ["optimizer="]),
        ("perceptui --device c", ["cpu", "cuda"]),
        ("perceptui --select roc", ["roc_auc"]),
        ("perceptui runs --del", ["--delete"]),
        ("perceptui data xo", ["xor"]),
        ("perceptui learn one", ["one-step"]),
        ("perceptui completion z", ["zsh"]),
        ("perceptui paths ", []),
        ("perceptui --lr ", []),
        ("perceptui runs --sort r2", ["r2"]),
    ],
)
def test_candidates(bench: Bench, line: str, expected: list[str]) -> None:
    """Of commands, options, presets, layers, fields, formats and choices."""
    assert list(candidates(line)[0]) == expected


def test_runs(bench: Bench) -> None:
    """The newest first, of the folder that the line names."""
    run = made_run(bench.folder)
    for line in (
        "resume ",
        "--runs-dir runs export ",
        "report last ",
    ):
        assert list(candidates(f"perceptui {line}")[0]) == ["last", run.path.name]
    assert candidates("perceptui --runs-dir nowhere resume ")[0] == {}
    assert list(candidates("perceptui predict la")[0]) == ["last"]


def test_presets_of_ones_own(bench: Bench) -> None:
    """By their files' names, whatever is in them."""
    folder = bench.folder / "config" / "perceptui" / "presets"
    folder.mkdir(parents=True)
    (folder / "my-own.toml").write_text("no preset at all", "utf-8")
    assert candidates("perceptui doctor my-")[0] == {"my-own": "preset"}


@pytest.mark.parametrize(
    ("line", "takes_files"),
    [
        ("perceptui show ", True),
        ("perceptui export last -o ", True),
        ("perceptui inspect ", True),
        ("perceptui --preset ", True),
        ("perceptui resume ", False),
        ("perceptui --layers ", False),
    ],
)
def test_files_are_the_shells_own(bench: Bench, line: str, takes_files: bool) -> None:
    """Where one is taken, the shell is told to complete it."""
    assert candidates(line)[1] is takes_files


def test_an_answer_takes_little(bench: Bench) -> None:
    """Of a processor, at best of five; nothing is imported that takes long."""
    made_run(bench.folder)
    code = (
        "import sys; from tui.entry import main\n"
        "sys.argv = ['perceptui', '--complete', sys.argv[1]]\n"
        "main()\n"
        "heavy = {'torch', 'typer', 'rich', 'textual', 'asyncio', 'numpy'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    for line in ("perceptui show ", "perceptui resume ", "perceptui --layers ", "perceptui "):
        taken = []
        for _ in range(5):
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            subprocess.run(
                [sys.executable, "-P", "-c", code, line], check=True, capture_output=True
            )
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            taken.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
            if taken[-1] < MOST_S:
                break
        assert min(taken) < MOST_S


@pytest.fixture
def program(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder on the path with the program in it."""
    (bench.folder / "bin").mkdir()
    bench.write("bin/perceptui", PROGRAM).chmod(0o755)
    monkeypatch.setenv("PATH", f"{bench.folder / 'bin'}:{os.environ['PATH']}")
    return bench.folder


def _said(*command: str, folder: Path) -> list[str]:
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=True)
    return done.stdout.splitlines()


@pytest.mark.parametrize(
    ("typed", "current", "expected"),
    [
        ("perceptui --preset circle-", "circle-", ["circle-repaired"]),
        ("perceptui --preset=circle-", "circle-", ["circle-repaired"]),
        ("perceptui export last --format s", "s", ["script", "state-dict", "safetensors"]),
        ('perceptui --layers "Linear(8) Dropo', "Linear(8) Dropo",
         ["Linear(8) Dropout", "Linear(8) Dropout2d"]),
        ("perceptui inspect tab", "tab", ["table.csv"]),
    ],
)  # fmt: skip
def test_bash(program: Path, typed: str, current: str, expected: list[str]) -> None:
    """Given what bash gives it, where the word at the cursor ends before an = or in a quote."""
    (program / "table.csv").write_text("a,b\n1,2\n", "utf-8")
    script = (
        f"{SCRIPTS['bash']}\nCOMP_LINE=$1 COMP_POINT=${{#1}}\n"
        '_perceptui perceptui "$2" ""\nprintf "%s\\n" "${COMPREPLY[@]}"\n'
    )
    assert _said("bash", "-c", script, "bash", typed, current, folder=program) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish(program: Path) -> None:
    """With what each is beside it."""
    script = f"{SCRIPTS['fish']}\ncomplete -C 'perceptui --preset circle-'"
    assert _said("fish", "--no-config", "-c", script, folder=program) == ["circle-repaired\tpreset"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh(program: Path) -> None:
    """Its own functions are given the candidates with what each is."""
    script = (
        "compdef() { :; }; _files() { :; }\n"
        '_describe() { print -l -- "${(@P)3}" }\ncompadd() { print -l -- "${@[4,-1]}" }\n'
        f"{SCRIPTS['zsh']}\n"
        "words=(perceptui --preset circle-); CURRENT=3; _perceptui\n"
        "words=(perceptui --set optim); CURRENT=3; _perceptui\n"
    )
    assert _said("zsh", "-f", "-c", script, folder=program) == [
        "circle-repaired:preset",
        "optimizer=",
    ]


def test_the_command_prints_the_script(bench: Bench) -> None:
    """Of a shell that there is one for."""
    assert perceptui("completion", "bash").out == SCRIPTS["bash"]
    assert bench.refused("completion", "tcsh") == "completion tcsh: there are bash, zsh, fish"
