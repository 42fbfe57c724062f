"""What is said where the doctor itself fails: a rule that raises takes nothing else with it."""

from __future__ import annotations

import logging

from engine.doctor.finding import Finding

_log = logging.getLogger(__name__)

_logged: set[tuple[str, str]] = set()

CODE = "rule-failed"
_LONGEST = 120


def failure(code: str, error: Exception) -> Finding:
    """The finding that stands for what a rule would have said; the log has the traceback, once."""
    reason = " ".join(f"{type(error).__name__}: {error}".split()).rstrip(":. ")
    if (code, reason) not in _logged:  # an experiment is examined after every key
        _logged.add((code, reason))
        _log.error("the doctor's rule %s failed", code, exc_info=error)
    if len(reason) > _LONGEST:
        reason = f"{reason[: _LONGEST - 3]}..."
    return Finding(
        CODE,
        "info",
        f"doctor.{code}",
        f"the rule {code} failed and says nothing, the others do: a mistake of perceptui's, whose "
        f"traceback is in the log ({reason})",
    )
