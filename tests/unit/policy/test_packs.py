"""The shipped packs: all rules, complete, in both languages, and nothing unsure in force."""

from __future__ import annotations

import importlib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from hub.domain.pack import Pack, Rule, Version
from hub.policy.check import check
from hub.policy.files import base
from hub.policy.loader import shipped
from hub.policy.rule_ids import RULE_IDS
from hub.yaml12 import loads
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND

TODAY = date(2026, 3, 2)
TABLE = Path(__file__).parents[4] / "shared" / "spec" / "rules.yaml"
"""The rule table in words, where it lies beside the checkout."""


@pytest.fixture
def pack() -> Pack:
    return shipped().on(TODAY)


def test_every_rule_is_there_once(pack: Pack) -> None:
    assert len(RULE_IDS) == len(set(RULE_IDS)) == 97
    assert set(pack.rules) == set(RULE_IDS)


def test_the_shipped_packs_are_clean() -> None:
    assert check() == []


@pytest.mark.parametrize("rule", base()["rules"], ids=lambda entry: entry["id"])
def test_a_rule_has_a_condition_or_a_place_in_the_program(rule: dict[str, Any]) -> None:
    if rule["when"] is not None:
        assert "carried_by" not in rule
        return
    module, _, name = rule["carried_by"].partition(":")
    found: Any = importlib.import_module(module)
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)


@pytest.mark.skipif(not TABLE.is_file(), reason="the rule table does not lie beside the checkout")
def test_rules_say_what_the_table_in_words_says(pack: Pack) -> None:
    table = loads(TABLE.read_text(encoding="utf-8"))
    for row in table["rules"]:
        rule = pack.rules[row["id"]]
        assert list(rule.cites) == row["cites"], row["id"]
        assert list(rule.then) == row["then"], row["id"]
        assert (rule.decider, rule.deadline, rule.safe) == (row["decider"], row["deadline"], row["safe"]), row["id"]
    for key, row in table["deadlines"].items():
        assert (pack.deadlines[key].n, pack.deadlines[key].unit) == (row["n"], row["unit"]), key


def test_measures_come_from_the_rules(pack: Pack) -> None:
    assert pack.measures == {"R-ME-01": "REMOVE", "R-ME-02": "ADJUST", "R-ME-03": "DEMOTE", "R-ME-04": "ADJUST"}


def test_nothing_unsure_is_computed_with_or_cited(pack: Pack) -> None:
    unsure = base()["disabled_facts"]
    assert unsure
    assert all(entry["evidence"] == "M?" and entry["enabled"] is False for entry in unsure.values())
    assert not set(unsure) & set(pack.deadlines)
    assert "unsuited_post_adjust_2022" not in pack.impact_periods
    assert all(rule.evidence != "M?" for rule in pack.rules.values())


def test_watched_clocks_are_those_of_the_policy(pack: Pack) -> None:
    named = {rule.deadline for rule in pack.rules.values() if rule.deadline}
    for key, deadline in pack.deadlines.items():
        watched = deadline.evidence == "D" or key == "clarification_after_approval" or key in named
        assert deadline.watched is watched, key


def test_versions_follow_each_other_by_date() -> None:
    packs = shipped()
    assert packs.names_on(date(2018, 7, 20)) == ("nsnx-2015-07-19",)
    assert packs.names_on(date(2022, 9, 7))[:2] == ("sd-2018-07-21", "nsnx-2015-07-19")
    assert packs.names_on(date(2022, 9, 8))[:2] == ("sd-2018-07-21", "nsnx-2022-09-08")


def test_no_article_is_cited_before_its_instrument_began(pack: Pack) -> None:
    assert "能上能下2022_5" in pack.cites(["R-ME-02"], date(2022, 9, 8))
    assert "能上能下2022_5" not in pack.cites(["R-ME-02"], date(2022, 9, 7))
    old = shipped().on(date(2019, 5, 1))
    assert old.cites(["R-ME-02"], date(2019, 5, 1)) == ["S6", "S9", "能上能下2015_8"]


def test_prior_warning_is_chosen_by_date(pack: Pack) -> None:
    asked = [pack.warning_required(day) for day in (date(2014, 1, 1), date(2022, 9, 7), date(2022, 9, 8))]
    assert asked == [True, True, False]


def test_every_event_has_a_name_in_both_languages(pack: Pack) -> None:
    names = pack.texts["events"]
    for name in {*OUTBOUND, *INBOUND}:
        assert names[name]["zh"], name
        assert names[name]["en"], name


def test_the_vocabulary_is_complete(pack: Pack) -> None:
    from typing import get_args

    from schemas import vocab
    from schemas.determinations import DeterminationKind

    tables = {"bodies": vocab.BodyKind, "categories": vocab.Category, "severities": vocab.Severity, "statuses": vocab.Status,
              "attributions": vocab.Attribution, "measures": vocab.Measure, "acts": DeterminationKind}  # fmt: skip
    for table, values in tables.items():
        assert set(get_args(values)) <= set(pack.texts[table]), table


def test_an_answer_that_is_remembered_is_the_one_that_is_worked_out(pack: Pack) -> None:
    from hub.domain.named_facts import SCOPES
    from hub.policy.conditions import cases, holds

    rules: list[Rule] = [rule for rule in pack.rules.values() if rule.scope == "act"]
    combinations, complete = cases("act", sorted(SCOPES["act"]))
    assert complete
    for facts in combinations:
        worked_out = {
            rule.id
            for rule in rules
            if rule.program and holds(rule.program, {n: facts[n] for n in rule.program.variables()})
        }
        assert pack.fired("act", facts) == pack.fired("act", facts) == worked_out


def test_a_retention_is_its_committees_own_and_dated() -> None:
    def local(committee: str, months: int, start: date) -> Version:
        name = f"local-{committee.lower()}-{start}"
        body = {"level": "local", "committee": committee, "parameters": {"retention_months": months}}
        return Version(name, name[:7], start, date(2027, 1, 1), body)

    packs = shipped().extended([local("M", 24, date(2026, 1, 1)), local("K", 60, date(2026, 1, 1))])
    kept = [packs.on(TODAY).retention_months(committee) for committee in ("M", "K", "N", None)]
    assert kept == [24, 60, None, None]
    for day in (date(2025, 12, 31), date(2027, 1, 2)):
        assert packs.on(day).retention_months("M") is None
    assert shipped().on(TODAY).retention_months("M") is None


def test_one_committees_single_source_is_its_own() -> None:
    packs = shipped(("sd-2018-07-21", "nsnx-2022-09-08", "local-m-2026-01-01"))
    before, after = packs.on(date(2025, 12, 31)), packs.on(TODAY)
    assert not before.single_source("M", "S3")
    assert [after.single_source("M", "S3"), after.single_source("M", "S2"), after.single_source("K", "S3")] == [
        True,
        False,
        False,
    ]
    assert not after.single_source(None, "S3")
