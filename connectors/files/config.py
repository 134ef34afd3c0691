"""Settings of a drop folder."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from connectors.base import ConnectorConfig


class FilesConfig(ConnectorConfig):
    """Where files are dropped and how they are read."""

    folder: Path = Field(description="the drop folder; done/, rejects/ and .state/ are made in it")
    pattern: str = Field("*.jsonl", description="names that are read; others, and hidden ones, are left alone")
    follow: bool = Field(True, description="wait for new files; false: end when the folder has no more")
    quiet_s: float = Field(
        2.0, description="with follow: seconds a file must have stood unchanged before it is read", ge=0
    )
    poll_s: float = Field(1.0, description="seconds between two looks at the folder", gt=0)
