"""`perceptui learn`: the course in the app; its list, and a check of lessons, in lines."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from engine.paths import expanded
from tui.commands import app
from tui.commands import options as o
from tui.commands.complaint import complain
from tui.commands.json_line import print_json
from tui.language import SOURCE, spoken, tr

if TYPE_CHECKING:
    from engine.errors import Problem
    from engine.lessons.lesson import Lesson
    from tui.terminal.printing import Terminal


@app.command()
def learn(
    ctx: typer.Context,
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[NAME|FILE…]", help="A lesson; with --check files of lessons."),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="List the lessons and how far you are in each.")
    ] = False,
    checked: Annotated[
        bool,
        typer.Option(
            "--check",
            help="Play the solutions of lessons in files, and say what is never fulfilled or "
            "fulfilled from the start.",
        ),
    ] = False,
    facts: Annotated[
        bool,
        typer.Option(
            "--facts",
            help="List what the conditions of lessons can ask about; with NAME what is called so.",
        ),
    ] = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Learn about networks by training, breaking and repairing them: a course in the app."""
    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if sum((listed, checked, facts)) > 1:
        raise UsageError("--list, --check and --facts: give one of them")
    if checked:
        raise typer.Exit(_check([expanded(one) for one in named or ()], shared))
    if named and (listed or len(named) > 1):
        raise UsageError(f'unexpected "{named[-1]}": `perceptui learn NAME` opens one lesson')
    if facts:
        _list_facts(shared, named[0] if named else "")
    else:
        raise typer.Exit(_open(named[0] if named else None, shared, listed=listed))


def _open(name: str | None, shared: o.Shared, *, listed: bool) -> int:
    """The app on a lesson or on the list of them; the list in lines where there is no screen."""
    from tui.terminal.streams import has_screen

    is_screen = has_screen()
    if listed or (name is None and not is_screen):
        _list(shared)
        return 0
    if name is not None and not is_screen:
        from engine.lessons.library import find_lesson

        find_lesson(name)  # one that is not there wants no terminal
        raise UsageError(f"{name}: a lesson is played in the app, which takes a terminal")
    from tui.start import learn as play

    return play(shared, name)


def _list(shared: o.Shared) -> None:
    """Print every lesson with how far the person is; files that can't be read go to stderr."""
    from engine.lessons.library import listings
    from engine.lessons.progress import Standing, standings

    found, errors = listings("" if spoken() == SOURCE else spoken())
    known = standings()
    for error in errors:
        complain(str(error))
    if shared.json:
        for one in found:
            standing = known.get(one.name, Standing())
            print_json(
                {
                    "name": one.name,
                    "title": one.title,
                    "teaches": one.teaches,
                    "steps": one.num_steps,
                    "done": len(standing.done),
                    "finished": standing.is_finished,
                    "path": str(one.path),
                }
            )
        return
    from rich.text import Text

    from tui.renderables.sanitize import fit
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    widest = max((len(one.name) for one in found), default=0)
    for one in found:
        standing = known.get(one.name, Standing())
        done = f"{len(standing.done):>2}/{one.num_steps:<2}"
        text = f"{done}  {one.name:<{widest}}  {one.title}: {one.teaches}"
        terminal.line(Text(fit(text, terminal.width, terminal.look.ascii)))
    terminal.line()
    terminal.line("Play one:  perceptui learn NAME")


def _list_facts(shared: o.Shared, name: str) -> None:
    """Print the facts that a condition can name, or those that have this in their name."""
    from engine.lessons.facts import FACTS
    from engine.spec.nearest import nearest

    found = [fact for fact in FACTS.values() if name in fact.name]
    if not found:
        raise UsageError(f'no fact is called "{name}"{nearest(name, FACTS)}')
    if shared.json:
        for fact in found:
            takes = fact.takes.what if fact.takes.most else ""
            print_json({"name": fact.name, "kind": fact.kind, "what": fact.what, "takes": takes})
        return
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=shared.ascii)
    for fact in found:
        if name or not fact.is_figure:
            takes = f"({fact.takes.what})" if fact.takes.most else ""
            terminal.tell(f"{fact.name}{takes}  {fact.kind}: {fact.what}")
    if not name:
        terminal.tell("")
        _tell_of_figures(terminal)
        terminal.tell("")
        terminal.tell("Every key of an experiment is one too: layers.0.out_features, optimizer.lr")


def _tell_of_figures(terminal: Terminal) -> None:
    """Say how the many are named that differ by what is measured only."""
    from engine.parts.metrics import METRICS

    measured = ", ".join(metric.name for metric in METRICS.values())
    terminal.tell("Figures of a training are named SPLIT_METRIC: train_loss, test_accuracy")
    terminal.tell(f"METRIC is one of {measured}")
    terminal.tell("Before it first_, best_, worst_, earlier_, lowest_ or highest_: best_train_loss")
    terminal.tell("perceptui learn --facts train_loss says what each of them is")


def _check(paths: list[Path], shared: o.Shared) -> int:
    """Read and play lessons; returns the exit code: 4 where something is wrong with one."""
    import asyncio

    from engine.lessons.lesson_reader import BadLesson, read_lesson

    if not paths:
        raise UsageError("--check: name the files of lessons")
    lessons, problems = [], []
    for path in paths:
        try:
            lessons.append(read_lesson(path))
        except BadLesson as error:
            problems += [(path, problem) for problem in error.problems]
    played = asyncio.run(_played(lessons, shared)) if lessons else {}
    for lesson in lessons:
        problems += [(lesson.path, problem) for problem in played[lesson.path]]
    if shared.json:
        for path, problem in problems:
            print_json({"path": str(path), "place": problem.place, "message": problem.message})
    else:
        _tell(lessons, problems)
    return BadLesson.exit_code if problems else 0


def _tell(lessons: list[Lesson], problems: list[tuple[Path, Problem]]) -> None:
    for path, problem in problems:
        complain(str(problem) if not problem.place else f"{path}: {problem}")
    bad = {path for path, _ in problems}
    for lesson in lessons:
        if lesson.path not in bad:
            number = len(lesson.steps)
            done = f"all {number} steps can be done" if number > 1 else "its one step can be done"
            typer.echo(f"{lesson.path}: {tr(done)}")


async def _played(lessons: list[Lesson], shared: o.Shared) -> dict[Path, list[Problem]]:
    """What is wrong with each lesson, played by one trainer; their runs are not kept."""
    import tempfile

    from engine.lessons.check import check
    from engine.parts.data import DataLocations
    from engine.service.client.session import Session

    found = {}
    with tempfile.TemporaryDirectory(prefix="perceptui-", ignore_cleanup_errors=True) as folder:
        async with Session.open() as session:
            try:
                for lesson in lessons:
                    runs, locations = Path(folder), DataLocations(shared.data)
                    found[lesson.path] = await check(lesson, session, runs, locations)
            finally:
                await session.shutdown()
    return found
