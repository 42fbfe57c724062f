"""How far a person is in each lesson, kept in one small file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from engine import regular_file
from engine.decoding import Undecodable, decoded
from engine.encoding import encoded
from engine.errors import UsageError
from engine.limits import TOML_FILE
from engine.paths import progress_file
from engine.runs.files import replace_bytes


class Standing(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How far one lesson is."""

    step: int = 0
    """The index of the step to go on with."""
    done: tuple[int, ...] = ()
    """Indices of the steps whose condition was met; a step that was skipped is not among them."""
    is_finished: bool = False
    """Whether its end was reached, with steps skipped or not."""

    def with_done(self, index: int) -> Standing:
        """As it is once a step is done."""
        return msgspec.structs.replace(self, done=tuple(sorted({*self.done, index})))

    def next_of(self, num_steps: int) -> int:
        """The step to go on with: the first that is not done from here on, else from the start."""
        left = 0 if self.is_finished else self.step
        ahead = (*range(left, num_steps), *range(left))
        return next((at for at in ahead if at not in self.done), 0)

    def at(self, index: int, num_steps: int) -> Standing:
        """As it is once a person stands at a step; behind the last it is finished."""
        return Standing(
            step=min(index, num_steps - 1),
            done=self.done,
            is_finished=self.is_finished or index >= num_steps,
        )


class _Kept(msgspec.Struct, frozen=True):
    lessons: dict[str, Standing] = {}


def standings(path: Path | None = None) -> Mapping[str, Standing]:
    """How far each lesson is, by name; none where the file is absent or is none of ours."""
    return _kept(path or progress_file()).lessons


def keep(name: str, standing: Standing, path: Path | None = None) -> None:
    """Write down how far a lesson is; what another app wrote of other lessons stays.

    Raises UsageError where that can't be done.
    """
    path = path or progress_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        lessons = {**_kept(path).lessons, name: standing}
        replace_bytes(path, encoded(_Kept(lessons)), keep_mode=True)
    except OSError as error:
        raise UsageError(f"{path}: can't be written ({error.strerror or error})") from error


def forget(name: str, path: Path | None = None) -> None:
    """Let a lesson begin from its start."""
    keep(name, Standing(), path)


def _kept(path: Path) -> _Kept:
    try:
        kept: _Kept = decoded(regular_file.contents(path, TOML_FILE), _Kept)
    except (OSError, Undecodable):
        return _Kept()
    return kept
