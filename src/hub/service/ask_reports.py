"""Queries over many cases, and over the ledger itself."""

from __future__ import annotations

from datetime import date
from typing import Any

from hub.domain.dates import add_months
from hub.domain.facts import Dossier
from hub.ports import SealStore
from hub.service import calibration
from hub.service.ask_cases import view_for
from hub.service.asking import NOT_AVAILABLE, Question, denied, of_committee, recused, released
from hub.service.session import Cause
from hub.service.verdicts import Answer


async def report_read(question: Question) -> Answer:
    """A report that the organ's secrecy officer released; small cells are suppressed.

    ``persons_by_body``: how many cadres under a committee the period's findings of one kind of body name. ``calibration``:
    how often reviewers confirmed what the matcher said; of the hub as a whole, as its counts know no organ.
    """
    args, session = question.args, question.session
    organ = str(args.get("organ"))
    if args.get("report") not in ("persons_by_body", calibration.NAME):
        return NOT_AVAILABLE
    if not of_committee(session.registry, question.asker, organ):
        return denied("not_competent")
    if not released(question, organ):
        return denied("not_released")
    if args.get("report") == calibration.NAME:
        return Answer("allowed", await calibration.report(session, question.store, str(args.get("since") or "")))
    first, last = quarter(str(args.get("period")))
    persons = 0
    async for dossier in _dossiers(question):
        if dossier.standing.committee != organ:
            continue
        persons += any(
            one.body == args.get("body") and first <= one.first_time[:10] <= last for one in dossier.statements.values()
        )
    small = int(session.packs.on(session.today).thresholds["small_cell"])
    return Answer("suppressed") if persons < small else Answer("allowed", {"persons": persons})


async def cases_export(question: Question) -> Answer:
    """保密法36: many cases of one organ together are released by the secrecy officer first."""
    args, session = question.args, question.session
    organ = str(args.get("organ"))
    if not of_committee(session.registry, question.asker, organ):
        return denied("not_competent")
    if not released(question, organ):
        return denied("aggregation")
    cases = 0
    async for dossier in _dossiers(question):
        if dossier.standing.committee == organ and not await recused(question, dossier.about):
            cases += len(view_for(question, dossier).cases)
    return Answer("allowed", {"cases": cases})


async def _dossiers(question: Question) -> Any:
    after = ""
    while found := await question.store.documents("cadre:", after=after, limit=500):
        for key, body in found:
            after = key
            yield Dossier.model_validate_json(body)


async def ledger_verify(question: Question) -> Answer:
    """Walk the hash chain; where it is broken, publication stops and operations hear of it. Intake goes on."""
    store = question.store
    session = question.session
    if not isinstance(store, SealStore):
        return NOT_AVAILABLE
    bad = await store.verify()
    halted = await session.json("meta:halt", None)
    if bad is not None and halted is None:
        first = bad.rpartition("/")[2]
        halted = {"reason": "ledger_altered", "first_bad": first}
        session.put_json("meta:halt", halted)
        session.cause = Cause("urn:hub:self", "self", f"verify:{bad}", session.uow.now.isoformat(), "ledger.verify")
        session.say("ledger.alert", "operations", {"first_bad": first})
    content = {"intact": bad is None, "publishing": "stopped" if halted else "running"}
    return Answer("allowed", content | ({"first_bad": bad.rpartition("/")[2]} if bad is not None else {}))


def quarter(text: str) -> tuple[str, str]:
    """First and last day of a year or quarter, ``2026`` or ``2026-Q1``."""
    year, _, part = text.partition("-Q")
    first = date(int(year), 3 * (int(part) - 1) + 1 if part else 1, 1)
    after = add_months(first, 3 if part else 12)
    return first.isoformat(), date.fromordinal(after.toordinal() - 1).isoformat()
