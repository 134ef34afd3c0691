"""Explanations are sentences made from facts, in both languages, and never claim what the hub may not."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from hub.policy.files import base
from hub.policy.rule_ids import CLAIMS, FORBIDDEN
from hub.scenarios.format import Scenario, files, load
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.outputs import Output
from hub.scenarios.runner import run

SUITE = Path(__file__).parents[2] / "scenarios"
ALL = {one.id: one for file in files([SUITE]) for one in load(file)}
CITED = re.compile(r"规则[^。]*。|Rules [^.]*\.")


async def said(name: str) -> list[Output]:
    return (await run(ALL[name], HubInMemory, orders=False)).outputs


async def explained(name: str, type: str) -> dict[str, str]:
    found: list[Any] = [
        one.data["explanation"] for one in await said(name) if one.type == type and "explanation" in one.data
    ]
    assert found, f"{name} has no {type}"
    return dict(found[-1])


async def test_a_proposal_says_who_found_what_when_and_by_which_article() -> None:
    text = await explained("A01", "task.proposed")
    for word in (
        "巡视巡察机构2026-03-02",
        "审计机关2026-03-05",
        "K2",
        "调整",
        "R-ME-02",
        "能上能下2022_5",
        "党委",
        "no_action",
    ):
        assert word in text["zh"], word
    for word in ("inspection body", "2026-03-05", "independent sources", "adjustment", "R-ME-02", "no_action"):
        assert word in text["en"], word


async def test_a_proposal_on_one_source_says_so() -> None:
    text = await explained("L11", "task.proposed")
    assert "仅依据一个来源" in text["zh"]
    assert "rests on one source" in text["en"]
    assert "仅依据一个来源" not in (await explained("A01", "task.proposed"))["zh"]


async def test_what_is_missing_is_named() -> None:
    assert "印证程度不足以提出措施" in (await explained("A08", "verify.requested"))["zh"]
    text = await explained("D01", "conflict.opened")
    assert "KX" in text["zh"]


async def test_what_speaks_for_the_cadre_is_in_it() -> None:
    assert "有利情况1项" in (await explained("L09", "task.proposed"))["zh"]
    assert "已容错情况1项" in (await explained("L07", "task.proposed"))["zh"]
    assert "影响期满情况2项" in (await explained("N14", "task.proposed"))["zh"]
    assert "one step lower" in (await explained("L03", "task.proposed"))["en"]


@pytest.mark.parametrize("scenario", list(ALL.values()), ids=list(ALL))
async def test_no_explanation_names_what_is_no_measure_of_the_hub(scenario: Scenario) -> None:
    result = await run(scenario, HubInMemory, orders=False)
    names = [cadre["name"] for cadre in scenario.world.get("cadres", {}).values() if cadre.get("name")]
    for one in result.outputs:
        for text in (one.data.get("explanation") or {}).values():
            plain = CITED.sub("", text)
            assert not [word for word in (*FORBIDDEN, *CLAIMS) if word in plain], text
            assert not [name for name in names if name in text], text
            assert "no_action" in text
            assert "{" not in text
            assert all(rule in text for rule in one.data["rules"])


def test_texts_of_both_languages_have_the_same_blanks() -> None:
    sentences = base()["texts"]["sentences"]
    for key, words in sentences.items():
        zh, en = (set(re.findall(r"{\w+}", words[language])) for language in ("zh", "en"))
        assert zh == en, key
