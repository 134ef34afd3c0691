"""The agents: raw records in, one service call, acknowledge. One agent per family of inbound topics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import faust

from hub import faults
from schemas import topics as names
from streams.batching import BatchSchema
from streams.failure import Courier

FINDINGS = "findings"
DETERMINATIONS = "determinations"
ROSTER = "roster"
REPLIES = "replies"

FAMILIES: Mapping[str, tuple[str, ...]] = {
    FINDINGS: (*names.FINDINGS.values(), names.FINDINGS_CONTEXT),
    DETERMINATIONS: (names.DETERMINATIONS,),
    ROSTER: (names.ROSTER,),
    REPLIES: (names.REPLIES,),
}


def add_agent(app: faust.App, courier: Courier, topics: list[str]) -> None:
    """Register the agent of ``courier``'s family on ``topics``.

    Acknowledgement is by hand: Faust's own acknowledges a batch also when the agent was cancelled in the middle of it.
    """
    topic = app.topic(*topics, schema=BatchSchema(), internal=False)

    async def agent(stream: Any) -> None:
        async for event in stream.noack().events():
            await courier.deliver(event.value)
            faults.reached(faults.BEFORE_ACK)
            await stream.ack(event)

    app.agent(topic, name=f"{app.conf.id}-{courier.family}", concurrency=1)(agent)
