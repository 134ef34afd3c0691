"""The invented world as roster lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from bench.matching.world import Held, Organ, Person, World


def _date(day: date | None, precision: str) -> str | None:
    if day is None:
        return None
    return str(
        day if precision == "day" else day.replace(day=1) if precision == "month" else day.replace(month=1, day=1)
    )


def organ(one: Organ) -> dict[str, Any]:
    """Data of organ.recorded."""
    names = [
        {"name": n.text, "kind": n.kind, "from": str(n.start) if n.start else None, "to": str(n.end) if n.end else None}
        for n in one.names
    ]
    return {
        "organ_id": one.organ_id,
        "names": names,
        "parent": None,
        "place": "".join(one.place),
        "succession": one.succession,
    }


def cadre(one: Person) -> dict[str, Any]:
    """Data of cadre.recorded."""
    return {
        "cadre_id": one.cadre_id,
        "name": one.written,
        "former_names": one.former,
        "aliases": one.aliases,
        "citizen_id": one.number,
        "state": "active",
        "native_place": None,
    }


def tenure(one: Held, number: int) -> dict[str, Any]:
    """Data of tenure.recorded."""
    return {
        "tenure_id": f"T{number:08d}",
        "cadre": one.person,
        "organ": one.organ.organ_id,
        "post": one.post,
        "kind": one.kind,
        "from": _date(one.start, one.precision),
        "to": _date(one.end, one.precision),
        "precision": one.precision,
        "left": one.left,
        "elected": False,
    }


def lines(world: World) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every roster line as (type, data)."""
    for one in world.organs:
        yield "organ.recorded", organ(one)
    number = 0
    for person in world.people.values():
        yield "cadre.recorded", cadre(person)
        for held in person.held:
            number += 1
            yield "tenure.recorded", tenure(held, number)
