"""No rule warns without a declared case in which following it helps, and none of what is well."""

from __future__ import annotations

import pytest

from engine.doctor.live.doctor import RULES
from engine.doctor.rules import ALL
from tests.benchmarks.measure_repairs import has_images, needs_images
from tests.benchmarks.repairs.healthy import healthy
from tests.benchmarks.repairs.practice import UNTRIED, proofs
from tests.benchmarks.repairs.trial import warned
from tests.engine.doctor.cases import PAIRS
from tests.engine.doctor.practice_cases import PRACTICE

PROOFS = proofs()
HEALTHY = {name: one for name, one in healthy().items() if not needs_images(one)}


def test_every_rule_that_can_warn_has_its_proof() -> None:
    """Each code that warns, before or while it trains, is declared once, and is a rule's."""
    live, declared = {rule.code for rule in RULES}, set(PROOFS) | set(UNTRIED)
    warns = {pair.code for pair in [*PAIRS, *PRACTICE] if pair.severity != "info"}
    assert warns | live <= declared <= {rule.code for rule in ALL} | live
    assert not set(PROOFS) & set(UNTRIED)
    assert list(PROOFS) == sorted(PROOFS)


@pytest.mark.parametrize("code", [code for code, proof in PROOFS.items() if not proof.live])
def test_the_case_of_a_static_rule_draws_it_and_can_be_followed(code: str) -> None:
    """The declared case is one in which the rule warns, and its repair can be tried."""
    proof = PROOFS[code]
    if needs_images(proof.experiment()) and not has_images():
        pytest.skip("MNIST is not on this machine")
    assert proof.findings(code)
    assert proof.followed(code) not in (None, proof.experiment())


@pytest.mark.parametrize("name", HEALTHY)
def test_nothing_is_said_of_a_healthy_experiment_before_it_trains(name: str) -> None:
    """Of each of many kinds: neither error nor warning, its data looked at."""
    assert warned(HEALTHY[name]) == []
