"""What nothing uses goes, and what only tests use with it: vulture looks at all but the tests."""

from __future__ import annotations

import re
from pathlib import Path

from vulture import Vulture

ROOT = Path(__file__).parents[1]

ROOMS = ("engine", "tui", "presets")

ALLOWED = {
    r"tui/python/\w+.py: \w+": "what others call",
    r"tui/.*: (on|action|watch)_\w+": "Textual calls handlers, actions and watchers by their names",
    r"tui/.*: (compose|check_action|render_line|can_replace|get_content_width)": "Textual calls it",
    r"tui/.*: (BINDINGS|AUTO_FOCUS|COMPONENT_CLASSES|TITLE)": "Textual reads it",
    r"tui/.*: (CSS_PATH|DEFAULT_CSS)": "Textual reads it",
    r"tui/.*: (HORIZONTAL|VERTICAL)_BREAKPOINTS": "Textual reads it",
    r"tui/screens/table.py: (get_suggestion|suggester|cursor_position)": (
        "Textual's input calls it, or reads it"
    ),
    r"tui/screens/notify_form.py: password": "Textual's input reads it",
    r"tui/terminal/terminal_app.py: cursor_blink": "Textual's input reads it",
    r"tui/terminal/driver.py: run_input_thread": "Textual's driver calls it in a thread",
    r"tui/terminal/browser_driver.py: BrowserDriver": "Textual finds it by TEXTUAL_DRIVER",
    r"tui/terminal/browser_driver.py: (start|stop)_application_mode": "Textual calls its driver",
    r"tui/terminal/browser_driver.py: (disable_input|open_url)": "Textual calls its driver",
    r"tui/browser/tab.py: _(open_app_process|build_environment|stdin)": (
        "textual-serve calls it, or reads it"
    ),
    r"tui/terminal/printing.py: on_broken_pipe": "rich calls it",
    r"engine/service/client/connection.py: connection_(made|lost)": "asyncio calls it",
    r"engine/evaluation/judgement.py: \w+": "what --json tells of a judgement",
    r"engine/runs/inside.py: \w+": "what a client is told of a network, for any that draws it",
    r"tui/commands/help_lines.py: write_dl": "typer calls it for a table of the help",
    r"engine/parts/data/text_content.py: pre_tokenizer": "tokenizers reads it",
    r"tui/cli.py: perceptui": "typer calls a command",
    r"tui/cli.py: no_plugins": "declared for the help; taken out before the rest is read",
    r"tui/commands/\w+.py: (\w+_command|inspect_table|new_experiment)": "typer calls a command",
    r"engine/parts/(data|layers|losses|objectives|optimizers|schedules)\b.*: [A-Z][A-Za-z0-9]+": (
        "a part is known by being a class of its family"
    ),
    r"engine/parts/(layers|losses|objectives|optimizers|schedules)\b.*: [a-z0-9_]+": (
        "a part's parameter: read by its name, written into scripts"
    ),
    r"engine/parts/data/(generators/(vision|tables)|points).py: [a-z0-9_]+": (
        "a data set finds its generator by its name"
    ),
    r"engine/parts/metrics/\w*formulas.py: [a-z0-9_]+": "a metric finds its formula by its name",
    r"engine/export/\w+.py: [A-Z][A-Za-z]+": "a format is known by being a class of its family",
    r"engine/lessons/facts/\w+.py: [a-z_]+": "a fact is read by its name",
    r"(engine/lessons/player|tui/screens/demonstration).py: _": (
        "a verb is played by what is registered for its type"
    ),
    r"tui/widgets/call_input.py: _on_paste": "Textual's input is pasted into through it",
    r"engine/spec/experiment.py: healthy": "a preset's word, which the tests of presets hold it to",
    r"engine/training/shared/group.py: (_timeout|rootRank|rootTensor)": "torch reads it",
    r"engine/training/traced/recording.py: _should_skip_dynamo": "torch asks it",
    r"engine/training/device.py: fill_uninitialized_memory": "torch reads it",
    r"engine/training/device.py: (benchmark|deterministic)": "torch reads it",
    r"engine/training/training_state.py: \w+": "a schedule's state, which a loop over fields reads",
}
"""Why what looks unused stays, by `file: name`."""


def test_nothing_is_there_that_nothing_uses() -> None:
    """Each finding has its reason above, and each reason a finding."""
    vulture = Vulture()
    vulture.scavenge([str(ROOT / package) for package in ROOMS])
    found = {
        f"{Path(item.filename).relative_to(ROOT)}: {item.name}"
        for item in vulture.get_unused_code(min_confidence=60)
    }
    allowed = {what for what in found if any(re.fullmatch(one, what) for one in ALLOWED)}
    assert found - allowed == set()
    needless = [one for one in ALLOWED if not any(re.fullmatch(one, what) for what in found)]
    assert needless == []
