"""From something the hub said back to what it rests on: causes, findings and acts, gates, rules and their articles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import orjson

from hub.domain.pack import PackSet
from hub.errors import NotFoundError
from hub.ports import LedgerEntry, Store

PAGE = 1_000
LONGEST_CHAIN = 50
_REMOVED = "the ledger proves that it was said, when and to whom; its custodian may open what was sealed"


@dataclass(frozen=True, slots=True)
class Cause:
    """One event of the chain: an inbound one (``source`` is its sender) or one of the hub's own."""

    id: str
    type: str
    source: str
    time: str


@dataclass(frozen=True, slots=True)
class Basis:
    """A fact that was named, and the event by which it came."""

    fact: Mapping[str, Any]
    event: Cause | None


@dataclass(frozen=True, slots=True)
class Article:
    """A rule that fired and what it cites."""

    rule: str
    cites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Trace:
    """The whole answer. ``since``: what was said later about the same item, oldest first.

    ``newer_pack``: versions in force today that the item does not rest on; it keeps its own (R-GV-01).
    """

    id: str
    type: str
    to: str
    data: Mapping[str, Any]
    time: str
    causes: list[Cause] = field(default_factory=list)
    facts: list[Basis] = field(default_factory=list)
    rules: list[Article] = field(default_factory=list)
    since: list[Cause] = field(default_factory=list)
    newer_pack: list[str] = field(default_factory=list)


async def trace(store: Store, packs: PackSet, ident: str, today: date) -> Trace:
    """The chain behind the item ``ident``: an outbound id, or the beginning of one. Reads only. ``today``: the hub's day.

    Raises NotFoundError where nothing, or more than one thing, is known by it.
    """
    key, known = await _item(store, ident)
    entries = await _entries(store, known["dossier"])
    own = next((entry for entry in entries if entry.id == key), None)
    event = orjson.loads(own.body) if own is not None else {}
    data = event.get("data", known["data"])
    steps = _steps(entries)
    own_pack = data.get("pack") or ()
    return Trace(
        id=key,
        type=known["type"],
        to=str(data.get("to", "")),
        data=data,
        time=str(event.get("time", "")),
        causes=_chain(str(event.get("causationid", "")), entries, steps),
        facts=[Basis(fact, _brought(fact, steps)) for fact in data.get("facts") or ()],
        rules=[Article(rule, _cites(packs, own_pack, rule)) for rule in data.get("rules") or ()],
        since=[_said(entry) for entry in entries if entry.kind == "out" and entry.id != key and _about(entry, key)],
        newer_pack=[name for name in packs.names_on(today) if own_pack and name not in own_pack],
    )


async def _item(store: Store, ident: str) -> tuple[str, dict[str, Any]]:
    found = await store.documents(f"item:{ident}", limit=2)
    exact = [one for one in found if one[0] == f"item:{ident}"]
    if not found and await _removed(store, ident):
        raise NotFoundError(f"what {ident} rests on was removed: its retention has ended (R-CF-03)", hint=_REMOVED)
    if len(exact or found) != 1:
        how = "more than one item begins with" if found else "there is no item"
        raise NotFoundError(f"{how} {ident}", hint="take an id that hub tail tasks --json shows")
    key, body = (exact or found)[0]
    return key.removeprefix("item:"), orjson.loads(body)


async def _removed(store: Store, ident: str) -> bool:
    async with store.begin() as uow:
        return any(line.emptied for line in await uow.lines(ids=[ident]))


async def _entries(store: Store, dossier: str) -> list[LedgerEntry]:
    found: list[LedgerEntry] = []
    after = 0
    while page := await store.ledger(dossier=dossier, after=after, limit=PAGE):
        after = page[-1][0]
        found += [entry for _, entry in page if not entry.emptied]
    return found


def _steps(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    """The domain events that the dossier took, in order."""
    return [
        orjson.loads(entry.body)["event"] for entry in entries if entry.kind == "note" and entry.type == "dossier.step"
    ]


def _chain(cause: str, entries: Sequence[LedgerEntry], steps: Sequence[Mapping[str, Any]]) -> list[Cause]:
    """From the nearest cause to the first one; the hub's own events lead on to theirs."""
    said = {entry.id: entry for entry in entries if entry.kind == "out"}
    found: list[Cause] = []
    while cause and len(found) < LONGEST_CHAIN and cause not in {one.id for one in found}:
        if cause in said:
            found.append(_said(said[cause]))
            cause = str(orjson.loads(said[cause].body).get("causationid", ""))
            continue
        step = next((one for one in steps if one["id"] == cause), None)
        found.append(_inbound(step) if step else Cause(cause, "", "", ""))
        break
    return found


def _inbound(step: Mapping[str, Any]) -> Cause:
    return Cause(str(step["id"]), str(step["kind"]), str(step.get("source", "")), str(step.get("time", "")))


def _said(entry: LedgerEntry) -> Cause:
    return Cause(entry.id, entry.type, "hub", entry.recorded_at.isoformat())


def _brought(fact: Mapping[str, Any], steps: Sequence[Mapping[str, Any]]) -> Cause | None:
    """The step by which a named finding (in its revision) or act came."""
    for step in reversed(steps):
        brought = step.get("statement") or step.get("act") or {}
        same = brought.get("ref") == fact.get("finding") and brought.get("source") == fact.get("organ")
        if same and brought.get("revision", 1) == fact.get("revision", 1):
            return _inbound(step)
    return None


def _cites(packs: PackSet, names: Sequence[str], rule: str) -> tuple[str, ...]:
    try:
        return tuple(packs.named(tuple(names)).cites([rule])) if names else ()
    except KeyError:
        return ()


def _about(entry: LedgerEntry, ident: str) -> bool:
    data = orjson.loads(entry.body).get("data", {})
    return ident in (data.get("task"), data.get("of"))
