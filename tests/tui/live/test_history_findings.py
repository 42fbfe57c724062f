"""What a client keeps of the doctor's findings."""

from __future__ import annotations

from typing import Any

from engine.runs import events as ev
from tui.live.history import History
from tui.live.observer import Observer
from tui.live.snapshot import Snapshot


def _finding(kind: type[Any], code: str, place: str = "layers[1]", **changes: Any) -> Any:
    fields = {"severity": "warning", "message": "it is so", "epoch": 3}
    return kind(code=code, place=place, **{**fields, **changes})


def _kept(*events: ev.Event) -> list[tuple[str, str]]:
    history = History()
    for event in events:
        history.add(event)
    return [(finding.code, finding.severity) for finding in history.latest.findings]


def test_findings_come_and_go() -> None:
    """Those stand that appeared and are not gone, each place by itself, the newest as it is."""
    dead = _finding(ev.FindingAppeared, "dead-units")
    other = _finding(ev.FindingAppeared, "dead-units", "layers[3]")
    graver = _finding(ev.FindingAppeared, "dead-units", severity="error")
    gone = _finding(ev.FindingGone, "dead-units")
    assert _kept(dead, other) == [("dead-units", "warning")] * 2
    assert _kept(dead, graver) == [("dead-units", "error")]
    assert _kept(dead, other, gone, gone) == [("dead-units", "warning")]


def test_going_back_takes_them_all() -> None:
    """After a rewind or a resume the doctor begins anew."""
    dead = _finding(ev.FindingAppeared, "dead-units")
    back = ev.Rewound(from_step=1, epoch=9, after_event=9, to="last")
    assert _kept(dead, back) == []
    assert _kept(dead, back, dead) == [("dead-units", "warning")]


def test_the_screens_get_them() -> None:
    """A snapshot has what stands, and nothing of the run before."""
    observer = Observer()
    dead = _finding(ev.FindingAppeared, "dead-units")
    snapshot = observer.taken(Snapshot(), dead)
    assert snapshot.findings == (dead,)
    assert observer.taken(snapshot, _finding(ev.FindingGone, "dead-units")).findings == ()
