"""Random histories in the world that ships with the hub: rows as in a scenario file, read by the real service.

A history is a list of rows in order of arrival. ``facts_only`` histories hold what order must not matter for: findings,
revisions, retractions, formal acts, tolerance, corrections, roster records. ``anything`` adds replies, clocks and time.
"""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Row = dict[str, Any]

BODIES = (
    "disc-M",
    "insp-P",
    "insp-M",
    "pet-M",
    "pet-K",
    "audit-P",
    "audit-M",
    "env-M",
    "env-K",
    "land-M",
    "safe-M",
    "disc-M-env",
)
CADRES = ("A", "B", "C")
ISSUES = ("i1", "i2", "i3")
STATUSES = (
    "substantiated", "substantiated", "substantiated", "partly_substantiated", "lead", "verifying", "inconclusive", "untrue",
    "seriously_untrue", "mistaken_report", "no_violation",
)  # fmt: skip
CATEGORIES = ("NO_ACT", "NO_ACT", "ECO_DAMAGE", "SAFETY_DUTY", "UNFIT_POST", "NO_RESP", "DISCIPLINE", "STYLE")
MEASURE_ACTS = ("accountability", "sanction", "accident_report", "audit_result", "unfit", "appraisal")


def subset(items: list[str], most: int) -> st.SearchStrategy[list[str]]:
    """Up to ``most`` of them, in order, each once; at least one."""
    return st.lists(st.sampled_from(items), min_size=1, max_size=most, unique=True)


def rarely(draw: st.DrawFn, odds: int) -> bool:
    """Once in ``odds`` + 1; shrinks away."""
    return bool(draw(st.integers(0, odds)) == odds)


def days(last: int = 60) -> st.SearchStrategy[str]:
    """A day of the history."""
    return st.integers(0, last).map(lambda number: f"d{number}")


@st.composite
def subjects(draw: st.DrawFn) -> list[Row]:
    """One or two cadres, seldom a team or a unit."""
    if rarely(draw, 11):
        return [{"kind": draw(st.sampled_from(("team", "unit"))), "organ": "M-plan", "attribution": "none_stated"}]
    found = []
    for cadre in draw(subset(list(CADRES[:2]), 2)) if rarely(draw, 4) else [draw(st.sampled_from(CADRES[:2]))]:
        attribution = draw(
            st.sampled_from(("main_leader", "main_leader", "direct", "leader", "none_stated", "excluded"))
        )
        found.append(
            {"cadre": cadre, "attribution": attribution} | ({"recorded_dissent": True} if rarely(draw, 9) else {})
        )
    return found


@st.composite
def issue(draw: st.DrawFn) -> Row:
    """By ref, by object, by place and period: same, overlapping, alike."""
    made: Row = {}
    if draw(st.integers(0, 3)):
        made["ref"] = draw(st.sampled_from(ISSUES))
    if draw(st.booleans()):
        made["objects"] = draw(subset(["parcel:1", "parcel:2", "project:9"], 2))
    if rarely(draw, 2):
        made["period"] = draw(
            st.sampled_from(
                ({"from": "2024", "to": "2024"}, {"from": "2025-03", "to": "2025-09"}, {"from": "2024-06", "to": None})
            )
        )
    if rarely(draw, 3):
        made["place"] = "丁县河口镇"
    return made


@st.composite
def statement(draw: st.DrawFn, refs: list[str]) -> Row:
    """What one revision of a finding says."""
    status = draw(st.sampled_from(STATUSES))
    made: Row = {
        "subjects": draw(subjects()), "issue": draw(issue()), "status": status,
        "category": draw(st.sampled_from(CATEGORIES)), "severity": draw(st.sampled_from(("S2", "S2", "S3", "S1", "S0"))),
        "evidence": [
            {"ref": ref, "own": draw(st.booleans())}
            for ref in draw(st.lists(st.sampled_from(["e1", "e2", "e3", "e4"]), max_size=2, unique=True))
        ],
    }  # fmt: skip
    if rarely(draw, 3):
        made["matter"] = draw(st.sampled_from(("m1", "m2")))
    if refs and rarely(draw, 2):
        kind = st.sampled_from(("forwarded_from", "relies_on", "joint_team", "shares_evidence"))
        made["relations"] = [{"kind": draw(kind), "ref": ref} for ref in draw(subset(refs, 2))]
    for name in (
        "duties_performed",
        "unsuited_to_level",
        "proposes_responsibility",
        "ranking_fell",
        "petitioner_withdrew",
    ):
        if rarely(draw, 7):
            made[name] = True
    if status in ("untrue", "seriously_untrue", "mistaken_report", "no_violation"):
        made["harm"] = draw(st.sampled_from(([], ["H2"])))
        made["blockers"] = draw(st.sampled_from(([], [], ["B2"])))
    if made["category"] == "UNFIT_POST":
        for one in made["subjects"]:
            one["sub_code"] = draw(st.sampled_from(("U08", "U03", "T06")))
    return made


