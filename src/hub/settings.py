"""Everything that can be set from outside, in one frozen class."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Settings of a hub, from ``HUB_*`` environment variables or keyword arguments. Immutable."""

    model_config = SettingsConfigDict(env_prefix="HUB_", frozen=True, extra="ignore")

    accreditation: str = Field("work_secret", description="highest classification this deployment may store")
    admin_token: str = Field("", description="bearer token of operators; made at first start")
    app_id: str = Field("hub", description="Faust application id and consumer group")
    archive_key: Path | None = Field(
        None, description="public JWK of the custodian for whom ended records are sealed; none = they are deleted"
    )
    body_limit_bytes: int = Field(1_048_576, description="largest body the HTTP intake takes")
    breaker_after: int = Field(20, description="events in a row that fail for no known reason before the flow stops")
    calendar_file: Path | None = Field(
        None, description="YAML {workdays: [dates], holidays: [dates]} over the built-in calendar"
    )
    clock: str = Field("system", description="'system', or 'database' for a clock that a test runner moves")
    data: Path = Field(Path(".hub"), description="folder of the embedded stack and of the keys")
    delivery_attempts: int = Field(12, description="tries of one push delivery before it counts as failed")
    delivery_first_wait_s: float = Field(5.0, description="wait after the first failed push; doubled after each")
    disk_floor_bytes: int = Field(200_000_000, description="less free space than this stops the intake")
    http_host: str = Field("127.0.0.1", description="address the API listens on")
    http_port: int = Field(0, description="port the API listens on; 0 = any free one")
    inbound_retention_hours: int = Field(24, description="how long Kafka keeps what was sent to the hub")
    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers")
    kafka_heap: str = Field("512m", description="memory of the embedded broker, as Java writes it")
    lease_minutes: int = Field(15, description="how long a claimed queue item stays with who claimed it")
    log_level: str = Field("INFO", description="least severe log lines that are written")
    metrics_port: int = Field(0, description="port of the metrics endpoint; 0 = any free one")
    partitions: int = Field(4, description="partitions of every inbound topic, when it is made")
    pool_size: int = Field(8, description="database connections of one process at most")
    postgres: str = Field("", description="DSN of the database")
    relay_lag_limit_s: float = Field(30.0, description="unpublished for longer than this = not ready")
    relay_unsealed_limit_s: float = Field(30.0, description="unsealed for longer than this stops publishing")
    replication: int = Field(1, description="copies of every topic, when it is made")
    rule_packs: tuple[str, ...] = Field(
        (), description="rule pack versions to decide by; empty = those of this release"
    )
    schema_name: str = Field("hub", description="database schema that holds the hub's tables")
    sweep_every_s: float = Field(600.0, description="how often the worker compares log and inbox; 0 = never")
    topic_prefix: str = Field("", description="put before every topic name; for several hubs on one broker")
    worker_index: int = Field(0, description="number of this worker; gives it its static group membership")
