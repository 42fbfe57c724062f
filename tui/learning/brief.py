"""A lesson's step in a few rows, where something else has the room."""

from __future__ import annotations

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.learning.page import KEY, happened, hinted, keys_shown
from tui.learning.told import Told
from tui.renderables.look import Look
from tui.renderables.markdown import markdown
from tui.renderables.palette import ATTENTION
from tui.renderables.sanitize import crop, plain

BACK = "esc leads back to the lesson"


def line_rows(play: Told, width: int, look: Look) -> list[Text]:
    """The step in two rows, where another pane has the room: what to do, and what came of it."""
    if width <= 0:
        return []
    said = happened(play, 10 * width, look)[:1]
    if not said and play.hints:
        said = hinted(play, 10 * width, look)[len(play.hints) - 1 :]
    told = said[0] if said else Text(tr("8 shows what to do"), Style(dim=True))
    goes_on = tr("G goes on") if play.is_done and play.step is not None else ""
    return [_heading(play, width, look, f"{KEY} ", goes_on), crop(told, width, look.ascii)]


def note_rows(play: Told, width: int, most: int, look: Look) -> list[Text]:
    """The step on a screen of its own, in so many rows: what is to be done there, or what came.

    What is to be done stands at the end of a step's text.
    """
    step = play.step
    if width <= 0 or step is None or most <= 0:
        return []
    said = happened(play, width, look)
    if play.is_done:
        said = [*said[: most - 2], Text(tr(BACK), Style(dim=True))]
    elif not said:
        said = _task(play, width, most - 1, look)
    return [_heading(play, width, look), *said][:most]


def _task(play: Told, width: int, most: int, look: Look) -> list[Text]:
    """The last paragraphs of a step's text for which there is room, and its question."""
    step = play.step
    assert step is not None, "the end asks for nothing"
    rows: list[Text] = []
    question = [f"**{step.question}**"] if step.question else []
    for paragraph in reversed([*step.text.strip().split("\n\n"), *question]):
        above = markdown(paragraph, width, look)
        if rows and len(above) + len(rows) > most:
            break
        rows = [*above, *rows]
    return (
        rows
        if len(rows) <= most
        else [*rows[: most - 1], crop(_rest(rows[most - 1 :]), width, look.ascii)]
    )


def _rest(rows: list[Text]) -> Text:
    """What has no room below another, in one row."""
    return Text(" ").join(rows)


def _heading(play: Told, width: int, look: Look, key: str = "", goes_on: str = "") -> Text:
    """Which step it is, and the keys that it needs, or the one that leads on."""
    if play.step is None:
        title, keys = tr("the end"), ""
    else:
        title, keys = tr(play.step.title), goes_on or "  ".join(play.step.needs)
    number = f"{key}{play.index + 1}/{len(play.lesson.steps)} "
    row = Text(number, look.paint(ATTENTION)).append(plain(title, look.ascii), Style(bold=True))
    if keys:
        row.append(f"  {keys_shown(keys, look)}", look.paint(ATTENTION))
    return crop(row, width, look.ascii)
