"""What the doctor finds: in the experiment as it is edited, and in the training under way."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer, Static

from tui.editing.topics import Topic, of_findings
from tui.language import tr
from tui.messages import DraftChanged
from tui.renderables.findings import live_finding
from tui.screens.host import AppScreen
from tui.widgets.finding_list import FindingList


class DoctorScreen(AppScreen):
    """Every finding with its severity, its place, what happens and why, and what would help."""

    DEFAULT_CSS = """
    DoctorScreen #title { height: 1; background: $panel; padding: 0 1; }
    """
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("escape", "back", "Back"),
        Binding("d", "back", "Back", show=False),
    ]

    def compose(self) -> ComposeResult:
        yield Static(tr("What the doctor finds"), id="title", markup=False)
        yield FindingList()
        yield Footer(show_command_palette=False)

    def topics(self) -> list[Topic]:
        """Every finding, the one under the cursor first."""
        found = of_findings(self.host.draft, self.shown.findings)
        place = self.query_one(FindingList).cursor
        return [*found[place:], *found[:place]]

    def on_mount(self) -> None:
        self._show()
        self.query_one(FindingList).focus()

    def on_finding_list_chosen(self, message: FindingList.Chosen) -> None:
        """Repair a finding of the edited experiment; undo takes it back."""
        finding, draft = message.finding, self.host.draft
        if finding.repaired is None:
            told = finding.repair or tr("a person must decide what helps")
            self.tell(f"No key repairs that: {told}")
            return
        draft.replace_all(finding.repaired)
        self.tell(f"Repaired: {finding.repair}. On the workbench z takes it back")
        self._show()
        self.app.screen_stack[-2].post_message(DraftChanged())

    def _show(self) -> None:
        live, edited = self.shown.findings, self.host.draft
        epoch = max((finding.epoch for finding in live), default=0)
        seen = tr(f", last seen in epoch {epoch:,}") if live else ""
        found = [live_finding(one) for one in live]
        now = edited.remedied(found, self.shown.experiment)
        self.query_one(FindingList).show(
            [
                (tr("The experiment as it is edited"), edited.findings() or edited.mistakes()),
                (tr(f"The training under way{seen}"), now),
            ]
        )
