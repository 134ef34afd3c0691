"""A whole hub in memory for one scenario: the real service, a store in memory, a clock that the runner moves."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from nacl.signing import SigningKey

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.keys import Verifier, sign
from hub.domain import roster_docs
from hub.domain.case import step
from hub.domain.facts import Dossier
from hub.domain.files import FindingFile
from hub.domain.registry import Registry
from hub.policy.loader import shipped
from hub.sample.world import registry_from_world, roster_from_world
from hub.scenarios import build
from hub.scenarios.current import current_outputs
from hub.scenarios.format import Scenario
from hub.scenarios.outputs import Output
from hub.service.hub import HubService
from hub.service.session import Cause, Session
from hub.service.status import find_case, finding_status, stage, task_state, view_of
from hub.service.verdicts import Answer
from hub.settings import Settings
from hub.testing import FixedClock, MemoryStore
from schemas.codec import Event, encode_structured
from schemas.record import Record


@lru_cache(maxsize=256)
def key_of(code: str) -> dict[str, str]:
    """A private JWK for a source, made once in a run."""
    seed = hashlib.sha256(f"scenario key of {code}".encode()).digest()
    public = SigningKey(seed).verify_key.encode()

    def text(raw: bytes) -> str:
        return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()

    return {"kty": "OKP", "crv": "Ed25519", "d": text(seed), "x": text(public), "kid": f"{code}/1"}


def with_keys(registry: Registry) -> Registry:
    """The registry with the runner's public keys."""
    sources = {}
    for code, source in registry.sources.items():
        jwk = key_of(code)
        public = {name: jwk[name] for name in ("kty", "crv", "x", "kid")}
        sources[code] = source.model_copy(update={"keys": {jwk["kid"]: public}})
    return registry.model_copy(update={"sources": sources, "version": 1})


def signed(scenario: Scenario, row: dict[str, Any], registry: Registry) -> Event:
    """The event of a given entry, signed by its sender's key, another's, or none."""
    attributes = build.attributes(scenario, row, registry)
    data = build.data(scenario, row, registry)
    by = row.get("signed_by", row["by"])
    if by is not None:
        jwk = key_of(str(by))
        attributes["signature"] = sign(Event(attributes, data), jwk, jwk["kid"])
    return Event(attributes, data)


