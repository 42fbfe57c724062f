"""The command `perceptui`: options of a training at the root, everything else a command."""

from __future__ import annotations

import os
import sys
from typing import Annotated

import typer

from engine.errors import PerceptuiError, UsageError
from tui.commands import app
from tui.commands import options as o
from tui.commands.complaint import complain
from tui.language import SOURCE, speak, spoken, tr
from tui.language.choice import Choice, ask_for, taken
from tui.terminal import streams

PIPE_CLOSED = 141
TERMINAL_GONE = 129
"""As SIGHUP would end it, which comes a moment after the first write that fails."""


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(tr(f"perceptui {version('perceptui')}"))
        raise typer.Exit()


@app.callback(invoke_without_command=True)
def perceptui(
    ctx: typer.Context,
    preset: o.Preset = None,
    settings: o.Settings = None,
    data: o.DataOption = None,
    layers: o.Layers = None,
    loss: o.LossOption = None,
    optimizer: o.OptimizerOption = None,
    lr: o.LearningRate = None,
    epochs: o.Epochs = None,
    batch_size: o.BatchSize = None,
    seed: o.Seed = None,
    select: o.Select = None,
    device: o.Device = None,
    start_from: o.From = None,
    new_head: o.NewHead = False,
    quiet: o.QuietOption = False,
    detach: o.Detach = False,
    on_disconnect: o.OnDisconnectOption = None,
    executor: o.ExecutorOption = None,
    snapshots: o.Snapshots = None,
    processes: o.Processes = None,
    tensorboard: o.Tensorboard = None,
    in_lines: o.Plain = False,
    runs_dir: o.RunsDir = None,
    data_dir: o.DataDir = None,
    ascii: o.Ascii = False,
    json: o.Json = False,
    language: o.LanguageOption = None,
    no_plugins: o.NoPlugins = False,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """A bench for neural networks that lives in the terminal."""
    training = o.TrainingOptions(
        preset, settings or (), data, layers, loss, optimizer, lr, epochs, batch_size, seed,
        select, device, start_from, new_head or None,
    )  # fmt: skip
    ctx.obj = o.Shared(runs_dir, data_dir, ascii, json)
    given = training.given()
    flags = {"--quiet": quiet, "--detach": detach, "--on-disconnect": on_disconnect}
    flags["--executor"] = executor
    given += [name for name, value in flags.items() if value]
    given += ["--snapshots"] if snapshots is not None else []
    given += ["--processes"] if processes is not None else []
    given += ["--tensorboard"] if tensorboard is not None else []
    if in_lines and (given or ctx.invoked_subcommand is not None):
        raise UsageError("--plain: for the app alone, or as `perceptui open WHAT --plain`")
    if ctx.invoked_subcommand is not None:
        if given:
            raise UsageError(
                f"{', '.join(given)}: for a training, not for the command "
                f"`{ctx.invoked_subcommand}`"
            )
        return
    if not given:
        from tui.commands import open_app

        raise typer.Exit(open_app(ctx.obj, in_lines=in_lines))
    from tui.commands import train

    code = train(
        training,
        ctx.obj,
        quiet=quiet,
        detach=detach,
        on_disconnect=on_disconnect,
        executor=executor,
        snapshots=snapshots,
        processes=processes,
        tensorboard=tensorboard,
    )
    raise typer.Exit(code)


def main() -> None:
    """Run the command line, and end with its exit code."""
    sys.exit(answer())


def answer() -> int:
    """Run the command line; every mistake is one message on stderr and an exit code."""
    from tui.terminal.log import log_to_file

    streams.open_missing()
    log_to_file()
    code = run(sys.argv[1:])
    streams.settle_stdout()
    return code


def run(arguments: list[str]) -> int:
    """Run one command line; returns the exit code."""
    try:
        choice, arguments = taken(arguments)
        arguments = _without_plugins(arguments)
        _speak(choice, arguments)
        code = _invoke(arguments)
        sys.stdout.flush()
        return code
    except BrokenPipeError:
        return PIPE_CLOSED
    except PerceptuiError as error:
        complain(f"{error}\n{error.advice}" if error.advice else str(error))
        return error.exit_code
    except OSError as error:  # a full disk under stdout, a file that vanished
        if streams.is_hangup(error):
            return TERMINAL_GONE
        place = f"{error.filename}: " if error.filename else ""
        complain(f"{place}{error.strerror or error}")
        return 1
    except typer.TyperException as error:
        message = error.format_message() if hasattr(error, "format_message") else str(error)
        complain(message + _command_hint(message))
        return 2
    except (KeyboardInterrupt, typer.Abort):
        return 130


def _without_plugins(arguments: list[str]) -> list[str]:
    """The arguments less `--no-plugins`, which may stand anywhere and holds for all processes.

    What breaks of those that are not left out is told.
    """
    from engine.plugins import OFF, Plugins

    Plugins.installed.listen(complain)
    end = arguments.index("--") if "--" in arguments else len(arguments)
    if o.NO_PLUGINS in arguments[:end]:
        os.environ[OFF] = "1"
    return [word for at, word in enumerate(arguments) if word != o.NO_PLUGINS or at > end]


def _speak(choice: Choice, arguments: list[str]) -> None:
    """Choose the language of what is printed; programs are told in English, and so is ASCII."""
    from tui.settings import chosen_language

    ask_for(choice)
    is_for_people = not {"--json", "--ascii"} & set(arguments)
    language = chosen_language() if is_for_people else SOURCE
    if language != SOURCE:
        from tui.terminal.printing import encoding_of

        is_wide = encoding_of(sys.stdout, os.environ).lower().startswith("utf")
        language = language if is_wide else SOURCE
    speak(language)


def _command_hint(message: str) -> str:
    """What else might have stood in the place of a command."""
    if not message.startswith("No such command"):
        return ""
    return tr(" No file, preset or run is called so either. `perceptui --help` lists the commands.")


def _invoke(arguments: list[str]) -> int:
    """Parse and run, without typer's own way of ending on a closed pipe."""
    command = typer.main.get_command(app)
    if spoken() != SOURCE:
        from tui.commands.help_texts import translate

        translate(command)
    try:
        with command.make_context("perceptui", arguments) as context:
            command.invoke(context)
    except typer.Exit as stop:
        return stop.exit_code
    return 0


if __name__ == "__main__":
    main()
