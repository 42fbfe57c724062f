"""What a lesson shows of its step: text, question, hints, what is said of what was done."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import zip_longest
from typing import NamedTuple

from rich.style import Style
from rich.text import Text

from tui.language import tr
from tui.learning.told import Told
from tui.renderables.look import Look
from tui.renderables.markdown import markdown
from tui.renderables.palette import ATTENTION, GOOD, Hue
from tui.renderables.sanitize import fit

APART = 100
"""Columns from which on the text stands beside what was said and done."""
_GAP = 3
KEY = "8"
"""What leads to the lesson's pane."""

_MOST_MARKS = 20
"""Steps of a lesson whose border shows which of them are done."""


def heading(play: Told, look: Look) -> str:
    """The lesson and the step, for the border, and which steps are done."""
    count = len(play.lesson.steps)
    if play.step is None:
        told = tr(f"{play.lesson.title}: the end")
    else:
        told = tr(f"{play.lesson.title}: step {play.index + 1} of {count}")
    return f"{told}  {_marks(play, look)}" if count <= _MOST_MARKS else told


def _marks(play: Told, look: Look) -> str:
    """A sign for each step: whether it is done, and in which one is."""
    done, here, to_do = look.pick("✓", "+"), look.pick("▸", ">"), look.pick("·", ".")
    known = play.standing.done
    steps = range(len(play.lesson.steps))
    return "".join(done if at in known else here if at == play.index else to_do for at in steps)


def keys_of(play: Told, *, focused: bool) -> Sequence[tuple[str, str]]:
    """The keys for the border; focused: enter and the arrows are the pane's."""
    goes_on = (
        tr("next lesson")
        if play.step is None
        else tr("to the end")
        if play.is_last
        else tr("next step")
    )
    keys = [] if focused else [(KEY, tr("to the lesson"))]
    if play.step is None or play.is_done:
        keys += [("enter" if focused else "G", goes_on)]
    elif focused and play.choices:
        keys += [("enter", tr("answer"))]
    elif play.index in play.standing.done:
        keys += [("G", goes_on)]
    else:
        keys += [("G", tr("skip"))]
    if focused:
        keys += [("← →", tr("steps"))]
    if play.step is not None:
        keys += [("H", tr("hint")), ("A", tr("show")), ("O", tr("anew"))]
    return [*keys, ("L", tr("all"))]


class Page(NamedTuple):
    """What a lesson shows of its step."""

    rows: list[Text]
    end: int
    """Behind the last row of what came of what was done."""


def page(play: Told, width: int, look: Look, *, focused: bool = True) -> Page:
    """Every row: the text, and below it or beside it the rest; focused: enter is the pane's."""
    if width <= 0:
        return Page([], 0)
    right = (width - _GAP) * 2 // 5
    apart = width >= APART
    beside_width = right if apart else width
    beside = _joined(
        _asked(play, beside_width, look), came(play, beside_width, look, focused=focused)
    )
    if not apart or not beside:
        text = _text(play, width, look, focused=focused)
        rows = [_within(row, width) for row in _joined(text, beside)]
        return Page(rows, len(rows))
    left = width - _GAP - right
    rows = []
    text = _text(play, left, look, focused=focused)
    for one, other in zip_longest(text, beside, fillvalue=Text()):
        row = one.copy()
        row.append(" " * (left + _GAP - row.cell_len)).append_text(other)
        rows.append(_within(row, width))
    return Page(rows, len(beside))


def rows_needed(play: Told, width: int, look: Look, said: Sequence[str]) -> int:
    """Rows that the step has, and will have once the longest of what may be said of it is said.

    said: what that may be, as it is written: figures are about as long as what stands for them.
    """
    now = page(play, width, look)
    if play.step is None or width <= 0:
        return len(now.rows)
    apart = width >= APART
    right = (width - _GAP) * 2 // 5 if apart else width
    left = width - _GAP - right if apart else width
    text = len(_text(play, left, look, focused=True))
    longest = max((len(markdown(one, right, look, first="✓ ")) for one in said), default=1)
    asked = len(_asked(play, right, look))
    told = asked + bool(asked) + longest + 1  # how it goes on
    return max(len(now.rows), max(text, told) if apart else text + 1 + told)


def presented(play: Told, width: int, look: Look) -> Page:
    """The step for a projector, below its title: its text, its question, what came of it."""
    step = play.step
    if step is None or width <= 0:
        return Page([_within(row, width) for row in _end(play, width, look)], 0)
    answers = _asked(play, width, look)
    spaced = [row for one in answers for row in (one, Text())][:-1]
    said = play.told if play.is_done else ""
    sign = look.pick("✓ ", "+ ")
    told = _signed(markdown(said, width, look, first=sign), look, GOOD) if said else []
    rows = [_within(row, width) for row in _joined(markdown(step.text, width, look), spaced, told)]
    return Page(rows, len(rows))


def _within(row: Text, width: int) -> Text:
    """A row that is no wider: where there is hardly any room, signs take it all."""
    row.truncate(width, overflow="crop")
    return row


