"""What a form knows: from a call's text to one text per parameter, and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from glob import escape
from typing import Any, Literal, get_args, get_origin

from engine.errors import Problem
from engine.parts.component import Component, literal
from engine.parts.kinds import Pairs, Parameter, alternatives, convert, describe, is_text
from engine.paths import expanded
from engine.spec.call import Call
from engine.spec.catalogue import FAMILIES, family_of_list, make, make_list
from engine.spec.grammar import GrammarError, parse_call, parse_list, parse_value
from engine.spec.torch_code import layers_of

_MOST_BEGUN = 3
"""Names that are told of those that begin as a path does."""


@dataclass(frozen=True)
class Field:
    """One parameter as a form asks for it."""

    name: str
    kind: Any
    declaration: Parameter

    @property
    def choices(self) -> tuple[str, ...]:
        """The texts to choose from; empty where anything may be typed."""
        if self.kind is bool:
            return ("False", "True")
        if get_origin(self.kind) is Literal:
            return tuple(str(choice) for choice in get_args(self.kind))
        return ()

    @property
    def default(self) -> str:
        """The default as it is typed; empty where there is none."""
        return "" if self.declaration.required else typed(self.declaration.default)

    @property
    def is_text(self) -> bool:
        """Whether a text is asked for, of which only its meaning says something."""
        return is_text(self.kind)

    @property
    def accepted(self) -> str:
        """What is accepted, in words."""
        return describe(self.kind, self.declaration)

    @property
    def asked(self) -> str:
        """What it is, and what is accepted where that says more."""
        help = self.declaration.help
        return help if self.is_text else f"{help}: {self.accepted}"

    def missing(self, text: str) -> str:
        """What is wrong with a path that is typed; empty for one that is there, and for no path."""
        if not self.declaration.is_path or not text.strip():
            return ""
        path = expanded(text)
        try:
            if path.exists():
                return ""
            begun = sorted(p.name for p in path.parent.glob(f"{escape(path.name)}*"))
        except (OSError, ValueError):  # a name that no file can have
            begun = []
        also = f"; there is {', '.join(begun[:_MOST_BEGUN])}" if begun else ""
        return f"{self.name}: {text}: no such file or folder{also}"

    def value(self, text: str) -> Any:
        """The value of what was typed; empty means the default.

        Raises ValueError saying what is accepted.
        """
        text = text if self.kind is str else text.strip()
        if not text and not self.declaration.required:
            return self.declaration.default
        if family := family_of_list(self.kind):
            problems: list[Problem] = []
            calls = parse_list(text)
            make_list(family, calls, "", problems)
            if problems:
                raise ValueError(str(problems[0]))
            return calls
        return convert(meant(text, self.kind), self.kind, self.declaration)


def fields_of(declared: Mapping[str, tuple[Any, Parameter]]) -> list[Field]:
    """The form's fields for declared parameters."""
    return [Field(name, kind, declaration) for name, (kind, declaration) in declared.items()]


def typed(value: object) -> str:
    """A value as a person types it into a form: texts without quotes."""
    return value if isinstance(value, str) else literal(_tuples(value))


def meant(text: str, kind: Any) -> object:
    """The literal that a text stands for, seen what is asked for."""
    kinds = alternatives(kind)
    if kind is str or all(map(_is_choice_of_texts, kinds)):
        return text
    words = {"true": True, "false": False, "none": None}
    if text.lower() in words:
        return words[text.lower()]
    value = parse_value(text)
    if str in kinds and not isinstance(value, list | tuple | dict):
        return text
    is_list = any(get_origin(one) is tuple for one in kinds)
    named = any(text in get_args(one) for one in kinds if get_origin(one) is Literal)
    if isinstance(value, str) and is_list and not named:
        inside = text.strip("[]()")
        return [parse_value(piece.strip()) for piece in inside.split(",") if piece.strip()]
    only_lists = all(get_origin(one) is tuple for one in kinds if one is not type(None))
    return [value] if only_lists and isinstance(value, int | float) else value


def _is_choice_of_texts(kind: Any) -> bool:
    return get_origin(kind) is Literal and all(isinstance(one, str) for one in get_args(kind))


