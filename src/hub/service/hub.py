"""The use cases behind one door: read a batch, check an event at HTTP, let time pass, answer a question. One transaction each."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

import orjson
import structlog

from hub import log_events
from hub.domain.dates import ZONE
from hub.domain.pack import PackSet
from hub.domain.withheld import without_numbers
from hub.errors import TransientError
from hub.ports import Calendar, InboxRow, Keys, Position, Store, UnitOfWork
from hub.service import acts, calibration, findings, looking, replies, roster, stalls
from hub.service.ask import answer as ask
from hub.service.dead_letters import of_error, of_malformed, of_unknown, set_aside
from hub.service.gate import Admitted, admit, inbound_topic, source_of
from hub.service.kept import Kept
from hub.service.packs import PackSets, of_release
from hub.service.parked import take_parked
from hub.service.prefetch import prefetch
from hub.service.removal import Archive
from hub.service.retention import Report, Retention
from hub.service.session import Cause, Session
from hub.service.verdicts import Answer, Refusal, Verdict
from hub.settings import Settings
from schemas.canonical import content_hash
from schemas.codec import Event, Malformed, decode
from schemas.record import Record

log = structlog.get_logger(__name__)
ACCEPTED = "accepted"
KEPT_BYTES = 64 * 1024 * 1024
"""JSON size of the dossiers that a process keeps between batches."""
OPERATIONS = "operations"
"""Who looks, in access entries, where the command line is used beside the hub."""
REFUSED = ("rejected", "quarantined")


class HubService:
    """Everything that changes the hub's state or answers from it. Safe to share between tasks; keeps nothing but copies of what is stored."""

    def __init__(
        self,
        store: Store,
        keys: Keys,
        calendar: Calendar,
        settings: Settings,
        packs: PackSet | PackSets | None = None,
        archive: Archive | None = None,
    ) -> None:
        self._store = store
        self._keys = keys
        self._calendar = calendar
        self._settings = settings
        self._packs = packs if isinstance(packs, PackSets) else PackSets(packs or of_release(settings))
        self._kept = Kept(KEPT_BYTES)
        self._archive = archive
        self._retention = Retention(store, self._session, archive)

    def _session(self, uow: UnitOfWork) -> Session:
        return Session(uow, self._packs.of(uow), self._calendar.is_workday, self._settings, kept=self._kept)

    # ---- reading ----

    async def receive(self, records: Sequence[Record]) -> None:
        """A batch of one partition, in order, in one transaction. Returning means committed.

        Every record gets its verdict: accepted, parked, rejected, quarantined, duplicate. Raises TransientError to be called
        again with the same records; anything else makes the caller isolate the record (:meth:`poison`). Idempotent: a record
        that was read before, at the same place, leaves no trace at all.
        """
        if not records:
            return
        async with self._store.begin() as uow:
            session = self._session(uow)
            events = [_decoded(record) for record in records]
            await prefetch(session, [event for event in events if isinstance(event, Event)])
            for record, event in zip(records, events, strict=True):
                position = Position(record.topic, record.partition, record.offset)
                if isinstance(event, Event):
                    await self._handle(session, event, position)
                elif event is not None:
                    set_aside(uow, of_malformed(position, event), self._settings)
            session.flush()
            await calibration.settle(session)
            first, last = records[0], records[-1]
            uow.span(first.topic, first.partition, first.offset, last.offset)
        self._kept.keep(session.written)

    async def poison(self, record: Record, error: BaseException) -> None:
        """Put one record that cannot be handled aside, with its place and reason; the flow goes on behind it."""
        position = Position(record.topic, record.partition, record.offset)
        async with self._store.begin() as uow:
            letter = of_error(position, _decoded(record), error, uow.registry, self._settings)
            set_aside(uow, letter, self._settings)
            uow.span(record.topic, record.partition, record.offset, record.offset)
        log.error(
            log_events.EVENT_SET_ASIDE,
            topic=record.topic,
            partition=record.partition,
            offset=record.offset,
            reason=letter.reason,
        )

    # ---- standing still ----

    async def stall(self, flow: str, reason: str) -> None:
        """Remember that a part of the flow stands still, and alert operations; once until :meth:`moves`."""
        async with self._store.begin() as uow:
            if not await uow.get([stalls.PREFIX + flow]):
                stalls.stall(self._session(uow), flow, reason)

    async def moves(self, flow: str) -> None:
        """It goes on."""
        async with self._store.begin() as uow:
            stalls.moves(uow, flow)

    async def stalled(self, flow: str) -> bool:
        """Whether it stood still when last heard of, in an earlier process maybe."""
        return flow in await stalls.stalled(self._store)

    def over(self, store: Store) -> HubService:
        """The same use cases over another store: a rehearsal, a redrive."""
        return HubService(store, self._keys, self._calendar, self._settings, self._packs, self._archive)

    async def _handle(self, session: Session, event: Event, position: Position | None) -> None:
        try:
            source = source_of(event, session.registry)
        except Refusal as refusal:
            at = position or Position("http", 0, 0)
            set_aside(session.uow, of_unknown(at, refusal.reason, refusal.detail), self._settings)
            return
        urn, ident = source.urn, str(event.attributes["id"])
        known = (await session.uow.seen([(urn, ident)])).get((urn, ident))
        session.begin(Cause(urn, source.code, ident, session.uow.now.astimezone(ZONE).isoformat(), _name(event)))
        if known is not None and known.verdict not in REFUSED:
            self._again(session, source.code, event, known, position)
            return
        try:
            admitted = admit(event, session.registry, self._keys, self._settings, session.uow.now)
            session.cause = Cause(urn, source.code, ident, admitted.time, admitted.kind.name)
            session.taken = taken(admitted)
            await dispatch(session, admitted)
            session.record_in()
            await take_parked(session)
        except Refusal as refusal:
            session.taken = None
            refuse(session, source.code, _name(event), event, refusal)
            verdict = "quarantined" if refusal.quarantine else "rejected"
            session.uow.receive(InboxRow(urn, ident, _name(event), verdict, None, position))
            return
        session.uow.receive(InboxRow(urn, ident, admitted.kind.name, ACCEPTED, admitted.hash, position))

    def _again(self, session: Session, code: str, event: Event, known: InboxRow, position: Position | None) -> None:
        """The same id once more: the same place is a redelivery, the same content a duplicate, other content a clash."""
        if position is not None and known.position == position:
            return
        family = "finding" if _name(event).startswith("finding.") else "event"
        data = event.data if isinstance(event.data, dict) else {}
        about = (
            {family: str(data.get("ref", known.id)), "event": known.id} if family == "finding" else {"event": known.id}
        )
        if known.content_hash is None or known.content_hash == content_hash(event.attributes, event.data):
            session.say("duplicate.ignored", code, about, ["R-IN-04"])
        else:
            refuse(
                session,
                code,
                _name(event),
                event,
                Refusal("id_clash", "this id is known with other content", status=409, quarantine=True),
            )

    # ---- HTTP ----

    async def gate(self, event: Event) -> Verdict:
        """The immediate checks of HTTP intake. Of what is refused the receipt is recorded here; nothing of it reaches Kafka."""
        async with self._store.begin() as uow:
            session = self._session(uow)
            ident = str(event.attributes.get("id", ""))
            try:
                source = source_of(event, session.registry)
            except Refusal as refusal:
                return Verdict(False, refusal.status, refusal.reason, refusal.detail)
            session.cause = Cause(source.urn, source.code, ident, uow.now.astimezone(ZONE).isoformat(), _name(event))
            known = (await uow.seen([(source.urn, ident)])).get((source.urn, ident))
            try:
                admitted = admit(event, session.registry, self._keys, self._settings, uow.now)
                clash = known is not None and known.content_hash is not None and known.content_hash != admitted.hash
                if clash:
                    raise Refusal("id_clash", "this id is known with other content", status=409, quarantine=True)
            except Refusal as refusal:
                refuse(session, source.code, _name(event), event, refusal)
                verdict = "quarantined" if refusal.quarantine else "rejected"
                if known is None:
                    uow.receive(InboxRow(source.urn, ident, _name(event), verdict, None, None))
                session.flush()
                return Verdict(False, refusal.status, refusal.reason, refusal.detail, ident)
            topic, key = inbound_topic(admitted)
            return Verdict(True, 202, receipt=ident, topic=topic, key=key)

    # ---- time ----

    async def tick(self) -> int:
        """Fire what has fallen due by the hub's clock, then look for ended records. Idempotent. Returns dossiers handled."""
        async with self._store.begin() as uow:
            today = uow.now.astimezone(ZONE).date()
        keys = await self._store.due(today, 200)
        for key in keys:
            await self._tick_one(key, today)
        return len(keys) or await self._retention.turn(today)

    async def retain(self, *, dry_run: bool = False, delete: bool = False) -> Report:
        """Seal or delete every record whose retention has ended (R-CF-03), not waiting for the clockwork. As :meth:`Retention.run`."""
        return await self._retention.run(dry_run=dry_run, delete=delete)

    async def _tick_one(self, key: str, today: date) -> None:
        async with self._store.begin() as uow:
            session = self._session(uow)
            session.cause = Cause(
                "urn:hub:self",
                "self",
                f"tick:{key}:{uow.now.astimezone(ZONE).isoformat()}",
                uow.now.astimezone(ZONE).isoformat(),
                "tick",
            )
            kind, _, ident = key.partition(":")
            if kind == "finding":
                file = await session.file(ident)
                if file is not None:
                    await findings.tick(session, file)
            elif kind in ("touched", "posts-touched"):
                await self._touched(session, kind, ident)
                uow.set_wakes(key, [])
            else:
                await session.step(key, {"kind": "tick"})
            await take_parked(session)
            session.flush()

    async def _touched(self, session: Session, kind: str, ident: str) -> None:
        """A bulk load changed what the roster knows of a cadre, or who manages the posts of an organ."""
        if kind == "touched":
            await roster.touched(session, ident)
            await roster.refresh(session, f"cadre:{ident}")
            return
        for dossier in await session.json(f"at:{ident}", []):
            await roster.refresh(session, dossier)

    # ---- questions ----

    async def answer(self, asker: str, query: str, args: Mapping[str, Any]) -> Answer:
        """Answer a query; leaves exactly one access entry in the ledger, whatever the answer (R-CF-01)."""
        async with self._store.begin() as uow:
            session = self._session(uow)
            found = await ask(session, self._store, asker, query, args)
            session.flush()
            return found

    async def calibration(self, since: str, purpose: str) -> dict[str, Any]:
        """The calibration report for whoever operates the hub; leaves one access entry. ``since``: ``YYYY-MM`` or empty."""
        async with self._store.begin() as uow:
            session = self._session(uow)
            named = {"report": calibration.NAME} | ({"since": since} if since else {})
            looking.note(session, OPERATIONS, "report.read", named, purpose, "allowed", None)
            return await calibration.report(session, self._store, since)

    async def barred(self, asker: str, cadres: Collection[str]) -> frozenset[str]:
        """Those of ``cadres`` whose cases the asker must not see (N-14)."""
        async with self._store.begin() as uow:
            return await looking.barred(self._session(uow), self._store, asker, cadres)

    async def looked(
        self, asker: str, query: str, named: Mapping[str, Any], purpose: str, *, denied: str | None = None
    ) -> None:
        """Leave the access entry of a look that is no question (R-CF-01); ``denied``: why nothing was shown."""
        async with self._store.begin() as uow:
            answer = "denied" if denied else "allowed"
            looking.note(self._session(uow), asker, query, named, purpose, answer, denied)


