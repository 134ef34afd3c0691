"""Rows of roster files: what was read, or why not, always with the row's number as its maker sees it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from hub.domain.roster import records
from hub.domain.roster.records import RosterRecordError
from hub.errors import UsageError

TYPES = (
    "organ.recorded",
    "management.recorded",
    "cadre.recorded",
    "tenure.recorded",
    "cadre.merged",
    "relation.recorded",
)
_NEEDED = {
    "management.recorded": ("organ", "post", "committee", "department"),
    "relation.recorded": ("cadre", "kind"),
}


class RosterFileError(UsageError):
    """The roster file cannot be read."""


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One record: type and data of contracts.md 3.3. ``number``: line or row in the file, the header being row 1."""

    number: int
    type: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used, and why, in words for whoever made the file."""

    number: int
    reason: str


def checked(rows: Iterable[RosterRow | BadRow]) -> Iterator[RosterRow | BadRow]:
    """Each row, turned into a :class:`BadRow` where its type is unknown, a needed field is missing or a date is none."""
    for row in rows:
        yield row if isinstance(row, BadRow) else check(row)


def check(row: RosterRow) -> RosterRow | BadRow:
    """One row, or what is wrong with it."""
    if row.type not in TYPES:
        return BadRow(row.number, f"unknown type {row.type!r}; one of {', '.join(TYPES)}")
    missing = [field for field in _NEEDED.get(row.type, ()) if not row.data.get(field)]
    if missing:
        return BadRow(row.number, f"{row.type}: {', '.join(missing)} missing")
    try:
        record = records.read(row.type, row.data)
    except (RosterRecordError, TypeError, AttributeError, ValueError) as error:
        return BadRow(row.number, f"{row.type}: {error}")
    if isinstance(record, records.Tenure):
        return _check_tenure(row, record)
    return row


def _check_tenure(row: RosterRow, tenure: records.Tenure) -> RosterRow | BadRow:
    for field, day in (("from", tenure.start), ("to", tenure.end)):
        if day is not None and records.day_of(day) is None:
            return BadRow(row.number, f"tenure.recorded: {field} is no date: {day}")
    if tenure.start and tenure.end and tenure.end < tenure.start:
        return BadRow(row.number, f"tenure.recorded: ends on {tenure.end}, before it begins on {tenure.start}")
    if tenure.precision not in ("day", "month", "year"):
        return BadRow(row.number, f"tenure.recorded: precision {tenure.precision!r}; one of day, month, year")
    if tenure.kind not in ("正式", "代理", "主持", "挂职", "兼任"):
        return BadRow(row.number, f"tenure.recorded: kind {tenure.kind!r}; one of 正式, 代理, 主持, 挂职, 兼任")
    return row
