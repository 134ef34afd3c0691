"""From roster documents (:mod:`hub.domain.roster_docs`) to what the roster index is built from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from hub.domain.roster import RosterIndex

KINDS = ("person:", "organ:", "posts:")
Line = tuple[str, Mapping[str, Any]]


class RosterDocuments:
    """Roster documents read once each, so that an index built anew after a change costs no second parsing."""

    def __init__(self) -> None:
        self._lines: dict[str, list[Line]] = {}

    def copy(self) -> RosterDocuments:
        """Another one with the same documents."""
        other = RosterDocuments()
        other._lines = dict(self._lines)
        return other

    def update(self, documents: Mapping[str, bytes | None]) -> bool:
        """Take over documents (None: gone); others than roster documents are passed by. Whether anything was taken."""
        found = [(key, body) for key, body in documents.items() if key.startswith(KINDS)]
        for key, body in found:
            self._lines[key] = [] if body is None else read(key, body)
        return bool(found)

    def index(self, version: str = "", id_key: Callable[[str], str] = str) -> RosterIndex:
        """An index over all of them. ``id_key``: what it keeps of a citizen number."""
        lines = (line for several in self._lines.values() for line in several)
        return RosterIndex.from_records(lines, version=version, id_key=id_key)


def read(key: str, body: bytes) -> list[Line]:
    """The roster records that one document stands for, as (type, data); none for ``posts:``."""
    data = orjson.loads(body)
    if key.startswith("organ:"):
        return [("organ.recorded", data)]
    return _person(key.removeprefix("person:"), data) if key.startswith("person:") else []


def _person(cadre: str, data: Mapping[str, Any]) -> list[Line]:
    lines: list[Line] = [("tenure.recorded", {**tenure, "cadre": cadre}) for tenure in data.get("tenures", ())]
    if data.get("record"):
        lines.append(("cadre.recorded", data["record"]))
    if data.get("merged_into"):
        lines.append(("cadre.merged", {"from": cadre, "into": data["merged_into"]}))
    return lines
