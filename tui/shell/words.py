"""What completions know of by heart: written into words.json, which is read in a millisecond."""

from __future__ import annotations

from typing import Any

from tui.shell.declarations import commands


def words() -> dict[str, Any]:
    """Every command with its options and arguments, and the names that come along."""
    from engine.export import FORMATS
    from engine.parts.metrics import METRICS
    from engine.spec.catalogue import FAMILIES
    from engine.spec.experiment import Experiment

    return {
        "commands": {
            command.name: {
                "help": command.help,
                "inside": command.inside,
                "arguments": [one.metavar for one in command.arguments],
                "options": {
                    name: [one.metavar, one.help] for one in command.options for name in one.names
                },
            }
            for command in commands()
        },
        "names": {
            "field": {n: d.help for n, (_, d) in Experiment.parameters().items()},
            "format": {name: kind.help() for name, kind in FORMATS.items()},
            "metric": {name: metric.what for name, metric in METRICS.items()},
            **{
                field: {
                    name: one.help() for name, one in family.members().items() if not one.plugin
                }
                for field, family in FAMILIES.items()
            },
        },
    }
