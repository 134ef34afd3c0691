"""One line of a file to one CloudEvent. Pure: the same line always gives the same event."""

from __future__ import annotations

import json
from typing import Any

from connectors.base import Event
from connectors.files.config import FilesConfig
from hub.errors import RefusedError

PREFIX = "hub."
SHORT_FIELDS = frozenset({"type", "id", "time", "data"})


def to_event(line: str, config: FilesConfig) -> Event:
    """``line``: a CloudEvent in JSON, or ``{type, id, time?, data}``, which is wrapped for the configured source.

    Raises RefusedError where the line is neither, or speaks for another source; the reason quotes nothing of it.
    """
    found = _parse(line)
    event = _checked_full(found, config) if "specversion" in found else _wrapped(found, config)
    return {"dataclassification": config.classification, **event}


def _parse(line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        raise _refused("not JSON") from None
    if not isinstance(found, dict):
        raise _refused("not a JSON object")
    for name in ("type", "id"):
        if not isinstance(found.get(name), str) or not found[name]:
            raise _refused(f"'{name}' is missing or not a text")
    return found


def _checked_full(found: dict[str, Any], config: FilesConfig) -> Event:
    if found.get("source") != config.source:
        raise _refused(f"'source' is not {config.source}, whose folder this is")
    return found


def _wrapped(found: dict[str, Any], config: FilesConfig) -> Event:
    if unknown := sorted(set(found) - SHORT_FIELDS):
        raise _refused(f"{len(unknown)} fields beside type, id, time, data")
    kind = found["type"] if found["type"].startswith(PREFIX) else PREFIX + found["type"]
    head = {"specversion": "1.0", "source": config.source, "datacontenttype": "application/json"}
    return {**head, **found, "type": kind}


def _refused(reason: str) -> RefusedError:
    return RefusedError(reason, reason=reason)
