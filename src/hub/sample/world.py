"""From a world's facts (organs, bodies, departments, people, cadres) to a registry and roster records. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import resources
from typing import Any

import yaml

from hub.domain.registry import Organ, Person, Registry, Source, SourceKind
from hub.sample.citizen_ids import valid_id

World = Mapping[str, Any]
Record = dict[str, Any]
MANAGER = {"committee": "M", "department": "org-M"}
"""Who manages a cadre that has no ``managed_by``."""


@cache
def sample_world() -> World:
    """The world that ships with the package. Read only."""
    loaded: World = yaml.safe_load(resources.files("hub.sample").joinpath("world.yaml").read_text(encoding="utf-8"))
    return loaded


def _part(world: World, name: str) -> Mapping[str, Mapping[str, Any]]:
    return {str(code): facts for code, facts in (world.get(name) or {}).items() if facts is not None}


def registry_from_world(world: World) -> Registry:
    """The registry of a world, without keys and tokens (those are added where they are made)."""
    return Registry(
        organs={organ.code: organ for organ in _organs(world)},
        sources={source.code: source for source in _sources(world)},
        people={person.code: person for person in _people(world)},
    )


def _organs(world: World) -> Iterator[Organ]:
    for code, facts in _part(world, "organs").items():
        yield Organ(code=code, **{key: facts.get(key) for key in ("name", "level", "parent", "kind")})


def _sources(world: World) -> Iterator[Source]:
    organs = _part(world, "organs")

    def source(code: str, kind: SourceKind, facts: Mapping[str, Any], body: str | None, role: str | None) -> Source:
        organ = _organ_of(world, facts["organ"])
        level = facts.get("level") or organs.get(organ, {}).get("level")
        remit = facts.get("remit") or facts
        categories, organs_of = tuple(remit.get("categories") or ()), tuple(remit.get("organs") or ())
        return Source(
            code=code, kind=kind, organ=organ, level=level, body=body, role=role,
            remit_categories=categories, remit_organs=organs_of,
        )  # fmt: skip

    for code, facts in _part(world, "departments").items():
        yield source(code, "dept", facts, None, None)
    for code, facts in _part(world, "bodies").items():
        yield source(code, "body", facts, facts["body"], None)
    for code, facts in _part(world, "context_sources").items():
        yield source(code, "organ", facts, facts["kind"], None)
    for code, facts in _part(world, "others").items():
        yield source(code, "organ", facts, None, facts["kind"])


def _organ_of(world: World, code: str) -> str:
    """The organ itself; of a department named in its place, the organ it belongs to."""
    department = _part(world, "departments").get(code)
    return str(department["organ"]) if department is not None else code


def _people(world: World) -> Iterator[Person]:
    for code, facts in _part(world, "people").items():
        place = facts.get("department") or facts.get("body") or facts.get("organ")
        yield Person(
            code=code,
            place=str(place),
            role=facts["role"],
            works_under=tuple(facts.get("works_under") or ()),
            kin_of=tuple(facts.get("kin_of") or ()),
        )


def roster_from_world(world: World) -> list[Record]:
    """The roster records of a world as ``{type, data}``: organs, who manages which post, then cadres and tenures."""
    return [*_organ_records(world), *_management_records(world), *_cadre_records(world)]


def _record(kind: str, data: Mapping[str, Any]) -> Record:
    return {"type": kind, "data": {key: value for key, value in data.items() if value is not None}}


def _organ_records(world: World) -> Iterator[Record]:
    for code, facts in _part(world, "organs").items():
        names = [{"name": facts["name"], "kind": "全称"}]
        names += [{"name": name, "kind": "简称"} for name in facts.get("short") or ()]
        names += [{"name": name, "kind": "旧称"} for name in facts.get("former") or ()]
        data: dict[str, Any] = {
            "organ_id": code,
            "names": names,
            "parent": facts.get("parent"),
            "place": _place(world, code),
        }
        yield _record("organ.recorded", {**data, "level": facts.get("level"), "kind": facts.get("kind")})


def _place(world: World, code: str | None) -> str | None:
    """The names of the Party committees above, from the top: the region that the organ lies in."""
    organs = _part(world, "organs")
    names: list[str] = []
    seen: set[str] = set()
    while code is not None and code in organs and code not in seen:
        seen.add(code)
        if organs[code].get("kind") == "party_committee":
            names.append(str(organs[code]["name"]))
        code = organs[code].get("parent")
    return "".join(reversed(names)) or None


def manager_of(facts: Mapping[str, Any]) -> Mapping[str, Any]:
    """Committee and department that manage this cadre of a world; ``managed_by: {}`` means nobody."""
    managed = facts.get("managed_by")
    return MANAGER if managed is None else managed


def _management_records(world: World) -> Iterator[Record]:
    rows: dict[tuple[str, str], Record] = {}
    for stated in (True, False):  # what a world states goes before the default, whoever else held the post
        for facts in _part(world, "cadres").values():
            if (facts.get("managed_by") is not None) is not stated:
                continue
            for tenure in facts.get("tenures") or ():
                post = {"organ": tenure["organ"], "post": tenure["post"]}
                rows.setdefault((post["organ"], post["post"]), {**post, **manager_of(facts)})
    for row in rows.values():
        yield {"type": "management.recorded", "data": {"committee": None, "department": None, **row}}


def _cadre_records(world: World) -> Iterator[Record]:
    for code, facts in _part(world, "cadres").items():
        data = {"cadre_id": code, "name": facts["name"], "aliases": facts.get("aliases"), "state": facts.get("state")}
        names = {key: facts.get(key) for key in ("former_names", "native_place")}
        yield _record("cadre.recorded", {**data, **names, "citizen_id": citizen_id(facts.get("citizen_id"))})
        for tenure in facts.get("tenures") or ():
            days = {key: str(tenure[key]) for key in ("from", "to") if tenure.get(key) is not None}
            yield _record("tenure.recorded", {"cadre": code, **tenure, **days})


def citizen_id(stated: str | None) -> str | None:
    """``valid-N`` stands for the N-th sample number; anything else is taken as it is."""
    if stated is not None and stated.startswith("valid-"):
        return valid_id(int(stated.removeprefix("valid-")))
    return stated
