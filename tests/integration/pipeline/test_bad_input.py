"""Bad input straight into Kafka, past the HTTP intake: each has its receipt or dead letter, and the flow goes on.

(The same over HTTP: ``tests/acceptance/hub/test_bad_input.py``.)
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.outputs import KafkaOutputs
from hub.chaos.census import judge, take_census
from hub.chaos.history import History, Told
from hub.settings import Settings
from schemas import topics
from tests.integration.pipeline.plant import Plant, plant

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
Change = Callable[[dict[str, Any]], object]


async def test_each_bad_record_is_answered_and_the_flow_goes_on(fresh: Settings, tmp_path: Path) -> None:
    async with plant(fresh, tmp_path, 10) as hub:
        made = hub.history.findings(40, mix=("S1",))

        def bad(change: Change) -> Told:
            return changed(hub.history, next(made), change)

        good = [next(made), next(made)]
        sent = {
            "unknown_type": bad(lambda event: event.update(type="hub.finding.guessed")),
            "classification": bad(lambda event: event.pop("dataclassification")),
            "id_clash": changed(hub.history, good[0], lambda event: event["data"].update(severity="S3")),
            "parked": bad(lambda event: (event.update(type="hub.finding.revised"), event["data"].update(revision=2))),
            "id_checksum": bad(wrong_check_character),
        }
        letters = {
            "malformed": replace(next(made), value=b'{"specversion": "1.0", "id": '),
            "too_large": bad(lambda event: event["data"].update(context="x" * 5_000_000)),
            "unknown_source": bad(lambda event: event.update(source="urn:hub:body:nobody")),
        }
        worker = await hub.start("worker")
        await hub.start("relay")
        everything = [good[0], *sent.values(), *letters.values(), good[1]]
        await hub.send(everything, largest=6_000_000)
        await hub.until_all_dealt_with(len(everything))
        await hub.until_published()

        said = await receipts(hub)
        assert said[sent["unknown_type"].id]["reason"] == "unknown_type"
        assert said[sent["classification"].id]["reason"] == "classification"
        assert "hub.finding.quarantined id_clash" in said["told"]
        assert f"hub.finding.parked {sent['parked'].id}" in said["told"]
        assert said[sent["id_checksum"].id]["warnings"] == ["id_checksum"]
        dead = await hub.store.dead_letters()
        assert {one.reason for one in dead} >= {"too_large", "unknown_source"}
        assert len(dead) == len(letters)
        assert not any(b"xxxx" in one.value for one in dead)
        judged = judge(await take_census(hub.settings, hub.history.registry), [one.expected for one in good])
        assert not judged.lost, judged
        assert not judged.twice, judged
        assert worker.process.poll() is None


def changed(history: History, told: Told, change: Change) -> Told:
    """The event with a change, signed anew by its sender."""
    event = json.loads(told.value)
    change(event)
    history.sign(told.sender, event)
    return replace(told, value=json.dumps(event).encode())


def wrong_check_character(event: dict[str, Any]) -> None:
    number = event["data"]["subjects"][0]["citizen_id"]
    event["data"]["subjects"][0]["citizen_id"] = number[:-1] + ("0" if number[-1] != "0" else "1")


async def receipts(hub: Plant) -> dict[str, Any]:
    """Data of receipts by the event that they are about; under ``told`` what each was, in short."""
    names = [topics.receipts(source) for source in hub.history.registry.sources]
    found: dict[str, Any] = {"told": set()}
    async for _, value in KafkaOutputs(hub.settings).once(names):
        event = json.loads(value)
        found[event["data"]["event"]] = event["data"]
        found["told"] |= {f"{event['type']} {event['data'].get(name)}" for name in ("reason", "event")}
    return found
