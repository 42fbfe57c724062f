"""The course: every lesson with how far one is in it, and what it teaches."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from rich.style import Style
from rich.text import Text
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Vertical
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from engine.lessons.library import Listing, listings
from engine.lessons.progress import Standing, standings
from tui.language import SOURCE, spoken, tr
from tui.messages import LessonChosen
from tui.renderables.look import Look
from tui.renderables.palette import ATTENTION, GOOD
from tui.renderables.sanitize import fit, plain
from tui.screens.host import AppScreen
from tui.widgets.keys import Keys
from tui.widgets.option_rows import OptionRows

FOOTER = ("select", "begin_anew", "back")


class LessonList(OptionRows):
    """The list, in which enter plays."""

    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("enter", "select", "Play", key_display="enter"),
    ]


class LessonsScreen(AppScreen):
    """Lessons in the order of the course; a person's own come after."""

    notes_step = False

    DEFAULT_CSS = """
    LessonsScreen #title { height: 1; background: $panel; padding: 0 1; }
    LessonsScreen LessonList {
        height: 1fr; border: none; padding: 0; background: $background;
        scrollbar-size-vertical: 1; text-wrap: nowrap; text-overflow: ellipsis;
    }
    LessonsScreen LessonList > .option-list--option { padding: 0 1; }
    LessonsScreen LessonList:focus { border: none; background-tint: $foreground 0%; }
    LessonsScreen #teaches { height: 3; padding: 0 1; color: $text-muted; }
    LessonsScreen.-low #teaches { display: none; }
    """
    VERTICAL_BREAKPOINTS = [(0, "-low"), (10, "-high")]  # noqa: RUF012  # Textual's own
    BINDINGS = [  # noqa: RUF012  # Textual declares it so
        Binding("O", "begin_anew", "Start over"),
        Binding("escape", "back", "Back"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self._lessons: list[Listing] = []

    def compose(self) -> ComposeResult:
        yield Static(id="title", markup=False)
        with Vertical():
            yield LessonList()
            yield Static(id="teaches", markup=False)
        yield Keys(FOOTER)

    def on_mount(self) -> None:
        self._fill()
        self.query_one(LessonList).focus()

    def on_screen_resume(self) -> None:
        """Steps were done meanwhile."""
        self._fill()

    def _fill(self) -> None:
        look = self.host.look
        found, errors = listings("" if spoken() == SOURCE else spoken())
        for error in errors:
            self.complain(error)
        known = standings()
        self._lessons = found
        done = sum(len(known.get(one.name, Standing()).done) for one in found)
        total = sum(one.num_steps for one in found)
        title = tr(f"Learn by doing: {done} of {total} steps done. enter plays a lesson")
        self.query_one("#title", Static).update(Text(plain(title, look.ascii)))
        entries = self.query_one(LessonList)
        at = entries.highlighted
        entries.clear_options()
        widest = max((len(one.name) for one in found), default=0)
        for number, one in enumerate(found, start=1):
            entries.add_option(Option(_line(number, one, known.get(one.name), widest, look)))
        if found:
            entries.highlighted = at if at is not None else self._first(known)

    def _first(self, known: Mapping[str, Standing]) -> int:
        """Where the cursor begins: on the lesson that is open, or the first that is not done."""
        play = self.host.learning.play
        names = [one.name for one in self._lessons]
        if play is not None and play.lesson.name in names:
            return names.index(play.lesson.name)
        left = (name for name in names if not known.get(name, Standing()).is_finished)
        return names.index(next(left, names[0]))

    def on_option_list_option_highlighted(self, event: OptionList.OptionHighlighted) -> None:
        if (one := self._chosen) is not None:
            text = Text(plain(one.teaches, self.host.look.ascii))
            self.query_one("#teaches", Static).update(text)

    def on_option_list_option_selected(self, event: OptionList.OptionSelected) -> None:
        if (one := self._chosen) is not None:
            self.app.post_message(LessonChosen(one.name))

    def action_begin_anew(self) -> None:
        """Play the lesson under the cursor from its first step."""
        from engine.errors import UsageError
        from engine.lessons.progress import forget

        one = self._chosen
        if one is None:
            return
        try:
            forget(one.name)
        except UsageError as error:
            self.complain(error)
            return
        self.app.post_message(LessonChosen(one.name))

    @property
    def _chosen(self) -> Listing | None:
        at = self.query_one(LessonList).highlighted
        return self._lessons[at] if at is not None and at < len(self._lessons) else None


_CELLS = 12


def _line(number: int, one: Listing, standing: Standing | None, widest: int, look: Look) -> Text:
    """A lesson: how far one is, its number, its title."""
    known = standing.done if standing is not None else ()
    done = len(known)
    is_over = done >= one.num_steps > 0
    sign = look.pick("✓", "+") if is_over else look.pick("▸", ">") if done else " "
    line = Text(no_wrap=True, overflow="ellipsis" if not look.ascii else "crop")
    line.append(f"{sign} ", look.paint(GOOD if is_over else ATTENTION))
    line.append(f"{number:>2}  ", Style(dim=True))
    line.append(fit(f"{one.name:<{widest}}", widest, look.ascii))
    line.append("  ").append(_bar(known, one.num_steps, look))
    line.append(f" {done:>2}/{one.num_steps:<2}  ", Style(dim=True))
    return line.append(plain(one.title, look.ascii))


def _bar(done: Collection[int], total: int, look: Look) -> Text:
    """A cell for each step, full where it is done; of more steps than cells, their share."""
    full, empty = look.pick("■", "#"), look.pick("□", ".")
    cells = min(total, _CELLS)
    if total > cells:
        done = range(round(cells * len(done) / total))
    bar = Text()
    for at in range(cells):
        is_done = at in done
        bar.append(full if is_done else empty, look.paint(GOOD) if is_done else Style(dim=True))
    return bar.append(" " * (_CELLS - cells))
