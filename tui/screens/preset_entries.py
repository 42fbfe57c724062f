"""The entries of the first screen's list: where to start, presets by group, then runs."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widgets.option_list import Option

from engine.lessons.heads import Head
from engine.spec.presets import FIRST, Listing
from tui.language import tr
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.screens.about import About

if TYPE_CHECKING:  # this screen is there before the engine is loaded
    from engine.runs.known_runs import ListedRun

LEARN = "Learn by doing"
COURSE = "course"
"""The key of the entry that leads to all lessons."""
START = "Where to start"
RUNS = "Recent runs"
REPAIRED = "-repaired"
"""What the name ends with of a preset that is folded under the one it repairs."""
NAME_WIDTH = 13


class Course:
    """All lessons."""


@dataclass(frozen=True)
class Heading:
    """What stands above a group."""

    text: str


@dataclass(frozen=True)
class Entry:
    """A line that can be chosen."""

    key: str
    """What tells an entry from the others, also after the list was read again."""
    name: str
    aside: str
    """What stands beside the name."""
    target: Listing | ListedRun | Head | Course | None
    """What is opened; None: a table of one's own, which is asked for."""
    sibling: str = ""
    """The key of the repaired sibling that is folded under it."""
    parent: str = ""
    """The key of the entry that it is folded under."""
    is_open: bool = False
    """Whether its sibling is seen."""


Row = Heading | Entry


def rows(
    presets: Sequence[Listing],
    runs: Sequence[ListedRun],
    words: Sequence[str],
    opened: Collection[str],
    lessons: Sequence[Head] = (),
) -> list[Row]:
    """The lines of the list.

    lessons: those to begin with, for who has never trained.
    words: in small letters; with some, only what has all of them, the best match first.
    opened: the keys of the presets whose siblings are seen.
    """
    if words:
        return list(_found(presets, runs, words))
    found: list[Row] = []
    if lessons:
        found += [Heading(LEARN), *map(_lesson_entry, lessons)]
        found += [Entry(COURSE, tr("All lessons…"), "", Course())]
    found += [Heading(START), *_starts(presets, runs, is_new=bool(lessons))]
    named = {one.name: one for one in presets}
    group = None
    for listing in presets:
        if listing.name.removesuffix(REPAIRED) in named and listing.name.endswith(REPAIRED):
            continue
        if listing.group != group:
            group = listing.group
            found.append(Heading(group))
        found += _family(listing, named.get(f"{listing.name}{REPAIRED}"), opened)
    over = [one for one in runs if not one.state.is_live]
    if over:
        found += [Heading(RUNS), *map(_run_entry, over)]
    return found


def options(found: Sequence[Row], look: Look) -> Iterator[Option]:
    """A line for each entry and heading."""
    for row in found:
        if isinstance(row, Heading):
            yield Option(Text(plain(tr(row.text), look.ascii), Style(bold=True)), disabled=True)
            continue
        name = f"{_sign(row, look)} {tr(row.name)}"
        line = Text(plain(name, look.ascii), no_wrap=True, overflow="ellipsis")
        if row.aside:
            line.append(" " * max(2, NAME_WIDTH + 3 - line.cell_len))
            line.append(plain(tr(row.aside), look.ascii), Style(dim=True))
        yield Option(line)


def first_look(entry: Entry) -> About:
    """What is known of an entry from the list alone."""
    target = entry.target
    if target is None:
        return About(
            entry.name,
            tr("Your own table"),
            tr(
                "A CSV, Parquet or Feather file, or a folder with a subfolder of pictures for each "
                "class. You will see what is in it, say which column to predict, and get a network "
                "that fits it."
            ),
            note=tr("enter asks for the file. From the shell: perceptui FILE"),
        )
    if isinstance(target, Course):
        return About(
            entry.name,
            tr("Learn by doing"),
            tr(
                "A course in lessons of five minutes: you train, break and repair networks with "
                "your own hands, and each step checks what really happened."
            ),
            hint=tr("enter lists the lessons; L does it from everywhere."),
        )
    if isinstance(target, Head):
        hint = tr("enter plays it on the real bench. L lists all lessons, from everywhere.")
        return About(target.name, target.title, target.teaches, hint=hint)
    if isinstance(target, Listing):
        hint = ""
        if entry.key == START:
            hint = tr("enter opens it, space trains it: a few seconds later it is learned.")
        elif entry.sibling:
            name = f"{target.name}{REPAIRED}"
            way = ("←", tr("folds it away")) if entry.is_open else ("→", tr("shows it"))
            hint = tr(f"{name} is this network as the doctor repairs it: {' '.join(way)}.")
        return About(target.name, target.title, target.summary, target.teaches, hint=hint)
    what = tr("enter watches it") if target.state.live_here else tr("enter opens it")
    epochs = tr(f"{target.outcome.epochs:,} epochs")
    told = tr(f"{target.state.told}, {epochs}; {what}. It lies in {target.run.name}.")
    return About(target.run.name, target.outcome.title, told)


