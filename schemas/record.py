"""One record as it came from Kafka, undecoded. What the streams hand to the service."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """Raw bytes and their place in the log.

    (topic, partition, offset) names the record for ever; ``value`` is None for a tombstone of a compacted topic.
    ``timestamp_ms`` is milliseconds since 1970 UTC, set by the producer or the broker; -1 where there is none.
    """

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]
    timestamp_ms: int
