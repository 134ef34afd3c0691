"""The Faust app: settings that keep the guarantees, the batching transport, one agent per family."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

import faust

from hub.settings import Settings
from streams.agents import FAMILIES, add_agent
from streams.batching import BATCH_SIZE, BatchingTransport
from streams.breaker import Breaker, Stalls
from streams.failure import Courier
from streams.handler import BatchHandler

SESSION_TIMEOUT_S = 6.0  # a killed worker's partitions stand still for so long; the broker's default minimum
HEARTBEAT_S = 1.5
COMMIT_EVERY_S = 1.0
FETCHED_AT_ONCE = 4 * BATCH_SIZE
BATCHES_AHEAD = 8  # per agent: behind them its partitions are not fetched (back-pressure)
LONGEST_PAUSE = timedelta(days=7)  # the flow may stand still for so long without the worker leaving its group


def build_app(
    settings: Settings,
    handler: BatchHandler,
    topics: Mapping[str, str],
    *,
    families: Mapping[str, tuple[str, ...]] = FAMILIES,
) -> faust.App:
    """A worker's app, not started. ``topics``: contract name → name on the broker; families without any are left out.

    at_least_once: an offset is committed after the batch's transaction. The worker is a static member of its group, so
    that a restart within the session timeout moves no partition; ``worker_index`` must differ between workers.
    """
    app = faust.App(
        settings.app_id,
        broker=[f"aiokafka://{server.strip()}" for server in settings.kafka.split(",")],
        processing_guarantee="at_least_once",
        consumer_auto_offset_reset="earliest",
        consumer_group_instance_id=f"{settings.app_id}-{settings.worker_index}",
        broker_session_timeout=SESSION_TIMEOUT_S,
        broker_heartbeat_interval=HEARTBEAT_S,
        broker_commit_interval=COMMIT_EVERY_S,
        broker_max_poll_records=FETCHED_AT_ONCE,
        broker_max_poll_interval=LONGEST_PAUSE.total_seconds(),
        stream_buffer_maxsize=BATCHES_AHEAD,
        table_standby_replicas=0,  # no tables; and with 0 Faust takes Kafka's own round-robin assignor
        topic_allow_declare=False,  # topics are made by the administration, with their settings
        topic_disable_leader=True,
        web_enabled=False,
        datadir=settings.data / "faust",
    )
    mine = {family: [topics[name] for name in wanted if name in topics] for family, wanted in families.items()}
    batched = frozenset(name for found in mine.values() for name in found)
    app.transport = BatchingTransport(app.conf.broker_consumer, app, batched=batched)
    for family, found in mine.items():
        if found:
            stalls = handler if isinstance(handler, Stalls) else None
            breaker = Breaker(family, stalls, limit=settings.breaker_after)
            add_agent(app, Courier(family, handler, breaker=breaker), found)
    return app
