"""Short histories in which a missing safeguard would show at once."""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]
SAME: Row = {
    "subject": "A", "issue": {"ref": "i1"}, "status": "substantiated", "attribution": "main_leader", "category": "NO_ACT", "severity": "S2",
}  # fmt: skip


def found(ref: str, by: str, at: int = 0, **data: Any) -> Row:
    """A finding like the others of the story, but for what is named."""
    body = {**SAME, "ref": ref, "evidence": [f"e-{ref}"], **data}
    if "subjects" in body or "team" in body:
        body.pop("subject")
    return {"at": f"d{at}", "by": by, "type": "finding.reported", "id": ref, "data": body}


def act(ref: str, kind: str, at: int, by: str = "disc-M", **data: Any) -> Row:
    """A formal act."""
    return {
        "at": f"d{at}",
        "by": by,
        "type": "determination.made",
        "id": ref,
        "data": {"ref": ref, "kind": kind, "decided_on": "2026-03-01", **data},
    }


def tolerance(ref: str, about: list[str], outcome: str, at: int, **data: Any) -> Row:
    """A tolerance decision of the accountability organ about A."""
    body = {"ref": ref, "about": about, "cadre": "A", "outcome": outcome, **data}
    return {"at": f"d{at}", "by": "disc-M", "type": "tolerance.decided", "id": ref, "data": body}


def reply(ref: str, kind: str, at: int, by: str = "org-M", **data: Any) -> Row:
    """A reply."""
    return {"at": f"d{at}", "by": by, "type": kind, "id": ref, "data": data}


def decided(ref: str, at: int, *, confirmed_by: str = "y", decision: str = "accept") -> Row:
    """People decide on A's task."""
    return reply(
        ref, "task.decided", at, task={"cadre": "A"}, decision=decision, organ="M", document_no="文〔1〕", decided_on="2026-04-01",
        effective_on="2026-04-01", reason="已研究", announced_to=["M-plan"], recorded_by="x", confirmed_by=confirmed_by,
    )  # fmt: skip


def state(ref: str, what: str, at: int) -> Row:
    """A's state changes."""
    return {
        "at": f"d{at}",
        "by": "org-M",
        "type": "cadre.recorded",
        "id": ref,
        "data": {"cadre_id": "A", "state": what},
    }


PAIR = [found("f1", "insp-P"), found("f2", "audit-M", 2)]
REFUSED = tolerance("t1", ["f1", "f2"], "not_tolerated", 5)
TASK = [*PAIR, REFUSED]
LEADS = [found("f1", "insp-P", status="lead"), found("f2", "audit-M", 2, status="lead"), REFUSED]
UNTRUE = [found("f1", "audit-M", status="untrue", harm=["H2"])]
UNPROVEN = [found("f1", "audit-M", status="inconclusive"), {"at": "d90", "tick": True}]
FORWARDED = [
    found("f1", "pet-M", matter="m1"), found("f2", "disc-M", 1, matter="m1"),
    found("f3", "insp-P", 2, relations=[{"kind": "relies_on", "ref": "f1"}]), tolerance("t1", ["f1", "f2", "f3"], "not_tolerated", 5),
]  # fmt: skip
SEVERE = [found("f1", "insp-P", severity="S2"), found("f2", "audit-M", 1, severity="S1"), REFUSED]
TOLERATED = [
    *PAIR,
    tolerance("t1", ["f1", "f2"], "tolerated", 5, items=["完善制度"], requirements="限期整改", deadline="2026-05-01"),
    {"at": "d120", "tick": True},
]
PARTLY_TOLERATED = [
    *PAIR, found("f3", "env-M", 3), tolerance("t1", ["f1"], "tolerated", 5, items=["完善制度"], requirements="整改", deadline="2026-05-01"),
    tolerance("t2", ["f2", "f3"], "not_tolerated", 6),
]  # fmt: skip
UNDECIDED = [*PAIR, {"at": "d60", "tick": True}]
UNATTRIBUTED = [
    found("f1", "insp-P", attribution="none_stated"),
    found("f2", "audit-M", 1, attribution="none_stated"),
    REFUSED,
]
TEAM = [
    found("f1", "insp-P", subjects=[{"kind": "team", "organ": "M-plan", "attribution": "none_stated"}]),
    found("f2", "audit-M", 1, subjects=[{"kind": "team", "organ": "M-plan", "attribution": "none_stated"}]),
]  # fmt: skip
RETIRED = [state("r1", "retired", 0), *[{**row, "at": f"d{int(row['at'][1:]) + 1}"} for row in TASK]]
FILED = [act("a1", "case_filed", 0, subject="A"), *[{**row, "at": f"d{int(row['at'][1:]) + 1}"} for row in TASK]]
APPEALED = [*PAIR, act("a1", "appeal_filed", 3, about=["f1"], cadre="A"), {"at": "d150", "tick": True}]
MOVED = [
    *TASK,
    {"at": "d10", "by": "org-M", "type": "tenure.recorded", "id": "r1",
     "data": {"cadre": "A", "organ": "N-land", "post": "局长", "kind": "正式", "from": "2026-03-12"}},
]  # fmt: skip
NAMED: Row = {
    "kind": "cadre",
    "name": "林知远",
    "organ": "M-plan",
    "post": "局长",
    "at": "2025-12-01",
    "attribution": "main_leader",
}
PROBABLE = [found("f1", "insp-P", subjects=[NAMED]), found("f2", "audit-M", 1, subjects=[NAMED])]
CLEARED = [
    *UNTRUE, reply("y1", "clarification.applied", 3, case={"cadre": "A", "issue": "i1"}, harm=["H2"]),
    reply("y2", "clarification.assessed", 5, by="audit-M", of={"cadre": "A", "issue": "i1"}, harm=["H2"], propose=True),
    reply("y3", "clarification.approved", 8, case={"cadre": "A", "issue": "i1"}, organ="audit-M", forms=["written"], consent=True, scope="i1"),
    reply("y4", "clarification.done", 10, case={"cadre": "A", "issue": "i1"}, organ="audit-M", forms=["written"], on="2026-03-12"),
]  # fmt: skip
CONFLICT = [*PAIR, found("f3", "env-M", 4, status="untrue")]
ALONE = [*TASK, decided("y1", 8, confirmed_by="x"), {"at": "d9", "tick": True}]
SECRET = [{**found("f1", "insp-P"), "dataclassification": "secret"}]
LEAKED = [found("f1", "pet-M", issue={"ref": "i1", "summary": "举报人：赵某某，联系电话13800138000"})]
REPEATED = [
    found("f1", "pet-M"),
    *[found(f"g{number}", "pet-M", 2 + number, status="lead", evidence=[], severity="S3") for number in range(4)],
]
DECIDED = [
    *TASK,
    decided("y1", 8),
    reply("y2", "task.executed", 12, task={"cadre": "A"}, on="2026-04-03"),
    {"at": "d400", "tick": True},
]
