"""Gate-0: authentic source, schema, label, no petitioner data (R-IN-01..03, policy section 8). Nothing refused is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain.dates import ZONE
from hub.domain.leaks import find_leak
from hub.domain.registry import Registry, Source
from hub.ports import Keys
from hub.service.verdicts import Refusal
from hub.settings import Settings
from schemas import topics
from schemas.base import Payload
from schemas.canonical import content_hash
from schemas.codec import Event
from schemas.inbound import INBOUND, InboundType
from schemas.parse import Invalid, parse
from schemas.vocab import CLASSIFICATIONS

AHEAD = timedelta(hours=24)
"""How far an event's time may lie ahead of the hub's clock."""
SENDERS = {
    "findings": ("body", "organ"),
    "determinations": ("body", "organ", "dept"),
    "roster": ("dept", "organ"),
    "replies": ("dept", "organ", "body"),
}


@dataclass(frozen=True, slots=True)
class Admitted:
    """An event that passed Gate-0."""

    event: Event
    source: Source
    kind: InboundType
    payload: Payload
    hash: bytes
    time: str


def source_of(event: Event, registry: Registry) -> Source:
    """The registered source; Refusal(unknown_source) where there is none."""
    source = registry.by_urn(str(event.attributes.get("source", "")))
    if source is None:
        raise Refusal(
            "unknown_source",
            "this source is not registered; an operator adds it with hub body add or hub department add",
            status=403,
        )
    return source


def admit(event: Event, registry: Registry, keys: Keys, settings: Settings, now: datetime) -> Admitted:
    """All checks that need no store. Raises :class:`Refusal`; its detail names fields, never content."""
    source = source_of(event, registry)
    name = str(event.attributes.get("type", "")).removeprefix("hub.")
    kind = INBOUND.get(name)
    if kind is None:
        raise Refusal("unknown_type", "the hub takes the event types of its contract, each with the prefix hub.")
    _label(event, settings)
    _signature(event, source, keys)
    if kind.family != "roster" and find_leak(event.data) is not None:
        raise Refusal("petitioner_data", "petitioner data must be sealed before it is sent", quarantine=True)
    try:
        payload = parse(event)
    except Invalid as error:
        raise Refusal("schema", str(error), fields={"problems": error.fields}) from None
    _sender(payload, kind, source)
    return Admitted(event, source, kind, payload, content_hash(event.attributes, event.data), stated_time(event, now))


def _label(event: Event, settings: Settings) -> None:
    label = event.attributes.get("dataclassification")
    if label not in CLASSIFICATIONS:
        raise Refusal("classification", "dataclassification is missing or unknown; without a label nothing is taken")
    if CLASSIFICATIONS.index(str(label)) > CLASSIFICATIONS.index(settings.accreditation):
        raise Refusal("classification", f"this deployment may hold up to {settings.accreditation}", status=403)


def _signature(event: Event, source: Source, keys: Keys) -> None:
    if source.trusted_channel and "signature" not in event.attributes:
        return
    if not keys.verify(event, source.keys):
        raise Refusal("signature", "the signature is missing or not by a key registered for this source", status=403)


def _sender(payload: Payload, kind: InboundType, source: Source) -> None:
    """R-IN-01: a body asserts only for itself."""
    if source.kind not in SENDERS[kind.family]:
        raise Refusal("not_competent", f"{kind.name} is not for a source of this kind", status=403)
    stated = getattr(payload, "body", None)
    if kind.family == "findings":
        if source.body is None:
            raise Refusal("not_competent", "only supervisory bodies and context sources report findings", status=403)
        if stated is not None and stated != source.body:
            raise Refusal("body", "data.body is not the body that this source is registered as")
        level = getattr(payload, "level", None)
        if level is not None and source.level is not None and level != source.level:
            raise Refusal("level", "data.level is not the level that this source is registered at")


def stated_time(event: Event, now: datetime) -> str:
    """The event's time, in the hub's zone; the hub's own where none is stated. Raises Refusal."""
    raw = event.attributes.get("time")
    if raw is None:
        return now.astimezone(ZONE).isoformat()
    try:
        stated = datetime.fromisoformat(str(raw).replace("Z", "+00:00"))
        local = (stated if stated.tzinfo else stated.replace(tzinfo=ZONE)).astimezone(ZONE)
    except (ValueError, OverflowError):
        raise Refusal("time", "time is not an RFC 3339 timestamp") from None
    if local > now + AHEAD:
        raise Refusal("time", "time lies ahead of the hub's clock; check the sender's clock")
    return local.isoformat()


def inbound_topic(admitted: Admitted) -> tuple[str, str]:
    """Topic and Kafka key of an admitted event: body organ and ref, cadre, task …"""
    data: dict[str, Any] = admitted.event.data
    topic = topics.inbound(admitted.kind.family, admitted.source.body)
    about = data.get("task") or data.get("of") or data.get("case") or data.get("finding") or data.get("ref")
    for name in ("cadre_id", "organ_id", "cadre", "organ"):
        if admitted.kind.family == "roster":
            about = data.get(name) or about
    key = about.get("cadre") if isinstance(about, dict) else about
    return topic, f"{admitted.source.code}/{key or admitted.event.attributes['id']}"
