"""What policy says must come of one generated event: ids alone, computed from the contract, not by running the hub.

Contract section 1: an outbound id is the UUIDv5 of cause, type, rules, pack, case, whom it is about, and recipient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from schemas import topics
from schemas.canonical import outbound_id

FOLLOWUPS = {
    "S0": (("reminder.suggested", "R-FU-02"), ("talk.suggested", "R-FU-02")),
    "S1": (("reminder.suggested", "R-FU-03"),),
    "S2": (("verify.requested", "R-FU-04"),),
}
"""Severity of a K1 case → what the managing department is asked to do (policy, rules R-FU-02 to R-FU-04)."""


@dataclass(frozen=True, slots=True)
class Cause:
    """One inbound event: its source's URN and code, and its id."""

    urn: str
    code: str
    id: str

    def output(
        self, kind: str, to: str, rules: Sequence[str], *, pack: Sequence[str] = (), case: str = "", about: str = ""
    ) -> tuple[str, str]:
        """Id and topic of one output that this event causes."""
        ident = outbound_id([self.urn, self.id], kind, rules, pack, case or None, about or None, to)
        family = kind.partition(".")[0]
        receipt = kind in ("finding.accepted", "finding.rejected", "finding.quarantined") or family == "duplicate"
        return ident, topics.receipts(to) if receipt else topics.tasks(to)


def verified_once(
    cause: Cause, department: str, cadre: str, issue: str, severity: str, pack: Sequence[str]
) -> dict[str, str]:
    """A partly substantiated finding of one body: accepted, matched by number, K1, and the follow-ups of its severity."""
    found = [
        cause.output("finding.accepted", cause.code, ["R-IN-01"]),
        cause.output("match.confirmed", department, ["R-ID-01"], about=cadre),
    ]
    asked = (("corroboration.updated", "R-CO-01"), *FOLLOWUPS[severity])
    found += [
        cause.output(kind, department, [rule], pack=pack, case=issue, about=f"cadre:{cadre}") for kind, rule in asked
    ]
    return dict(found)


def retracted(
    cause: Cause, department: str, cadre: str, issue: str, severity: str, pack: Sequence[str]
) -> dict[str, str]:
    """The same finding taken back: accepted, K0, each follow-up withdrawn."""
    found = [cause.output("finding.accepted", cause.code, ["R-IN-01"])]
    gone = (("corroboration.updated", "R-CO-01"), *(("followup.withdrawn", rule) for _, rule in FOLLOWUPS[severity]))
    found += [
        cause.output(kind, department, [rule], pack=pack, case=issue, about=f"cadre:{cadre}") for kind, rule in gone
    ]
    return dict(found)


def without_label(cause: Cause) -> dict[str, str]:
    """No classification: refused with a receipt, nothing else (R-IN-03)."""
    return dict([cause.output("finding.rejected", cause.code, ["R-IN-03"])])


def sent_again(cause: Cause) -> dict[str, str]:
    """The same event at another place of the log: one receipt, whatever it was (R-IN-04)."""
    return dict([cause.output("duplicate.ignored", cause.code, ["R-IN-04"])])
