"""Reading scenario files. A malformed entry is named, with the reason."""

from __future__ import annotations

import re
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import yaml

from hub.domain.dates import ZONE
from hub.errors import UsageError
from hub.yaml12 import loads

AT = re.compile(r"^d(-?\d+)(?:T(\d{2}):(\d{2}))?$")
KEYS = {"id", "title", "world", "given", "expect", "forbid", "finally", "shuffle", "replay", "restart"}
GIVEN = {"at", "time", "by", "type", "id", "data", "tick", "signed_by", "dataclassification"}
EXPECT = {"at", "type", "to", "with", "count", "of", "answer"}
FORBID = {"type", "to", "with", "from", "until", "contains"}
FINALLY = {"case", "task", "finding", "queue", "stage", "level", "state", "status", "open"}


class MalformedError(UsageError):
    """A scenario file cannot be read."""


@dataclass(slots=True)
class Scenario:
    """One scenario with its world, already merged."""

    id: str
    title: str
    file: Path
    world: dict[str, Any]
    given: list[dict[str, Any]]
    expect: list[dict[str, Any]] = field(default_factory=list)
    forbid: list[dict[str, Any]] = field(default_factory=list)
    finally_: list[dict[str, Any]] = field(default_factory=list)
    shuffle: bool = False
    replay: bool = False
    restart: str | None = None

    def moment(self, at: str) -> datetime:
        """``dN`` (09:00) or ``dNTHH:MM`` as local time."""
        return moment(date.fromisoformat(str(self.world["epoch"])), at)


def moment(epoch: date, at: str) -> datetime:
    """A point in scenario time; MalformedError for anything but ``dN`` and ``dNTHH:MM``."""
    found = AT.match(str(at))
    if found is None:
        raise MalformedError(
            f"«{at}» is no time of a scenario", hint="write dN or dNTHH:MM, for example d3 or d3T10:00"
        )
    clock = time(int(found[2] or 9), int(found[3] or 0), tzinfo=ZONE)
    return datetime.combine(epoch + timedelta(days=int(found[1])), clock)


def files(paths: list[Path]) -> list[Path]:
    """Scenario files under these paths, sorted; MalformedError where a path does not exist or a folder holds none."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.rglob("*.y*ml") if "scenarios" in _top(one))
            if not inside:
                raise MalformedError(f"{path}: no scenario file in this folder")
            found += inside
        elif path.is_file():
            found.append(path)
        else:
            raise MalformedError(f"{path}: no such file or folder")
    return found


def _top(path: Path) -> Any:
    body = _yaml(path)
    return body if isinstance(body, dict) else {}


def _yaml(path: Path) -> Any:
    try:
        return loads(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise MalformedError(f"{path}: not YAML: {error}") from error


def load(path: Path) -> list[Scenario]:
    """All scenarios of a file."""
    body = _yaml(path)
    if not isinstance(body, dict) or not isinstance(body.get("scenarios"), list):
        raise MalformedError(
            f"{path}: a scenario file has world: and scenarios:", hint="hub scenarios new writes a template"
        )
    world: Any = {}
    if "world" in body:
        source = path.parent / str(body["world"])
        if not source.is_file():
            raise MalformedError(f"{path}: world: {source} does not exist")
        world = _yaml(source)
    return [_scenario(path, index, entry, world) for index, entry in enumerate(body["scenarios"])]


def _scenario(path: Path, index: int, entry: Any, world: Mapping[str, Any]) -> Scenario:
    where = f"{path}: scenario {index + 1}"
    if not isinstance(entry, dict) or "id" not in entry:
        raise MalformedError(f"{where}: not a mapping with an id")
    where = f"{path}: {entry['id']}"
    _only(where, entry, KEYS)
    for name, keys in (("given", None), ("expect", EXPECT), ("forbid", FORBID), ("finally", FINALLY)):
        rows = entry.get(name) or []
        if not isinstance(rows, list):
            raise MalformedError(f"{where}: {name} is not a list")
        for number, row in enumerate(rows):
            if not isinstance(row, dict):
                raise MalformedError(f"{where}: {name}[{number}] is not a mapping")
            if keys is not None:
                _only(f"{where}: {name}[{number}]", row, keys)
    merged = merge(world, entry.get("world") or {})
    if "epoch" not in merged:
        raise MalformedError(f"{where}: the world has no epoch")
    made = Scenario(
        id=str(entry["id"]), title=str(entry.get("title", "")), file=path, world=plain(merged), given=plain(entry.get("given") or []),
        expect=plain(entry.get("expect") or []), forbid=plain(entry.get("forbid") or []), finally_=plain(entry.get("finally") or []),
        shuffle=bool(entry.get("shuffle")), replay=bool(entry.get("replay")), restart=entry.get("restart"),
    )  # fmt: skip
    _given(where, made)
    return made


def _given(where: str, scenario: Scenario) -> None:
    last: datetime | None = None
    for number, row in enumerate(scenario.given):
        place = f"{where}: given[{number}]"
        if "at" not in row:
            raise MalformedError(f"{place}: has no at")
        now = scenario.moment(row["at"])
        if last is not None and now < last:
            raise MalformedError(f"{place}: given is in order of arrival, {row['at']} lies before the entry above it")
        last = now
        if "ask" in row:
            if "id" not in row or "by" not in row:
                raise MalformedError(f"{place}: an ask needs id and by")
        elif not row.get("tick"):
            _only(place, row, GIVEN)
            for name in ("by", "type", "id", "data"):
                if name not in row:
                    raise MalformedError(f"{place}: has no {name}")
    for name, rows in (("expect", scenario.expect), ("forbid", scenario.forbid)):
        for number, row in enumerate(rows):
            for key in ("at", "from", "until"):
                if key in row:
                    try:
                        scenario.moment(row[key])
                    except MalformedError as error:
                        raise MalformedError(f"{where}: {name}[{number}]: {error}") from None


def _only(where: str, entry: Mapping[str, Any], known: set[str]) -> None:
    unknown = sorted(str(key) for key in entry if key not in known)
    if unknown:
        raise MalformedError(f"{where}: unknown {', '.join(unknown)}; known are {', '.join(sorted(known))}")


def merge(base: Mapping[str, Any], over: Mapping[str, Any]) -> dict[str, Any]:
    """Deep merge: null removes a key, a list or scalar replaces."""
    result = deepcopy(dict(base))
    for key, value in over.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, Mapping) and isinstance(result.get(key), Mapping):
            result[key] = merge(result[key], value) if value else {}
        else:
            result[key] = deepcopy(value)
    return result


def plain(value: Any) -> Any:
    """Dates as ISO text, all through."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, list):
        return [plain(one) for one in value]
    if isinstance(value, dict):
        return {key: plain(one) for key, one in value.items()}
    return value
