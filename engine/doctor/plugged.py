"""The rules of plug-ins: what stands in the RULES of their modules."""

from __future__ import annotations

import inspect
from functools import cache

from engine.doctor.live.rule import LiveRule
from engine.doctor.rule import Rule
from engine.plugins import Plugins


def plugged_rules() -> tuple[Rule, ...]:
    """Those before a training."""
    return _plugged(Plugins.installed)[0]


def plugged_live_rules() -> tuple[LiveRule, ...]:
    """Those while it trains."""
    return _plugged(Plugins.installed)[1]


@cache
def _plugged(plugins: Plugins) -> tuple[tuple[Rule, ...], tuple[LiveRule, ...]]:
    from engine.doctor.live.doctor import RULES  # they ask for the others, too
    from engine.doctor.rules import ALL

    plugins.load()
    known = {*(rule.code for rule in ALL), *(rule.code for rule in RULES)}
    before: dict[str, Rule] = {}
    live: dict[str, LiveRule] = {}
    for plugin in plugins.loaded:
        for one in plugin.contents.get("RULES", ()):
            try:
                _check(one, {*known, *before, *live})
            except ValueError as error:
                plugins.fail(f"{plugin.name} (its rules)", error)
                continue
            if isinstance(one, Rule):
                before[one.code] = one
            else:
                live[one.code] = one
    return (*before.values(),), (*live.values(),)


def _check(one: object, taken: set[str]) -> None:
    if not isinstance(one, Rule | LiveRule):
        raise ValueError(f"RULES holds {one!r}, which no @rule has made")
    if one.code in taken:
        raise ValueError(f"there is a rule {one.code} already")
    if not inspect.getdoc(one.function):
        raise ValueError(f"the rule {one.code} has no docstring, which says why it is one")
