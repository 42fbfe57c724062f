"""Which strings of the source a person reads.

A sentence is one wherever it stands: two words, or one that begins like a sentence. What only looks
like one is named here, by where it stands. A single small word is taken where it is given to `tr`.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.messages.sentence import is_text, joined, message_of, strings, words
from tests.messages.terms import TERMS
from tui.screens.help import section_title

ROOT = Path(__file__).parents[2]
ROOMS = ("tui", "engine")
SILENT = (
    "engine/decoding.py", "engine/encoding.py",
    "engine/parts/data/sheet/dates.py", "engine/runs/script/", "engine/training/graphed/",
    "engine/training/stacked/program.py", "engine/training/traced/", "tui/film/pixels.py",
    "tui/problem_report.py", "tui/renderables/palette.py", "tui/report/colors.py",
    "tui/report/html.py", "tui/report/svg.py", "tui/shell/", "tui/system_report.py",
    "tui/terminal/textual", "tui/themes.py",
)  # fmt: skip
"""Programs and markup that are written, protocols, colors, a report handed to a maintainer."""
TOLD_OF = "Untraceable"
"""What is raised with a reason that a person reads, in silent rooms too: why a step is eager."""
NOT_SAID = {
    "CSS", "CSS_PATH", "COMPONENT_CLASSES", "DEFAULT_CSS", "HORIZONTAL_BREAKPOINTS", "TITLE",
    "VERTICAL_BREAKPOINTS", "__all__", "arithmetic", "citation", "code", "licence", "source",
}  # fmt: skip
"""Constants that hold no words of perceptui's."""
NOT_SAID_BY = {
    "Formatter", "Hue", "Literal", "NewType", "Style", "Syntax", "TypeVar", "add_class", "bold",
    "cast", "compile", "debug", "decode", "encode", "endswith", "exception", "filterwarnings",
    "find", "fromkeys", "fullmatch", "get", "getLogger", "getattr", "has_class", "hasattr",
    "import_module", "index", "info", "legend", "log", "match", "partition", "pick", "query",
    "query_children", "query_one", "remove_class", "removeprefix", "removesuffix", "replace",
    "rpartition", "run_action", "search", "set_class", "setattr", "split", "startswith", "strip",
    "sub",
}  # fmt: skip
"""Functions whose strings are for the program."""
NAMED_FIRST = {"Binding", "Pane", "command", "rule"}
"""What is called by its first string."""
NOT_SAID_AS = {
    "classes", "code", "encoding", "formula", "group", "id", "key_display", "kind", "licence",
    "metavar", "mode", "name", "prefix", "severity", "style", "tag", "url",
}  # fmt: skip
"""Keyword arguments whose strings are for the program."""
HELPING = {"Argument", "Option", "_training"}
"""What declares an option, whose help is a sentence inside of its type."""
COUNTED = {"counted", "plural"}
"""Functions of a number and a word, which say `3 samples`."""
LEAST_LETTERS, LEAST_BESIDE_FIELDS = 3, 4

