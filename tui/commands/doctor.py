"""`perceptui doctor`: what is wrong with an experiment before it trains, and its repair."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.paths import expanded
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json

if TYPE_CHECKING:
    from engine.doctor.case import Earlier
    from engine.doctor.finding import Finding
    from engine.spec.experiment import Experiment
    from tui.commands.diagnosis import Diagnosis
    from tui.terminal.printing import Terminal

FOUND = 5
"""The exit code of --strict where something is wrong."""


@app.command()
def doctor(
    ctx: typer.Context,
    what: Annotated[
        str | None, typer.Argument(metavar="WHAT", help="A file, else a preset, else a run.")
    ] = None,
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit with 5 if there is a warning or an error.")
    ] = False,
    fix: Annotated[
        bool,
        typer.Option(
            "--fix",
            help="Repair errors and warnings: in the file itself; of a preset or a run the "
            "repaired TOML goes to stdout.",
        ),
    ] = False,
    prove: Annotated[
        bool,
        typer.Option(
            "--prove",
            help="Train copies before and after each repair for a few seconds, three seeds each, "
            "and say what it brought; nothing of it is kept.",
        ),
    ] = False,
    system: Annotated[
        bool,
        typer.Option(
            "--system",
            help="Say what this system is instead: versions, device, terminal, places.",
        ),
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say what is wrong with an experiment before it trains, and how to repair it."""
    from functools import partial

    from engine.runs.history import trained_before
    from tui.commands.diagnosis import diagnose
    from tui.commands.request import experiment_of

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if system:
        from tui.commands.system import tell_system

        if what is not None or strict or fix or prove:
            raise UsageError("--system tells of this system, not of an experiment: give it alone")
        tell_system(shared)
        return
    if what is None:
        raise UsageError("doctor: give a WHAT to examine, or --system")
    file = _own_file(what)
    if fix and prove:
        raise UsageError("--fix applies the repairs, --prove only tries them: give one of them")
    if fix and file is None and shared.json:
        raise UsageError("--fix prints the repaired TOML, --json the findings: give one of them")
    try:
        name, experiment = experiment_of(what, shared.runs)
        experiment.data.look()
    except (BadExperiment, DataUnavailable) as error:
        from tui.commands.refused import refused

        code = refused(what, error, file, shared, fix=fix, strict=strict)
        raise typer.Exit(code) from error
    except UsageError as error:
        if shared.json and file is not None:
            from engine.doctor.finding import Finding

            print_json(as_json(Finding("file-unreadable", "error", "experiment", str(error))))
        raise
    earlier = partial(trained_before, name, experiment, shared.runs)
    diagnosis = diagnose(experiment, shared.data, earlier)
    if diagnosis.remark:
        from tui.commands.complaint import complain

        complain(diagnosis.remark)
    if shared.json:
        for finding in diagnosis.findings:
            print_json(as_json(finding))
    if fix:
        diagnosis = _repair(what, experiment, diagnosis, earlier, file, shared)
    elif not shared.json:
        _print(what, diagnosis, shared.ascii)
    if prove and not diagnosis.lacks_data:
        _prove(experiment, diagnosis, earlier, shared)
    if diagnosis.lacks_data:
        raise typer.Exit(DataUnavailable.exit_code)
    if strict and not diagnosis.is_strictly_clean:
        raise typer.Exit(FOUND)


def as_json(finding: Finding) -> dict[str, str]:
    """A finding as other programs read it."""
    return {
        "code": finding.code,
        "severity": finding.severity,
        "place": finding.place,
        "message": finding.message,
        "repair": finding.repair,
    }


def _own_file(what: str) -> Path | None:
    """The file that a WHAT names, if it names one; presets and runs are not written to."""
    from engine.spec import presets

    return expanded(what) if presets.what_is(what) == "file" else None


def _print(what: str, diagnosis: Diagnosis, ascii_only: bool) -> None:
    from tui.renderables.shell import shell_word
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    print_findings(diagnosis, terminal, drawn=True)
    if any(f.repaired for f in diagnosis.findings if f.severity != "info"):
        terminal.line()
        terminal.tell(f"`perceptui doctor {shell_word(what)} --fix` repairs errors and warnings.")


