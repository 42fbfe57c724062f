"""What a person pastes onto the workbench: a program, layers, a shared line or a file's text."""

from __future__ import annotations

from collections.abc import Sequence

from engine.errors import UsageError
from engine.spec.catalogue import named
from engine.spec.grammar import GrammarError, parse_call
from engine.spec.torch_code import Code, is_code, layer_list, read_code
from tui.editing import share
from tui.editing.draft import Draft


def take_pasted(draft: Draft, text: str) -> str:
    """Put what was pasted into the draft, as one edit; returns what it was.

    Raises UsageError for a text that says nothing of an experiment.
    """
    if share.is_command(text):
        draft.take_raw(share.raw_of_line(text))
        return "the experiment"
    try:
        code = _code(text)
    except GrammarError as error:
        raise UsageError(f"What was pasted can't be read: {error}") from error
    if code is not None:
        draft.take_code(code)
        return _named(code)
    if "=" not in text:
        raise UsageError(
            "What was pasted is no experiment: paste layers, PyTorch code, a line that y copied, "
            "or the text of a file"
        )
    draft.take_text(text)
    return "the experiment"


def _code(text: str) -> Code | None:
    """What a program or a list of calls builds; None for what is neither."""
    if is_code(text):
        code = read_code(text)
        if code == Code():
            raise GrammarError("it builds no layer, loss or optimizer")
        return code
    pieces = layer_list(text)
    families = [_family(piece) for piece in pieces]
    if not pieces or None in families:
        return None
    if families == ["loss"]:
        return Code(loss=pieces[0])
    if families == ["optimizer"]:
        return Code(optimizer=pieces[0])
    if families == ["schedule"]:
        return Code(schedule=pieces[0])
    return Code(layers=tuple(pieces)) if set(families) == {"layer"} else None


def _family(piece: str) -> str | None:
    try:
        found = named(parse_call(piece).name)
    except GrammarError:
        return None
    return found[0].family if found else None


def _named(code: Code) -> str:
    count = len(code.layers)
    parts: Sequence[str] = [
        *(["1 layer" if count == 1 else f"{count:,} layers"] if count else []),
        *(["a loss"] if code.loss else []),
        *(["an optimizer"] if code.optimizer else []),
        *(["a schedule"] if code.schedule else []),
    ]
    return ", ".join(parts)
