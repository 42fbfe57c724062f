"""Keeps what a person edited: saved as an own preset, or asked for before it is left."""

from __future__ import annotations

from typing import Literal

from textual.dom import DOMNode

from engine.errors import PerceptuiError
from tui.editing import own_presets
from tui.language import tr
from tui.renderables.sanitize import plain
from tui.screens.choice import Answer, ChoiceScreen
from tui.screens.host import host
from tui.screens.save import SaveScreen

Keeping = Literal["save", "drop"]


class UnsavedScreen(ChoiceScreen[Keeping | None]):
    """Returns what becomes of the edits to an experiment; None: they are worked on further.

    dropped: what the answer that drops them says.
    """

    def __init__(self, name: str, dropped: str) -> None:
        answers: list[Answer[Keeping | None]] = [
            Answer("s", "Save it as a preset of your own", "save"),
            Answer("d", dropped, "drop"),
            Answer("esc", "Stay here", None),
        ]
        what = name or tr("the experiment")
        super().__init__(tr(f"You changed {what}, and neither saved nor trained it so."), answers)


async def edits_settled(node: DOMNode, dropped: str) -> bool:
    """Ask what becomes of edits that would be lost, if there are any; False: go on editing.

    Only in a Textual worker, as whatever waits for an answer.
    """
    if not _is_unsaved(node):
        return True
    screen = UnsavedScreen(host(node).draft.name, dropped)
    answer = await node.app.push_screen_wait(screen)
    return answer == "drop" or (answer == "save" and await draft_saved(node))


async def draft_saved(node: DOMNode) -> bool:
    """Ask for a name and save the edited experiment under it; whether that was done."""
    draft, ascii_only = host(node).draft, host(node).look.ascii
    if draft.experiment is None:
        problem = str(draft.problems[0])
        node.app.notify(plain(problem, ascii_only), severity="error", markup=False)
        return False
    screen = SaveScreen(
        own_presets.suggested(draft.name),
        title=tr("Save as (the experiment; X exports the weights)"),
        problem=own_presets.problem,
        replaced=own_presets.replaced,
    )
    name = await node.app.push_screen_wait(screen)
    if name is None:
        return False
    try:
        path = draft.save_as(name)
    except (OSError, PerceptuiError) as error:
        node.app.notify(plain(str(error), ascii_only), severity="error", markup=False)
        return False
    host(node).learning.did("saved", name)
    node.app.notify(plain(f"Saved {path}: it stands under Mine", ascii_only), markup=False)
    return True


def _is_unsaved(node: DOMNode) -> bool:
    """Whether the edits are nowhere else: not in a preset, and not in the run that is shown."""
    draft, snapshot = host(node).draft, host(node).controller.snapshot
    if not draft.is_edited or host(node).learning.play is not None:
        return False  # what a lesson has on its bench is nobody's work
    if snapshot.run is None or snapshot.experiment is None or draft.experiment is None:
        return True
    return snapshot.experiment.without_prose() != draft.experiment.without_prose()