def print_findings(diagnosis: Diagnosis, terminal: Terminal, *, drawn: bool = False) -> None:
    """The findings, or that there are none; drawn: with what they rest on."""
    from tui.renderables.findings import findings

    if diagnosis.findings:
        width = min(terminal.width, 90)
        terminal.rows(findings(diagnosis.findings, width, terminal.look, drawn=drawn))
    else:
        terminal.line("Nothing is wrong.")


def _prove(
    experiment: Experiment, diagnosis: Diagnosis, earlier: Earlier, shared: o.Shared
) -> None:
    """Say what each repair brings, one after the other."""
    from engine.doctor.examination import repairs
    from tui.commands.proving import prove
    from tui.terminal.printing import Terminal

    found = list(repairs(experiment, diagnosis.statistics, earlier=earlier))
    if found:
        terminal = None if shared.json else Terminal(ascii_only=shared.ascii)
        prove(experiment, found, shared.data, terminal)
    elif not shared.json:
        Terminal(ascii_only=shared.ascii).line("There is no repair to be tried.")


def _repair(
    what: str,
    experiment: Experiment,
    diagnosis: Diagnosis,
    earlier: Earlier,
    file: Path | None,
    shared: o.Shared,
) -> Diagnosis:
    """Write or print the repaired experiment, repair by repair; what is found in it still."""
    import sys

    from engine.doctor.examination import examine, repairs
    from engine.spec.difference import changes
    from tui.commands.diagnosis import Diagnosis, diagnose
    from tui.renderables.findings import difference
    from tui.terminal.printing import Terminal

    statistics = diagnosis.statistics
    if diagnosis.file_meant is not None:  # it was not looked at yet
        statistics = diagnose(diagnosis.file_meant, shared.data, earlier).statistics
    done = list(repairs(experiment, statistics, earlier=earlier))
    after = done[-1].repaired or experiment if done else experiment
    left = Diagnosis(examine(after, statistics), statistics)
    edits = changes(experiment, after)
    # stdout has the TOML of a preset or the findings as JSON; the rest is told beside it
    beside = file is None or shared.json
    terminal = Terminal(ascii_only=shared.ascii, stream=sys.stderr if beside else None)
    terminal.rows(difference(edits, terminal.width, terminal.look))
    if not edits:
        terminal.line("Nothing to repair.")
    for number, one in enumerate(done, start=1):
        terminal.tell(f"{number}. {one.severity} {one.place}, {one.code}: {one.repair}")
    if file is None:
        print_file(_text(what, experiment, after), shared)
    elif edits:
        _write(file, experiment, after)
        terminal.tell(f"Wrote {file}.")
    if not shared.json and left.findings:
        terminal.line()
        terminal.line("Left as it is:")
        print_findings(left, terminal)
    return left


def print_file(text: str, shared: o.Shared) -> None:
    """Print a file's text as it stands; on a terminal what a comment may hold is made harmless."""
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    if not terminal.console.is_terminal:
        print(text, end="")
        return
    from rich.text import Text

    from tui.renderables.sanitize import plain

    for line in text.splitlines():
        terminal.line(Text(plain(line.expandtabs(4), terminal.look.ascii)))


def _text(what: str, before: Experiment, after: Experiment) -> str:
    """The repaired TOML of a preset, its comments kept, or of a run.

    Its first line marks the texts that are still those of the one before.
    """
    from engine.spec import presets
    from engine.spec.editing import edited
    from engine.spec.toml_text import read_text
    from engine.spec.writer import to_toml
    from tui.renderables.sanitize import plain

    content = to_toml(after)
    if presets.what_is(what) == "preset":
        content = edited(read_text(presets.path_of(what)), before, after)
    kept = [name for name in ("title", "summary", "teaches") if getattr(after, name)]
    if before == after or not kept:
        return content
    what = plain(what)
    return f"# {what} as the doctor repairs it; still as before: {', '.join(kept)}.\n{content}"


def _write(file: Path, before: Experiment, after: Experiment) -> None:
    """Replace the file by its repaired text, whole or not at all, through links, mode kept."""
    from engine.runs.files import replace_bytes
    from engine.spec.editing import edited
    from engine.spec.toml_text import read_text

    target = file.resolve()
    content = edited(read_text(target), before, after)
    replace_bytes(target, content.encode(), keep_mode=True)
