"""``python -m bench.decide``: deciding one event on a case with 50 facts, beside the same conditions in plain Python.

Three lines more: the whole service in memory (signature, leak scan, matching, dossier, ledger), and a dossier read and written.
Medians over rounds; compare within one run only.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
from collections.abc import Callable, Mapping
from datetime import date, datetime
from time import perf_counter, thread_time
from typing import Any

import orjson

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.keys import Verifier, sign
from hub.domain import roster_docs
from hub.domain.assess import assess
from hub.domain.case import step
from hub.domain.dates import ZONE
from hub.domain.facts import Act, Dossier, Standing, Statement, Tolerance
from hub.domain.pack import Pack
from hub.policy.loader import shipped
from hub.sample.citizen_ids import valid_id
from hub.sample.world import registry_from_world, roster_from_world, sample_world
from hub.scenarios.build import numbers
from hub.scenarios.seed import key_of, with_keys
from hub.service.hub import HubService
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore
from schemas.codec import Event, encode_structured
from schemas.record import Record

DAY = "2026-03-02"
NOW = datetime(2026, 3, 2, 9, tzinfo=ZONE)
FACTS, ROUNDS, FINDINGS = 50, 400, 2_000
BODIES = ("inspection", "audit", "environment", "land", "safety", "discipline", "petition")
STATUS = ("substantiated", "partly_substantiated", "lead", "substantiated", "inconclusive")


def statement(number: int, **change: Any) -> Statement:
    """One of many findings of different bodies on one issue."""
    body = BODIES[number % len(BODIES)]
    made: dict[str, Any] = {
        "id": f"{body}-{number}/f{number}", "ref": f"f{number}", "source": f"{body}-{number}", "body": body, "level": "prefecture",
        "organ": f"o{number}", "revision": 1, "status": STATUS[number % len(STATUS)], "issue": "i1", "category": "NO_ACT",
        "severity": f"S{1 + number % 2}", "attribution": "main_leader", "conduct": "2025-12-01", "matter": f"m{number // 3}",
        "relations": [["forwarded_from", f"f{number - 1}"]] if number % 7 == 6 else [], "evidence": [[f"e{number}", "own"], [f"e{number // 4}", ""]],
        "time": f"2026-01-{1 + number % 28:02d}T09:00:00+08:00", "first_time": f"2026-01-{1 + number % 28:02d}T09:00:00+08:00",
    }  # fmt: skip
    return Statement.model_validate(made | change)


def dossier(pack: Pack) -> Dossier:
    """A case with 50 facts: findings, acts and tolerance decisions, a task proposed and open."""
    standing = Standing(
        department="org-M",
        committee="M",
        committee_level="prefecture",
        discipline="disc-M",
        superior_department="org-P",
        unit="M-plan",
    )
    ones = [statement(number) for number in range(FACTS - 6)]
    acts = [
        Act(
            id=f"disc-M/a{n}",
            ref=f"a{n}",
            source="disc-M",
            body="discipline",
            kind="appeal_filed",
            about=[ones[n].id],
            time=f"2026-02-0{n + 1}T09:00:00+08:00",
        )
        for n in range(3)
    ]
    decisions = [
        Tolerance(
            id=f"disc-M/t{n}",
            ref=f"t{n}",
            source="disc-M",
            about=[one.id for one in ones[n::3]],
            outcome="not_tolerated",
            time="2026-02-10T09:00:00+08:00",
        )
        for n in range(3)
    ]
    return Dossier(
        key="cadre:A", about="A", standing=standing, today=DAY, statements={one.id: one for one in ones},
        acts={one.id: one for one in acts}, tolerances={one.id: one for one in decisions},
    )  # fmt: skip


def name() -> Callable[[Any], str]:
    """Ids without hashing: the ids are the service's."""
    count = 0

    def give(_: Any) -> str:
        nonlocal count
        count += 1
        return f"id-{count}"

    return give


def decide() -> tuple[float, float, Dossier]:
    """(median ms of one step, of processor time alone, the dossier). Each event revises one finding of the case."""
    packs, workday = shipped(), ChinaCalendar().is_workday
    held = dossier(packs.on(date.fromisoformat(DAY)))
    give = name()
    base: dict[str, Any] = {"day": DAY, "id": "x", "source": "audit-1", "time": f"{DAY}T09:00:00+08:00"}
    step(held, base | {"kind": "tick"}, packs, workday, give)
    taken, used = [], []
    for number in range(ROUNDS):
        revised = statement(number % (FACTS - 6), revision=2 + number, evidence=[[f"n{number}", "own"]])
        event = base | {"kind": "statement.put", "statement": revised.model_dump(exclude_defaults=True)}
        began, processor = perf_counter(), thread_time()
        step(held, event, packs, workday, give)
        used.append((thread_time() - processor) * 1000)
        taken.append((perf_counter() - began) * 1000)
    return statistics.median(taken), statistics.median(used), held


