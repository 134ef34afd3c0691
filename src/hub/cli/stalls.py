"""What stands still in a running hub, and why: as its processes say it themselves, whoever of them answers."""

from __future__ import annotations

import json
import re
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import ProxyHandler, build_opener

from hub.adapters.embedded.state import StackInfo

WITHIN_S = 4.0
FAILED_FOR_S = 15.0
"""A process that fails at every start is started again and again; its last words count for so long."""
_LINE = re.compile(r'hub_flow_stalled\{flow="([^"]*)",reason="([^"]*)"\} 1(?:\.0)?\Z')
_opener = build_opener(ProxyHandler({}))


@dataclass(frozen=True, slots=True)
class Stall:
    """``flow`` stands still because of ``reason``; ``by``: the process that says so."""

    flow: str
    reason: str
    by: str


def stalls(info: StackInfo) -> list[Stall]:
    """All that is known. Asks every process's metrics and the API's readiness, at once."""
    places = {"api": info.http + "/health/ready", **_metrics(Path(info.data) / "run")}
    if not places.keys() - {"api"} and not info.metrics.endswith(":0/metrics"):
        places["worker"] = info.metrics
    with ThreadPoolExecutor(len(places)) as pool:
        texts = dict(zip(places, pool.map(_read, places.values()), strict=True))
    found = [stall for name, text in texts.items() if name != "api" for stall in _of_metrics(name, text)]
    found += _of_readiness(texts["api"])
    found += _failed(Path(info.data) / "run")
    return sorted(set(found), key=lambda one: (one.flow, one.reason, one.by))


def _metrics(run: Path) -> dict[str, str]:
    found = {path.stem: _json(path).get("metrics") for path in run.glob("*.json")}
    return {name: url for name, url in found.items() if url and name != "api" and not name.endswith(".failed")}


def _failed(run: Path) -> list[Stall]:
    found = []
    for path in run.glob("*.failed.json"):
        if time.time() - path.stat().st_mtime < FAILED_FOR_S:
            name = path.name.removesuffix(".failed.json")
            found.append(Stall(name, str(_json(path).get("error", "failed")), name))
    return found


def _json(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _read(url: str) -> str | None:
    try:
        with _opener.open(url, timeout=WITHIN_S) as reply:
            return str(reply.read().decode())
    except HTTPError as error:
        return error.read().decode()
    except (OSError, ValueError):
        return None


def _of_metrics(name: str, text: str | None) -> list[Stall]:
    if text is None:
        return [Stall(name, "no_answer", name)]
    return [Stall(hit[1], hit[2], name) for line in text.splitlines() if (hit := _LINE.match(line))]


def _of_readiness(text: str | None) -> list[Stall]:
    if text is None:
        return [Stall("intake", "no_answer", "api")]
    try:
        checks = json.loads(text).get("checks", {})
    except ValueError:
        return [Stall("intake", "no_answer", "api")]
    return [Stall("intake", f"{part}: {one['reason']}", "api") for part, one in checks.items() if not one["ok"]]
