"""A generated history: findings of several bodies about invented cadres, and what must come of them."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

from hub.adapters import keys
from hub.bootstrap.folder import keys_folder
from hub.chaos import expected
from hub.chaos.expected import Cause
from hub.chaos.people import DEPARTMENT, Invented, invented
from hub.domain.pack import PackSet
from hub.domain.registry import Registry, Source
from schemas import topics
from schemas.codec import Event, encode_structured

SENDERS = ("audit-M", "land-M", "env-M", "safe-M", "insp-M", "disc-M")
FINDINGS_OF_ONE = 5
"""Findings about one cadre; each has an issue of its own, so none changes what another one yields."""
Kind = Literal["S0", "S1", "S2", "retracted", "unlabelled"]
MIX: Sequence[Kind] = ("S1",) * 14 + ("S0", "S2", "S2", "retracted", "retracted", "unlabelled")


@dataclass(frozen=True, slots=True)
class Told:
    """One event to send: bytes for its topic, and id → topic of everything that must come of it."""

    sender: str
    id: str
    topic: str
    key: str
    value: bytes
    expected: Mapping[str, str]
    again: Mapping[str, str]
    """What must come of sending it once more."""


@dataclass(slots=True)
class History:
    """Makes events one after the other. The same seed, registry and keys always give the same events.

    ``today``: the hub's day, which names the pack in force; it must not change while the history is judged.
    """

    registry: Registry
    data: Path
    packs: PackSet
    today: date
    seed: int = 0
    prefix: str = "g"
    _keys: dict[str, dict[str, str]] = field(default_factory=dict)

    def findings(self, number: int, *, mix: Sequence[Kind] = MIX) -> Iterator[Told]:
        """``number`` findings, and behind some their retraction; the order within one reference is the order sent."""
        chance = random.Random(self.seed)
        for serial in range(number):
            yield from self._finding(serial, chance.choice(mix), chance)

    def _finding(self, serial: int, kind: Kind, chance: random.Random) -> Iterator[Told]:
        source = self.registry.sources[SENDERS[serial % len(SENDERS)]]
        severity = "S1" if kind in ("retracted", "unlabelled") else kind
        ref, whom = f"{self.prefix}{serial:07d}", invented(serial // FINDINGS_OF_ONE)
        data = self._statement(source, ref, whom, severity, chance)
        cause = Cause(source.urn, source.code, f"{ref}-1")
        about = (DEPARTMENT, whom.cadre, f"issue-{ref}", severity, self.packs.names_on(self.today))
        if kind == "unlabelled":
            yield self._told(source, "finding.reported", cause, data, expected.without_label(cause), label=False)
            return
        yield self._told(source, "finding.reported", cause, data, expected.verified_once(cause, *about))
        if kind == "retracted":
            later = Cause(source.urn, source.code, f"{ref}-2")
            back = {"ref": ref, "revision": 2, "reason": "复核后撤回"}
            yield self._told(source, "finding.retracted", later, back, expected.retracted(later, *about))

    def _statement(
        self, source: Source, ref: str, whom: Invented, severity: str, chance: random.Random
    ) -> dict[str, Any]:
        conduct = self.today - timedelta(days=chance.randrange(30, 400))
        return {
            "ref": ref,
            "revision": 1,
            "body": source.body,
            "level": source.level,
            "issue": {"ref": f"issue-{ref}", "summary": "项目推进迟缓"},
            "category": "SLOW_ACT",
            "severity": severity,
            "status": "partly_substantiated",
            "subjects": [{**whom.subject, "at": conduct.isoformat()}],
            "evidence": [{"ref": f"{ref}-e1", "own": True}],
            "verified_by": source.code,
            "verified_on": (self.today - timedelta(days=7)).isoformat(),
        }

    def _told(
        self,
        source: Source,
        kind: str,
        cause: Cause,
        data: dict[str, Any],
        outputs: dict[str, str],
        *,
        label: bool = True,
    ) -> Told:
        """Signed as the source, as the contract's section 1 says."""
        attributes: dict[str, Any] = {
            "specversion": "1.0",
            "id": cause.id,
            "source": source.urn,
            "type": f"hub.{kind}",
            "time": f"{self.today - timedelta(days=1)}T09:00:00+08:00",
            "datacontenttype": "application/json",
        }
        if label:
            attributes["dataclassification"] = "work_secret"
        key = self._key(source.code)
        attributes["signature"] = keys.sign(Event(attributes, data), key, key["kid"])
        topic = topics.inbound("findings", source.body)
        again = expected.sent_again(cause) if label else outputs
        return Told(
            source.code,
            cause.id,
            topic,
            f"{source.code}/{data['ref']}",
            encode_structured(attributes, data),
            outputs,
            again,
        )

    def sign(self, code: str, event: dict[str, Any]) -> None:
        """Sign a structured event anew as ``code``. Raises ValueError where it has no canonical form."""
        attributes = {name: value for name, value in event.items() if name not in ("data", "signature")}
        key = self._key(code)
        event["signature"] = keys.sign(Event(attributes, event.get("data")), key, key["kid"])

    def _key(self, code: str) -> dict[str, str]:
        if code not in self._keys:
            self._keys[code] = keys.load(keys_folder(self.data), code)
        return self._keys[code]
