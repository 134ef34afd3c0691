"""Every scenario, in the order given, shuffled, replayed and restarted as it asks."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.scenarios.format import Scenario, files, load
from hub.scenarios.hub_in_memory import HubInMemory
from hub.scenarios.runner import run

HERE = Path(__file__).parent
BESIDE = HERE.parents[2] / "shared" / "spec" / "scenarios"
"""A newer edition of the project's scenarios, where one lies beside the checkout."""


def _all(folder: Path) -> list[object]:
    return [pytest.param(one, id=one.id) for file in files([folder]) for one in load(file)]


@pytest.mark.parametrize("scenario", [*_all(HERE / "spec"), *_all(HERE / "own")])
async def test_scenario(scenario: Scenario) -> None:
    result = await run(scenario, HubInMemory)
    assert result.passed, "\n".join(result.wrong)


def test_ids_are_unique() -> None:
    ids = [one.id for file in files([HERE]) for one in load(file)]
    assert len(ids) == len(set(ids))


@pytest.mark.skipif(not BESIDE.is_dir(), reason="no newer edition lies beside the checkout")
@pytest.mark.parametrize("scenario", _all(BESIDE) if BESIDE.is_dir() else [])
async def test_newer_edition(scenario: Scenario) -> None:
    result = await run(scenario, HubInMemory)
    assert result.passed, "\n".join(result.wrong)
