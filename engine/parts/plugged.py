"""Components that a plug-in declares: looked at before they are taken, and guarded after."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from engine.errors import DataUnavailable
from engine.parts.component import Component
from engine.parts.kinds import convert
from engine.parts.shapes import ShapeError

_RAISING: dict[str, Callable[[str], Exception]] = {
    "output_shape": ShapeError,
    "num_parameters": ShapeError,
    "facts": DataUnavailable,
}
"""What is asked while an experiment is looked at, and the error that everybody there expects."""
_SAYING = ("complaint", "misfit")
"""What says what is wrong, or nothing."""


@contextmanager
def registered(plugin: str) -> Iterator[None]:
    """Take the components that are declared meanwhile as the plug-in's: all of them, or none."""
    before = {family: dict(known) for family, known in Component._registry.items()}
    try:
        yield
        for family, known in Component._registry.items():
            for name, component in known.items():
                if name not in before.get(family, {}):
                    _check(component)
                    component.plugin = plugin
                    _guard(component)
    except BaseException:
        for family, known in Component._registry.items():
            known.clear()
            known |= before.get(family, {})
        raise


def _check(component: type[Component]) -> None:
    """Refuse what lists, forms and help would stumble over."""
    # A dataclass without one is given its call for one.
    help = (component.__doc__ or "").strip()
    if not help or help.startswith(f"{component.__name__}("):
        raise ValueError(f"{component.name} has no docstring, which is its help")
    if not component.name.isidentifier():
        raise ValueError(f"{component.name!r} can't be written as a call")
    for name, (kind, declaration) in component.parameters().items():
        if not declaration.required:
            try:
                convert(declaration.default, kind, declaration)
            except ValueError as error:
                raise ValueError(f"{component.name}, default of {name}: {error}") from error


def _guard(component: type[Component]) -> None:
    """Have what the class itself defines raise what its callers expect, with its name."""
    for name in (*_RAISING, *_SAYING):
        if (own := vars(component).get(name)) is not None:
            setattr(component, name, _guarded(own, component))


def _guarded(method: Callable[..., Any], component: type[Component]) -> Callable[..., Any]:
    raised = _RAISING.get(method.__name__)

    @functools.wraps(method)
    def call(*arguments: Any, **named: Any) -> Any:
        try:
            return method(*arguments, **named)
        except (ShapeError, DataUnavailable):
            raise
        except Exception as error:
            what = f"{component.name}.{method.__name__} raised {type(error).__name__}: {error}"
            told = f"the plug-in {component.plugin} is broken: {what}"
            if raised is None:
                return told
            raise raised(told) from error

    return call
