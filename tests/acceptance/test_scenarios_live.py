"""Scenarios through Kafka, Postgres and the HTTP API, several side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.scenarios.format import Scenario, files, load
from hub.scenarios.live import run_on
from hub.scenarios.runner import Result
from hub.settings import Settings

pytestmark = [pytest.mark.stack, pytest.mark.timeout(600)]

FOLDER = Path(__file__).parents[1] / "scenarios"
ALWAYS = (
    "A01", "A02", "A03", "A08", "A09", "C01", "C02", "C03", "D03", "D04", "D07", "D08", "D09", "F01", "F02", "F05", "F06",
    "F10", "G01", "J03",
)  # fmt: skip
ALSO = ("J11", "K05")
"""Publication that stops, and a backlog after days without a hub."""


def chosen() -> list[Scenario]:
    return [one for path in files([FOLDER]) for one in load(path) if one.id in (*ALWAYS, *ALSO)]


async def test_scenarios_pass_on_the_running_stack(stack: Settings) -> None:
    scenarios = chosen()
    assert {one.id for one in scenarios} == {*ALWAYS, *ALSO}
    heard: list[Result] = []
    results = await run_on(stack, scenarios, heard.append)
    assert [one.scenario.id for one in results] == [one.id for one in scenarios]
    assert {one.scenario.id for one in heard} == {one.id for one in scenarios}
    assert {one.scenario.id: one.wrong for one in results if not one.passed} == {}


async def test_what_is_wrong_is_told_and_does_not_stop_the_others(stack: Settings) -> None:
    good, bad = (one for one in chosen() if one.id in ("A01", "A08"))
    bad.expect.append({"at": "d0", "type": "task.proposed", "to": "org-M"})
    results = await run_on(stack, [bad, good], lambda _: None, at_once=2)
    assert [one.passed for one in results] == [False, True]
    assert any("task.proposed" in line for line in results[0].wrong)