class HubInMemory:
    """One scenario's hub. Outputs are read as a queue's reader would see them: sealed and published lines alone."""

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self.clock = FixedClock(scenario.moment("d0"))
        self.store = MemoryStore(clock=self.clock)
        self.packs = shipped(tuple(scenario.world.get("pack") or ()))
        self.calendar = ChinaCalendar()
        settings = Settings(accreditation=scenario.world.get("accreditation", "work_secret"))
        self.service = HubService(self.store, Verifier(), self.calendar, settings, self.packs)
        self.registry = with_keys(registry_from_world(scenario.world))
        self._offset = 0
        self._read = 0

    async def start(self) -> None:
        """Registry and roster of the world."""
        documents: dict[str, Any] = {}
        for record in roster_from_world(self.scenario.world):
            roster_docs.apply(documents, record["type"], build.numbers(record["data"]), "2000-01-01T00:00:00+08:00")
        bodies = {key: orjson.dumps(value) for key, value in documents.items()}
        async with self.store.begin() as uow:
            uow.save_registry(self.registry)
            for key, body in bodies.items():
                uow.put(key, body)
            await uow.roster_changed(bodies)

    async def send(self, row: dict[str, Any]) -> None:
        """Read one event, as if it came from Kafka."""
        event = signed(self.scenario, row, self.registry)
        value = encode_structured(event.attributes, event.data)
        self._offset += 1
        await self.service.receive([Record("scenario", 0, self._offset, None, value, (), -1)])

    async def tick(self) -> None:
        """Let everything fire that has fallen due."""
        while await self.service.tick():
            pass

    async def ask(self, row: dict[str, Any]) -> Answer:
        """Put one question."""
        args = {key: value for key, value in row.items() if key not in ("at", "by", "ask", "id")}
        return await self.service.answer(str(row["by"]), str(row["ask"]), args)

    async def outputs(self) -> list[Output]:
        """What was published since the last call."""
        await self.store.seal(100_000)
        fresh = await self.store.unpublished(self._read, 100_000)
        stopped = "meta:halt" in self.store.docs
        found = []
        for sealed in fresh:
            self._read = sealed.position
            entry = sealed.entry
            if entry.kind == "out" and (not stopped or entry.topic == "hub-alerts"):
                found.append(Output.of(orjson.loads(entry.body), entry.recorded_at, entry.to))
        return found

    async def accesses(self) -> int:
        """How many access entries the ledger has."""
        return sum(line.kind == "access" for line in self.store.lines)

    async def alter(self, finding: str) -> None:
        """Change one byte of a finding's ledger entry behind the hub's back."""
        for index, line in enumerate(self.store.lines):
            if line.kind == "in" and line.id.endswith(f"/{finding}"):
                body = bytearray(line.body)
                body[len(body) // 2] ^= 1
                self.store.lines[index] = replace(line, body=bytes(body))
                return

    async def restart(self) -> None:
        """Throw the dossiers away and rebuild each from the ledger; they must come out equal byte for byte."""
        before = {key: body for key, body in self.store.docs.items() if key.startswith(("cadre:", "team:", "unit:"))}
        after = await rebuild(self.store, self)
        if before != after:
            wrong = sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
            raise AssertionError(f"rebuilt from the ledger, these dossiers differ: {', '.join(wrong)}")

    # ---- the end ----

    async def state_of(self, row: dict[str, Any]) -> dict[str, Any]:
        """What a ``finally`` entry asks about."""
        if "queue" in row:
            rows = await self.store.queue_rows(organ=row["queue"], open_only=True, limit=100_000)
            return {"open": len(rows)}
        if "finding" in row:
            return {"status": await self._finding(str(row["finding"]))}
        named = row.get("case") or row["task"]
        dossier = await self._dossier(f"cadre:{named['cadre']}")
        if "task" in row:
            if dossier is None or not dossier.tasks:
                return {"state": None}
            task = dossier.open_task() or dossier.tasks[-1]
            return {"state": task_state(dossier, task), "measure": task.measure}
        if dossier is None:
            return {"stage": None, "level": None}
        view = view_of(dossier, self.packs, self.clock.at.date(), self.calendar.is_workday)
        case = find_case(view, str(named["issue"]))
        return {"stage": stage(view, case), "level": case.level} if case else {"stage": None, "level": None}

    async def _dossier(self, key: str) -> Dossier | None:
        body = self.store.docs.get(key)
        return Dossier.model_validate_json(body) if body else None

    async def _finding(self, ref: str) -> str | None:
        for key, body in self.store.docs.items():
            if key.startswith("finding:") and key.rpartition("/")[2] == ref:
                file = FindingFile.model_validate_json(body)
                for cadre in (one.cadre for one in file.subjects.values() if one.confirmed):
                    dossier = await self._dossier(f"cadre:{cadre}")
                    if dossier is not None:
                        view = view_of(dossier, self.packs, self.clock.at.date(), self.calendar.is_workday)
                        status = finding_status(view, file.id)
                        if status is not None:
                            return status
                revision = file.in_force()
                if revision is None:
                    return None
                return "withdrawn" if revision.retracted else str(file.statement_data().get("status"))
        return None

    def stored(self) -> str:
        """Everything stored, as text, for leak searches."""
        parts = [body.decode("utf-8", "replace") for body in self.store.docs.values()]
        parts += [line.body.decode("utf-8", "replace") for line in self.store.lines]
        parts += [str(row) for row in self.store.inbox.values()]
        return "\n".join(parts)

    async def current(self) -> list[str]:
        """The current outputs, without id, cause, time and due; what is merely suspended is left out."""
        found: list[str] = []
        for key, body in sorted(self.store.docs.items()):
            if key.startswith(("cadre:", "team:", "unit:")):
                found += current_outputs(Dossier.model_validate_json(body))
        return found


async def rebuild(store: MemoryStore, hub: HubInMemory) -> dict[str, bytes]:
    """Every dossier from the ledger's steps alone."""
    made: dict[str, Dossier] = {}
    names: dict[str, Session] = {}
    for _, line in await store.ledger(limit=1_000_000):
        if line.kind != "note" or line.type != "dossier.step" or line.dossier is None:
            continue
        noted = orjson.loads(line.body)
        kind, _, about = line.dossier.partition(":")
        dossier = made.setdefault(
            line.dossier, Dossier.model_validate({"key": line.dossier, "about": about, "kind": kind})
        )
        dossier = made[line.dossier] = Dossier.model_validate_json(dossier.model_dump_json(exclude_defaults=True))
        namer = names.setdefault(f"{noted['source']}/{noted['event']['id']}", namer_of(hub, noted))
        step(dossier, noted["event"], hub.packs, hub.calendar.is_workday, namer.namer(f"{kind}:{about}"))
    return {key: dossier.model_dump_json(exclude_defaults=True).encode() for key, dossier in made.items()}


def namer_of(hub: HubInMemory, noted: dict[str, Any]) -> Session:
    """A session that only gives names, as the one gave them that noted the step."""
    event = noted["event"]
    session = Session(None, hub.packs, hub.calendar.is_workday, Settings())  # type: ignore[arg-type]  # it touches no store
    session.cause = Cause(noted["source"], event["source"], event["id"], event["time"], "")
    return session
