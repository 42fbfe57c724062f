"""`perceptui tune-lr`: try learning rates on a copy, and suggest one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import typer

from tui.commands import app
from tui.commands import options as o
from tui.commands.json_line import print_message
from tui.renderables.shell import shell_line

if TYPE_CHECKING:
    from engine.runs.rate_test import RateTest
    from engine.spec.experiment import Experiment

HEIGHT = 16


@app.command("tune-lr")
def tune(
    ctx: typer.Context,
    what: o.WhatArgument,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
) -> None:
    """Try learning rates on a copy of an experiment for a few steps, and suggest one."""
    import asyncio

    from tui.commands.request import experiment_of

    shared = ctx.obj.merged(runs_dir, data_dir, ascii, json)
    _, experiment = experiment_of(what, shared.runs)
    experiment.data.look()
    test = asyncio.run(_tested(experiment, shared.data))
    if shared.json:
        print_message(test)
    else:
        _print(what, experiment, test, shared.ascii)


async def _tested(experiment: Experiment, data_dir: Path) -> RateTest:
    from engine.service.client.session import Session

    async with Session.open(in_advance=False) as session:
        try:
            return await session.experiments.tune_learning_rate(experiment, data_dir)
        finally:
            await session.shutdown()


def _print(what: str, experiment: Experiment, test: RateTest, ascii_only: bool) -> None:
    from engine.spec import presets
    from tui.renderables.rate_chart import advice, rate_chart
    from tui.terminal.printing import Terminal

    terminal = Terminal(ascii_only=ascii_only)
    terminal.rows(rate_chart(test, min(terminal.width, 100), HEIGHT, terminal.look))
    terminal.line()
    for line in advice(test, experiment.optimizer.lr):
        terminal.line(line)
    is_run = presets.what_is(what) == "run"
    if test.suggested is not None and not is_run:
        rate = f"{test.suggested:g}"
        terminal.tell(f"To take it: {shell_line(['perceptui', '--preset', what, '--lr', rate])}")
