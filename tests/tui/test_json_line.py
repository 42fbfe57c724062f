"""JSON on stdout: characters that a terminal would act upon stand there as escapes."""

from __future__ import annotations

import json

import pytest

from engine.runs.events import Predicted, Prediction
from tui.commands.json_line import print_json, print_message
from tui.headless.progress import JsonLines

NASTY = "\x9b31m \u202egnp \u2066 é 日 \U0001f600 \x7f \x1b[0m \u2028"


def predicted() -> Predicted:
    one = Prediction(values=[1.0], predicted=NASTY, outputs=[0.5], probabilities=[0.5])
    return Predicted(predictions=[one], classes=[NASTY, "b"])


def test_everything_beyond_ascii_is_escaped(capsys: pytest.CaptureFixture[str]) -> None:
    """In plain values, in messages and in a training's events; read back it is the same."""
    print_json({NASTY: NASTY})
    print_message(predicted().predictions[0])
    JsonLines().event(predicted())
    lines = capsys.readouterr().out.splitlines()
    assert all(line.isascii() and line.isprintable() for line in lines)
    plain, message, event = map(json.loads, lines)
    assert plain == {NASTY: NASTY}
    assert message["predicted"] == NASTY
    assert event["classes"] == [NASTY, "b"]
