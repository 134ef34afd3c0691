"""Folding roster records into roster documents. Pure; shared by bulk load and the roster topic.

Documents (parsed JSON), by store key:

- ``person:<cadre>``: ``record`` (data of the cadre.recorded with the latest time; ``{}`` while only tenures are known),
  ``history`` [[time, state] …] by time, ``tenures``, ``relations``, ``merged_into`` (cadre id or null)
- ``organ:<organ>``: data of organ.recorded
- ``posts:<organ>``: list of management.recorded data
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

Documents = dict[str, Any]
Data = Mapping[str, Any]


def keys(kind: str, data: Data) -> tuple[str, ...]:
    """The documents that a record of type ``kind`` (without ``hub.``) touches: fetch them before :func:`apply`."""
    match kind:
        case "cadre.recorded":
            return (f"person:{data['cadre_id']}",)
        case "tenure.recorded" | "relation.recorded":
            return (f"person:{data['cadre']}",)
        case "cadre.merged":
            return (f"person:{data['from']}", f"person:{data['into']}")
        case "organ.recorded":
            return (f"organ:{data['organ_id']}",)
        case "management.recorded":
            return (f"posts:{data['organ']}",)
    raise ValueError(f"not a roster record: {kind}")


def apply(documents: Documents, kind: str, data: Data, time: str) -> set[str]:
    """Fold one record into ``documents`` in place; returns the keys of those that changed.

    ``data`` is the record as on the wire (``from``, not ``from_``); ``time`` is the event's time, ISO 8601 in one zone.
    Idempotent: the same record again changes nothing. States and names follow the time of the records, not the order of
    arrival; of tenures and management rows the one applied last holds. Raises ValueError for other types.
    """
    key = keys(kind, data)[0]
    match kind:
        case "cadre.recorded":
            changed = _cadre(_person(documents, key), data, time)
        case "tenure.recorded":
            changed = _upsert(_person(documents, key)["tenures"], dict(data), _same_tenure)
        case "relation.recorded":
            changed = _upsert(_person(documents, key)["relations"], dict(data), lambda old, new: old == new)
        case "cadre.merged":
            changed = _replace(_person(documents, key), "merged_into", data["into"])
        case "organ.recorded":
            changed = _replace(documents, key, dict(data))
        case _:
            changed = _upsert(documents.setdefault(key, []), dict(data), _same_row)
    return {key} if changed else set()


def state_at(person: Data, time: str) -> str | None:
    """The cadre's state at a time (ISO 8601, same zone): the last one recorded until then, else the first one known."""
    past = [state for at, state in person["history"] if at <= time]
    return past[-1] if past else next((state for _, state in person["history"]), None)


def _person(documents: Documents, key: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"record": {}, "history": [], "tenures": [], "relations": [], "merged_into": None}
    found: dict[str, Any] = documents.setdefault(key, empty)
    return found


def _cadre(person: dict[str, Any], data: Data, time: str) -> bool:
    before: tuple[Data, list[Any]] = (dict(person["record"]), list(person["history"]))
    latest = not person["history"] or time >= person["history"][-1][0]
    others = [line for line in person["history"] if line[0] != time]
    person["history"] = sorted([*others, [time, data.get("state") or "active"]])
    if latest:
        person["record"] = dict(data)
    after: tuple[Data, list[Any]] = (person["record"], person["history"])
    return before != after


def _replace(holder: dict[str, Any], key: str, value: Any) -> bool:
    changed = bool(holder.get(key) != value)
    holder[key] = value
    return changed


def _upsert(rows: list[dict[str, Any]], new: dict[str, Any], same: Callable[[Data, Data], bool]) -> bool:
    for place, old in enumerate(rows):
        if same(old, new):
            merged = {**new, **{name: old[name] for name in ("tenure_id",) if old.get(name) and not new.get(name)}}
            changed = bool(old != merged)
            rows[place] = merged
            return changed
    rows.append(new)
    return True


def _same_tenure(old: Data, new: Data) -> bool:
    ids = (old.get("tenure_id"), new.get("tenure_id"))
    if all(ids):
        return ids[0] == ids[1]
    return all(old.get(name) == new.get(name) for name in ("organ", "post", "from"))


def _same_row(old: Data, new: Data) -> bool:
    return all(old.get(name) == new.get(name) for name in ("organ", "post", "from"))
