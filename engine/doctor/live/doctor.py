"""The doctor at the bedside: which findings stand, without flickering, three at most."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from engine.doctor.failure import failure
from engine.doctor.finding import SEVERITIES, Finding
from engine.doctor.live import contest, layers, progress, statistics, units
from engine.doctor.live.evidence import evidence_of
from engine.doctor.live.observation import Observation
from engine.doctor.live.rule import LiveRule, Sign
from engine.doctor.plugged import plugged_live_rules
from engine.doctor.rule import plural

RULES: tuple[LiveRule, ...] = (
    layers.overflow_ahead,
    layers.dead_units,
    units.equal_units,
    layers.saturated_units,
    layers.exploding_gradient,
    layers.vanishing_gradient,
    layers.large_updates,
    contest.discriminator_wins,
    contest.mode_collapse,
    statistics.batchnorm_evaluation,
    progress.loss_oscillates,
    units.always_clipped,
    progress.below_chance,
    progress.posterior_collapse,
    progress.no_better_than_commonest,
    progress.overfitting,
    layers.small_updates,
    progress.loss_plateau,
)
"""The most useful first, among those of one severity."""
EXPLAINS: dict[str, frozenset[str]] = {
    "overflow-ahead": frozenset({"exploding-gradient", "large-updates", "loss-oscillates"}),
    "dead-units": frozenset(
        {"vanishing-gradient", "no-better-than-commonest", "small-updates", "loss-plateau"}
    ),
    "equal-units": frozenset(
        {"vanishing-gradient", "no-better-than-commonest", "small-updates", "loss-plateau"}
    ),
    "discriminator-wins": frozenset({"mode-collapse"}),
    "always-clipped": frozenset({"small-updates", "no-better-than-commonest", "loss-plateau"}),
    "below-chance": frozenset({"no-better-than-commonest", "overfitting"}),
    "posterior-collapse": frozenset({"vanishing-gradient", "small-updates", "loss-plateau"}),
    "saturated-units": frozenset({"vanishing-gradient", "loss-plateau"}),
    "batchnorm-evaluation": frozenset({"overfitting", "no-better-than-commonest"}),
    "vanishing-gradient": frozenset({"no-better-than-commonest", "loss-plateau"}),
    "loss-oscillates": frozenset({"large-updates", "loss-plateau"}),
    "small-updates": frozenset({"no-better-than-commonest", "loss-plateau"}),
    "no-better-than-commonest": frozenset({"loss-plateau"}),
    "overfitting": frozenset({"loss-plateau"}),
}
"""A finding and those that only follow from it: they are not shown beside it."""
MOST = 3
"""Findings that are shown at a time."""
CONFIRMED = 2
"""Looks in a row after which a finding stands, or is gone."""

LOOK = "look"
"""In place of a rule's code, where it is the look itself that fails."""

_CODES = [*(rule.code for rule in RULES), LOOK]


@dataclass(frozen=True)
class Change:
    """What is different after a look."""

    appeared: tuple[Finding, ...] = ()
    gone: tuple[Finding, ...] = ()


class LiveDoctor:
    """Remembers what it saw, so that findings come and go but do not flicker.

    A finding stands once two looks in a row see it, and goes once two in a row do not, by
    laxer limits. One finding per rule, at one place, names how many other places there are.
    """

    def __init__(self) -> None:
        self.standing: tuple[Finding, ...] = ()
        """What is shown, the most useful first."""
        self._held: dict[str, Finding] = {}
        """By the rule's code: what holds, shown or not."""
        self._failed: set[str] = set()
        """Rules that raised: they are not asked again."""
        self._seen: Counter[str] = Counter()
        self._missed: Counter[str] = Counter()

    def look(self, observation: Observation, *, final: bool = False) -> Change:
        """See what has changed; final: there is no other look to confirm what is seen."""
        for rule in (*RULES, *plugged_live_rules()):
            if rule.code in self._failed:
                continue
            held = self._held.get(rule.code)
            try:
                signs = list(rule.function(observation, frozenset({held.place} if held else ())))
            except Exception as error:
                self._fail(rule.code, error)
                continue
            if signs:
                self._missed[rule.code] = 0
                self._seen[rule.code] += 1
                if held or final or self._seen[rule.code] >= CONFIRMED:
                    self._held[rule.code] = _finding(rule.code, signs, held, observation)
            else:
                self._seen[rule.code] = 0
                self._missed[rule.code] += 1
                if self._missed[rule.code] >= CONFIRMED:
                    self._held.pop(rule.code, None)
        return self._show()

    def fail(self, error: Exception) -> Change:
        """Note that the network could not even be looked at; told once."""
        if LOOK not in self._failed:
            self._fail(LOOK, error)
        return self._show()

    def _fail(self, code: str, error: Exception) -> None:
        self._failed.add(code)
        self._held[code] = failure(code, error)

    def _show(self) -> Change:
        explained = {
            code
            for found in self._held
            if found not in self._failed
            for code in EXPLAINS.get(found, ())
        }
        ranked = sorted(
            (pair for pair in self._held.items() if pair[0] not in explained),
            key=lambda pair: (SEVERITIES.index(pair[1].severity), _rank(pair[0])),
        )
        before, self.standing = self.standing, tuple(found for _, found in ranked[:MOST])
        then, now = ({_identity(found) for found in some} for some in (before, self.standing))
        kept = {(found.code, found.place) for found in self.standing}
        return Change(
            tuple(found for found in self.standing if _identity(found) not in then),
            tuple(
                found
                for found in before
                if _identity(found) not in now and (found.code, found.place) not in kept
            ),
        )


def _rank(code: str) -> int:
    """How useful a rule's finding is among those as grave; those of plug-ins come last."""
    return _CODES.index(code) if code in _CODES else len(_CODES)


def _identity(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.place, finding.severity


def _finding(
    code: str, signs: Sequence[Sign], held: Finding | None, observation: Observation
) -> Finding:
    """One finding of all that a rule saw: where it stood before, unless another is graver."""
    gravest = min(SEVERITIES.index(sign.severity) for sign in signs)
    candidates = [sign for sign in signs if SEVERITIES.index(sign.severity) == gravest]
    place = held.place if held else ""
    sign = next((one for one in candidates if one.place == place), candidates[0])
    others = len(signs) - 1
    message = sign.message + (f" (and in {plural(others, 'more layer')})" if others else "")
    evidence = evidence_of(code, sign.place, observation)
    return Finding(code, sign.severity, sign.place, message, sign.repair, evidence=evidence)