def _decoded(record: Record) -> Event | Malformed | None:
    """The event of a record; None for a tombstone of a compacted topic."""
    if record.value is None:
        return None
    try:
        return decode(record.value, record.headers)
    except Malformed as error:
        return error


def _name(event: Event) -> str:
    return str(event.attributes.get("type", "")).removeprefix("hub.")


def taken(admitted: Admitted) -> dict[str, Any]:
    """The accepted statement as the ledger keeps it; a sealed petitioner and citizen numbers stay out."""
    data = without_numbers({key: value for key, value in admitted.event.data.items() if key != "petitioner"})
    return {"source": admitted.source.urn, "type": admitted.kind.name, "time": admitted.time, "data": data}


def refuse(session: Session, code: str, type: str, event: Event, refusal: Refusal) -> None:
    """A content-free receipt: ids and reason codes alone (R-IN-02, R-IN-03)."""
    data = event.data if isinstance(event.data, dict) else {}
    base: dict[str, Any] = {"event": str(event.attributes.get("id", "")), "reason": refusal.reason} | refusal.fields
    rules = base.pop("rules", [])
    family = type.partition(".")[0]
    if family == "finding":
        ref = data.get("ref")
        if refusal.reason in ("revision_clash", "outside_remit", "retention_ended") and isinstance(ref, str):
            base["finding"] = ref
        if base.pop("returned", False):
            session.say("finding.returned_to_source", code, base, ["R-IN-06"])
            return
        session.say(
            "finding.quarantined" if refusal.quarantine else "finding.rejected",
            code,
            base,
            rules or ["R-IN-02" if refusal.quarantine else "R-IN-03"],
        )
    elif family in ("determination", "tolerance", "correction") and type != "tolerance.applied":
        session.say("determination.rejected", code, {"missing": [], **base}, rules)
    else:
        session.say("reply.rejected", code, base, rules)


async def dispatch(session: Session, admitted: Admitted) -> None:
    """Hand an admitted event to its use case."""
    data: dict[str, Any] = {key: value for key, value in admitted.event.data.items() if value is not None}
    kind, source = admitted.kind, admitted.source
    if kind.family == "findings":
        await findings.handle(session, source, kind.name, data)
        await replies.taken_late(session, source, data["ref"])
    elif kind.family == "roster":
        await roster.handle(session, source, kind.name, data)
    elif kind.family == "replies" or kind.name == "tolerance.applied":
        await replies.handle(session, source, kind.name, data)
    elif kind.name == "determination.made":
        await acts.made(session, source, data, findings.data_hash(data))
    elif kind.name == "determination.revoked":
        await acts.revoked(session, source, data)
    elif kind.name == "tolerance.decided":
        await acts.tolerance(session, source, data, findings.data_hash(data))
    else:
        await acts.correction(session, source, kind.name, data)


__all__ = ["HubService", "TransientError", "orjson"]
