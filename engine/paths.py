"""Where files go: configuration, presets, downloads, runs."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_NAME = "perceptui"


def expanded(path: str | Path) -> Path:
    """A path with `~` and `~user` filled in; left as it is where there is no such user."""
    return Path(os.path.expanduser(path))  # Path's own raises RuntimeError there


def config_dir() -> Path:
    """The person's configuration: `~/.config/perceptui`, on every system."""
    base = os.environ.get("XDG_CONFIG_HOME") or "~/.config"
    return expanded(base) / _NAME


def preset_dir() -> Path:
    """The person's own presets."""
    return config_dir() / "presets"


def log_file() -> Path:
    """What the program that draws notes of its own mistakes; a trainer has its run's log."""
    return Path(platformdirs.user_log_dir(_NAME)) / "perceptui.log"


def progress_file() -> Path:
    """How far the person is in each lesson."""
    return Path(platformdirs.user_state_dir(_NAME)) / "lessons.json"


def data_dir(given: Path | None = None) -> Path:
    """Where data sets are found and downloaded to: option, environment, the user's cache."""
    if given is not None:
        return expanded(given)
    if from_environment := os.environ.get("PERCEPTUI_DATA_DIR"):
        return expanded(from_environment)
    return Path(platformdirs.user_cache_dir(_NAME)) / "data"


def absolute_data_dir(given: Path | None) -> str:
    """The same, as a process in any folder finds it."""
    return str(data_dir(given).absolute())


def index_dir() -> Path:
    """What is known of long lists of runs; may be removed at any time."""
    return Path(platformdirs.user_cache_dir(_NAME)) / "runs"


def runs_dir(given: Path | None = None) -> Path:
    """Where runs are kept: option, environment, `runs` in the working directory."""
    if given is not None:
        return expanded(given)
    return expanded(os.environ.get("PERCEPTUI_RUNS_DIR") or "runs")


def tables_dir() -> Path:
    """What was found out about tables, so that none is parsed twice; a cache, and bounded."""
    if from_environment := os.environ.get("PERCEPTUI_TABLES_DIR"):
        return expanded(from_environment)
    return Path(platformdirs.user_cache_dir(_NAME)) / "tables"


def images_dir() -> Path:
    """Pictures as they were decoded, so that none is decoded twice; a cache, and bounded."""
    if from_environment := os.environ.get("PERCEPTUI_IMAGES_DIR"):
        return expanded(from_environment)
    return Path(platformdirs.user_cache_dir(_NAME)) / "images"


def compiled_dir() -> Path:
    """Steps that were compiled, so that none is compiled twice; a cache, and bounded."""
    if from_environment := os.environ.get("PERCEPTUI_COMPILED_DIR"):
        return expanded(from_environment)
    return Path(platformdirs.user_cache_dir(_NAME)) / "compiled"
