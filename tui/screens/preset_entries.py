"""The entries of the first screen's list: presets by group, then runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.style import Style
from rich.text import Text
from textual.widgets.option_list import Option

from engine.spec.presets import Listing
from tui.renderables.look import Look
from tui.renderables.sanitize import plain
from tui.screens.about import About

if TYPE_CHECKING:  # this screen is there before the engine is loaded
    from engine.runs.known_runs import ListedRun

    Entry = Listing | ListedRun

RUNS = "Recent runs"


def matching(
    presets: Iterable[Listing], runs: Iterable[ListedRun], words: Sequence[str]
) -> list[Entry | None]:
    """What has all the words, which are in small letters, with a heading (None) per group."""
    return list(_grouped(_matching(presets, runs, words)))


def options(entries: Sequence[Entry | None], look: Look) -> Iterator[Option]:
    """A line for each entry and heading."""
    for place, entry in enumerate(entries):
        if entry is None:
            following = entries[place + 1]
            assert following is not None, "a heading has entries"
            group = Text(plain(_group(following), look.ascii), Style(bold=True))
            yield Option(group, disabled=True)
        elif isinstance(entry, Listing):
            yield _line(f"  {entry.name}", look)
        else:
            sign = look.pick("▶", ">") if entry.state.is_live else " "
            yield _line(f"{sign} {entry.run.name.split('-', 2)[-1]} {entry.state.text}", look)


def key_of(entry: Entry) -> str:
    """What tells an entry from the others, also after the list was read again."""
    return str(entry.path if isinstance(entry, Listing) else entry.run.path)


def first_look(entry: Entry) -> About:
    """What is known of an entry from the list alone."""
    if isinstance(entry, Listing):
        return About(entry.name, entry.title, entry.summary, entry.teaches)
    epochs = f"{entry.outcome.epochs:,} epochs"
    what = "enter watches it" if entry.state.live_here else "enter opens its experiment"
    return About(entry.run.name, entry.run.name, f"{entry.state.told}, {epochs}; {what}.")


def _matching(
    presets: Iterable[Listing], runs: Iterable[ListedRun], words: Sequence[str]
) -> Iterator[tuple[str, Entry]]:
    for preset in presets:
        text = " ".join((preset.name, preset.title, preset.summary, preset.group)).lower()
        if all(word in text for word in words):
            yield preset.group, preset
    for run in runs:
        if all(word in f"{run.run.name} {run.state.text}".lower() for word in words):
            yield RUNS, run


def _grouped(entries: Iterable[tuple[str, Entry]]) -> Iterator[Entry | None]:
    last = None
    for group, entry in entries:
        if group != last:
            yield None
            last = group
        yield entry


def _group(entry: Entry) -> str:
    return entry.group if isinstance(entry, Listing) else RUNS


def _line(text: str, look: Look) -> Option:
    return Option(Text(plain(text, look.ascii), no_wrap=True, overflow="ellipsis"))
