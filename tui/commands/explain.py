"""`perceptui explain`: one step of a training, part by part, with the lines of PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from engine.errors import UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_message
from tui.commands.one_off_session import answer_of

if TYPE_CHECKING:
    from engine.runs.changes import Change
    from engine.runs.dissected_step import DissectedStep
    from engine.service.client.session import Session


@app.command()
def explain(
    ctx: typer.Context,
    what: o.WhatArgument,
    step: Annotated[
        int, typer.Option("--step", metavar="N", help="Which step: 1 is the first.")
    ] = 1,
    sample: Annotated[int, typer.Option("--sample", metavar="N", help="Of the batch, from 0.")] = 0,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Take one step of a training apart: forward, loss, gradients, and what each weight becomes.

    A copy is trained up to that step. Of a run it is the run's own step, to the last bit.
    """
    from engine.runs.dissected_step import Focus
    from tui.commands.request import experiment_of

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    if step < 1:
        raise UsageError(f"--step {step}: give 1 for the first, or more")
    if sample < 0:
        raise UsageError(f"--sample {sample}: give 0 for the first of the batch, or more")
    name, experiment = experiment_of(what, shared.runs)
    changes = _changes(what, shared)

    async def ask(session: Session) -> DissectedStep:
        return await session.experiments.dissect_first(
            experiment,
            Focus(sample=sample),
            shared.data,
            after_steps=step - 1,
            changes=changes,
        )

    found = answer_of(ask)
    if shared.json:
        print_message(found)
    else:
        _print(experiment.title or name, found, shared.ascii)


def _changes(what: str, shared: o.Shared) -> list[Change]:
    """What was done by hand to a run, so that its step is the one that it did."""
    from engine.runs.changes import standing_changes
    from engine.runs.run import find_run
    from engine.spec import presets

    if presets.what_is(what) != "run":
        return []
    return standing_changes(find_run(what, shared.runs).events())


def _print(title: str, step: DissectedStep, ascii_only: bool) -> None:
    from tui.renderables.microscope import part_lines, part_rows, part_title
    from tui.renderables.table import heading
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    look, width = terminal.look, min(terminal.width, 120)
    terminal.rows([heading(f"{title}: step {step.step:,}", width, look)])
    for number in range(len(step.parts)):
        terminal.line()
        terminal.rows([heading(part_title(step, number), width, look)])
        terminal.rows(part_lines(step, number, width, look))
        terminal.line()
        terminal.rows(part_rows(step, number, width, look))