def _joined(*parts: list[Text]) -> list[Text]:
    rows: list[Text] = []
    for part in filter(None, parts):
        rows += [*([Text()] if rows else []), *part]
    return rows


def _text(play: Told, width: int, look: Look, *, focused: bool) -> list[Text]:
    step = play.step
    if step is None:
        return _end(play, width, look, focused=focused)
    title = Text(fit(step.title, width, look.ascii), Style(bold=True))
    rows = [title, *markdown(step.text, width, look)]
    if step.needs:
        keys = keys_shown("  ".join(step.needs), look)
        told = tr(f"keys: {keys}")
        rows += [Text(), Text(fit(told, width, look.ascii), Style(dim=True))]
    return rows


def _end(play: Told, width: int, look: Look, *, focused: bool = True) -> list[Text]:
    done, count = len(play.standing.done), len(play.lesson.steps)
    told = tr(f"That was **{play.lesson.title}**: {done} of {count} steps done.")
    ways = (
        tr(
            "`enter` leads to the next lesson, `L` to the list of all, `←` back to the steps. "
            "Everything on the bench stays: go on playing with it."
        )
        if focused
        else tr(
            "`G` leads to the next lesson, `L` to the list of all, `8` back to this pane. "
            "Everything on the bench stays: go on playing with it."
        )
    )
    return [*markdown(told, width, look), Text(), *markdown(ways, width, look)]


def _asked(play: Told, width: int, look: Look) -> list[Text]:
    """The question with its choices, the cursor on one, and a mark on what was answered."""
    step = play.step
    if step is None or not step.question:
        return []
    rows = markdown(f"**{step.question}**", width, look)
    letters = {choice: f"{letter} " for letter, choice in play.letters.items()}
    for number, (choice, text) in enumerate(step.choices.items()):
        at = not play.is_done and number == play.choice
        cursor = look.pick("›", ">") if at else " "
        mark = look.pick("●", "*") if choice == play.answer else look.pick("○", "o")
        lines = markdown(text, width, look, first=f"{cursor} {mark} {letters.get(choice, '')}")
        for line in lines if at else []:
            line.stylize(Style(bold=True))
        rows += lines
    return rows


def came(play: Told, width: int, look: Look, *, focused: bool = False) -> list[Text]:
    """The hints, what is shown, what is wrong, what is done, and how it goes on."""
    given, said = hinted(play, width, look), happened(play, width, look)
    if play.step is not None and play.is_done:
        goes_on = _goes_on(play, focused=focused)
        return [*_joined(given, said), Text(goes_on, look.paint(ATTENTION, bold=True))]
    return [*given, *said]


def hinted(play: Told, width: int, look: Look) -> list[Text]:
    """The hints, and what to do behind the last of them."""
    rows: list[Text] = []
    for number, hint in enumerate(play.hints, start=1):
        rows += markdown(hint, width, look, first=tr(f"Hint {number}: "))
    if play.step is not None and not play.is_done and len(play.hints) == len(play.step.hints) > 0:
        told = tr("The last hint: A shows how it is done")
        rows += [Text(fit(told, width, look.ascii), Style(dim=True))]
    return rows


def happened(play: Told, width: int, look: Look) -> list[Text]:
    """What is being shown, what is done or wrong, and what went wrong with the lesson itself."""
    rows: list[Text] = []
    if play.doing:
        told = tr(f"being shown: {play.doing}")
        rows += [Text(fit(told, width, look.ascii), look.paint(ATTENTION))]
    if play.elsewhere and play.step is not None:
        sign = look.pick("▲ ", "! ")
        told = tr(f"{play.elsewhere} is on the bench: `O` brings back what this step begins with.")
        rows += _signed(markdown(told, width, look, first=sign), look, ATTENTION)
    if play.step is not None and play.is_done:
        sign, told = look.pick("✓ ", "+ "), play.told or tr("Done.")
        rows += _signed(markdown(told, width, look, first=sign), look, GOOD)
    elif wrong := play.wrong:
        sign = look.pick("▲ ", "! ")
        rows += _signed(markdown(wrong, width, look, first=sign), look, ATTENTION)
    if play.problem:
        rows += [Text(fit(tr(play.problem), width, look.ascii), look.paint(ATTENTION))]
    return rows


def _goes_on(play: Told, *, focused: bool) -> str:
    if play.is_last:
        return tr("enter: to the end") if focused else tr("G: to the end")
    return tr("enter: the next step") if focused else tr("G: the next step")


def _signed(rows: list[Text], look: Look, hue: Hue) -> list[Text]:
    """Rows whose first begins with a sign, which has a color."""
    if rows:
        rows[0].stylize(look.paint(hue, bold=True), 0, 1)
    return rows


def keys_shown(keys: str, look: Look) -> str:
    """Keys as this terminal can show them."""
    if look.ascii:
        for sign, word in (("↑", "up"), ("↓", "down"), ("←", "left"), ("→", "right")):
            keys = keys.replace(sign, word)
    return keys
