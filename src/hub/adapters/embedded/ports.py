"""Ports on this machine: free ones, and the same again after a restart."""

from __future__ import annotations

import json
import random
import socket
from collections.abc import Mapping
from pathlib import Path

from hub.adapters.embedded.files import write_private
from hub.errors import UsageError

HOST = "127.0.0.1"
RANGE = range(20_000, 32_000)
"""Below the range the kernel takes client ports from, so that a restarting part finds its port still free."""
TRIES = 200


def choose(file: Path, wanted: Mapping[str, int]) -> dict[str, int]:
    """A port for each name of ``wanted``: the one asked for, else the remembered one while free, else any free one.

    0 asks for none in particular. Raises :class:`UsageError` when a port asked for is taken. Writes ``file``.
    """
    remembered = _read(file)
    chosen: dict[str, int] = {}
    for name, port in wanted.items():
        if port and not is_free(port):
            raise UsageError(f"port {port} for {name} is taken", hint="name another one, or 0 for any free port")
        chosen[name] = port or _remembered_or_any(remembered.get(name, 0), set(chosen.values()))
    write_private(file, json.dumps(chosen, indent=1) + "\n")
    return chosen


def is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` now (connections that are still closing do not count)."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except OSError:
            return False
    return True


def _remembered_or_any(remembered: int, used: set[int]) -> int:
    if remembered and remembered not in used and is_free(remembered):
        return remembered
    for _ in range(TRIES):
        port = random.choice(RANGE)
        if port not in used and is_free(port):
            return port
    raise UsageError("no free port found", hint="close programs that listen on many ports, or name ports yourself")


def _read(file: Path) -> dict[str, int]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return {str(name): int(port) for name, port in found.items()} if isinstance(found, dict) else {}
