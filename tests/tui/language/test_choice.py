"""Which language is spoken: each way of choosing, and which of them goes before which."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from engine.errors import UsageError
from tui import language
from tui.cli import run
from tui.language.choice import Choice, ask_for, asked, choice_of, chosen, language_of, taken
from tui.settings import Settings, chosen_language

CHINESE = ("zh_CN", "zh_CN.UTF-8", "zh", "zh-Hans", "zh_SG.utf8")
ENGLISH = ("en", "en_GB.UTF-8", "C", "POSIX", "C.UTF-8", "de_DE.UTF-8", "zh_TW.UTF-8", "zh-Hant")
VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No settings, nothing in the environment, and English again at the end."""
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    for variable in VARIABLES:
        monkeypatch.delenv(variable, raising=False)
    monkeypatch.setenv("LC_CTYPE", "C.UTF-8")
    yield
    ask_for("auto")
    language.speak("en")


@pytest.mark.parametrize("variable", VARIABLES)
@pytest.mark.parametrize(
    ("value", "spoken"), [*((one, "zh_CN") for one in CHINESE), *((one, "en") for one in ENGLISH)]
)
def test_each_variable_says_it(variable: str, value: str, spoken: str) -> None:
    """As the names of locales go."""
    assert language_of({variable: value}) == spoken


@pytest.mark.parametrize(
    ("environment", "spoken"),
    [
        ({}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LC_ALL": "zh_CN.UTF-8"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_MESSAGES": "C"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": ""}, "zh_CN"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "fr:zh_CN:en"}, "zh_CN"),
        ({"LANG": "zh_CN.UTF-8", "LANGUAGE": "fr"}, "en"),
    ],
)
def test_the_first_variable_that_is_set_counts(environment: Mapping[str, str], spoken: str) -> None:
    """In gettext's order; LANGUAGE may name several."""
    assert language_of(environment) == spoken


@pytest.mark.parametrize(
    ("option", "setting", "variable", "spoken"),
    [
        ("auto", "auto", "zh_CN", "zh_CN"),
        ("auto", "en", "zh_CN", "en"),
        ("auto", "zh_CN", "en", "zh_CN"),
        ("en", "zh_CN", "zh_CN", "en"),
        ("zh_CN", "en", "en", "zh_CN"),
    ],
)
def test_the_option_goes_before_the_setting_and_that_before_the_environment(
    option: Choice, setting: Choice, variable: str, spoken: str
) -> None:
    """What was said last and on purpose holds."""
    ask_for(option)

    assert chosen(setting, {"LANG": variable}) == spoken


def test_the_setting_counts_without_an_app(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands speak as the app does."""
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    Settings(language="zh_CN").save()

    assert Settings.load().language == "zh_CN"
    assert chosen_language() == "zh_CN"


@pytest.mark.parametrize(
    ("arguments", "choice", "rest"),
    [
        (["runs"], "auto", ["runs"]),
        (["--language", "zh_CN", "runs"], "zh_CN", ["runs"]),
        (["runs", "--language=en"], "en", ["runs"]),
        (["--language", "zh", "--language", "auto"], "auto", []),
        (["predict", "--", "--language", "x"], "auto", ["predict", "--", "--language", "x"]),
    ],
)
def test_the_option_may_stand_anywhere(arguments: list[str], choice: str, rest: list[str]) -> None:
    """But behind `--`, where nothing is an option."""
    assert taken(arguments) == (choice, rest)


@pytest.mark.parametrize("text", ["klingon", "", "zh_TW"])
def test_an_unknown_language_is_a_mistake(text: str) -> None:
    """It names those that there are."""
    with pytest.raises(UsageError, match='there are "en", "zh_CN" and "auto"'):
        choice_of(text)


@pytest.mark.parametrize(("option", "seen"), [("zh_CN", "教程"), ("en", "Tutorials")])
def test_the_command_line_speaks_as_it_is_asked(
    option: str, seen: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """The help too."""
    assert run(["--language", option, "presets"]) == 0
    assert seen in capsys.readouterr().out
    assert asked() == option

    assert run(["presets", "--help", "--language", option]) == 0
    assert ("列出预设" in capsys.readouterr().out) == (option == "zh_CN")


@pytest.mark.parametrize("language_name", ["zh_CN", "en"])
def test_a_mistake_is_told_in_the_language_with_the_same_code(
    language_name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit codes are for programs."""
    assert run(["--language", language_name, "show", "circel"]) == 2

    told = capsys.readouterr().err
    assert ("是指 circle 吗？" if language_name == "zh_CN" else "did you mean") in told


@pytest.mark.parametrize(
    "command",
    [
        ["presets"],
        ["show", "circle"],
        ["doctor", "mnist"],
        ["data"],
        ["paths"],
        ["runs"],
        ["show", "Linear"],
    ],
    ids=" ".join,
)
def test_json_is_the_same_in_each_language(
    command: list[str], capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """What programs read is English, whoever sits before the screen."""
    told = []
    for name in ("en", "zh_CN"):
        code = run([*command, "--json", "--runs-dir", str(tmp_path), "--language", name])
        free = r'"free":\d+|[\d.]+ [kMGT]B of memory are free'  # other programs come and go
        told.append((code, re.sub(free, "", capsys.readouterr().out)))

    assert told[0] == told[1]
    assert told[0][0] == 0


@pytest.mark.parametrize("arguments", [["--ascii"], []])
def test_where_only_ascii_can_be_shown_it_is_english(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Escapes of characters say nothing."""
    if not arguments:
        monkeypatch.setenv("LC_ALL", "C")

    assert run(["presets", "--language", "zh_CN", *arguments]) == 0
    assert capsys.readouterr().out.isascii()


def test_english_loads_no_catalogue() -> None:
    """Who reads English waits for nothing."""
    program = (
        "import sys\n"
        "from tui.language import tr\n"
        "assert tr('Quit') == 'Quit'\n"
        "sys.exit('tui.language.phrase_book' in sys.modules or 'gettext' in sys.modules)\n"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
