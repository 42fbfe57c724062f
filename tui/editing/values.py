"""One value among those of an experiment as TOML has them: `batch_size`, `data.noise`."""

from __future__ import annotations

from collections.abc import Mapping

from engine.spec.experiment import Experiment
from tui.editing.draft_items import component_of, field_handled
from tui.editing.handles import Handled, handled


def value_handled(raw: Mapping[str, object], key: str) -> Handled | None:
    """A value that is moved where it stands; None for any other."""
    field, _, name = key.partition(".")
    if not name:
        return field_handled(raw, field)
    component = component_of(field, raw.get(field, ""))
    return handled(component).get(name) if component is not None else None


def with_value(raw: Mapping[str, object], key: str, value: object) -> dict[str, object]:
    """The values with one changed; left out where it is the default."""
    field, _, name = key.partition(".")
    if name:
        component = component_of(field, raw.get(field, ""))
        assert component is not None, "it has a value to change"
        return {**raw, field: str(component.with_values(**{name: value}))}
    _, declaration = Experiment.parameters()[field]
    changed = {**raw, field: value}
    if value == declaration.default and field not in Experiment.always_written:
        del changed[field]
    return changed