@st.composite
def finding(draw: st.DrawFn, ref: str, refs: list[str]) -> list[Row]:
    """A finding's life: reported, revised, retracted, by one source."""
    by = draw(st.sampled_from((*BODIES, "appraisal-M"))) if rarely(draw, 3) else draw(st.sampled_from(BODIES))
    others = [other for other in refs if other != ref]
    rows: list[Row] = [
        {
            "at": draw(days()),
            "by": by,
            "type": "finding.reported",
            "id": ref,
            "data": {"ref": ref, **draw(statement(others))},
        }
    ]
    last = draw(st.sampled_from((1, 1, 1, 2, 3)))
    for number in range(2, last + 1):
        data = {"ref": ref, "revision": number, **draw(statement(others))}
        rows.append({"at": draw(days()), "by": by, "type": "finding.revised", "id": f"{ref}r{number}", "data": data})
    if rarely(draw, 4):
        data = {"ref": ref, "revision": last + 1, "reason": "复核后撤回"}
        rows.append({"at": draw(days()), "by": by, "type": "finding.retracted", "id": f"{ref}x", "data": data})
    return rows


@st.composite
def act(draw: st.DrawFn, ref: str, refs: list[str], acts: list[str]) -> list[Row]:
    """A formal act about findings, other acts or a person; seldom revoked."""
    kind = draw(
        st.sampled_from(
            (
                *MEASURE_ACTS,
                "false_accusation",
                "case_filed",
                "case_closed",
                "appeal_filed",
                "appeal_decided",
                "joint_meeting",
            )
        )
    )
    data: Row = {"ref": ref, "kind": kind, "decided_on": "2026-03-01"}
    by = {
        "joint_meeting": "joint-M",
        "false_accusation": "committee-M",
        "case_filed": "disc-M",
        "case_closed": "disc-M",
        "sanction": "disc-M",
    }.get(kind)
    by = by or draw(st.sampled_from(("disc-M", "committee-M", "audit-M", "disc-P")))
    about = draw(subset([*refs, *acts] if kind.startswith("appeal") and acts else refs, 2))
    if kind in ("appraisal", "case_filed", "case_closed") or (kind in MEASURE_ACTS and draw(st.booleans())):
        data["subject"] = draw(st.sampled_from(CADRES[:2]))
        if draw(st.booleans()):
            data["about"] = about
    else:
        data["about"] = about
        data["cadre"] = draw(st.sampled_from(CADRES[:2]))
    if kind == "joint_meeting":
        data["prevails"] = data["about"][0]
    if kind == "false_accusation":
        data |= {"fabrication": True, "intent": True}
    if kind == "sanction":
        data |= {"type": draw(st.sampled_from(("warning", "demerit", "downgrade"))), "effective_on": "2026-03-05"}
    if kind == "accountability":
        data |= draw(
            st.sampled_from(
                ({"form": "admonition"}, {"form": "organisational", "measure": "ADJUST", "effective_on": "2026-03-05"})
            )
        )
    if kind == "appraisal":
        data |= draw(
            st.sampled_from(
                ({"grade": "不称职"}, {"grade": "优秀"}, {"conclusion": "不适宜继续担任现职"}, {"grade": "基本称职"})
            )
        )
    if kind == "unfit":
        data |= {"sub_code": "U08", "unsuited_to_level": draw(st.booleans())}
    if kind in ("case_closed", "appeal_decided"):
        data["outcome"] = draw(
            st.sampled_from(("sanctioned", "no_sanction") if kind == "case_closed" else ("upheld", "rejected"))
        )
    if kind in ("accident_report", "audit_result", "accountability") and draw(st.booleans()):
        data["severity"] = draw(st.sampled_from(("S2", "S3")))
    rows = [{"at": draw(days()), "by": by, "type": "determination.made", "id": ref, "data": data}]
    if rarely(draw, 5):
        rows.append(
            {
                "at": draw(days()),
                "by": by,
                "type": "determination.revoked",
                "id": f"{ref}-off",
                "data": {
                    "ref": ref,
                    "kind": kind,
                    **({"about": data["about"]} if data.get("about") else {"subject": data["subject"]}),
                },
            }
        )
    return rows


