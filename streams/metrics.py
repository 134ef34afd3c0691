"""Numbers the flow shows to operations."""

from __future__ import annotations

from prometheus_client import Counter, Gauge, Histogram

RECORDS = Counter("hub_stream_records", "records handed to the service and committed", ["family"])
BATCH_SECONDS = Histogram("hub_stream_batch_seconds", "time of one batch, retries included", ["family"])
PAUSED = Gauge("hub_stream_paused", "1 while a batch waits for a part that does not answer", ["family"])
RETRIES = Counter("hub_stream_retries", "batches tried again after a transient error", ["family"])
POISON = Counter("hub_stream_poison", "records put aside because they cannot be handled", ["family"])
STALLED = Gauge("hub_flow_stalled", "1 while this part of the flow stands still, and why", ["flow", "reason"])
SWEEP_MISSING = Gauge("hub_sweep_missing", "records that the last sweep found missing and did not repair")
SWEEP_GONE = Gauge("hub_sweep_gone", "offsets never dealt with that the log no longer holds")
SWEEP_REPAIRED = Counter("hub_sweep_repaired", "records that sweeps handed to the service")
SWEEP_AT = Gauge("hub_sweep_last_seconds", "when the last sweep ended, seconds since 1970")