def _lesson_entry(head: Head) -> Entry:
    return Entry(f"lesson {head.name}", head.title, "", head)


def _starts(
    presets: Iterable[Listing], runs: Sequence[ListedRun], *, is_new: bool
) -> Iterator[Entry]:
    """What a person may begin with: one example, what is theirs, and what they did last."""
    for listing in presets:
        if listing.name == FIRST:
            yield Entry(START, tr("Start here"), listing.title, listing)
    yield Entry(tr("own table"), tr("Your own table…"), "", None)
    live = [one for one in runs if one.state.is_live]
    for one in live or runs[:1]:
        entry = _run_entry(one)
        yield Entry(tr(f"go on {entry.key}"), tr(f"Go on with {entry.name}"), entry.aside, one)
    if not is_new:
        yield Entry(COURSE, tr("Lessons…"), "", Course())


def _family(listing: Listing, repaired: Listing | None, opened: Collection[str]) -> Iterator[Entry]:
    """A preset, and its repaired sibling where that is seen."""
    entry = _preset_entry(listing)
    if repaired is None:
        yield entry
        return
    below = _preset_entry(repaired)
    is_open = entry.key in opened
    yield Entry(entry.key, entry.name, entry.aside, listing, sibling=below.key, is_open=is_open)
    if is_open:
        yield Entry(below.key, f"  {repaired.name}", "", repaired, parent=entry.key)


def _preset_entry(listing: Listing) -> Entry:
    says_more = listing.title.lower().replace(" ", "-") != listing.name
    return Entry(str(listing.path), listing.name, listing.title if says_more else "", listing)


def _run_entry(one: ListedRun) -> Entry:
    from tui.past.run_names import age

    aside = ", ".join(part for part in (tr(one.state.text), age(one.run)) if part)
    return Entry(str(one.run.path), one.outcome.title, aside, one)


def _found(
    presets: Iterable[Listing], runs: Iterable[ListedRun], words: Sequence[str]
) -> Iterator[Entry]:
    """What has all the words, the best match first."""
    ranked = []
    for listing in presets:
        shown = (listing.title, listing.summary, listing.group)
        texts = (listing.name, *shown, *map(tr, shown))
        if all(word in " ".join(texts).lower() for word in words):
            ranked.append((_rank(listing.name.lower(), listing.title.lower(), words), listing))
    ranked.sort(key=lambda found: found[0])
    yield from (_preset_entry(listing) for _, listing in ranked)
    for run in runs:
        text = f"{run.run.name} {run.outcome.title} {run.state.text}".lower()
        if all(word in text for word in words):
            yield _run_entry(run)


def _rank(name: str, title: str, words: Sequence[str]) -> int:
    """How well a preset is meant by the words; 0: it is called so."""
    whole = "-".join(words)
    if whole in (name, title.replace(" ", "-")):
        return 0
    if name.startswith(whole):
        return 1
    if all(word in name for word in words):
        return 2
    return 3 if all(word in title for word in words) else 4


def _sign(entry: Entry, look: Look) -> str:
    """Before the name: that it is trained now, or that something is folded under it."""
    if entry.sibling:
        return look.pick("▾", "-") if entry.is_open else look.pick("▸", "+")
    target = entry.target
    if target is None or isinstance(target, Listing | Head | Course):
        return " "
    return look.pick("▶", ">") if target.state.is_live else " "