@st.composite
def tolerance(draw: st.DrawFn, ref: str, refs: list[str]) -> list[Row]:
    """A tolerance decision for one person, seldom with its correction confirmed or extended."""
    data: Row = {"ref": ref, "about": draw(subset(refs, 3)), "cadre": draw(st.sampled_from(CADRES[:2]))}
    data["outcome"] = draw(
        st.sampled_from(("not_tolerated", "not_tolerated", "tolerated", "mitigated", "not_applicable"))
    )
    if draw(st.booleans()):
        data |= {"items": ["完善制度"], "requirements": "限期整改", "deadline": "2026-06-01"}
    rows = [{"at": draw(days()), "by": "disc-M", "type": "tolerance.decided", "id": ref, "data": data}]
    if rarely(draw, 4):
        rows.append(
            {
                "at": draw(days()),
                "by": "disc-M",
                "type": "correction.confirmed",
                "id": f"{ref}c",
                "data": {"correction": ref, "on": "2026-04-20"},
            }
        )
    if rarely(draw, 5):
        rows.append(
            {
                "at": draw(days(30)),
                "by": "disc-M",
                "type": "correction.extended",
                "id": f"{ref}e",
                "data": {"correction": ref, "until": "2026-08-01", "reason": "工作量大"},
            }
        )
    return rows


@st.composite
def roster(draw: st.DrawFn, ref: str) -> list[Row]:
    """A record of a department's personnel system."""
    cadre = draw(st.sampled_from(CADRES[:2]))
    kind = draw(st.sampled_from(("state", "state", "move", "management", "relation", "merge")))
    row: Row = {"at": draw(days()), "by": "org-M", "id": ref}
    if kind == "state":
        state = draw(
            st.sampled_from(("retired", "deceased", "under_case", "resigned", "transferred_out_of_scope", "active"))
        )
        return [row | {"type": "cadre.recorded", "data": {"cadre_id": cadre, "state": state}}]
    if kind == "move":
        return [
            row
            | {
                "type": "tenure.recorded",
                "data": {"cadre": cadre, "organ": "N-land", "post": "局长", "kind": "正式", "from": "2026-05-20"},
            }
        ]
    if kind == "management":
        data = {"organ": "M-plan", "post": "局长", "committee": "P", "department": "org-P", "from": "2026-05-10"}
        return [row | {"type": "management.recorded", "data": data}]
    if kind == "relation":
        return [row | {"type": "relation.recorded", "data": {"cadre": cadre, "kind": "kin", "department": "org-M"}}]
    return [row | {"type": "cadre.merged", "data": {"from": "C", "into": "A", "recorded_by": "x", "confirmed_by": "y"}}]


@st.composite
def applied(draw: st.DrawFn, ref: str, refs: list[str]) -> list[Row]:
    """The cadre's unit applies for tolerance."""
    data = {"ref": ref, "findings": draw(subset(refs, 1)), "by": draw(st.sampled_from(CADRES[:2]))}
    return [{"at": draw(days()), "by": "org-M", "type": "tolerance.applied", "id": ref, "data": data}]


@st.composite
def corroborated(draw: st.DrawFn) -> list[Row]:
    """Two bodies agree, and tolerance is refused: where most of what can go wrong begins."""
    both = {
        "subject": "A",
        "issue": {"ref": "i1"},
        "status": "substantiated",
        "attribution": "main_leader",
        "category": "NO_ACT",
    }
    severity = draw(st.sampled_from(("S2", "S3")))
    refused = {"about": ["p1", "p2"], "outcome": "not_tolerated", "cadre": "A"}
    return [
        {"at": "d0", "by": "insp-P", "type": "finding.reported", "id": "p1", "data": {**both, "severity": severity, "evidence": ["e1"]}},
        {"at": "d2", "by": "audit-M", "type": "finding.reported", "id": "p2", "data": {**both, "severity": severity, "evidence": ["e2"]}},
        {"at": "d5", "by": "disc-M", "type": "tolerance.decided", "id": "pt", "data": refused},
    ]  # fmt: skip


