"""Topic names. Constants only here; renaming one is a migration."""

from __future__ import annotations

BODIES = ("discipline", "inspection", "petition", "land", "audit", "environment", "safety")
FINDINGS: dict[str, str] = {body: f"findings-{body}" for body in BODIES}
FINDINGS_CONTEXT = "findings-context"
DETERMINATIONS = "determinations"
ROSTER = "roster"
REPLIES = "replies"
ALERTS = "hub-alerts"
WATERMARK = "hub-watermark"
DLQ_SUFFIX = "-dlq"

INBOUND_TOPICS: tuple[str, ...] = (*FINDINGS.values(), FINDINGS_CONTEXT, DETERMINATIONS, ROSTER, REPLIES)
COMPACTED: frozenset[str] = frozenset({ROSTER, WATERMARK})


def tasks(organ: str) -> str:
    """The queue of one registered recipient."""
    return f"tasks-{organ}"


def clarifications(organ: str) -> str:
    """The clarification topic of one clarifying organ or verifying body."""
    return f"clarifications-{organ}"


def receipts(source: str) -> str:
    """The receipts of one source, by its registered code."""
    return f"receipts-{source}"


def inbound(family: str, body: str | None = None) -> str:
    """The topic of an inbound family; findings go to their body's topic, context sources to their own."""
    if family == "findings":
        return FINDINGS.get(body or "", FINDINGS_CONTEXT)
    return {"determinations": DETERMINATIONS, "roster": ROSTER, "replies": REPLIES}[family]
