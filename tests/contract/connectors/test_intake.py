"""The pump and the intake against an HTTP server that answers as the hub may."""

from __future__ import annotations

import json
from pathlib import Path

import httpx
import pytest

from connectors.base import Event
from connectors.files import FilesConnector
from connectors.files.config import FilesConfig
from connectors.intake import Intake
from connectors.pump import Pump
from hub.errors import UsageError

SOURCE = "urn:hub:body:audit-M"


class Hub:
    """Answers with the prepared replies in turn, then 202; keeps what it was sent."""

    def __init__(self, *replies: httpx.Response | Exception) -> None:
        self.replies = list(replies)
        self.requests: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        reply = self.replies.pop(0) if self.replies else httpx.Response(202, json={"receipt": "r-1"})
        if isinstance(reply, Exception):
            raise reply
        return reply

    @property
    def ids(self) -> list[str]:
        return [json.loads(request.content)["id"] for request in self.requests]


def sign(event: Event) -> Event:
    return {**event, "signature": f"signed:{event['id']}"}


def drop(folder: Path, *ids: str) -> Path:
    folder.mkdir(exist_ok=True)
    rows = [{"type": "finding.retracted", "id": id_, "data": {"ref": id_, "revision": 2, "reason": "r"}} for id_ in ids]
    path = folder / "a.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def pump(folder: Path, hub: Hub, waits: list[float] | None = None) -> Pump:
    async def waited(seconds: float) -> None:
        (waits if waits is not None else []).append(seconds)

    client = httpx.AsyncClient(transport=httpx.MockTransport(hub), base_url="http://hub")
    connector = FilesConnector(FilesConfig(source=SOURCE, folder=folder, follow=False))
    return Pump(connector, Intake(client, "secret-token", sign), waited)


async def test_events_arrive_signed_and_in_order(tmp_path: Path) -> None:
    drop(tmp_path, "1", "2", "3")
    hub = Hub()
    counts = await pump(tmp_path, hub).run()
    assert (counts.accepted, counts.refused, hub.ids) == (3, 0, ["1", "2", "3"])
    request = hub.requests[0]
    assert (request.method, request.url.path) == ("POST", "/v1/events")
    assert request.headers["authorization"] == "Bearer secret-token"
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert json.loads(request.content)["signature"] == "signed:1"
    assert (tmp_path / "done" / "a.jsonl").exists()


async def test_an_overloaded_or_absent_hub_is_asked_again_with_growing_waits(tmp_path: Path) -> None:
    drop(tmp_path, "1", "2")
    hub = Hub(httpx.Response(503), httpx.ConnectError("refused"), httpx.Response(429))
    waits: list[float] = []
    counts = await pump(tmp_path, hub, waits).run()
    assert hub.ids == ["1", "1", "1", "1", "2"]
    assert (counts.accepted, counts.retried, waits) == (2, 3, [0.5, 1.0, 2.0])


@pytest.mark.parametrize("status", [400, 409, 413, 422])
async def test_a_refused_event_is_set_aside_with_the_hubs_reason(tmp_path: Path, status: int) -> None:
    drop(tmp_path, "1", "2")
    hub = Hub(httpx.Response(status, json={"title": "refused", "detail": "other content under this id"}))
    counts = await pump(tmp_path, hub).run()
    assert (counts.accepted, counts.refused) == (1, 1)
    assert not (tmp_path / "done" / "a.jsonl").exists()
    reasons = (tmp_path / "rejects" / "a.jsonl.reasons").read_text(encoding="utf-8").splitlines()
    assert [json.loads(row) for row in reasons] == [{"line": 1, "reason": "other content under this id"}]


@pytest.mark.parametrize("status", [401, 403])
async def test_a_sender_without_permission_stops_and_keeps_everything(tmp_path: Path, status: int) -> None:
    path = drop(tmp_path, "1", "2")
    with pytest.raises(UsageError, match=str(status)) as caught:
        await pump(tmp_path, Hub(httpx.Response(status))).run()
    assert caught.value.hint
    assert path.exists()
    hub = Hub()
    await pump(tmp_path, hub).run()
    assert hub.ids == ["1", "2"]
