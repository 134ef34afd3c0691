"""From what a user writes, ``{type, id, time?, data}``, to a signed CloudEvent and its place in Kafka."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from hub.adapters import keys
from hub.adapters.clock import SHANGHAI
from hub.bootstrap.folder import keys_folder
from hub.domain.registry import Source
from hub.errors import UsageError
from hub.service.gate import Admitted, inbound_topic
from schemas.codec import Event
from schemas.inbound import INBOUND

if TYPE_CHECKING:
    from schemas.base import Payload

DEFAULT_LABEL = "work_secret"


def event_of(line: Mapping[str, Any], source: Source, data: Path) -> Event:
    """A CloudEvent from one line: taken as it is where it is one, wrapped where it is not; signed unless it is signed.

    ``data``: folder whose ``keys/<code>.jwk`` signs. Raises UsageError for a line without type and id, NotFoundError
    where there is no key.
    """
    attributes = {name: value for name, value in line.items() if name != "data" and value is not None}
    if "specversion" not in attributes:
        attributes = _wrapped(attributes, source)
    event = Event(attributes, line.get("data"))
    if "signature" in attributes:
        return event
    private = keys.load(keys_folder(data), source.code)
    return Event({**attributes, "signature": keys.sign(event, private, private["kid"])}, event.data)


def _wrapped(attributes: dict[str, Any], source: Source) -> dict[str, Any]:
    missing = [name for name in ("type", "id") if not attributes.get(name)]
    if missing:
        raise UsageError(f"a line without {' and '.join(missing)}", hint='write {"type": …, "id": …, "data": {…}}')
    kind = str(attributes["type"]).removeprefix("hub.")
    return {
        "specversion": "1.0",
        "source": source.urn,
        "time": datetime.now(SHANGHAI).isoformat(timespec="seconds"),
        "datacontenttype": "application/json",
        "dataclassification": DEFAULT_LABEL,
        **attributes,
        "type": f"hub.{kind}",
        "id": str(attributes["id"]),
    }


def place_of(event: Event, source: Source) -> tuple[str, str]:
    """Topic (contract name) and Kafka key of an event, as the HTTP intake chooses them.

    Raises UsageError for a type that the contract does not know, or data that is no object.
    """
    kind = str(event.attributes.get("type", "")).removeprefix("hub.")
    found = INBOUND.get(kind)
    if found is None:
        raise UsageError(f"{kind or 'no type'}: no inbound type", hint=f"one of: {', '.join(INBOUND)}")
    if not isinstance(event.data, dict):
        raise UsageError("data is no JSON object", hint='write {"type": …, "id": …, "data": {…}}')
    unchecked = cast("Payload", None)  # the hub checks it when it reads; the place does not depend on it
    return inbound_topic(Admitted(event, source, found, unchecked, b"", ""))
