"""Topics are made in one way, by whomever."""

from __future__ import annotations

import pytest

from hub.adapters.topics import FOR_EVER, common_topics, own_topics, spec_of
from hub.sample.world import registry_from_world, sample_world
from hub.settings import Settings
from schemas import topics

SETTINGS = Settings(partitions=6, inbound_retention_hours=2)


def test_the_relay_makes_a_recipients_topic_as_its_enrolment_would() -> None:
    for source in registry_from_world(sample_world()).sources.values():
        for spec in own_topics(source):
            assert spec_of(SETTINGS, spec.name) == spec
            assert spec.config["retention.ms"] == FOR_EVER


@pytest.mark.parametrize(
    ("name", "partitions", "config"),
    [
        (topics.FINDINGS["audit"], 6, {"retention.ms": "7200000"}),
        (topics.FINDINGS["audit"] + topics.DLQ_SUFFIX, 1, {"retention.ms": FOR_EVER}),
        (topics.ROSTER, 6, {"cleanup.policy": "compact"}),
        (topics.WATERMARK, 1, {"cleanup.policy": "compact"}),
        (topics.ALERTS, 1, {}),
    ],
)
def test_every_kind_of_topic(name: str, partitions: int, config: dict[str, str]) -> None:
    spec = spec_of(SETTINGS, name)
    assert (spec.partitions, dict(spec.config)) == (partitions, config)
    assert spec in common_topics(SETTINGS)
