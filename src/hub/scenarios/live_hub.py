"""One scenario's hub on the running stack: topics, schema and processes of its own; a clock that the runner moves."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.inbound_producer import InboundProducer
from hub.adapters.postgres.clock import DatabaseClock
from hub.bootstrap import open_store
from hub.domain.dates import ZONE
from hub.errors import TransientError
from hub.policy.loader import shipped
from hub.scenarios import live_rows as rows
from hub.scenarios.ending import Ending, current_of
from hub.scenarios.format import Scenario
from hub.scenarios.live_node import Node
from hub.scenarios.live_reader import Reader
from hub.scenarios.live_stage import Stage, place_of
from hub.scenarios.outputs import Output
from hub.scenarios.rebuild import check_rebuild
from hub.scenarios.seed import seed, signed
from hub.service.verdicts import Answer
from hub.testing import FixedClock
from schemas.codec import STRUCTURED, Event, encode_structured

PATIENCE_S = 60.0
LOOK_EVERY_S = 0.02
REFUSED = (400, 403, 409, 413, 422)
ANSWERED = (200, 403, 404)


class LiveHub:
    """Implements :class:`hub.scenarios.runner.ScenarioHub`. Every other event goes over HTTP, the others over Kafka."""

    def __init__(self, stage: Stage, scenario: Scenario) -> None:
        self.scenario = scenario
        self.clock = FixedClock(scenario.moment("d0"))
        self._stage = stage
        self._settings = stage.settings_of(scenario)
        self._registry, self._tokens = stage.enrolled(scenario)
        self._packs = shipped(self._settings.rule_packs)
        self._is_workday = ChinaCalendar().is_workday
        self._open = AsyncExitStack()
        self._node: Node | None = None
        self._logs: list[tuple[Path, int]] = []
        self._sent = 0
        self._clock_at: datetime | None = None
        self._found: list[Output] = []

    async def start(self) -> None:
        """Tables, topics, registry and roster; then API, relay and worker."""
        settings = self._settings
        self._open.push_async_callback(self._stage.forget, settings)
        await self._stage.make(settings)
        self._store = await self._open.enter_async_context(open_store(settings))
        self._database_clock = DatabaseClock(self._store.pool)
        self._ending = Ending(self._store, self._packs, self._is_workday)
        await self._database_clock.hold_timers()
        await self._move()
        await seed(self._store, self.scenario, self._registry)
        self._reader = await Reader(settings.kafka, settings.topic_prefix).start()
        self._open.push_async_callback(self._reader.stop)
        self._producer = InboundProducer(settings)
        self._open.push_async_callback(self._producer.stop)
        self._node = await self._stage.nodes.take()
        await self._begin(self._node)

    async def _begin(self, node: Node) -> None:
        self._logs.append((node.log, node.log.stat().st_size))
        url = await node.open(self._settings)
        self._http = await self._open.enter_async_context(
            httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, trust_env=False)
        )

    async def _move(self) -> None:
        if self._clock_at != self.clock.at:
            self._clock_at = self.clock.at
            await self._database_clock.set(self.clock.at)

    # ---- events in ----

    async def send(self, row: dict[str, Any]) -> None:
        """Send one event and wait until it was read."""
        await self._move()
        event = signed(self.scenario, row, self._registry)
        self._sent += 1
        place = place_of(event, self._registry.sources[str(row["by"])])
        if place is None or self._sent % 2:
            await self._post(event, str(row["by"]))
        else:
            topic = self._settings.topic_prefix + place[0]
            await self._producer.send(topic, place[1], encode_structured(event.attributes, event.data))
        await self._until("all that was sent is read", self._all_read)

    async def _post(self, event: Event, by: str) -> None:
        headers = {**self._bearer(by), "content-type": STRUCTURED}
        body = encode_structured(event.attributes, event.data)
        reply = await self._http.post("/v1/events", content=body, headers=headers)
        if reply.status_code != 202 and reply.status_code not in REFUSED:
            raise TransientError(f"POST /v1/events answered {reply.status_code}: {reply.text[:300]}")

    def _bearer(self, code: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens[code]}"}

    async def _all_read(self) -> bool:
        sent, read = await self._reader.sent(), await rows.read_up_to(self._store)
        return all(read.get(topic, 0) >= end for topic, end in sent.items())

    # ---- time ----

    async def tick(self) -> None:
        """Let everything fire that has fallen due, and wait until nothing is due any more."""
        await self._move()
        if not await self._store.due(self.clock.at.astimezone(ZONE).date(), 1):
            return
        await self._database_clock.let_timers_fire()
        await self._until("all that was due has fired", self._database_clock.held)

    # ---- out ----

    async def ask(self, row: dict[str, Any]) -> Answer:
        """Put one question over HTTP, with the asker's own token."""
        await self._move()
        args = {key: value for key, value in row.items() if key not in ("at", "by", "ask", "id")}
        reply = await self._http.post(f"/v1/queries/{row['ask']}", json=args, headers=self._bearer(str(row["by"])))
        if reply.status_code not in ANSWERED:
            raise TransientError(f"POST /v1/queries/{row['ask']} answered {reply.status_code}: {reply.text[:300]}")
        body = reply.json()
        return Answer(body["answer"], body["content"])

    async def outputs(self) -> list[Output]:
        """What recipients got in their topics since the last call, once the relay has published all there is.

        Each line of the ledger is read from Kafka once: AssertionError where one came twice, or not in time.
        """
        await self._until("all that was sealed is published", self._all_published)
        await self._until("all that was published can be read", self._all_arrived)
        found, self._found = self._found, []
        return found

    async def _all_arrived(self) -> bool:
        """The marks that make a transaction visible come a little after its end."""
        self._found += await self._reader.fresh()
        published = await rows.published_lines(self._store)
        if self._reader.count > published:
            raise AssertionError(f"{published} lines were published, but {self._reader.count} messages were read")
        return self._reader.count == published

    async def _all_published(self) -> bool:
        return await rows.all_published(self._store) or await self._only_alerts()

    async def _only_alerts(self) -> bool:
        """Publication is stopped: alerts go out ahead of the rest."""
        last = await rows.last_alert_if_stopped(self._store)
        if last is None:
            return False
        self._found += await self._reader.fresh()
        return self._reader.alerts >= last

    async def accesses(self) -> int:
        """How many access entries the ledger has."""
        return await rows.accesses(self._store)

    async def alter(self, finding: str) -> None:
        """Change one byte of a finding's ledger entry behind the hub's back."""
        await rows.alter(self._store, finding)

    async def restart(self) -> None:
        """SIGKILL the hub's process; what lies in the database is what the ledger gives; start another."""
        assert self._node is not None
        self._node = await self._stage.nodes.replace(self._node)
        await check_rebuild(self._store, self._packs, self._is_workday)
        await self._begin(self._node)

    async def state_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a ``finally`` entry asks about."""
        return await self._ending.state_of(row, self.clock.at.date())

    async def current(self) -> list[str]:
        """The current outputs."""
        return await current_of(self._store)

    async def stored(self) -> str:
        """Every table and what was logged since the start, as text."""
        logged = (_from(log, start) for log, start in self._logs)
        return "\n".join((await rows.dump(self._store), *logged, self._stage.server_logs()))

    async def close(self) -> None:
        """End the processes, drop tables and topics."""
        node, self._node = self._node, None
        try:
            if node is not None:
                with suppress(TransientError):  # the scenario is over; a node in trouble is replaced
                    await node.close()
                    await self._stage.nodes.give(node)
                    node = None
        finally:
            if node is not None:
                await self._stage.nodes.give(await self._stage.nodes.replace(node))
            await self._open.aclose()

    async def _until(self, what: str, reached: Callable[[], Awaitable[bool]]) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                while not await reached():
                    if self._node is None or not self._node.alive:
                        raise AssertionError(f"the hub's process ended while the runner waited until {what}")
                    await asyncio.sleep(LOOK_EVERY_S)
        except TimeoutError:
            raise AssertionError(f"waited {PATIENCE_S:.0f} s until {what}") from None


def _from(log: Path, start: int) -> str:
    with log.open("rb") as file:
        file.seek(start)
        return file.read().decode("utf-8", "replace")
