"""From the options of a training to its experiment."""

from __future__ import annotations

from pathlib import Path

from engine.errors import BadExperiment, DataUnavailable, UsageError
from engine.paths import expanded
from engine.runs.run import Run, find_run, run_at
from engine.spec import presets
from engine.spec.data_name import name_with_data
from engine.spec.experiment import Experiment
from engine.spec.experiment_reader import from_raw
from engine.spec.overrides import set_value
from engine.spec.stated_sizes import tidied
from engine.spec.toml_text import read_raw
from engine.spec.torch_code import spread
from tui.commands.options import TrainingOptions
from tui.editing import share
from tui.headless.reading_line import show_reading


def requested(options: TrainingOptions, runs_dir: Path) -> tuple[str, Experiment]:
    """The name and the checked experiment that the options ask for.

    Raises UsageError, BadExperiment or DataUnavailable.
    """
    show_reading()
    name, raw, source, folder = _base(options.preset)
    given = raw.get("data")
    for field in ("data", "layers", "loss", "optimizer"):
        text = getattr(options, field)
        if text is not None:
            raw = set_value(raw, f"{field}={text}")
    if options.data is not None:
        folder = Path()  # a path typed here is taken from here
    shorthands = {"optimizer.lr": "lr", "epochs": "epochs", "batch_size": "batch_size"}
    shorthands |= {"seed": "seed", "select": "select", "device": "device"}
    for key, option in shorthands.items():
        text = getattr(options, option)
        if text is not None:
            raw = set_value(raw, f"{key}={text}")
    for setting in options.settings:
        raw = set_value(raw, setting)
    if options.start_from is not None:
        raw = {**raw, "start_from": str(start_of(options.start_from, runs_dir))}
    if options.new_head:
        raw = {**raw, "new_head": True}
    try:
        experiment = from_raw(raw, source, folder)
    except (BadExperiment, DataUnavailable) as error:
        error.advice = _advice(raw, folder, options)
        raise
    _tell_left_out(raw)
    return name_with_data(name, given, raw.get("data")), experiment


def _tell_left_out(raw: dict[str, object]) -> None:
    """A word on what PyTorch's spelling says beside what is asked."""
    from tui.commands.complaint import complain

    if text := tidied(spread(raw))[1]:
        complain(f"{text}: left out")


def _advice(raw: dict[str, object], folder: Path, options: TrainingOptions) -> str:
    """What would make a refused experiment one that trains, and the command that does it."""
    from engine.doctor.refusal import refusal
    from tui.renderables.shell import shell_word

    ways = refusal(raw, folder).ways
    if not ways:
        return ""
    if options.preset is None or options.given() != ["--preset"]:
        return f"what would help: {ways[0].text}"
    command = f"perceptui doctor {shell_word(options.preset)} --fix"
    return f"what would help, and `{command}` does it: {ways[0].text}"


def raw_of(what: str) -> tuple[dict[str, object], Path]:
    """The unchecked values of a file or a preset, and the folder that its paths start from."""
    _, raw, _, folder = _base(what)
    return raw, folder


def start_of(text: str, runs_dir: Path) -> Path:
    """The file of the weights that `--from RUN`, `RUN@STEP` or `FILE` means; raises PerceptuiError.

    Of a step it is written by who starts from it.
    """
    file = expanded(text)
    if file.suffix == ".safetensors" and file.is_file():  # what `perceptui import` has made
        return file.absolute()
    run, moment = run_at(text, runs_dir)
    if not isinstance(moment, int):
        return run.checkpoint(moment).absolute()
    run.snapshots.check(moment)
    return run.directory.moment(moment).absolute()


def _base(preset: str | None) -> tuple[str, dict[str, object], str, Path]:
    if preset is None:
        return "experiment", {}, "", Path()
    if "/" in preset or preset.endswith(".toml"):
        path = expanded(preset)
        return path.stem, read_raw(path), preset, path.parent
    path = presets.path_of(preset)
    return preset, read_raw(path), preset, path.parent


def experiment_of(what: str, runs_dir: Path) -> tuple[str, Experiment]:
    """The name and experiment of a WHAT: a file, a preset or a run."""
    if share.is_command(what):
        raw = share.raw_of_line(what)
        experiment = from_raw(raw, folder=Path())
        _tell_left_out(raw)
        return "shared", experiment
    if presets.what_is(what) != "run":
        return requested(TrainingOptions(preset=what), runs_dir)
    run = run_of(what, runs_dir)
    return run.name, run.experiment()


def run_of(what: str, runs_dir: Path) -> Run:
    """The run that a WHAT names which is no preset; raises UsageError."""
    try:
        return find_run(what, runs_dir)
    except UsageError as error:
        if "/" in what:
            raise
        hint = presets.suggestion(what) or f" ({error})"
        raise UsageError(f'"{what}" is neither a preset nor a run{hint}') from error
