"""The base of every component: a frozen class whose fields are its declared parameters."""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any, ClassVar, Self, dataclass_transform, get_type_hints

from engine.parts.kinds import MISSING, Handle, Pairs, Parameter, Words
from engine.plugins import Plugins


def parameter(
    default: Any = MISSING,
    *,
    help: str,
    minimum: float | None = None,
    maximum: float | None = None,
    above: float | None = None,
    below: float | None = None,
    unit: str = "",
    tells: bool = False,
    passes: bool = False,
    is_path: bool = False,
    words: str = "",
    here: str = "",
    tries: Any = MISSING,
    handle: Handle | None = None,
) -> Any:
    """Declare a component's parameter; its type is the field's annotation.

    `minimum` and `maximum` are inclusive, `above` and `below` exclusive.
    """
    bounds = minimum, maximum, above, below
    said = Words(words, here, tries)
    declaration = Parameter(default, help, *bounds, unit, tells, passes, is_path, said, handle)
    metadata = {"parameter": declaration}
    if default is MISSING:
        return dataclasses.field(metadata=metadata)
    return dataclasses.field(default=default, metadata=metadata)


@dataclass_transform(frozen_default=True, field_specifiers=(parameter,))
class Declared:
    """A class whose annotated fields are declared parameters; made a frozen dataclass."""

    always_written: ClassVar[tuple[str, ...]] = ()
    """Parameters that are written though they have their default, for those who read it."""
    _defaults: ClassVar[dict[str, Any]] = {}
    """Each parameter's default by name, in order; MISSING where it has none."""

    def __init_subclass__(cls) -> None:
        dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # made a dataclass above
        cls._defaults = {field.name: field.default for field in fields}

    def __init__(self, *values: Any, **named: Any) -> None:
        """What a dataclass would write for each class, in one: 0.05 s less to import them all."""
        given = dict(zip(self._defaults, values, strict=False))
        if len(values) > len(self._defaults) or given.keys() & named.keys():
            raise TypeError(f"{type(self).__name__} takes each of {list(self._defaults)} once")
        given.update(named)
        if unknown := given.keys() - self._defaults.keys():
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        whole = self._defaults | given
        if missing := [name for name, value in whole.items() if value is dataclasses.MISSING]:
            raise TypeError(f"{type(self).__name__} needs {', '.join(missing)}")
        self.__dict__.update(whole)

    def __setattr__(self, name: str, value: object) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")

    def __delattr__(self, name: str) -> None:
        raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._fixed() == other._fixed()

    def __hash__(self) -> int:
        return hash(self._fixed())

    def __repr__(self) -> str:
        told = (f"{name}={getattr(self, name)!r}" for name in self._defaults)
        return f"{type(self).__qualname__}({', '.join(told)})"

    def _fixed(self) -> tuple[object, ...]:
        return tuple([getattr(self, name) for name in self._defaults])

    @classmethod
    @cache
    def parameters(cls) -> dict[str, tuple[Any, Parameter]]:
        """The declared parameters in order: name to (type, declaration)."""
        hints = get_type_hints(cls)
        fields = dataclasses.fields(cls)  # type: ignore[arg-type]  # made a dataclass above
        return {f.name: (hints[f.name], f.metadata["parameter"]) for f in fields}

    @classmethod
    def parameter_names(cls) -> list[str]:
        """Their names in order, which need no types to be made of what they are written as."""
        return list(cls._defaults)

    def values(self) -> dict[str, Any]:
        """Every parameter's value by name."""
        return {name: getattr(self, name) for name in self.parameters()}

    def changed(self) -> dict[str, Any]:
        """The values that differ from their defaults, and those that have none."""
        return {
            name: getattr(self, name)
            for name, (_, declaration) in self.parameters().items()
            if declaration.required or getattr(self, name) != declaration.default
        }

    def written(self) -> dict[str, Any]:
        """The values that are written: required, unlike the default, or always written."""
        changed = self.changed()
        return {n: v for n, v in self.values().items() if n in changed or n in self.always_written}

    def with_values(self, **values: object) -> Self:
        """The same with some parameters changed, given by name; unchecked."""
        return type(self)(**{**self.values(), **values})

    def complaint(self) -> str:
        """What is wrong with the values together, or the empty text."""
        return ""