@st.composite
def facts_only(draw: st.DrawFn, most: int = 12) -> list[Row]:
    """Up to ``most`` events whose order of arrival must not matter, in the order of their own times."""
    rows: list[Row] = draw(corroborated()) if draw(st.booleans()) else []
    first = [row["id"] for row in rows if row["type"] == "finding.reported"]
    refs = first + [f"f{number}" for number in range(1, 1 + draw(st.integers(0 if first else 1, 4)))]
    for ref in refs[len(first) :]:
        rows += draw(finding(ref, refs))
    acts: list[str] = []
    for number in range(draw(st.integers(0, 3))):
        ref = f"a{number}"
        rows += draw(act(ref, refs, acts))
        acts.append(ref)
    for number in range(draw(st.integers(0, 2))):
        rows += draw(tolerance(f"t{number}", [*refs, *acts]))
    if rarely(draw, 4):
        rows += draw(applied("ap", refs))
    for number in range(draw(st.sampled_from((0, 0, 1, 2)))):
        rows += draw(roster(f"r{number}"))
    return sorted(rows[:most], key=lambda row: (int(row["at"][1:]), row["id"]))


@st.composite
def replies(draw: st.DrawFn, ref: str) -> Row:
    """What a department or body answers; it may name nothing that is open, and is then refused."""
    cadre, whole = draw(st.sampled_from(("A", "A", "B"))), draw(st.sampled_from(ISSUES))
    case = {"cadre": cadre, "issue": whole}
    two = {"recorded_by": "x", "confirmed_by": draw(st.sampled_from(("y", "y", "y", "x")))}
    on = "2026-04-01"
    decision = draw(
        st.sampled_from(("accept", "accept", "accept_other_measure", "reject", "return_for_evidence", "no_action"))
    )
    kinds: dict[str, Row] = {
        "task.acknowledged": {"task": {"cadre": cadre}},
        "task.decided": {
            "task": {"cadre": cadre}, "decision": decision, "organ": "M", "document_no": "文〔1〕", "decided_on": on, "reason": "已研究",
            "announced_to": ["M-plan"], **two, **({"effective_on": on} if draw(st.booleans()) else {}),
            **({"measure": "ADJUST"} if decision == "accept_other_measure" else {}),
        },
        "task.executed": {"task": {"cadre": cadre}, "on": "2026-04-20"},
        "match.reviewed": {"finding": draw(st.sampled_from(("p1", "f1"))), "subject": 0, "chosen": draw(st.sampled_from((*CADRES, None))), **two},
        "verify.answered": {"of": case, "result": draw(st.sampled_from(("substantiated", "untrue"))), "on": on, "document_no": "文〔2〕"},
        "harm.stated": {"case": case, "harm": ["H1"]},
        "talk.held": {"cadre": cadre, "on": on},
        "followup.done": {"of": case, "on": on, "recorded_by": "x"},
        "clarification.applied": {"case": case, "harm": ["H2"]},
        "clarification.assessed": {"of": case, "harm": ["H2"], "propose": draw(st.booleans())},
        "clarification.approved": {"case": case, "organ": "audit-M", "forms": ["written"], "consent": True, "scope": whole},
        "clarification.done": {"case": case, "forms": ["written"], "organ": "audit-M", "on": on},
        "link.reviewed": {"findings": ["p1", draw(st.sampled_from(("p2", "f1", "f2")))], "same": draw(st.booleans()), **two},
    }  # fmt: skip
    kind = draw(st.sampled_from((*kinds, "task.decided", "task.decided", "task.acknowledged", "task.executed")))
    department = kind.split(".")[0] in ("task", "match", "link", "verify", "harm", "talk", "followup")
    by = (
        draw(st.sampled_from(("org-M", "org-M", "org-M", "org-P")))
        if department
        else draw(st.sampled_from(("audit-M", "insp-P", "org-M")))
    )
    return {"at": draw(days(150)), "by": by, "type": kind, "id": ref, "data": kinds[kind]}


@st.composite
def anything(draw: st.DrawFn) -> list[Row]:
    """Facts, replies, ticks and days passing, arriving on the days of their own times; now and then a repeat."""
    rows = draw(facts_only(10))
    rows += [draw(replies(f"y{number}")) for number in range(draw(st.integers(0, 5)))]
    rows += [{"at": draw(days(500)), "tick": True} for _ in range(draw(st.integers(0, 3)))]
    if rows and rarely(draw, 3):
        again = draw(st.sampled_from([row for row in rows if "id" in row]))
        rows.append(again | {"at": f"d{int(again['at'][1:]) + 3}", "time": again["at"]})
    return sorted(rows, key=lambda row: int(row["at"][1:]))
