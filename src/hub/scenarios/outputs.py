"""Outputs as a reader sees them, and how entries of a scenario match them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from hub.domain.dates import ZONE

RECEIPTS = frozenset({
    "finding.accepted", "duplicate.ignored", "finding.quarantined", "finding.rejected", "finding.returned_to_source", "finding.parked",
    "determination.accepted", "determination.parked", "determination.rejected", "reply.accepted", "reply.rejected",
})  # fmt: skip
"""Receipts for the recipient's own message: a ``forbid`` without ``type`` does not mean them."""


@dataclass(frozen=True, slots=True)
class Output:
    """One published event, or an answer (type ``answer``)."""

    id: str
    type: str
    to: str | None
    at: datetime
    data: Mapping[str, Any]
    text: str

    @classmethod
    def of(cls, event: Mapping[str, Any], at: datetime, to: str | None) -> Output:
        """From a published CloudEvent."""
        text = orjson.dumps(event).decode()
        return cls(
            str(event["id"]), str(event["type"]).removeprefix("hub."), to, at.astimezone(ZONE), event["data"], text
        )


def subset(wanted: Any, found: Any) -> bool:
    """A scalar equals (dates as text), a list is contained in, a mapping recurses, null equals null."""
    if isinstance(wanted, Mapping):
        return isinstance(found, Mapping) and all(
            key in found and subset(value, found[key]) for key, value in wanted.items()
        )
    if isinstance(wanted, list):
        return isinstance(found, list | tuple) and all(any(subset(one, other) for other in found) for one in wanted)
    if wanted is None or isinstance(wanted, bool) or isinstance(found, bool):
        return wanted is found
    return str(wanted) == str(found) if found is not None else False


def meets(row: Mapping[str, Any], output: Output) -> bool:
    """Whether an output is of the type, recipient and content of an entry; the day is looked at elsewhere."""
    if "type" in row and row["type"] != output.type:
        return False
    if "to" in row and row["to"] != output.to:
        return False
    return "with" not in row or subset(row["with"], output.data)
