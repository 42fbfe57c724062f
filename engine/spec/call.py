"""A call as it was read: a name with its arguments, checked against no declaration yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Call:
    """A name with its arguments: literals, and lists that may have calls in them."""

    name: str
    args: tuple[object, ...] = ()
    kwargs: dict[str, object] = field(default_factory=dict)
    sizes: dict[str, object] = field(default_factory=dict)
    """What PyTorch's spelling says of the size of what comes in, by PyTorch's names."""

    def __repr__(self) -> str:
        """The call as it is written, so that it can stand in a list of values that are shown."""
        arguments = [repr(value) for value in self.args]
        named = {**self.kwargs, **self.sizes}
        arguments += [f"{name}={value!r}" for name, value in named.items()]
        return f"{self.name}({', '.join(arguments)})"

    def with_arguments(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Call:
        """The same with other arguments."""
        return replace(self, args=args, kwargs=dict(kwargs))

    def without_sizes(self) -> Call:
        """The same, and the calls inside of it, without a word on what comes in."""
        args = tuple(_without_sizes(value) for value in self.args)
        kwargs = {name: _without_sizes(value) for name, value in self.kwargs.items()}
        return Call(self.name, args, kwargs)


def _without_sizes(value: object) -> object:
    if isinstance(value, Call):
        return value.without_sizes()
    if isinstance(value, list | tuple):
        return type(value)(_without_sizes(item) for item in value)
    return value


def num_calls(value: object) -> int:
    """How many calls there are in a value: itself, if it is one, and those in its arguments."""
    if isinstance(value, Call):
        return 1 + sum(num_calls(item) for item in (*value.args, *value.kwargs.values()))
    return sum(map(num_calls, value)) if isinstance(value, list | tuple) else 0
