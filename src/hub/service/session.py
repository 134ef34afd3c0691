"""One transaction's work on dossiers: load, step, save, and everything that is said written to ledger and queues."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import orjson

from hub.domain import case as domain
from hub.domain import matching, narrow, roster_docs, standing
from hub.domain.dates import ZONE, IsWorkday, day_of
from hub.domain.facts import Dossier, Standing
from hub.domain.files import ActFile, FindingFile
from hub.domain.pack import PackSet
from hub.domain.registry import Registry
from hub.domain.wants import Output
from hub.ports import LedgerEntry, QueueRow, UnitOfWork, Wake
from hub.service.kept import Kept
from hub.service.routes import OPEN, Items, items_of, topic_of
from hub.settings import Settings
from schemas.canonical import outbound_id

SELF = "urn:hub:self"


@dataclass(frozen=True, slots=True)
class Cause:
    """The event that is being handled. ``source`` is the URN, ``code`` the registered code, times are ISO in +08:00."""

    source: str
    code: str
    id: str
    time: str
    type: str


@dataclass(slots=True)
class Session:
    """Work within one unit of work; dossiers live in memory until :meth:`flush`."""

    uow: UnitOfWork
    packs: PackSet
    is_workday: IsWorkday
    settings: Settings
    cause: Cause | None = None
    taken: Mapping[str, Any] | None = None
    """The accepted event, until it is written; dropped where it is refused after all."""
    kept: Kept = field(default_factory=lambda: Kept(0))
    """Dossiers of earlier transactions that may still be as stored."""
    written: dict[str, tuple[bytes, Dossier]] = field(default_factory=dict)
    waiting: dict[str, None] = field(default_factory=dict)
    """Dossiers stepped in this transaction that keep replies to what was not there yet."""
    tally: dict[tuple[str, str, str], int] = field(default_factory=dict)
    """(month, tag, outcome) → change of a count that is still to be written."""
    late: bool = False
    """Whether such a reply is being applied: its steps are noted apart from that of its arrival."""
    _dossiers: dict[str, Dossier] = field(default_factory=dict)
    _files: dict[str, FindingFile] = field(default_factory=dict)
    _acts: dict[str, ActFile] = field(default_factory=dict)
    _dirty: dict[str, None] = field(default_factory=dict)
    _ids: dict[str, int] = field(default_factory=dict)
    _steps: int = 0
    _standings: dict[str, Standing] = field(default_factory=dict)
    _found: dict[tuple[bytes, date], matching.Candidates] = field(default_factory=dict)

    @property
    def registry(self) -> Registry:
        """The registry of this transaction."""
        return self.uow.registry

    @property
    def today(self) -> date:
        """The hub's day."""
        return self.uow.now.astimezone(ZONE).date()

    @property
    def day(self) -> str:
        """The hub's day as ISO text."""
        return self.today.isoformat()

    # ---- documents ----

    async def dossier(self, key: str) -> Dossier:
        """The dossier ``cadre:…`` or ``unit:…``; a new one where there is none."""
        if key not in self._dossiers:
            body = (await self.uow.get([key])).get(key)
            kind, _, about = key.partition(":")
            if body is None:
                self._dossiers[key] = Dossier.model_validate({"key": key, "about": about, "kind": kind})
            else:
                self._dossiers[key] = self.kept.take(key, body) or Dossier.model_validate_json(body)
        return self._dossiers[key]

    async def file(self, finding: str) -> FindingFile | None:
        """The file of a finding by its id ``<source>/<ref>``."""
        key = f"finding:{finding}"
        if key not in self._files:
            body = (await self.uow.get([key])).get(key)
            if body is None:
                return None
            self._files[key] = FindingFile.model_validate_json(body)
        return self._files[key]

    def put_file(self, file: FindingFile) -> None:
        """Keep a finding's file; it is written at the end."""
        key = f"finding:{file.id}"
        self._files[key] = file
        self._dirty[key] = None

    async def act(self, act: str) -> ActFile | None:
        """The file of a formal act by its id ``<source>/<ref>``."""
        key = f"act:{act}"
        if key not in self._acts:
            body = (await self.uow.get([key])).get(key)
            if body is None:
                return None
            self._acts[key] = ActFile.model_validate_json(body)
        return self._acts[key]

    def put_act(self, act: ActFile) -> None:
        """Keep an act's file; it is written at the end."""
        key = f"act:{act.id}"
        self._acts[key] = act
        self._dirty[key] = None

    async def json(self, key: str, default: Any) -> Any:
        """A small JSON document."""
        body = (await self.uow.get([key])).get(key)
        return default if body is None else orjson.loads(body)

    def put_json(self, key: str, value: Any) -> None:
        """Write a small JSON document; an empty one is deleted."""
        self.uow.put(key, orjson.dumps(value) if value else None)

    def flush(self) -> None:
        """Write every changed document."""
        for key in self._dirty:
            if key.startswith("finding:"):
                self.uow.put(key, self._files[key].model_dump_json(exclude_defaults=True).encode())
            elif key.startswith("act:"):
                self.uow.put(key, self._acts[key].model_dump_json(exclude_defaults=True).encode())
            else:
                body = self._dossiers[key].model_dump_json(exclude_defaults=True).encode()
                self.uow.put(key, body)
                self.written[key] = (body, self._dossiers[key])
                self._wakes(key)
        self._dirty.clear()

    def _wakes(self, key: str) -> None:
        found = domain.next_wake(self._dossiers[key], self.is_workday)
        self.uow.set_wakes(key, [Wake(key, clock, date.fromisoformat(on)) for clock, on in found])

    def put_wakes(self, key: str, file: FindingFile) -> None:
        """Wake-up calls of a finding's file."""
        clocks = [
            clock
            for said in file.said.values()
            for clock in said.clocks
            if not clock.fired and (clock.stopped is None or clock.stopped > clock.due)
        ]
        self.uow.set_wakes(
            key, [Wake(key, clock.key, date.fromisoformat(clock.due) + timedelta(days=1)) for clock in clocks]
        )

    # ---- where matters lie ----

    async def standing(self, key: str, *, fresh: bool = False) -> Standing:
        """Standing of a dossier's subject on the hub's day."""
        if fresh or key not in self._standings:
            kind, _, about = key.partition(":")
            self._standings[key] = await (self._of_cadre(about) if kind == "cadre" else self._of_unit(about))
        return self._standings[key]

    async def standing_on(self, key: str, time: str) -> Standing:
        """Standing of a cadre at the time of an event, as far as the roster knows today."""
        return await self._of_cadre(key.partition(":")[2], time)

    async def _of_cadre(self, cadre: str, time: str | None = None) -> Standing:
        person = await self.person(cadre)
        if person is None or not person["record"]:
            return Standing(outside=True)
        state = roster_docs.state_at(person, time or self.uow.now.astimezone(ZONE).isoformat()) or "active"
        known = {**person, "record": {**person["record"], "state": state}}
        posts = await self._posts({tenure["organ"] for tenure in person["tenures"]})
        return standing.of_cadre(known, posts, self.registry, day_of(time) if time else self.today)

    async def _of_unit(self, organ: str) -> Standing:
        return standing.of_unit(organ, await self._posts({organ}), self.registry, self.today)

    async def _posts(self, organs: Iterable[str]) -> dict[str, list[Mapping[str, Any]]]:
        found = await self.uow.peek([f"posts:{organ}" for organ in sorted(organs)])
        return {key.removeprefix("posts:"): orjson.loads(body) for key, body in found.items()}

    async def person(self, cadre: str) -> dict[str, Any] | None:
        """The roster document of a cadre."""
        found = (await self.uow.peek([f"person:{cadre}"])).get(f"person:{cadre}")
        return None if found is None else dict(orjson.loads(found))

    async def real_cadre(self, cadre: str) -> str:
        """The cadre that this record was merged into, else itself."""
        seen: set[str] = set()
        while cadre not in seen:
            seen.add(cadre)
            person = await self.person(cadre)
            merged = person.get("merged_into") if person else None
            if not merged:
                return cadre
            cadre = str(merged)
        return cadre

    async def look_up(self, subjects: Sequence[tuple[Mapping[str, Any], date]]) -> list[matching.Candidates]:
        """What the roster knows about subjects as stated in reports of these days; each is asked for once."""
        keys = [(orjson.dumps(subject, option=orjson.OPT_SORT_KEYS), on) for subject, on in subjects]
        fresh = {key: one for key, one in zip(keys, subjects, strict=True) if key not in self._found}
        if fresh:
            queries = [matching.SubjectQuery.from_wire(*one) for one in fresh.values()]
            self._found.update(zip(fresh, await self.uow.candidates(queries), strict=True))
        return [self._found[key] for key in keys]

    def forget_people(self) -> None:
        """The roster changed in this transaction: what was looked up before may no longer hold."""
        self._found.clear()

    # ---- steps ----

    async def step(self, key: str, event: dict[str, Any]) -> None:
        """Apply one domain event to a dossier, publish the difference, and note the step in the ledger for rebuilding."""
        dossier = await self.dossier(key)
        place = await self.standing(key)
        cause = self.cause
        assert cause is not None
        full = event | {"day": self.day, "id": cause.id, "source": cause.code, "time": event.get("time", cause.time)}
        if place != dossier.standing:
            full["standing"] = place.model_dump()
            await self._at(dossier, place)
        full = orjson.loads(orjson.dumps(full, option=orjson.OPT_SORT_KEYS))  # as the ledger will give it back
        issue = narrow.scope(dossier, full, self.packs.names_on(self.today), self.packs.revision)
        before = items_of(dossier, issue)
        about = f"{dossier.kind}:{dossier.about}"
        said = domain.step(dossier, full, self.packs, self.is_workday, self.namer(about))
        self._steps += 1
        self._note(key, full)
        for ident, output in said:
            self._publish(ident, output, dossier.key)
        await self._queues(dossier, before, items_of(dossier, issue), dict(said))
        self._dirty[key] = None
        if dossier.early:
            self.waiting[key] = None

    async def _at(self, dossier: Dossier, place: Standing) -> None:
        """Which dossiers lie at an organ, so that a change of its management finds them."""
        for organ, add in ((dossier.standing.unit, False), (place.unit, True)):
            if organ is None or dossier.standing.unit == place.unit:
                continue
            keys = set(await self.json(f"at:{organ}", []))
            self.put_json(f"at:{organ}", sorted(keys | {dossier.key} if add else keys - {dossier.key}))

    def _note(self, key: str, event: dict[str, Any]) -> None:
        self.record_in()
        cause = self.cause
        assert cause is not None
        noted: dict[str, Any] = {"event": event, "source": cause.source}
        if self.packs.revision:
            noted["packs"] = self.packs.revision  # who rebuilds judges by the same
        body = orjson.dumps(noted, option=orjson.OPT_SORT_KEYS)
        ident = f"step:{key}:{cause.source}:{cause.id}:{self._steps}:{self.day}{':late' if self.late else ''}"
        self.uow.append(LedgerEntry(ident, "note", "dossier.step", body, self.uow.now, dossier=key))

    def record_in(self) -> None:
        """The accepted event as a ledger line, before anything that follows from it; its id is the event's own."""
        cause, body = self.cause, self.taken
        if body is None or cause is None:
            return
        self.taken = None
        line = orjson.dumps(body, option=orjson.OPT_SORT_KEYS)
        self.uow.append(LedgerEntry(f"{cause.source}/{cause.id}", "in", cause.type, line, self.uow.now))

    # ---- saying ----

    def namer(self, about: str | None) -> Callable[[Output], str]:
        """Gives the outputs of one dossier their ids."""
        return lambda output: self._name(output, about)

    def begin(self, cause: Cause) -> None:
        """Handle this event from here on. Outputs are numbered per cause: the same event gets the same ids every time."""
        self.cause = cause
        self._ids.clear()

    def _name(self, output: Output, about: str | None) -> str:
        cause = self.cause
        assert cause is not None
        given = output.cause or [cause.source, cause.id]
        pack = output.data.get("pack", ())
        ident = outbound_id(given, output.type, output.rules, pack, output.case, about, output.to)
        count = self._ids.get(ident, 0)
        self._ids[ident] = count + 1
        if count:
            ident = outbound_id(
                [*given, str(count + 1)], output.type, output.rules, pack, output.case, about, output.to
            )
        return ident

    def say(
        self, type: str, to: str, data: Mapping[str, Any], rules: list[str] | None = None, *, about: str | None = None
    ) -> str:
        """Publish what no step of a dossier says: receipts, identity reviews, alerts; ``about`` a cadre or nobody. Returns its id."""
        full = {**data, "to": to, "rules": rules or []}
        output = Output(type, to, full, rules or [], data.get("case"))
        ident = self._name(output, about)
        self._publish(ident, output, f"cadre:{about}" if about else None)
        return ident

    def _publish(self, ident: str, output: Output, dossier: str | None) -> None:
        self.record_in()
        cause = self.cause
        assert cause is not None
        data = output.data
        key = data.get("cadre") or data.get("team") or data.get("unit") or data.get("finding") or output.to
        case = data.get("case")
        attributes = {
            "specversion": "1.0",
            "id": ident,
            "source": SELF,
            "type": f"hub.{output.type}",
            "time": self.uow.now.astimezone(ZONE).isoformat(),
            "subject": str(data.get("task") or case or data.get("finding") or ident),
            "datacontenttype": "application/json",
            "dataclassification": "work_secret",
            "partitionkey": str(key),
            "correlationid": str(case or data.get("finding") or ident),
            "causationid": (output.cause or [cause.source, cause.id])[1],
        }
        body = orjson.dumps({**attributes, "data": data})
        entry = LedgerEntry(
            ident, "out", output.type, body, self.uow.now,
            dossier=dossier, to=output.to, topic=topic_of(output.type, output.to), key=str(key),
        )  # fmt: skip
        self.uow.append(entry)

    async def _queues(self, dossier: Dossier, before: Items, after: Items, said: Mapping[str, Output]) -> None:
        """Keep the queue view in step with what is open."""
        gone = {
            ident: ("withdrawn", organ)
            for ident, (state, organ) in before.items()
            if ident not in after and state in OPEN
        }
        for ident, (state, organ) in (gone | after).items():
            if before.get(ident) == (state, organ):
                continue
            key = f"item:{ident}"
            output = said.get(ident)
            known: dict[str, Any] | None = None
            if output is None:
                known = await self.json(key, None)
            else:
                due = (output.data.get("due") or {}).get("date")
                known = {
                    "dossier": dossier.key,
                    "type": output.type,
                    "case": output.data.get("case"),
                    "due": due,
                    "data": output.data,
                }
            if known is None:
                continue
            row = QueueRow(
                id=ident, organ=organ, type=known["type"], state=state, open=state in OPEN, cadre=dossier.about, case=known["case"],
                due=date.fromisoformat(known["due"]) if known["due"] else None, copy=bool(known["data"].get("copy")),
                body=orjson.dumps(known["data"]), updated_at=self.uow.now,
            )  # fmt: skip
            self.put_json(key, known)
            self.uow.queue(row)

    def queue_item(
        self, ident: str, type: str, organ: str, state: str, data: Mapping[str, Any], due: str | None, dossier: str
    ) -> None:
        """Put an item that belongs to a finding's file into a queue."""
        self.put_json(f"item:{ident}", {"dossier": dossier, "type": type, "case": None, "due": due, "data": data})
        row = QueueRow(
            id=ident, organ=organ, type=type, state=state, open=state in OPEN, cadre=data.get("cadre"), case=None,
            due=date.fromisoformat(due) if due else None, copy=False, body=orjson.dumps(data), updated_at=self.uow.now,
        )  # fmt: skip
        self.uow.queue(row)
