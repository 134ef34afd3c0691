"""What is told of an event that is set aside keeps its contract, whatever went wrong: this must not fail itself."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import orjson
import pytest

from hub.domain.registry import Registry
from hub.errors import PoisonError
from hub.ports import DeadLetter, Position
from hub.sample.world import registry_from_world, sample_world
from hub.service import dead_letters
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore
from schemas.codec import Event, Malformed
from schemas.outbound import OUTBOUND

AT = Position("t-findings-audit", 2, 4711)
SETTINGS = Settings(topic_prefix="t-")
REGISTRY: Registry = registry_from_world(sample_world())
KIND = OUTBOUND["event.set_aside"]
VETTED = Event(
    {
        "specversion": "1.0",
        "id": " i" + "🏛" * 198,
        "source": "urn:hub:body:audit-M",
        "type": "hub.finding.retracted",
        "dataclassification": "work_secret",
    },
    {"ref": "f1", "revision": 2, "reason": "复核"},
)


class _OddlyNamedErrorOfSomeLibraryWithAVeryLongNameIndeedThatNobodyShortened(LookupError):
    """Its name becomes the reason."""


def failed(error: BaseException, event: Event | None = VETTED) -> DeadLetter:
    return dead_letters.of_error(AT, event, error, REGISTRY, SETTINGS)


async def told(letter: DeadLetter) -> tuple[str | None, dict[str, Any]]:
    store = MemoryStore(FixedClock(datetime(2026, 3, 2, 9, 0)))
    async with store.begin() as unit:
        dead_letters.set_aside(unit, letter, SETTINGS)
    (line,) = store.lines
    return line.topic, orjson.loads(line.body)


@pytest.mark.parametrize(
    ("letter", "kind", "reason"),
    [
        (dead_letters.of_malformed(AT, Malformed("too_large", "an event may have …")), "malformed", "too_large"),
        (dead_letters.of_unknown(AT, "unknown_source", "not registered"), "unknown_source", "unknown_source"),
        (failed(PoisonError("x" * 5_000)), "poison", "PoisonError"),
        (failed(ValueError("private"), None), "unexpected", "ValueError"),
        (failed(_OddlyNamedErrorOfSomeLibraryWithAVeryLongNameIndeedThatNobodyShortened()), "unexpected", None),
    ],
)
async def test_every_kind_of_letter_keeps_the_contract(letter: DeadLetter, kind: str, reason: str | None) -> None:
    topic, event = await told(letter)
    assert topic == KIND.topic("findings-audit")
    assert event["type"] == f"hub.{KIND.name}"
    KIND.model.model_validate(event["data"])
    assert (event["data"]["kind"], event["data"]["offset"]) == (kind, AT.offset)
    assert reason in (None, event["data"]["reason"])
    assert "private" not in event["data"]["detail"]


async def test_source_and_id_stand_there_as_they_were_sent() -> None:
    _, event = await told(failed(PoisonError("no")))
    assert (event["data"]["source"], event["data"]["event"]) == ("urn:hub:body:audit-M", VETTED.attributes["id"])
    assert event["data"]["kept"]