PLAIN: Mapping[str, str] = {"&&": " and ", "||": " or ", "!": " not ", " not =": "!="}


def conditions(pack: Pack) -> list[Any]:
    """The conditions of scope ``case`` as compiled Python expressions."""
    made = []
    for rule in pack.rules.values():
        if rule.enabled and rule.when is not None and rule.scope == "case":
            text = " ".join(rule.when.split())
            for cel, python in PLAIN.items():
                text = text.replace(cel, python)
            made.append(compile(text.strip(), rule.id, "eval"))
    return made


def rules(held: Dossier) -> tuple[float, float, int]:
    """(µs by CEL, µs by plain Python, conditions) for one evaluation of all conditions of a case."""
    pack = shipped().on(date.fromisoformat(DAY))
    facts = next(iter(assess(held, pack, date.fromisoformat(DAY)).values())).facts
    compiled = conditions(pack)
    scope: dict[str, Any] = {"__builtins__": {}, "true": True, "false": False}

    def python() -> None:
        names = {**scope, **facts}
        for one in compiled:
            eval(one, names)  # our own rule packs

    return _median_us(lambda: pack.fired("case", facts)), _median_us(python), len(compiled)


def _median_us(work: Callable[[], Any]) -> float:
    taken = []
    for _ in range(ROUNDS):
        began = perf_counter()
        work()
        taken.append((perf_counter() - began) * 1_000_000)
    return statistics.median(taken)


def records(count: int) -> list[Record]:
    """Signed findings about ten cadres of the sample world, each on an issue of its own hundred."""
    world = sample_world()
    cadres = [(code, facts) for code, facts in world["cadres"].items() if facts.get("citizen_id")]
    senders = [(code, facts) for code, facts in world["bodies"].items()]
    levels = {code: facts["level"] for code, facts in world["organs"].items()}
    made = []
    for number in range(count):
        code, facts = cadres[number % len(cadres)]
        by, body = senders[number % len(senders)]
        tenure = facts["tenures"][0]
        subject = {"kind": "cadre", "name": facts["name"], "citizen_id": valid_id(int(str(facts["citizen_id"])[6:])), "organ": tenure["organ"],
                   "post": tenure["post"], "at": "2025-12-01", "attribution": "main_leader"}  # fmt: skip
        data = {
            "ref": f"f{number}", "revision": 1, "body": body["body"], "level": body.get("level") or levels[body["organ"]],
            "issue": {"ref": f"i{number // 100}-{code}"}, "category": "NO_ACT", "severity": "S2", "status": "substantiated", "verified_by": by,
            "subjects": [subject], "evidence": [{"ref": f"e{number}", "own": True}],
        }  # fmt: skip
        attributes: dict[str, Any] = {
            "specversion": "1.0", "id": f"f{number}", "source": f"urn:hub:body:{by}", "type": "hub.finding.reported", "time": NOW.isoformat(),
            "datacontenttype": "application/json", "dataclassification": "work_secret",
        }  # fmt: skip
        attributes["signature"] = sign(Event(attributes, data), key_of(by), f"{by}/1")
        made.append(Record("findings", 0, number, None, encode_structured(attributes, data), (), -1))
    return made


async def service(count: int) -> float:
    """Findings a second through ``HubService.receive`` on the store in memory, in batches of 100."""
    world = sample_world()
    store = MemoryStore(clock=FixedClock(NOW))
    documents: dict[str, Any] = {}
    for record in roster_from_world(world):
        roster_docs.apply(documents, record["type"], numbers(record["data"]), "2000-01-01T00:00:00+08:00")
    bodies = {key: orjson.dumps(value) for key, value in documents.items()}
    async with store.begin() as unit:
        unit.save_registry(with_keys(registry_from_world(world)))
        for key, body in bodies.items():
            unit.put(key, body)
        await unit.roster_changed(bodies)
    hub = HubService(store, Verifier(), ChinaCalendar(), Settings())
    made = records(count)
    began = perf_counter()
    for start in range(0, count, 100):
        await hub.receive(made[start : start + 100])
    return count / (perf_counter() - began)


def main() -> int:
    """Print the table."""
    middle, processor, held = decide()
    cel, python, count = rules(held)
    body = held.model_dump_json(exclude_defaults=True).encode()
    write = _median_us(lambda: held.model_dump_json(exclude_defaults=True))
    read = _median_us(lambda: Dossier.model_validate_json(body))
    print(
        f"deciding one event on a case with {FACTS} facts: median {middle:.2f} ms, of it processor {processor:.2f} ms"
    )
    print(f"  its {count} conditions: CEL {cel:.0f} µs, a loop in plain Python {python:.0f} µs")
    print(f"  the dossier ({len(body) / 1024:.0f} kB): written in {write:.0f} µs, read in {read:.0f} µs")
    print(f"whole service in memory: {asyncio.run(service(FINDINGS)):.0f} findings/s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