_SENTENCE = re.compile(
    r"""[A-Za-z]{2,}[,.:;]?\ +(?:[A-Za-z(`'"{]|$)  # two words, or one and a field
    |\ba\ [a-z]{3,}|[}\d)]\ [a-z]{2,}                             # a field and a word
    |^[A-Z][a-z]{2,}[.,:…!?]?$                     # one that begins like a sentence""",
    re.VERBOSE,
)
_VERB = re.compile("(add|all|key|row|run|set|use) {", re.IGNORECASE)
"""What a small word may be before a field."""
_CODE = re.compile(
    r"""^[\w.-]+\(.*\)$|^[A-Za-z]+[A-Z][A-Za-z]*\d*$|^\W*$
    |^(from\ \S+\ import\ .*|(def|class|for|if|with)\ .*:)$
    |^import\ .*|^(torch|nn|optim)\..*|.*\bself\..*|.*\ =\ .*\(.*\)$|^x\ =\ .*|^<.*>$
    |^\[?[a-z_]+(\.[a-z_]+)+\]?$""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True)
class Message:
    """Something that is said."""

    text: str
    many: str = ""
    """Of more than one, where the words depend on a number."""
    file: str = ""


def messages() -> list[Message]:
    """All that perceptui says, by file and in the order of the source."""
    found = {word: Message(word) for word in TERMS}
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            is_silent = name.startswith(SILENT)
            for message in messages_in(path.read_text(), name, is_silent=is_silent):
                found.setdefault(message.text, message)
    return list(found.values())


def messages_in(source: str, file: str = "", *, is_silent: bool = False) -> list[Message]:
    """What a module says; of a silent one, why it refuses."""
    told = sorted((_reasons if is_silent else _told)(ast.parse(source)), key=lambda one: one[0])
    return [Message(text, many, file) for _, text, many in told]


def _told(tree: ast.Module) -> Iterator[tuple[float, str, str]]:
    """Place, text, and text of many."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _called(node) in COUNTED and is_text(node.args[-1]):
            one, *more = (message_of(word) for word in node.args[1:] if is_text(word))
            yield node.lineno, f"{{count:n}} {one}", f"{{count:n}} {more[0] if more else one + 's'}"
        if isinstance(node, ast.ClassDef) and _is_part(node):
            yield node.lineno, (ast.get_docstring(node) or "").partition("\n")[0], ""
        if isinstance(node, ast.ClassDef) and _has_keys(node):
            yield node.lineno, section_title(node.name), ""
        if isinstance(node, ast.FunctionDef) and _is_command(node):
            for paragraph in (ast.get_docstring(node) or "").split("\n\n"):
                yield node.lineno, " ".join(paragraph.split()), ""
    for text, above in strings(joined(tree)):
        message = message_of(text)
        if _is_given(text, above) or (_is_sentence(message) and not _is_silent(text, above)):
            yield text.lineno + text.col_offset / 1000, message, ""


def _reasons(tree: ast.Module) -> Iterator[tuple[float, str, str]]:
    """Place, text, and no text of many, of the reasons in a module."""
    for text, above in strings(joined(tree)):
        if any(isinstance(one, ast.Call) and _called(one) == TOLD_OF for one in above):
            message = message_of(text)
            if _is_sentence(message):
                yield text.lineno + text.col_offset / 1000, message, ""


def _is_command(node: ast.FunctionDef) -> bool:
    """Whether its docstring is the help of a command."""
    calls = [one for one in node.decorator_list if isinstance(one, ast.Call)]
    return any(_called(call) in ("callback", "command") for call in calls)


def _is_part(node: ast.ClassDef) -> bool:
    """Whether it is something to choose: its docstring's first line stands in the list then."""
    targets = [target for one in node.body if isinstance(one, ast.Assign) for target in one.targets]
    return node.name[0] != "_" and any(_name(target) == "words" for target in targets)


def _has_keys(node: ast.ClassDef) -> bool:
    """Whether it has a section of its own in the help."""
    targets = [target for one in node.body if isinstance(one, ast.Assign) for target in one.targets]
    return any(_name(target) == "BINDINGS" for target in targets)


def _is_given(node: ast.expr, above: list[ast.AST]) -> bool:
    """Whether it stands in the brackets of `tr`, as it is or as one of two."""
    for parent in reversed(above):
        if isinstance(parent, ast.Call):
            has_word = re.search("[A-Za-z]{2}", words(message_of(node)))
            return _called(parent) == "tr" and bool(has_word)
        if not isinstance(parent, ast.IfExp | ast.BoolOp):
            return False
    return False


def _is_sentence(message: str) -> bool:
    bare = words(message)
    has_fields = bare != message
    if not has_fields and _CODE.match(message):
        return False
    least = LEAST_BESIDE_FIELDS if has_fields and not _VERB.match(message) else LEAST_LETTERS
    return sum(map(str.isalpha, bare)) >= least and bool(_SENTENCE.search(message))


def _is_silent(node: ast.expr, above: list[ast.AST]) -> bool:
    """Whether it stands where the program alone reads it."""
    below: ast.AST = node
    for parent in reversed(above):
        match parent:
            case ast.Compare() | ast.Assert() | ast.MatchValue() | ast.arguments():
                return True
            case ast.Subscript(value=value):
                return below is not value
            case ast.Dict(keys=keys) if below in keys:
                return True
            case ast.keyword(arg=name) if name in NOT_SAID_AS:
                return True
            case ast.Call(args=args) if _called(parent) in HELPING and below not in args[:-1]:
                return False
            case ast.Call(func=func) if _called(parent) == "get" and below is func:
                pass  # a table of sentences, of which one is taken
            case ast.Call() if _called(parent) in NOT_SAID_BY:
                return True
            case ast.Call(args=[first, *_]) if _called(parent) in NAMED_FIRST and below is first:
                return True
            case ast.Assign(targets=targets) if any(_name(one) in NOT_SAID for one in targets):
                return True
            case ast.AnnAssign(target=target, annotation=annotation) if (
                _name(target) in NOT_SAID or below is annotation
            ):
                return True
            case ast.stmt():
                return False
        below = parent
    return False


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else getattr(node, "attr", "")


def _called(call: ast.Call) -> str:
    return _name(call.func)
