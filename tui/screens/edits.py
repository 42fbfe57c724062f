"""Changing the experiment on the workbench: repairs, undo, as text, by a paste; saving it."""

from __future__ import annotations

import asyncio

from textual import work
from textual.binding import Binding
from textual.events import Paste

from engine.doctor.ways_out import Way
from engine.errors import PerceptuiError
from engine.service import protocol as p
from engine.spec.difference import changes
from tui.language import tr
from tui.messages import DraftChanged
from tui.screens.views import ViewsScreen
from tui.widgets.editor import NOTHING_DONE, NOTHING_UNDONE, Editor
from tui.widgets.notes import DoctorNote, repaired_text

WHY_NOT = {
    "repair": "The doctor has nothing to repair here",
    "undo": NOTHING_DONE,
    "redo": NOTHING_UNDONE,
}
"""Why an action can't be done now."""


class EditsScreen(ViewsScreen):
    """A screen with the experiment on it, which is edited there."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("f", "repair", "Repair"),
        Binding("F", "fit", "Fit to data", show=False),
        Binding("s", "save", "Save", show=False),
        Binding("z", "undo", "Undo", show=False),
        Binding("ctrl+y", "redo", "Redo", show=False),
        Binding("e", "edit_text", "Edit as text in $EDITOR", show=False),
        Binding("y", "share", "Copy as command", show=False),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._rejected = ""
        """What an editor left, and could not be read."""

    async def on_draft_changed(self, message: DraftChanged) -> None:
        """A new learning rate applies at once; whatever else waits for a reset."""
        self.show_draft()
        shown = self.shown
        if shown.experiment is not None and shown.is_live:
            factor = self.host.draft.learning_rate_factor(shown.experiment)
            if factor is not None and factor != shown.factor:
                await self.host.controller.do(p.SetLearningRate(factor=factor))

    def action_repair(self) -> None:
        """Repair what the doctor says first and can repair, then what is found, until none is left.

        Or choose what makes it fit its data. Undo takes each back.
        """
        note = self.query_one(DoctorNote)
        if note.ways:
            self._fix(note.ways)
            return
        finding, draft = note.repairable, self.host.draft
        if finding is None or finding.repaired is None:
            return
        draft.replace_all(finding.repaired)
        done = [finding, *draft.repairs()]
        for one in done[1:]:
            assert one.repaired is not None, "it is a repair"
            draft.replace_all(one.repaired)
        self.tell(repaired_text(done))
        self.post_message(DraftChanged())

    @work(group="fix", exclusive=True, exit_on_error=False)
    async def _fix(self, ways: tuple[Way, ...]) -> None:
        """Ask which of the ways out to take."""
        from tui.screens.fix import FixScreen

        draft = self.host.draft
        way = await self.app.push_screen_wait(FixScreen(str(draft.problems[0]), ways))
        if way is not None:
            draft.replace_all(way.experiment)
            self.tell(f"Done: {way.text}. z takes it back")
            self.post_message(DraftChanged())

    def takes_back(self) -> bool:
        """Undo the last edit, and say where there is none: a shell would come as a surprise.

        In the network the last touch is taken back, as z does there.
        """
        if self.pane in ("network", "unit"):
            self.take_touch_back()
        else:
            self.action_undo()
        return True

    def action_undo(self) -> None:
        """Undo the last edit, also where the experiment is not seen."""
        if self.host.draft.can_undo():
            self.query_one(Editor).action_undo()
            self._tell_unseen("Taken back")
        else:
            self.tell(NOTHING_DONE)

    def action_redo(self) -> None:
        """Redo what was taken back, also where the experiment is not seen."""
        if self.host.draft.can_redo():
            self.query_one(Editor).action_redo()
            self._tell_unseen("Made again")
        else:
            self.tell(NOTHING_UNDONE)

    def _tell_unseen(self, done: str) -> None:
        if not self.query_one(Editor).has_focus:
            self.tell(f"{done}; 1 shows the experiment")

    @work(group="fit", exclusive=True, exit_on_error=False)
    async def action_fit(self) -> None:
        """Let everything follow from the table and its target; undo takes it back."""
        from engine.doctor.fitting import fitted_to

        draft = self.host.draft
        call = str(draft.raw.get("data", ""))
        try:
            found = await asyncio.to_thread(fitted_to, call)
        except PerceptuiError as error:
            self.complain(error)
            return
        before = draft.experiment
        draft.begin(found.experiment.title, found.experiment)
        changed = changes(before, found.experiment) if before is not None else []
        lines = [f"{one.place}: {one.after}" for one in changed] or [tr("nothing to change")]
        self.tell("\n".join(["Fitted to the data; z takes it back.", *lines]))
        self.post_message(DraftChanged())

    def action_edit_text(self) -> None:
        """Open the experiment in the person's editor, and read what is left of it."""
        from tui.terminal.outside import edited

        draft = self.host.draft
        before = self._rejected or draft.text()
        self._rejected = ""
        try:
            after = edited(before, "experiment.toml", self.host.run_outside)
        except PerceptuiError as error:
            self.complain(error)
            return
        try:
            draft.take_text(after)
        except PerceptuiError as error:
            self._rejected = after
            self.complain(f"{error}. e opens your text again")
            return
        self.post_message(DraftChanged())

    def on_paste(self, event: Paste) -> None:
        """Take a program, layers, or what somebody shared, in the place of what is there."""
        from tui.editing.pasted import take_pasted

        event.stop()
        if not event.text.strip():
            return
        draft = self.host.draft
        try:
            what = take_pasted(draft, event.text)
        except PerceptuiError as error:
            self.complain(error)
            return
        self.tell(". ".join(filter(None, (f"Pasted: {what}; z takes it back", draft.remark))))
        self.post_message(DraftChanged())

    @work(group="save", exit_on_error=False)
    async def action_save(self) -> None:
        """Save the experiment as a preset of one's own."""
        from tui.screens.keeping import draft_saved

        if await draft_saved(self):
            self.show_draft()

    def action_share(self) -> None:
        """Copy the experiment as one command line, over SSH too."""
        if self._valid() is not None:
            self.app.copy_to_clipboard(self.host.draft.command_line())
            self.tell("Copied as one command, if the terminal allows it (OSC 52)")

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Only what can be repaired or undone offers its key."""
        if action == "undo":
            return self.host.draft.can_undo() or None
        if action == "redo":
            return self.host.draft.can_redo() or None
        if action == "repair" and self._is_built:
            note = self.query_one(DoctorNote)
            return bool(note.ways) or note.repairable is not None
        return super().check_action(action, parameters)

    def why_not(self, action: str) -> str:
        """Why a key can't be used now."""
        return WHY_NOT.get(action) or super().why_not(action)
