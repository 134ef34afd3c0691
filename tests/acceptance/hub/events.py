"""Events of the sample world's sources, made and signed outside the hub's own commands."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.adapters import keys
from hub.sample.citizen_ids import valid_id
from schemas.codec import Event

LEVELS = {"P": "province", "M": "prefecture", "K": "county"}
BODIES = {"audit": "audit", "insp": "inspection", "disc": "discipline", "land": "land", "pet": "petition"}


def finding(code: str, ref: str, **changes: Any) -> dict[str, Any]:
    """Data of a substantiated finding about the sample cadre A."""
    kind, _, level = code.partition("-")
    conduct = (datetime.now(UTC) - timedelta(days=90)).date().isoformat()
    subject = {
        "name": "林知远", "citizen_id": valid_id(1), "organ": "乙市规划局", "post": "局长", "at": conduct,
        "attribution": "main_leader",
    }  # fmt: skip
    return {
        "ref": ref, "revision": 1, "body": BODIES[kind], "level": LEVELS[level], "issue": {"ref": f"issue-{ref}"},
        "category": "NO_ACT", "severity": "S2", "status": "substantiated", "verified_by": code, "subjects": [subject],
        "evidence": [{"ref": f"evidence-{ref}", "own": True}], **changes,
    }  # fmt: skip


def attributes(code: str, ident: str, kind: str = "finding.reported", **changes: Any) -> dict[str, Any]:
    """Attributes of an event of a body. A change to None leaves one out."""
    found = {
        "specversion": "1.0", "id": ident, "source": f"urn:hub:body:{code}", "type": f"hub.{kind}",
        "time": datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
        "dataclassification": "work_secret", **changes,
    }  # fmt: skip
    return {name: value for name, value in found.items() if value is not None}


def signed(data: Path, code: str, found: dict[str, Any], body: Any) -> dict[str, Any]:
    """The whole structured event with a signature by the source's own key."""
    jwk = keys.load(data / "keys", code)
    return {**found, "signature": keys.sign(Event(found, body), jwk, jwk["kid"]), "data": body}
