"""Batches small enough for the intake, results in order."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from hub.cli import sender
from hub.cli.sender import by_http
from hub.errors import TransientError
from schemas.codec import Event


class Intake(BaseHTTPRequestHandler):
    """Refuses ids that begin with ``bad``; counts batches; away while told to be."""

    batches: list[int] = []
    away = False

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.batches.append(len(body))
        results = [
            {"id": one["id"], "status": 422, "detail": "no", "hint": "fix"} if one["id"].startswith("bad")
            else {"id": one["id"], "status": 202, "receipt": f"/r/{one['id']}"} for one in body
        ]  # fmt: skip
        answer = {"title": "away", "hint": "later"} if self.away else {"results": results}
        reply = json.dumps(answer).encode()
        self.send_response(503 if self.away else 207)
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@contextmanager
def intake(*, away: bool = False) -> Iterator[str]:
    Intake.batches.clear()
    Intake.away = away
    with ThreadingHTTPServer(("127.0.0.1", 0), Intake) as server:
        thread = Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


def events(*ids: str, size: int = 1) -> list[Event]:
    return [Event({"id": one}, {"x": "y" * size}) for one in ids]


async def test_results_come_back_in_order_over_several_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sender, "BATCH_EVENTS", 2)
    with intake() as url:
        sent = await by_http(url, "t", events("a", "bad", "c", "d", "e"))
    assert Intake.batches == [2, 2, 1]
    assert [(one.id, one.ok) for one in sent] == [("a", True), ("bad", False), ("c", True), ("d", True), ("e", True)]
    assert (sent[0].receipt, sent[1].problem, sent[1].hint) == ("/r/a", "no", "fix")


async def test_long_events_make_smaller_batches() -> None:
    with intake() as url:
        await by_http(url, "t", events("a", "b", "c", size=200_000))
    assert Intake.batches == [2, 1]


async def test_an_intake_that_is_away_is_an_error_to_try_again() -> None:
    with intake(away=True) as url, pytest.raises(TransientError, match="away") as refused:
        await by_http(url, "t", events("a"))
    assert refused.value.hint == "later"
    with pytest.raises(TransientError, match="no answer"):
        await by_http("http://127.0.0.1:9", "t", events("a"))
