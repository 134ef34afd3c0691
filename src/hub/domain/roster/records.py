"""Roster records as the hub keeps them, read from the data of contracts.md 3.3. Dates are ISO text as recorded."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from hub.errors import RefusedError


class RosterRecordError(RefusedError):
    """A roster record cannot be used."""


@dataclass(frozen=True, slots=True)
class OrganName:
    """A name of an organ with its kind (全称, 简称, 旧称) and validity; None: open."""

    name: str
    kind: str = "全称"
    start: str | None = None
    end: str | None = None


@dataclass(frozen=True, slots=True)
class Succession:
    """renamed_to, renamed_from, merged_into, merged_from, split_into or split_from, as seen from the organ."""

    kind: str
    organ: str
    on: str | None = None


@dataclass(frozen=True, slots=True)
class Organ:
    """An organ with every name it ever had."""

    organ_id: str
    names: tuple[OrganName, ...]
    parent: str | None = None
    place: str | None = None
    succession: tuple[Succession, ...] = ()


@dataclass(frozen=True, slots=True)
class Cadre:
    """A cadre. ``citizen_id`` may be the number or a keyed hash of it, as the holder of the roster keeps it."""

    cadre_id: str
    name: str
    former_names: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    citizen_id: str | None = None
    state: str | None = None
    native_place: str | None = None


@dataclass(frozen=True, slots=True)
class Tenure:
    """A post held. ``end``: the last day held, None while held; ``precision``: how exact both days are."""

    tenure_id: str
    cadre: str
    organ: str
    post: str
    kind: str = "正式"
    start: str | None = None
    end: str | None = None
    precision: str = "day"
    left: str | None = None
    elected: bool = False


@dataclass(frozen=True, slots=True)
class Merge:
    """Two records that prove to be one person's: ``gone`` is from now on ``into``."""

    gone: str
    into: str


Record = Organ | Cadre | Tenure | Merge


def _need(data: Mapping[str, Any], *fields: str) -> str:
    for field in fields:
        if data.get(field) not in (None, ""):
            return str(data[field])
    raise RosterRecordError(
        f"{fields[0]} is missing", reason="missing_field", hint=f"every such record needs {fields[0]}"
    )


def day_of(text: str) -> date | None:
    """An ISO date, or None."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _day(value: object) -> str | None:
    return str(value)[:10] if value not in (None, "") else None


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        value = [part for part in value.replace("；", ";").replace("、", ";").split(";") if part.strip()]
    return tuple(str(part).strip() for part in value) if isinstance(value, (list, tuple)) else ()


def organ(data: Mapping[str, Any]) -> Organ:
    """Data of ``organ.recorded``. Raises :class:`RosterRecordError` without an id or a name."""
    names = tuple(
        OrganName(_need(one, "name"), str(one.get("kind") or "全称"), _day(one.get("from")), _day(one.get("to")))
        for one in data.get("names") or ()
    )
    edges = tuple(
        Succession(_need(one, "kind"), _need(one, "organ"), _day(one.get("on"))) for one in data.get("succession") or ()
    )
    if not names:
        raise RosterRecordError("an organ without a name", reason="missing_field", hint="give at least one name")
    return Organ(_need(data, "organ_id", "organ"), names, data.get("parent") or None, data.get("place") or None, edges)


def cadre(data: Mapping[str, Any]) -> Cadre:
    """Data of ``cadre.recorded``. Raises :class:`RosterRecordError` without an id or a name."""
    return Cadre(
        _need(data, "cadre_id", "cadre"),
        _need(data, "name"),
        _texts(data.get("former_names")),
        _texts(data.get("aliases")),
        str(data["citizen_id"]) if data.get("citizen_id") else None,
        data.get("state") or None,
        data.get("native_place") or None,
    )


def tenure(data: Mapping[str, Any]) -> Tenure:
    """Data of ``tenure.recorded``. Raises :class:`RosterRecordError` without cadre, organ or post."""
    return Tenure(
        str(data.get("tenure_id") or ""),
        _need(data, "cadre", "cadre_id"),
        _need(data, "organ", "organ_id"),
        _need(data, "post"),
        str(data.get("kind") or "正式"),
        _day(data.get("from")),
        _day(data.get("to")),
        str(data.get("precision") or "day"),
        data.get("left") or None,
        bool(data.get("elected")),
    )


def merge(data: Mapping[str, Any]) -> Merge:
    """Data of ``cadre.merged``."""
    return Merge(_need(data, "from"), _need(data, "into"))


def current(cadre_id: str, into: Mapping[str, str]) -> str:
    """The record that a cadre id stands for after merges (gone -> into); a circle ends where it began."""
    seen = {cadre_id}
    while cadre_id in into and into[cadre_id] not in seen:
        cadre_id = into[cadre_id]
        seen.add(cadre_id)
    return cadre_id


_READERS: dict[str, Callable[[Mapping[str, Any]], Record]] = {
    "organ.recorded": organ,
    "cadre.recorded": cadre,
    "tenure.recorded": tenure,
    "cadre.merged": merge,
}


def read(type_: str, data: Mapping[str, Any]) -> Record | None:
    """The record of one roster line; None for types that matching does not need (management, relation)."""
    reader = _READERS.get(type_.removeprefix("hub."))
    return reader(data) if reader else None
