"""Numbers the flow shows to operations."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("hub_stream_records", "records handed to the service and committed", ["family"])
BATCH_SECONDS = Histogram("hub_stream_batch_seconds", "time of one batch, retries included", ["family"])
PAUSED = Gauge("hub_stream_paused", "1 while a batch waits for a part that does not answer", ["family"])
RETRIES = Counter("hub_stream_retries", "batches tried again after a transient error", ["family"])
POISON = Counter("hub_stream_poison", "records put aside because they cannot be handled", ["family"])
