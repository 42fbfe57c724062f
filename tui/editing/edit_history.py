"""Undo and redo: the states before this one, and those that were taken back."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from tui.editing.draft_state import DraftState

MOST_UNDONE = 200


class EditHistory:
    """The state that is edited now, among others."""

    def __init__(self, state: DraftState) -> None:
        self.state = state
        """Put another in its place where that is no edit, which is taken back."""
        self._undone: deque[DraftState] = deque(maxlen=MOST_UNDONE)
        self._done: deque[DraftState] = deque(maxlen=MOST_UNDONE)
        self._series: tuple[str, DraftState] | None = None
        """The key that is being moved step by step, and what it was all before."""

    def change(self, state: DraftState) -> None:
        """Take another state; this one comes back with undo."""
        if state == self.state:
            return
        if self.state.raw:
            self._done.append(self.state)
        self._undone.clear()
        self._series = None
        self.state = state

    def step(self, key: str, state: DraftState) -> None:
        """The same; steps of one key that follow one another are taken back as one."""
        before = self._series[1] if self._series and self._series[0] == key else self.state
        if self._done and self._done[-1] is before:
            self._done.pop()
        self.state = before
        if state.raw != before.raw:
            self.change(state)
        self._series = key, before

    def end_steps(self) -> None:
        """Take what is moved from here on back by itself."""
        self._series = None

    def before(self) -> Iterator[DraftState]:
        """The states that undo leads back to, the newest first."""
        return reversed(self._done)

    def can_undo(self) -> bool:
        """Whether there is a change to take back."""
        return bool(self._done)

    def can_redo(self) -> bool:
        """Whether a change was taken back."""
        return bool(self._undone)

    def undo(self) -> None:
        """Take the last change back, if there is one."""
        self._travel(self._done, self._undone)

    def redo(self) -> None:
        """Make the change again that was taken back last."""
        self._travel(self._undone, self._done)

    def _travel(self, there: deque[DraftState], back: deque[DraftState]) -> None:
        if there:
            back.append(self.state)
            self.state = there.pop()
            self._series = None
