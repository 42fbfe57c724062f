"""`perceptui predict`: what a run's network says of values, of a file's rows, of pictures."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine import regular_file
from engine.errors import DataUnavailable, PerceptuiError, UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.complaint import complain
from tui.commands.json_line import print_json, print_line, print_message
from tui.commands.one_off_session import answer_of
from tui.commands.output import STDOUT, may_replace, show_file
from tui.language import tr

if TYPE_CHECKING:
    from engine.export.predictions import BadRow, PicturesPredicted, RowsPredicted
    from engine.runs.contents import CheckpointKind
    from engine.runs.events import Prediction
    from engine.runs.run import Run

MOST_SAID = 20
"""Rows without a prediction that are told one by one; --json tells more."""
_OPTION = re.compile(r"--?[A-Za-z]")


@app.command(context_settings={"ignore_unknown_options": True})
def predict(
    ctx: typer.Context,
    run: o.RunArgument,
    values: Annotated[
        list[str] | None,
        typer.Argument(metavar="VALUES", help="One value per column; or pictures, or a folder."),
    ] = None,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="FILE", help="A table of samples: CSV, Parquet, Feather."),
    ] = None,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="FILE", help="Where the rows go with their predictions."
        ),
    ] = None,
    force: Annotated[
        bool, typer.Option("--force", help="Replace a file that is there, without asking.")
    ] = False,
    center: Annotated[
        bool | None,
        typer.Option(
            "--center/--no-center",
            help="Put what a picture shows where the data has it; as it is for MNIST.",
        ),
    ] = None,
    checkpoint: o.CheckpointOption = "last",
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Say what a run's network predicts for new samples.

    `perceptui predict last 22 Rome` predicts one; `--csv new.csv -o out.csv` a table's rows, which
    are written with their columns; `predict last photo.png` a picture. What can't be predicted is
    told at the end, and the exit code is 4 then.
    """
    from engine.runs.run import find_run

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    for value in values or []:
        if _OPTION.match(value):  # unknown options reach us as values, so that negative numbers do
            raise UsageError(f"predict: no such option: {value}")
    if bool(values) == (csv is not None):
        raise UsageError("predict: give the VALUES of one sample, pictures, or --csv FILE")
    found, kind = find_run(run, shared.runs), o.kind(checkpoint)
    if csv is not None:
        raise typer.Exit(_rows(found, csv.expanduser(), output, kind, shared, force=force))
    if pictures := _pictures(found, values or []):
        asked = partial(_ask_pictures, found, list(pictures), kind, center=center)
        raise typer.Exit(_predict_pictures(found, pictures, output, asked, shared, force=force))
    if center is not None:
        raise UsageError("predict: --center goes with pictures")
    if output is not None:
        raise UsageError("predict: -o goes with --csv FILE, or with pictures")
    answers = answer_of(lambda session: session.runs.predict(found, [list(values or [])], kind))
    _print(found, answers, shared)


def _print(run: Run, answers: list[Prediction], shared: o.Shared) -> None:
    if shared.json:
        for answer in answers:
            print_message(answer)
        return
    from engine.runs.events import Predicted
    from tui.headless.report import Report
    from tui.terminal.printing import Terminal

    facts = run.facts()
    terminal = Terminal(ascii_only=shared.ascii)
    event = Predicted(predictions=answers, classes=list(facts.classes))
    names = facts.target_names
    report = Report(terminal.width, terminal.look, names, facts.target_units)
    terminal.rows(report.predictions(event))


def _written(output: Path, predicted: int, count: int, what: str, shared: o.Shared) -> None:
    """Tell what was written."""
    if shared.json:
        print_json({"file": str(output), what: count, "predicted": predicted})
        return
    from tui.terminal.printing import Terminal

    told = tr(f"{output}: {predicted:,} of {count:,} {what} predicted")
    Terminal(ascii_only=shared.ascii).tell(told)