TorchOnly = Mapping[str, tuple[object, ...]]
"""PyTorch's arguments that are not declared here, with the values under which it is the same; none
given: any."""


def and_torch_only(known: TorchOnly, **more: tuple[object, ...]) -> TorchOnly:
    """Such arguments and more of them."""
    return {**known, **more}


class Component(Declared):
    """One thing an experiment can name: a layer, a loss, a data set.

    A subclass that is not abstract is found under its name in its family. Its docstring
    is its one-line help.
    """

    family: ClassVar[str]
    """What it is, as messages say it: `layer`, `loss`, `optimizer`, `schedule`, `data set`."""
    name: ClassVar[str]
    """How experiments write it; the class's own name unless given."""
    words: ClassVar[str] = ""
    """What it does, for someone who never heard of it: a sentence."""
    here: ClassVar[str] = ""
    """What it does in an experiment: a sentence with {figures}, that engine.explanation knows."""
    plugin: ClassVar[str] = ""
    """The installed package that declares it; empty for what comes along."""
    torch_order: ClassVar[tuple[str, ...]] = ()
    """PyTorch's arguments as they stand there, where they stand otherwise than declared here."""
    torch_only: ClassVar[TorchOnly] = {}

    _registry: ClassVar[dict[str, dict[str, type[Component]]]] = {}

    def __init_subclass__(cls, *, abstract: bool = False, name: str | None = None) -> None:
        super().__init_subclass__()
        if not abstract:
            cls.name = name or cls.__name__
            known = Component._registry.setdefault(cls.family, {})
            other = known.get(cls.name, cls)
            if (other.__module__, other.__qualname__) != (cls.__module__, cls.__qualname__):
                raise TypeError(f"two components of the family {cls.family!r} named {cls.name!r}")
            known[cls.name] = cls

    @classmethod
    def members(cls) -> Mapping[str, type[Component]]:
        """Every component of this family by name, in the order of declaration, plug-ins' last."""
        Plugins.installed.load()
        return Component._registry.get(cls.family, {})

    @classmethod
    def help(cls) -> str:
        """What the component is, in one line."""
        return (inspect.getdoc(cls) or "").splitlines()[0]

    @classmethod
    def signature(cls) -> str:
        """How it is called, with its defaults: `Linear(out_features, bias=True)`."""
        parts = [
            name if declaration.required else f"{name}={literal(declaration.default)}"
            for name, (_, declaration) in cls.parameters().items()
        ]
        return f"{cls.name}({', '.join(parts)})"

    def __str__(self) -> str:
        """The canonical call: what is required first, then what else is written."""
        parts = []
        for name, value in self.written().items():
            required = self.parameters()[name][1].required
            parts.append(literal(value) if required else f"{name}={literal(value)}")
        return f"{self.name}({', '.join(parts)})"


def literal(value: object) -> str:
    """A parameter's value as a Python literal; tuples are written as lists."""
    if isinstance(value, Pairs | dict):
        items = (f"{literal(name)}: {literal(one)}" for name, one in dict(value).items())
        return f"{{{', '.join(items)}}}"
    if isinstance(value, tuple | list):
        return f"[{', '.join(literal(item) for item in value)}]"
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, Component):
        return str(value)
    return repr(value)


def quoted(text: str) -> str:
    """A text as a Python literal in double quotes where that needs no escapes, ASCII-safe."""
    plain = text.isprintable() and '"' not in text and "\\" not in text
    return f'"{text}"' if plain else ascii(text)
