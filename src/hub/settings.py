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
    clock: str = Field("system", description="'system', or 'database' for a clock that a test runner moves")
    data: Path = Field(Path(".hub"), description="folder of the embedded stack and of the keys")
    http_host: str = Field("127.0.0.1", description="address the API listens on")
    http_port: int = Field(0, description="port the API listens on; 0 = any free one")
    kafka: str = Field("127.0.0.1:9092", description="bootstrap servers")
    metrics_port: int = Field(0, description="port of the metrics endpoint; 0 = any free one")
    postgres: str = Field("", description="DSN of the database")
    schema_name: str = Field("hub", description="database schema that holds the hub's tables")
    topic_prefix: str = Field("", description="put before every topic name; for several hubs on one broker")
    worker_index: int = Field(0, description="number of this worker; gives it its static group membership")