def _bracketed(text: str) -> str:
    """A list of calls with brackets around it, as a call has it."""
    return text if text.startswith("[") else f"[{text}]"


def _tuples(value: object) -> object:
    if isinstance(value, Pairs):
        return value
    return tuple(_tuples(item) for item in value) if isinstance(value, list | tuple) else value


@dataclass(frozen=True)
class ParsedCall:
    """A call's text, understood as far as it goes."""

    component: type[Component] | None = None
    """The class that is named, also where its arguments are wrong."""
    texts: dict[str, str] = field(default_factory=dict)
    """What is given, by parameter."""
    call: str = ""
    """The canonical call; empty while there are problems."""
    problems: tuple[str, ...] = ()


def read_call(family: str, text: str) -> ParsedCall:
    """Read what was typed as a call of a family (the key in FAMILIES).

    For layers it may be a program of PyTorch's, which is several.
    """
    try:
        several = layers_of(text) if family == "layers" else []
        if len(several) > 1:
            return _read_several(several)
        call = parse_call(text)
    except GrammarError as error:
        return ParsedCall(problems=(str(error),))
    component = FAMILIES[family].members().get(call.name)
    problems: list[Problem] = []
    made = make(FAMILIES[family], call, "", problems)
    names = list(component.parameters()) if component else []
    given = dict(zip(names, call.args, strict=False)) | call.kwargs
    texts = {name: typed(value) for name, value in given.items() if name in names}
    messages = tuple(str(problem).removeprefix(".") for problem in problems)
    written = repr(call) if call.sizes else str(made)
    return ParsedCall(component, texts, written if made else "", messages)


def _read_several(layers: list[str]) -> ParsedCall:
    """Layers one after the other, as the call that holds them; raises GrammarError."""
    problems: list[Problem] = []
    for index, one in enumerate(layers):
        make(FAMILIES["layers"], parse_call(one), f"layer {index + 1}", problems)
    call = f"Sequential({', '.join(layers)})"
    return ParsedCall(None, {}, "" if problems else call, tuple(map(str, problems)))


def read_texts(family: str, component: type[Component], texts: Mapping[str, str]) -> ParsedCall:
    """Read what was typed for each parameter; an empty text means the default."""
    values: dict[str, object] = {}
    wrong: list[str] = []
    for one in fields_of(component.parameters()):
        text = texts.get(one.name, "")
        if not text.strip():
            continue
        try:
            values[one.name] = one.value(text)
        except ValueError as error:
            wrong.append(f"{one.name}: {error}")
    problems: list[Problem] = []
    made = make(FAMILIES[family], Call(component.name, kwargs=values), "", problems)
    if made is None or wrong:
        missing = [str(p).removeprefix(".") for p in problems if not _is_told(str(p), texts)]
        return ParsedCall(component, dict(texts), "", (*wrong, *missing))
    return ParsedCall(component, dict(texts), str(made))


def _is_told(problem: str, texts: Mapping[str, str]) -> bool:
    """Whether a missing argument is one whose text is wrong, which is said already."""
    return any(f" needs {name}:" in problem for name, text in texts.items() if text.strip())


def written(component: type[Component], texts: Mapping[str, str]) -> str:
    """The call as it stands while some of its texts may still be wrong."""
    parts = []
    for name, (kind, declaration) in component.parameters().items():
        if text := texts.get(name, "").strip():
            listed = family_of_list(kind) is not None
            value = _bracketed(text) if listed else literal(_tuples(meant(text, kind)))
            parts.append(value if declaration.required else f"{name}={value}")
    return f"{component.name}({', '.join(parts)})"


def matching(family: str, text: str) -> Sequence[type[Component]]:
    """The components whose name has the text in it, those that begin with it first;
    then those whose help has it. All of them for an empty text."""
    members = FAMILIES[family].members().values()
    word = text.strip().lower()
    ranked = [(rank, m) for m in members if (rank := _rank(word, m.name, m.help())) is not None]
    return [m for _, m in sorted(ranked, key=lambda pair: pair[0])]


def _rank(word: str, name: str, help: str) -> int | None:
    name = name.lower()
    found = (name == word, name.startswith(word), word in name, word in help.lower())
    return found.index(True) if True in found else None
