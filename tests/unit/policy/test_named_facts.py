"""Conditions read exactly the documented facts, with the documented values, in every scope."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from hub.domain.named_facts import SCOPES
from hub.domain.pack import Pack
from hub.policy.files import base
from hub.scenarios.format import files, load
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.runner import run

SUITE = Path(__file__).parents[2] / "scenarios"
TYPES = {"bool": bool, "int": int, "text": str, "list": list}


async def test_the_program_gives_exactly_the_documented_facts(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: Counter[str] = Counter()
    real = Pack.fired

    def watched(pack: Pack, scope: str, facts: Mapping[str, Any]) -> frozenset[str]:
        seen[scope] += 1
        assert set(facts) == set(SCOPES[scope]), scope
        for name, value in facts.items():
            fact = SCOPES[scope][name]
            assert type(value) is TYPES[fact.type], f"{scope}.{name}: {value!r}"
            assert not fact.domain or value in fact.domain, f"{scope}.{name}: {value!r}"
        return real(pack, scope, facts)

    monkeypatch.setattr(Pack, "fired", watched)
    for file in files([SUITE / "spec"]):
        for scenario in load(file):
            result = await run(scenario, HubInMemory, orders=False)
            assert result.passed, "\n".join(result.wrong)
    assert set(seen) == set(SCOPES)


def test_every_scope_is_read_by_a_rule_and_every_fact_is_explained() -> None:
    read = {rule["scope"] for rule in base()["rules"] if rule["when"]}
    assert read == set(SCOPES)
    for scope, facts in SCOPES.items():
        for name, fact in facts.items():
            assert fact.zh, f"{scope}.{name}"
            assert fact.en, f"{scope}.{name}"


def test_no_fact_is_of_those_that_no_rule_may_use() -> None:
    forbidden = ("age", "sex", "gender", "ethnic", "family", "health", "gdp", "vote", "score", "count", "young")
    names = {name for facts in SCOPES.values() for name in facts}
    assert not {name for name in names if any(part in name.split("_") for part in forbidden)}