def _rows(
    run: Run,
    path: Path,
    output: Path | None,
    kind: CheckpointKind,
    shared: o.Shared,
    *,
    force: bool,
) -> int:
    """Predict a file's rows into a file or onto stdout; returns the exit code."""
    if output is not None and str(output) not in STDOUT:
        from engine.export.predictions import check_rows_output

        force = force or may_replace(
            output,
            lambda replace: check_rows_output(run, path, output, shared.data, replace=replace),
        )
        told = _predict_rows(run, path, output, kind, shared, replace=force)
        _written(output, told.num_predicted, told.num_rows, "rows", shared)
    else:
        with tempfile.TemporaryDirectory(prefix="perceptui-") as folder:
            place = Path(folder) / "predictions"
            told = _predict_rows(run, path, place, kind, shared, as_json=shared.json)
            if shared.json:
                with regular_file.opened(place) as lines:
                    for line in lines:
                        print_line(line.decode().rstrip("\n"))
            else:
                show_file(place, ascii_only=shared.ascii)
    if told.unused:
        names = ", ".join(map(repr, told.unused[:8])) + (", …" if len(told.unused) > 8 else "")
        complain(f"{path}: not used, since the training did not know them: {names}")
    return _bad_rows(str(path), told.bad, told.num_faults, shared)


def _predict_rows(
    run: Run,
    path: Path,
    output: Path,
    kind: CheckpointKind,
    shared: o.Shared,
    *,
    as_json: bool = False,
    replace: bool = False,
) -> RowsPredicted:
    try:
        return answer_of(
            lambda session: session.runs.predict_rows(
                run,
                path,
                output,
                kind,
                shared.data,
                format="json" if as_json else "csv",
                replace=replace,
            )
        )
    except PerceptuiError as error:
        # The worker was told the whole path; a person is told what was typed.
        raise type(error)(str(error).replace(str(path.absolute()), str(path))) from error


def _bad_rows(source: str, bad: list[BadRow], count: int, shared: o.Shared) -> int:
    """Tell what has no prediction; returns the exit code."""
    if not bad:
        return 0
    if shared.json:
        for one in bad:
            print_message(one)
    said = [one.said() for one in bad[:MOST_SAID]]
    if count > len(said):
        said.append(tr(f"and {count - len(said):,} more"))
    for line in said:
        complain(f"{source}, {line}" if source else line)
    return DataUnavailable.exit_code


def _pictures(run: Run, values: list[str]) -> dict[str, str]:
    """The whole path of each picture that is named, with what to call it; empty for values."""
    from engine.parts.data.generators.picture_files import pictures_in
    from engine.parts.shapes import product, shape_text

    if not run.takes_pictures():
        return {}
    if all(_is_number(value) and not Path(value).exists() for value in values):
        shape = run.facts().shape
        if len(values) != product(shape):
            wanted = tr(
                f"the names of pictures, or {product(shape):,} values ({shape_text(shape)})"
            )
            raise UsageError(f"predict: expected {wanted}, got {len(values)}")
        return {}
    found: dict[str, str] = {}
    for value in values:
        path = Path(value).expanduser()
        try:
            files = pictures_in(path) if path.is_dir() else [path]
        except OSError as error:
            raise DataUnavailable(f"{value}: {error.strerror or error}") from error
        if not files:
            raise DataUnavailable(f"{value}: there is no picture in it")
        found |= {str(file.absolute()): str(file) for file in files}
    return found


def _predict_pictures(
    run: Run,
    files: dict[str, str],
    output: Path | None,
    ask: Callable[[], PicturesPredicted],
    shared: o.Shared,
    *,
    force: bool,
) -> int:
    """Predict pictures, onto stdout or into a table; returns the exit code."""
    import msgspec

    from engine.export.predictions import check_rows_output, write_pictures

    if output is not None:
        force = force or may_replace(
            output,
            lambda replace: check_rows_output(run, None, output, shared.data, replace=replace),
        )
    told = ask()
    answers = [msgspec.structs.replace(a, file=files[a.file]) for a in told.predictions]
    bad = [msgspec.structs.replace(b, place=files[b.place]) for b in told.bad]
    if output is not None:
        write_pictures(run, answers, output, shared.data, replace=force)
        _written(output, len(answers), len(files), "pictures", shared)
    elif answers:
        _print(run, answers, shared)
    for remark in told.remarks:
        complain(remark)
    return _bad_rows("", bad, len(bad), shared)


def _ask_pictures(
    run: Run, files: list[str], kind: CheckpointKind, *, center: bool | None
) -> PicturesPredicted:
    return answer_of(lambda session: session.runs.predict_pictures(run, files, kind, center=center))


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
