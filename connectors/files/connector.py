"""The drop folder as a connector."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path
from typing import ClassVar, Self

from connectors.base import ConnectorConfig, Read
from connectors.files.client import DropFolder, DroppedFile
from connectors.files.config import FilesConfig
from connectors.files.mapping import to_event
from hub.errors import RefusedError


class FilesConnector:
    """Reads files in order of their names, lines in order; a file is moved away only when all its lines are settled."""

    name: ClassVar[str] = "files"
    config_model: ClassVar[type[ConnectorConfig]] = FilesConfig

    def __init__(self, config: FilesConfig) -> None:
        self._config = config
        self._folder = DropFolder(config.folder, config.pattern)
        self._current: DroppedFile | None = None
        self._settled = 0

    async def events(self) -> AsyncIterator[Read]:
        """Every line of every waiting file. A reader that asks on without settling ends the run: nothing is skipped."""
        quiet_s = self._config.quiet_s if self._config.follow else 0
        while True:
            for dropped in await asyncio.to_thread(self._folder.waiting, quiet_s):
                async for read in self._lines(dropped):
                    yield read
                    if str(self._settled) != read.mark:
                        return
                dropped.finish()
            if not self._config.follow:
                return
            await asyncio.sleep(self._config.poll_s)

    async def settle(self, read: Read, refusal: str | None = None) -> None:
        """Remember the line. Marks are line numbers of the file being read."""
        if self._current is None:
            raise RefusedError(f"line {read.mark}: no file is being read", reason="not_reading")
        self._settled = int(read.mark)
        self._current.settle(self._settled, refusal)

    async def _lines(self, dropped: DroppedFile) -> AsyncIterator[Read]:
        self._current, self._settled = dropped, dropped.settled
        for number, line in dropped.lines():
            try:
                event = to_event(line.decode(), self._config)
            except UnicodeDecodeError:
                dropped.settle(number, "not UTF-8")
            except RefusedError as error:
                dropped.settle(number, error.reason)
            else:
                yield Read(event, str(number))

    @classmethod
    def rehearse(cls, recorded: Path, workdir: Path) -> Self:
        """Drops the recorded files into ``workdir`` once, then reads what is left of them there."""
        folder = workdir / "drop"
        if not folder.exists():
            shutil.copytree(recorded / "input", folder)
        return cls(FilesConfig(source="urn:hub:body:audit-M", folder=folder, follow=False))
