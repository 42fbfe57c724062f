"""Lines to paste into a shell: it reads each word back, a terminal acts upon nothing in them."""

from __future__ import annotations

import shutil
import subprocess

import pytest

from tui.renderables.shell import shell_line, shell_words

WORDS = [
    "plain",
    "",
    "it's",
    "a b",
    '$HOME `x` \\ "q" !',
    "/x\x1b[201~\x15touch PASTED\n",  # ends a bracketed paste, clears the line, and runs
    "line\nline\ttab\rreturn",
    "\x7f\x9b31m\x00"[:-1],
    "über ✓ 日本",
    "\u202egnp.exe \u2066isolate",
    "odd\udcff",  # a name that is not UTF-8
]


def test_nothing_in_it_acts_upon_a_terminal() -> None:
    """No control character and no direction mark, whatever the words hold."""
    assert shell_line(WORDS).isprintable()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
def test_a_shell_reads_the_words_back() -> None:
    """To the byte."""
    line = f"printf '%s\\0' {shell_line(WORDS)}"
    read = subprocess.run(["bash", "-c", line], capture_output=True, check=True).stdout
    assert read.split(b"\0")[:-1] == [word.encode("utf-8", "surrogateescape") for word in WORDS]


def test_the_words_are_read_back_here() -> None:
    """As a shell would; a quote that is left open is an error."""
    assert shell_words(shell_line(WORDS)) == WORDS
    assert shell_words("a$'b' \"c d\"") == ["a$b", "c d"]
    with pytest.raises(ValueError, match="quot"):
        shell_words("it's")
