"""Which topic an event goes to, and which items of a dossier stand in a queue."""

from __future__ import annotations

from hub.domain import narrow
from hub.domain.facts import Dossier
from schemas import topics

RECEIPTS = (
    "finding.accepted",
    "finding.quarantined",
    "finding.rejected",
    "finding.returned_to_source",
    "finding.parked",
)
ALERTS = ("ledger.alert", "source.silent", "source.gap", "flow.stalled")
OPEN = ("delivered", "acknowledged", "returned", "issued", "review_requested")


Items = dict[str, tuple[str, str]]
"""Queue items of a dossier: id → (state, organ)."""


def items_of(dossier: Dossier, issue: str | None = None) -> Items:
    """The items of a dossier, or of one case of it that a narrow step concerns."""
    found: Items = {}
    states = {"open": "issued", "done": "done", "withdrawn": "withdrawn"}
    every = dossier.said if issue is None else narrow.items_in(dossier, issue)
    for said in every.values():
        if said.type and said.id and said.state in states and not said.slot.startswith("task:"):
            found[said.id] = (states[said.state], said.to)
    if issue is not None:
        return found
    for task in dossier.tasks:
        reviewed = any(
            said.slot.startswith(f"task_review:{task.n}:") and said.state == "open" for said in dossier.said.values()
        )
        state = "review_requested" if reviewed else task.state
        found[task.id] = ("decided" if state == "review_requested" else state, task.to)
    return found


def topic_of(type: str, to: str) -> str:
    """The outbound topic of an event type for a recipient."""
    if type in ALERTS:
        return topics.ALERTS
    if type.startswith("clarification."):
        return topics.clarifications(to)
    if type in RECEIPTS or type.startswith(("duplicate.", "determination.", "reply.", "feedback.")):
        return topics.receipts(to)
    return topics.tasks(to)
