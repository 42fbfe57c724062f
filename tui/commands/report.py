"""`perceptui report`: what runs or a sweep came to, as a page for others."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import PerceptuiError, UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_json
from tui.commands.one_off_session import answer_of

if TYPE_CHECKING:
    from engine.evaluation.judgement import Judgement
    from engine.runs.run import Run
    from engine.service.client.session import Session
    from engine.service.protocol import Judged, Reviewed
    from engine.sweeps.directory import SweepDirectory
    from engine.sweeps.judged import OverSeeds
    from tui.report.document import Document
    from tui.report.formats import Form
    from tui.terminal.printing import Terminal

STDOUT = ("-", "/dev/stdout")
GRID = (160, 160)
"""Columns and rows of a boundary that is drawn, and not made of characters."""


@app.command()
def report(
    ctx: typer.Context,
    runs: Annotated[
        list[str],
        typer.Argument(metavar="RUN...", help="Runs, or a sweep: paths, beginnings, or `last`."),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="A .html, .md, .svg or .txt; else it is printed."
        ),
    ] = None,
    sweep: Annotated[
        bool, typer.Option("--sweep", help="RUN is the name of a sweep, or its last.")
    ] = False,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, without asking.")
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Write what a run, several or a sweep came to as one page for others."""
    from tui.terminal.printing import Terminal

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    terminal = Terminal(ascii_only=shared.ascii)
    form = _form(output)
    if form is None and shared.json:
        raise UsageError("report: with --json say where to write it with -o FILE")
    found = _found(runs, shared.runs, is_sweep=sweep)
    of_runs = found if isinstance(found, list) else []
    if form is not None:
        assert output is not None, "what has a form has a name"
        force = force or _may_replace(output, of_runs, shared.data)
    if isinstance(found, list):
        grid = GRID if form is not None and form.is_drawn else _grid(terminal, form)
        document = _of_runs(found, shared.data, grid)
    else:
        from tui.report.of_sweep import page_of_sweep

        document = page_of_sweep(found, _over_seeds(found, shared.data))
    if form is None:
        from tui.report import text

        terminal.rows(text.page(document, terminal.width, terminal.look))
        return
    assert output is not None, "what has a form has a name"
    _write(form.write(document), output, of_runs, shared.data, replace=force)
    if shared.json:
        print_json({"file": str(output)})
    else:
        terminal.tell(str(output))


def _form(output: Path | None) -> Form | None:
    """What kind of file it will be; None where it is printed. Raises UsageError."""
    from tui.report.formats import FORMS

    if output is None or str(output) in STDOUT:
        return None
    form = FORMS.get(output.suffix.lower())
    if form is None:
        raise UsageError(f"report: give -o a name that ends in {', '.join(FORMS)}")
    form.check(output)
    return form


def _found(names: list[str], runs_dir: Path, *, is_sweep: bool) -> list[Run] | SweepDirectory:
    """The runs that are meant, or the sweep; raises UsageError."""
    from engine.runs.run import find_run
    from engine.sweeps.directory import PLAN, find_sweep

    is_sweep = is_sweep or (Path(names[0]).expanduser() / PLAN).is_file()
    if is_sweep and len(names) > 1:
        raise UsageError("report: of one sweep at a time")
    if is_sweep:
        return find_sweep(names[0], runs_dir)
    try:
        runs = [find_run(name, runs_dir) for name in names]
        return [*{run.path.resolve(): run for run in runs}.values()]
    except UsageError:
        if len(names) == 1 and names[0] != "last":
            with suppress(UsageError):  # neither is there: what was said of runs counts
                return find_sweep(names[0], runs_dir)
        raise


def _of_runs(runs: list[Run], data_dir: Path, grid: tuple[int, int]) -> Document:
    if len(runs) > 1:
        return _of_several(runs, data_dir)
    from tui.live.opened_run import NO_DATA
    from tui.report.of_run import page_of_run

    run = runs[0]

    async def asked(session: Session) -> tuple[Reviewed, Judgement | None]:
        review = await session.runs.review(run, "last", data_dir, grid=grid)
        try:
            judged = await session.runs.judge(run, "last", data_dir)
        except PerceptuiError:  # it makes samples, and answers nothing that is right or wrong
            return review, None
        return review, judged.judgement

    try:
        if not run.experiment().data.is_here(data_dir):
            return page_of_run(run, None, NO_DATA)
        review, judgement = answer_of(asked)
    except PerceptuiError as error:
        return page_of_run(run, None, f"no picture: {error}")
    return page_of_run(run, review.pictures, judgement=judgement)


def _of_several(runs: list[Run], data_dir: Path) -> Document:
    from tui.report.of_runs import page_of_runs

    try:
        found = answer_of(lambda session: session.runs.compare(runs, "last", data_dir))
    except PerceptuiError as error:
        return page_of_runs(runs, why_not=str(error))
    return page_of_runs(runs, found)


def _over_seeds(sweep: SweepDirectory, data_dir: Path) -> OverSeeds | None:
    """Its best configuration judged over its seeds; None where that can't be done."""
    from tui.commands.evaluate_sweep import judged_over_seeds

    if sweep.plan().repeats < 2:
        return None

    async def asked(session: Session, run: Run) -> Judged:
        return await session.runs.judge(run, "last", data_dir)

    try:
        return judged_over_seeds(sweep, asked)
    except PerceptuiError:  # the page tells what its table has
        return None


def _grid(terminal: Terminal, form: Form | None) -> tuple[int, int]:
    """Of a boundary that is made of characters."""
    from tui.headless.report import grid
    from tui.report.formats import MONOCHROME, TEXT_WIDTH

    if form is not None:
        return grid(TEXT_WIDTH, MONOCHROME)
    return grid(terminal.width, terminal.look)


def _may_replace(output: Path, runs: list[Run], data_dir: Path) -> bool:
    from tui.commands.output import may_replace

    return may_replace(output, lambda replace: _target(output, runs, data_dir, replace=replace))


def _target(output: Path, runs: list[Run], data_dir: Path, *, replace: bool) -> Path:
    """The file to write; raises UsageError where it may not be, for any of the runs."""
    from engine.export.writer import check_output
    from engine.runs.output import destination

    target = destination(output, None, data_dir, replace=replace)
    for run in runs:
        check_output(run, output, data_dir, replace=replace)
    return target


def _write(text: str, output: Path, runs: list[Run], data_dir: Path, *, replace: bool) -> None:
    from engine.runs.files import replace_bytes

    target = _target(output, runs, data_dir, replace=replace)
    try:
        replace_bytes(target, text.encode(), keep_mode=True)
    except OSError as error:
        raise UsageError(f"{output}: can't be written ({error.strerror or error})") from error
