"""What commands share: where the running hub is, and how lines are read and shown."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, TextIO

import typer
from rich.console import Console

from hub.adapters.embedded.state import connected
from hub.errors import UsageError
from hub.logging import configure
from hub.settings import Settings

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder of the hub; HUB_DATA or .hub when left out.")]
JsonOption = Annotated[bool, typer.Option("--json", help="JSON, one object a line.")]


def running(data: Path | None) -> Settings:
    """The settings of the running hub: of ``--data``, of ``HUB_*``, or of the default folder. Raises UsageError.

    Log lines go to stderr from here on, warnings and worse.
    """
    configure("WARNING")
    return connected(data, Settings())


def out() -> Console:
    """Where results go."""
    return Console(highlight=False, soft_wrap=True)


def err() -> Console:
    """Where everything else goes."""
    return Console(stderr=True, highlight=False, soft_wrap=True)


def json_line(value: Any) -> None:
    """One JSON object on one line of stdout."""
    print(json.dumps(value, ensure_ascii=False, separators=(",", ":")), flush=True)


def json_lines(file: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Line number and object of every line that is not blank; ``-`` is stdin. Raises UsageError naming the line."""
    with _opened(file) as stream:
        for number, line in enumerate(stream, 1):
            if line.strip():
                yield number, _object(file, number, line)


def _opened(file: Path) -> TextIO:
    if str(file) == "-":
        return sys.stdin
    try:
        return file.open(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"reading {file}: {error.strerror}", hint="check the path") from error


def _object(file: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise UsageError(f"{file}, line {number}: not JSON ({error})", hint="write one JSON object a line") from error
    if not isinstance(found, dict):
        raise UsageError(f"{file}, line {number}: not a JSON object", hint="write one JSON object a line")
    return found
