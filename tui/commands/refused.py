"""`perceptui doctor` where an experiment is refused: its mistakes as findings, and their repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.doctor.finding import Finding
from engine.errors import BadExperiment, DataUnavailable
from engine.spec import presets
from tui.commands import options as o
from tui.commands.json_line import print_json

if TYPE_CHECKING:
    from engine.doctor.refusal import Refusal


def refused(
    what: str,
    error: BadExperiment | DataUnavailable,
    file: Path | None,
    shared: o.Shared,
    *,
    fix: bool,
    strict: bool,
) -> int:
    """Tell what stands against an experiment, or repair it; returns the exit code.

    That is the refusal's own, unless it was repaired.
    """
    from tui.commands.doctor import as_json

    found = _refusal(what)
    findings = found.findings if found is not None else ()
    if not findings and not shared.json:
        raise error  # no more is known than its message
    findings = findings or _as_findings(error)
    if shared.json:
        for finding in findings:
            print_json(as_json(finding))
    if fix and found is not None and found.repaired is not None:
        return _repair(what, found, file, shared, strict=strict)
    if not shared.json:
        _print(what, findings, shared, fix=fix)
    return error.exit_code


def _refusal(what: str) -> Refusal | None:
    """What is known of a refusal; None of a run's, which is as it was trained."""
    from engine.doctor.refusal import refusal
    from tui.commands.request import raw_of

    return None if presets.what_is(what) == "run" else refusal(*raw_of(what))


def _as_findings(error: BadExperiment | DataUnavailable) -> tuple[Finding, ...]:
    """A refusal that nothing more is known of."""
    if isinstance(error, DataUnavailable):
        return (Finding(error.code, "error", "data", "; ".join(str(error).split("\n"))),)
    return tuple(
        Finding(one.code or "refused", "error", one.place or "experiment", one.message)
        for one in error.problems
    )


def _print(what: str, findings: tuple[Finding, ...], shared: o.Shared, *, fix: bool) -> None:
    from tui.commands.diagnosis import Diagnosis
    from tui.commands.doctor import print_findings
    from tui.renderables.shell import shell_word
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    print_findings(Diagnosis([*findings]), terminal)
    terminal.line()
    if any(finding.repaired for finding in findings):
        terminal.tell(f"`perceptui doctor {shell_word(what)} --fix` repairs that.")
    elif fix:
        terminal.tell("Nothing is written: a person must decide.")
    else:
        terminal.tell("It can't be trained: a person must decide.")


def _repair(what: str, found: Refusal, file: Path | None, shared: o.Shared, *, strict: bool) -> int:
    """Write or print what the soundest way leads to, repaired by the doctor like any other."""
    import sys

    from engine.doctor.examination import examine, repaired
    from engine.runs.files import replace_bytes
    from engine.spec.difference import changes
    from engine.spec.editing import edited, reworded
    from engine.spec.toml_text import read_text
    from tui.commands.diagnosis import Diagnosis, diagnose
    from tui.commands.doctor import FOUND, print_file, print_findings
    from tui.renderables.findings import difference
    from tui.renderables.table import sentence
    from tui.terminal.printing import Terminal

    before, valid = found.before, found.repaired
    assert before is not None, "its words are mended"
    assert valid is not None, "there is a way out"
    statistics = diagnose(valid, shared.data).statistics
    after = repaired(valid, statistics)
    left = Diagnosis(examine(after, statistics), statistics)
    target = file.resolve() if file is not None else presets.path_of(what)
    text = edited(reworded(read_text(target), found.mended.raw), before, after)
    beside = file is None or shared.json
    terminal = Terminal(ascii_only=shared.ascii, stream=sys.stderr if beside else None)
    for problem, said in found.mended.texts.items():
        terminal.rows(sentence(f"{problem.place}: {said}", terminal.width, terminal.look))
    terminal.rows(difference(changes(before, after), terminal.width, terminal.look))
    if file is None:
        print_file(text, shared)
    else:
        replace_bytes(target, text.encode(), keep_mode=True)
        terminal.tell(f"Wrote {file}.")
    if not shared.json and left.findings:
        terminal.line()
        terminal.line("Left as it is:")
        print_findings(left, terminal)
    return FOUND if strict and not left.is_strictly_clean else 0
