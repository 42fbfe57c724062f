"""What a format of an export is: declared once, for the command line, help and documentation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from engine.errors import UsageError

if TYPE_CHECKING:
    from engine.export.source import Source


class Format(ABC):
    """A form in which a run, or what it learned, is written; a subclass with a name is known."""

    name: ClassVar[str]
    """How the command line calls it."""
    what: ClassVar[str]
    """What the file is, in a line."""
    purpose: ClassVar[str]
    """What people take it for, in a sentence."""
    suffix: ClassVar[str]
    """How such a file is called at its end."""
    is_text: ClassVar[bool] = False
    """Whether a terminal can show it."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Packages without which it can't be written."""
    extra: ClassVar[str] = ""
    """The extra of perceptui that brings them."""
    is_folder: ClassVar[bool] = False
    """Whether it is a folder, in which each run has one of its own."""

    def __init_subclass__(cls, *, abstract: bool = False) -> None:
        if not abstract:
            FORMATS[cls.name] = cls()

    def help(self) -> str:
        """What the file is and what it takes to write it, in a line."""
        return f"{self.what}; needs {self._install()}" if self.extra else self.what

    def check(self) -> None:
        """Raise UsageError where a package is absent."""
        if missing := self.missing():
            raise UsageError(f"the format {self.name} needs {missing}")

    def missing(self) -> str:
        """Which packages are absent and how they are had; empty where it can be written."""
        absent = [name for name in self.needs if find_spec(name) is None]
        return f"{' and '.join(absent)}: {self._install()}" if absent else ""

    @abstractmethod
    def content(self, source: Source) -> bytes:
        """The file; raises PerceptuiError for a run that lacks what it needs."""

    def write(self, source: Source, target: Path) -> None:
        """Write it, all of it or nothing; raises OSError, and what `content` does."""
        from engine.runs.files import replace_bytes

        replace_bytes(target, self.content(source), keep_mode=True)

    def _install(self) -> str:
        return f"pip install 'perceptui[{self.extra}]'"


class FolderFormat(Format, abstract=True):
    """Files of several runs beside each other, as their reader wants them."""

    suffix = ""
    is_folder = True

    def content(self, source: Source) -> bytes:
        raise UsageError(f"the format {self.name} is a folder: give -o DIR")

    @abstractmethod
    def write(self, source: Source, target: Path) -> None:
        """Write into a folder of the run's own; nothing else in it is touched."""


FORMATS: dict[str, Format] = {}
"""Every format by its name, in the order of declaration."""
