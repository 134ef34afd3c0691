"""Looks from beside the work whether its parts answer, so that a standing flow is seen with its reason while it lasts.

The work itself may hang in a call that nobody answers; this does not.
"""

from __future__ import annotations

import asyncio

import structlog

from hub import log_events
from hub.adapters.postgres import PostgresStore
from hub.adapters.pulse import PostgresPulse, free_bytes, kafka_answers
from hub.settings import Settings
from streams import metrics

log = structlog.get_logger(__name__)
EVERY_S = 2.0
KAFKA, POSTGRES, DISK_FULL = "kafka", "postgres", "disk_full"


async def watch(settings: Settings, store: PostgresStore, flow: str, *, every_s: float = EVERY_S) -> None:
    """Keep ``hub_flow_stalled{flow, reason}`` true, for ever; every change is a log line."""
    standing: set[str] = set()
    pulse = PostgresPulse(store)
    while True:
        found = await reasons(settings, pulse)
        for reason in standing ^ found:
            metrics.STALLED.labels(flow, reason).set(reason in found)
            event = log_events.FLOW_STALLED if reason in found else log_events.FLOW_MOVES
            log.warning(event, flow=flow, reason=reason)
        standing = found
        await asyncio.sleep(every_s)


async def reasons(settings: Settings, pulse: PostgresPulse) -> set[str]:
    """Why nothing can move just now."""
    kafka, postgres = await asyncio.gather(kafka_answers(settings.kafka), pulse.answers())
    full = free_bytes(settings.data) < settings.disk_floor_bytes
    told = {KAFKA: not kafka, POSTGRES: not postgres, DISK_FULL: full}
    return {reason for reason, so in told.items() if so}
