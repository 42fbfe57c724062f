"""What a person chose for every session: theme, glyphs, palette, rate."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, get_args

from engine.errors import UsageError
from engine.paths import config_dir
from tui.language import Language
from tui.language.choice import Choice, asked, chosen
from tui.renderables.palette import Palette

Glyphs = Literal["auto", "ascii", "console", "unicode"]
Rate = Literal["normal", "slow"]
Pace = Literal["auto", "full", "100", "25", "5", "1"]

OWN_THEME = "perceptui-dark"

_KEPT: dict[str, tuple[str, ...]] = {
    "theme": (),
    "glyphs": get_args(Glyphs),
    "palette": get_args(Palette),
    "rate": get_args(Rate),
    "pace": get_args(Pace),
    "language": get_args(Choice),
}
"""What the file holds, each with its choices; any text where there are none."""


@dataclass(frozen=True)
class Settings:
    """Kept in `settings.toml` among the person's configuration."""

    theme: str = OWN_THEME
    """The name of one of perceptui's or Textual's themes."""
    glyphs: Glyphs = "auto"
    """Which characters are drawn; `auto`: what the terminal's encoding allows."""
    palette: Palette = "usual"
    """The colors of classes and curves."""
    rate: Rate = "normal"
    """How often the screen is drawn while training; `slow` for thin connections."""
    pace: Pace = "auto"
    """Steps a second; `auto`: a preset's first run takes about five seconds, others no longer than
    they need."""
    language: Choice = "auto"
    """What perceptui says its words in; `auto`: what the environment says."""
    notice: str = field(default="", compare=False)
    """What was wrong with the file, if defaults stand in for it; never written."""

    @classmethod
    def load(cls, path: Path | None = None) -> Settings:
        """The settings of the file; defaults where it is absent, with a notice where broken."""
        from engine.spec.toml_text import read_raw

        path = path or settings_file()
        if not path.exists():
            return cls()
        try:
            return _checked(read_raw(path), path)
        except UsageError as error:
            return cls(notice=f"{error}: the usual settings are used")

    def save(self, path: Path | None = None) -> None:
        """Write them; raises UsageError where that can't be done."""
        from engine.runs.files import replace_bytes

        path = path or settings_file()
        # A JSON string is a TOML string.
        lines = [f"{name} = {json.dumps(getattr(self, name))}" for name in _KEPT]
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            replace_bytes(path, ("\n".join(lines) + "\n").encode(), keep_mode=True)
        except OSError as error:
            raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def chosen_language() -> Language:
    """What to speak where no app is open: its setting counts here too."""
    return chosen(Settings.load().language if asked() == "auto" else "auto", os.environ)


def settings_file() -> Path:
    """Where the settings are kept."""
    return config_dir() / "settings.toml"


def _checked(raw: dict[str, object], path: Path) -> Settings:
    """Raises UsageError for a value that is not one of the choices; other keys are ignored."""
    found: dict[str, str] = {}
    for name, choices in _KEPT.items():
        value = raw.get(name, getattr(Settings, name))
        if not isinstance(value, str) or (choices and value not in choices):
            accepted = f"one of {', '.join(choices)}" if choices else "a theme's name"
            raise UsageError(f"{path}: {name} is not {accepted}")
        found[name] = value
    return replace(Settings(), **found)  # type: ignore[arg-type]  # checked against the choices
