"""Plug-ins: installed packages that bring parts, rules, presets and lessons by entry points.

`perceptui.parts` names a module whose import declares components; its RULES are the doctor's.
`perceptui.presets` names a package whose folder has presets, and lessons in `lessons/`: texts, of
which nothing is imported. What breaks is told with its name and left out.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

PARTS = "perceptui.parts"
PRESETS = "perceptui.presets"
OFF = "PERCEPTUI_NO_PLUGINS"
"""Set to anything, also for the processes that train, no plug-in is looked for."""


@dataclass(frozen=True)
class Plugin:
    """A module of an installed package that was imported."""

    name: str
    """Of the package, as it was installed."""
    contents: dict[str, Any]
    """What the module has, by name."""


@dataclass(eq=False)
class Plugins:
    """The plug-ins of this process, looked for when first something of them is asked for."""

    loaded: list[Plugin] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What was told of those that broke."""
    _tell: Callable[[str], object] | None = None
    _begun: bool = False
    _is_done: bool = False
    _folders: dict[Path, str] | None = None
    _lock: threading.RLock = field(default_factory=threading.RLock)

    installed: ClassVar[Plugins]
    """Those of this process."""

    def listen(self, tell: Callable[[str], object]) -> None:
        """Have every failure told, those before included."""
        self._tell = tell
        for failure in self.failures:
            tell(failure)

    def fail(self, plugin: str, error: BaseException) -> None:
        """Tell that something of a plug-in is broken."""
        reason = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        failure = f"the plug-in {plugin} is broken and left out: {reason}"
        self.failures.append(failure)
        if self._tell is not None:
            self._tell(failure)
            return
        import logging  # which takes longer to import than most that imports this module

        logging.getLogger(__name__).warning(failure)

    def load(self) -> None:
        """Import what plug-ins declare, once; what is asked for meanwhile is ours alone."""
        if self._is_done:
            return
        with self._lock:
            if self._begun:  # a plug-in that is being imported asks
                return
            self._begun = True
            for plugin, entry in _entries(PARTS):
                self._load(plugin, entry)
            self._is_done = True

    def _load(self, plugin: str, entry: EntryPoint) -> None:
        from engine.parts.plugged import registered

        try:
            with registered(plugin):
                entry.load()
        except (Exception, SystemExit) as error:  # whatever an import may do
            self.fail(plugin, error)
            return
        self.loaded.append(Plugin(plugin, vars(sys.modules[entry.module])))

    def preset_folders(self) -> dict[Path, str]:
        """The folders of presets, and whose each is."""
        if self._folders is None:
            self._folders = {}
            for plugin, entry in _entries(PRESETS):
                try:
                    self._folders |= dict.fromkeys(_folders_of(entry.value), plugin)
                except (Exception, SystemExit) as error:
                    self.fail(plugin, error)
        return self._folders


Plugins.installed = Plugins()


def _folders_of(package: str) -> list[Path]:
    from importlib.util import find_spec

    found = find_spec(package)
    places = found.submodule_search_locations if found is not None else None
    if not places:
        raise ModuleNotFoundError(f"there is no package {package}")
    return [Path(place) for place in places]


def _entries(group: str) -> Iterator[tuple[str, EntryPoint]]:
    """The entry points of a group, each with its package's name, in the order of the names."""
    if os.environ.get(OFF) or not is_any_installed():
        return
    from importlib.metadata import distributions

    found = {
        (one.metadata["Name"], entry.name): entry
        for one in reversed(list(distributions()))  # of several versions the first on the path
        for entry in one.entry_points
        if entry.group == group
    }
    for (name, _), entry in sorted(found.items()):
        yield name, entry


def is_any_installed() -> bool:
    """Whether an installed package has such entry points at all.

    A look into the files themselves takes a millisecond; importlib.metadata takes thirty to import.
    """
    for folder in sys.path:
        try:
            inside = [entry.path for entry in os.scandir(folder or ".")]
        except OSError:
            continue
        for path in inside:
            if path.endswith((".dist-info", ".egg-info")):
                try:
                    text = Path(path, "entry_points.txt").read_bytes()
                except OSError:
                    continue
                if b"[perceptui." in text:
                    return True
    return False
