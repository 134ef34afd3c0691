"""The demo's story keeps the contracts and names all seven bodies."""

from __future__ import annotations

from datetime import date

from hub.domain.leaks import find_leak
from hub.sample.story import story
from hub.sample.world import registry_from_world, sample_world
from schemas.inbound import INBOUND
from schemas.topics import BODIES

TODAY = date(2026, 3, 2)
STEPS = [step for act in story(TODAY) for step in act.steps]


def test_every_event_keeps_its_contract() -> None:
    for step in STEPS:
        assert find_leak(step.data) is None
        INBOUND[step.type].model.model_validate(step.data)
    assert len({step.id for step in STEPS}) == len(STEPS)


def test_all_seven_bodies_speak_over_both_ways() -> None:
    registry = registry_from_world(sample_world())
    assert {registry.sources[step.by].body for step in STEPS} >= set(BODIES)
    assert {step.via for step in STEPS} == {"http", "kafka"}


def test_dates_lie_before_the_day_of_the_demo() -> None:
    assert STEPS[0].data["subjects"][0]["at"] == "2025-12-02"
    assert "day-" not in str([step.data for step in STEPS])
