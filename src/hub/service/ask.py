"""Questions: who may read what, and for which purpose; every one leaves exactly one access entry (R-CF-01, R-CF-02, N-10, N-14, N-30)."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from hub.ports import Store
from hub.service import ask_cases, ask_reports
from hub.service.asking import NOT_AVAILABLE, Question, denied
from hub.service.looking import asker_of, note
from hub.service.session import Session
from hub.service.verdicts import Answer


async def answer(session: Session, store: Store, asker: str, query: str, args: Mapping[str, Any]) -> Answer:
    """One question; the reasons of a denial are looked at in the order of scenario-format.md, the first that applies is given."""
    handler = QUERIES.get(query)
    if handler is None:
        found = NOT_AVAILABLE
    elif not args.get("purpose"):
        found = denied("no_purpose")
    else:
        who = await asker_of(session, asker)
        found = await handler(Question(session, store, who, query, args))
    _log(session, asker, query, args, found)
    return found


def _log(session: Session, asker: str, query: str, args: Mapping[str, Any], found: Answer) -> None:
    named = {
        key: args[key]
        for key in ("case", "task", "finding", "cadre", "organ", "report", "body", "period", "since")
        if key in args
    }
    note(session, asker, query, named, args.get("purpose"), found.answer, found.content.get("reason"))


QUERIES: dict[str, Callable[[Question], Awaitable[Answer]]] = {
    "finding.read": ask_cases.finding_read,
    "case.read": ask_cases.case_read,
    "task.read": ask_cases.task_read,
    "task.recompute": ask_cases.task_recompute,
    "cadre.bars": ask_cases.cadre_bars,
    "cadre.history": ask_cases.cadre_history,
    "decision.record": ask_cases.decision_record,
    "report.read": ask_reports.report_read,
    "cases.export": ask_reports.cases_export,
    "ledger.verify": ask_reports.ledger_verify,
}
