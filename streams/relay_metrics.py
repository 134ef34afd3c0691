"""Numbers the relay shows to operations."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

PUBLISHED = Counter("hub_relay_published", "ledger entries published to Kafka")
SEALED = Counter("hub_relay_sealed", "ledger lines put into the hash chain")
BATCH_SECONDS = Histogram("hub_relay_batch_seconds", "time of one Kafka transaction")
LEADING = Gauge("hub_relay_leading", "1 while this process holds the relay's lock")
HALTED = Gauge("hub_relay_halted", "1 while the publication of all but alerts is stopped")
