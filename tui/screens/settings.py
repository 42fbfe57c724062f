"""What is kept for every session; a change applies at once."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple, get_args

from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.widgets import Footer, OptionList, Static
from textual.widgets.option_list import Option

from engine.errors import UsageError
from tui.language import tr
from tui.language.choice import Choice as Spoken
from tui.renderables.palette import Palette
from tui.renderables.sample import sample_rows
from tui.renderables.sanitize import fit, padded
from tui.screens.host import AppScreen
from tui.settings import Glyphs, Pace, Rate
from tui.widgets.option_rows import OptionRows
from tui.widgets.rows import RowsView


class Choice(NamedTuple):
    """One setting: its field, what it is, what can be chosen."""

    field: str
    label: str
    values: tuple[str, ...]
    help: str


NOTICES = (
    "Who is told when a training ends, diverges, stalls or its trainer dies: a terminal, a "
    "command, addresses of messages. Kept beside the settings, for your eyes alone."
)


class SettingsList(OptionRows):
    """The settings, in which enter and the arrows change one."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter,right", "screen.turn(1)", "Next choice"),
        Binding("left", "screen.turn(-1)", "Previous choice"),
    ]


class Sample(RowsView):
    """What is drawn with the settings as they are."""

    def make_rows(self, width: int, height: int) -> list[Text]:
        return sample_rows(width, height, self.look)


class SettingsScreen(AppScreen):
    """Theme, glyphs, palette and the like, who is told of trainings, and what it looks like."""

    DEFAULT_CSS = """
    SettingsScreen #title { height: 1; background: $panel; padding: 0 1; }
    SettingsScreen SettingsList {
        height: auto; max-height: 1fr; border: none; padding: 0 1; background: $background;
        scrollbar-size-vertical: 1;
    }
    SettingsScreen SettingsList:focus { border: none; background-tint: $foreground 0%; }
    SettingsScreen SettingsList > .option-list--option { padding: 0; }
    SettingsScreen #about { padding: 1; height: auto; color: $text-muted; }
    SettingsScreen Sample { height: 1fr; margin: 0 1; }
    """
    BINDINGS = [Binding("escape", "back", "Back")]  # noqa: RUF012  # Textual declares it so

    def compose(self) -> ComposeResult:
        yield Static(tr("Settings"), id="title", markup=False)
        yield SettingsList()
        yield Static(id="about", markup=False)
        yield Sample()
        yield Footer(show_command_palette=False)

    def on_mount(self) -> None:
        themes = tuple(sorted(self.app.available_themes))
        self._choices = (
            Choice(
                "theme",
                "Theme",
                themes,
                "Colors of the whole app; ansi-dark and ansi-light are the terminal's own.",
            ),
            Choice(
                "glyphs",
                "Glyphs",
                get_args(Glyphs),
                "auto: what the terminal's encoding allows; ascii: only plain characters; console: "
                "what a Linux console's font has, without Braille; unicode: all of them, whatever "
                "the terminal says.",
            ),
            Choice(
                "palette",
                "Palette",
                get_args(Palette),
                "Colors of classes and curves. okabe-ito: told apart by color-blind eyes; "
                "high-contrast: told apart by lightness alone.",
            ),
            Choice(
                "rate",
                "Rate",
                get_args(Rate),
                "slow: draw once a second while training, for thin connections.",
            ),
            Choice(
                "pace",
                "Pace",
                get_args(Pace),
                "Steps a second while you watch; < and > change it. auto: a preset's first run "
                "takes about five seconds, so that it is seen; others go as fast as they can.",
            ),
            Choice(
                "language",
                "Language",
                get_args(Spoken),
                "auto: what the environment says (LANGUAGE, LC_ALL, LC_MESSAGES, LANG). Where only "
                "ASCII can be shown it is English.",
            ),
        )
        self._fill()
        entries = self.query_one(SettingsList)
        entries.highlighted = 0
        entries.focus()

    def reword(self) -> None:
        self.query_one("#title", Static).update(tr("Settings"))
        self._describe(self.query_one(SettingsList).highlighted or 0)
        self.query_one(Footer).refresh(recompose=True)

    def _describe(self, place: int) -> None:
        is_choice = place < len(self._choices)
        self.query_one("#about", Static).update(
            tr(self._choices[place].help if is_choice else NOTICES)
        )

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        self._describe(event.option_index)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        self.action_turn(1)  # by the mouse

    def action_turn(self, step: int) -> None:
        """Take the next or the previous choice of the setting under the cursor, and keep it."""
        place = self.query_one(SettingsList).highlighted
        if place is None:
            return
        if place == len(self._choices):
            self._ask_who_is_told()
            return
        choice = self._choices[place]
        now = getattr(self.host.settings, choice.field)
        index = choice.values.index(now) if now in choice.values else -step
        chosen = choice.values[(index + step) % len(choice.values)]
        change = {choice.field: chosen}
        self.host.settings = replace(
            self.host.settings,
            **change,  # type: ignore[arg-type]  # one of the field's choices
        )
        self.host.apply_settings()
        try:
            self.host.settings.save()
        except UsageError as error:
            self.complain(error)
        self._fill()

    def _ask_who_is_told(self) -> None:
        from engine.notices.choice import Choice as Notices
        from tui.screens.notify_form import NotifyForm

        try:
            kept = Notices.load()
        except UsageError as error:
            self.complain(error)
            return
        self.app.push_screen(NotifyForm(kept), lambda _: self._fill())

    def _who_is_told(self) -> str:
        from engine.notices.choice import Choice as Notices
        from tui.screens.notify_form import told

        try:
            return told(Notices.load())
        except UsageError:  # which enter tells
            return "?"

    def _fill(self) -> None:
        entries, look = self.query_one(SettingsList), self.host.look
        place = entries.highlighted
        entries.clear_options()
        for choice in self._choices:
            value = fit(getattr(self.host.settings, choice.field), 40, look.ascii)
            arrows = look.pick("◂ ▸", "< >").split()
            entries.add_option(
                Option(
                    Text(
                        f"{padded(tr(choice.label), 9)}{arrows[0]} {value} {arrows[1]}",
                        no_wrap=True,
                    )
                )
            )
        told = fit(self._who_is_told(), 40, look.ascii)
        opens = look.pick("▸", ">")
        label = padded(tr("Notices"), 9)
        entries.add_option(Option(Text(f"{label}  {told} {opens}", no_wrap=True)))
        entries.highlighted = place
