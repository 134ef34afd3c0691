"""Where a cadre's or unit's matters lie on a day: routing by management authority (干部管理权限), recusal, secondment (R-RT, R-ST)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from hub.domain.facts import Standing
from hub.domain.registry import Registry

SECONDED = "挂职"


def _valid(record: Mapping[str, Any], day: str) -> bool:
    return (record.get("from") or "") <= day and (record.get("to") is None or day <= record["to"])


def current_tenure(tenures: Sequence[Mapping[str, Any]], day: str) -> Mapping[str, Any] | None:
    """The home post on ``day``: the latest begun that is not a secondment; where none is held, the last one held."""
    home = [tenure for tenure in tenures if tenure.get("kind") != SECONDED and (tenure.get("from") or "") <= day]
    held = [tenure for tenure in home if _valid(tenure, day)]
    formal = [tenure for tenure in held if tenure.get("kind", "正式") == "正式"]
    best = formal or held or home
    return max(
        best, key=lambda one: (one.get("from") or "", one.get("to") or "9999", one["organ"], one["post"]), default=None
    )


def managed_by(
    posts: Mapping[str, Sequence[Mapping[str, Any]]], organ: str, post: str | None, day: str
) -> Mapping[str, Any] | None:
    """The management row in force: of the post itself, else of the organ's other posts (``*``); the latest begun wins."""
    for wanted in (post, "*"):
        rows = [row for row in posts.get(organ, ()) if row["post"] == wanted and _valid(row, day)]
        if rows:
            return max(rows, key=lambda row: row.get("from") or "")
    return None


def nearest_committee(registry: Registry, organ: str | None) -> str | None:
    """The organ itself where it is a Party committee, else the nearest one above."""
    if organ is None:
        return None
    found = registry.organs.get(organ)
    if found is not None and found.kind == "party_committee":
        return organ
    return registry.parent_committee(organ)


def nearest(registry: Registry, what: str, organ: str | None, level: str | None = None) -> str | None:
    """The source of that kind beside the nearest committee (of that level) at or above an organ."""
    committee = nearest_committee(registry, organ)
    while committee is not None:
        if level is None or registry.level_of(committee) == level:
            found = registry.beside(what, committee)
            if found is not None:
                return found
        committee = registry.parent_committee(committee)
    return None


def of_cadre(
    person: Mapping[str, Any], posts: Mapping[str, Sequence[Mapping[str, Any]]], registry: Registry, today: date
) -> Standing:
    """Standing of a cadre on ``today`` from the roster document, the management rows of its organs, and the registry."""
    day = today.isoformat()
    tenure = current_tenure(person.get("tenures", ()), day)
    state = person["record"].get("state", "active")
    if tenure is None:
        return Standing(state=state, outside=True)
    organ, post = tenure["organ"], tenure["post"]
    row = managed_by(posts, organ, post, day)
    committee = row.get("committee") if row else None
    department = (row.get("department") if row else None) or registry.beside("department", committee)
    recused = any(
        relation["department"] == department and not relation.get("person") for relation in person.get("relations", ())
    )
    superior = registry.superior("department", committee)
    host = next((one for one in person.get("tenures", ()) if one.get("kind") == SECONDED and _valid(one, day)), None)
    host_department = nearest(registry, "department", host["organ"]) if host else None
    co_manager = (row or {}).get("co_manager") or {}
    return Standing(
        department=superior if recused else department,
        own_department=department,
        committee=committee,
        committee_level=registry.level_of(committee),
        co_department=co_manager.get("department"),
        discipline=registry.beside("discipline", committee) or nearest(registry, "discipline", committee),
        superior_discipline=registry.superior("discipline", committee),
        superior_department=superior,
        hr=registry.beside("hr_department", committee),
        host_department=host_department if host_department != department else None,
        county_discipline=nearest(registry, "discipline", organ, "county") or nearest(registry, "discipline", organ),
        state=state,
        unit=organ,
        post=post,
        elected=bool(tenure.get("elected")),
        outside=department is None,
        moved=_moved(person.get("tenures", ()), tenure),
        changes_on=_next_change(person, posts, day),
    )


def of_unit(organ: str, posts: Mapping[str, Sequence[Mapping[str, Any]]], registry: Registry, today: date) -> Standing:
    """Standing of a team or unit: who manages its posts in general, else the department of the nearest committee."""
    day = today.isoformat()
    row = managed_by(posts, organ, "*", day)
    committee = (row.get("committee") if row else None) or nearest_committee(registry, organ)
    department = (row.get("department") if row else None) or nearest(registry, "department", organ)
    return Standing(
        department=department,
        own_department=department,
        committee=committee,
        committee_level=registry.level_of(committee),
        discipline=nearest(registry, "discipline", committee),
        superior_discipline=registry.superior("discipline", committee),
        superior_department=registry.superior("department", committee),
        county_discipline=nearest(registry, "discipline", organ, "county"),
        unit=organ,
        outside=department is None,
    )


def _moved(tenures: Sequence[Mapping[str, Any]], current: Mapping[str, Any]) -> str | None:
    """Why the post before the present one was left."""
    before = [one for one in tenures if one is not current and (one.get("from") or "") < (current.get("from") or "")]
    last = max(before, key=lambda one: one.get("from") or "", default=None)
    return last.get("left") if last else None


def _next_change(person: Mapping[str, Any], posts: Mapping[str, Sequence[Mapping[str, Any]]], day: str) -> str | None:
    days: list[str] = []
    for record in [*person.get("tenures", ()), *(row for rows in posts.values() for row in rows)]:
        if (record.get("from") or "") > day:
            days.append(record["from"])
        if record.get("to") and record["to"] >= day:
            days.append((date.fromisoformat(record["to"]) + timedelta(days=1)).isoformat())
    return min(days, default=None)
