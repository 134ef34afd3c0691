"""Events that are set aside: what is kept of them, and what operations hear.

Content is kept only where it could be vetted: a registered source, a label within the accreditation, no petitioner data
anywhere in it. Of all else place and reason alone are kept; the inbound log has the event until its retention ends.
What goes to ``<topic>-dlq`` has never any content: that topic is kept for ever.
"""

from __future__ import annotations

from typing import Any

import orjson

from hub.domain.dates import ZONE
from hub.domain.leaks import find_leak
from hub.domain.registry import Registry
from hub.errors import HubError, PoisonError, RefusedError
from hub.ports import DeadLetter, LedgerEntry, Position, UnitOfWork
from hub.service.session import SELF
from hub.settings import Settings
from schemas.canonical import outbound_id
from schemas.codec import Event, Malformed, encode_structured
from schemas.inbound import INBOUND
from schemas.out_receipts import EventSetAside
from schemas.topics import DLQ_SUFFIX
from schemas.vocab import CLASSIFICATIONS

TYPE = "event.set_aside"
DETAIL = 1_000
"""Characters of the detail that are published; the letter itself has all of it."""
UNVETTED = ("signature", "traceparent", "dataschema")
"""Attributes that are no text of the sender's; a signature may look like any number."""


def vetted(event: Event, registry: Registry, settings: Settings) -> bool:
    """Whether the event's content may be kept. The signature is not asked: what it covers is not published."""
    kind = INBOUND.get(str(event.attributes.get("type", "")).removeprefix("hub."))
    label = event.attributes.get("dataclassification")
    if registry.by_urn(str(event.attributes.get("source", ""))) is None or kind is None:
        return False
    if label not in CLASSIFICATIONS or CLASSIFICATIONS.index(str(label)) > CLASSIFICATIONS.index(
        settings.accreditation
    ):
        return False
    attributes = {name: value for name, value in event.attributes.items() if name not in UNVETTED}
    return find_leak({"ref": list(map(str, attributes.values()))}) is None and (
        kind.family == "roster" or find_leak(event.data) is None
    )


def of_malformed(at: Position, error: Malformed) -> DeadLetter:
    """Of what is no event nothing is kept."""
    return DeadLetter(at, None, None, error.reason, error.detail, b"", kind="malformed")


def of_unknown(at: Position, reason: str, detail: str) -> DeadLetter:
    """Of what comes from nobody known nothing is kept."""
    return DeadLetter(at, None, None, reason, detail, b"", kind="unknown_source")


def of_error(
    at: Position, event: Event | Malformed | None, error: BaseException, registry: Registry, settings: Settings
) -> DeadLetter:
    """Of an event that could not be handled: its content where that may be kept. Messages of unknown errors quote data."""
    known = isinstance(error, PoisonError | RefusedError)
    detail = str(error) if isinstance(error, HubError) else "unexpected error; see the worker's log"
    kind, reason = "poison" if known else "unexpected", type(error).__name__
    if not isinstance(event, Event) or not vetted(event, registry, settings):
        return DeadLetter(at, None, None, reason, detail, b"", kind=kind)
    value = encode_structured(event.attributes, event.data)
    source, ident = str(event.attributes["source"]), str(event.attributes["id"])
    return DeadLetter(at, source, ident, reason, detail, value, kind=kind)


def set_aside(unit: UnitOfWork, letter: DeadLetter, settings: Settings) -> None:
    """Keep the letter, and tell ``<topic>-dlq`` by way of the ledger. The same event is told once per reason."""
    unit.dead_letter(letter)
    at = letter.position
    place = f"{at.topic}/{at.partition}/{at.offset}"
    ident = outbound_id([SELF, place], TYPE, [letter.reason], [], None, None, None)
    topic = at.topic.removeprefix(settings.topic_prefix) + DLQ_SUFFIX
    body = orjson.dumps(_event(ident, place, letter, unit))
    unit.append(LedgerEntry(ident, "out", TYPE, body, unit.now, topic=topic, key=place))


def _event(ident: str, place: str, letter: DeadLetter, unit: UnitOfWork) -> dict[str, Any]:
    now = unit.now.astimezone(ZONE).isoformat()
    data: dict[str, Any] = {
        "topic": letter.position.topic,
        "partition": letter.position.partition,
        "offset": letter.position.offset,
        "kind": letter.kind,
        "reason": letter.reason,
        "detail": letter.detail[:DETAIL],
        "source": letter.source,
        "event": letter.id,
        "kept": bool(letter.value),
        "seen": now,
        "attempts": letter.attempts,
    }
    EventSetAside.model_validate(data)
    return {
        "specversion": "1.0",
        "id": ident,
        "source": SELF,
        "type": f"hub.{TYPE}",
        "time": now,
        "subject": place,
        "datacontenttype": "application/json",
        "dataclassification": "work_secret",
        "partitionkey": place,
        "correlationid": ident,
        "causationid": letter.id or place,
        "data": data,
    }
