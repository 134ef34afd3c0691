"""What the hub must never do (policy section 10), as questions to a played history. Each yields what is wrong.

They look at published events and at dossiers before and after every row; none calls the code that it watches."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import orjson

from hub.domain.facts import COUNTED, INACTIVE, RED_LINE, UNTRUE, Dossier, Statement
from hub.domain.files import FindingFile
from tests.properties.play import Event, Moment, Played

Check = Callable[[Played], Iterator[str]]
PROPOSALS = ("task.proposed", "task.amended")
SANCTIONS = re.compile("撤职|降级|开除|停职检查|责令辞职|引咎辞职|诫勉|处分(?!法|条例|办法)")
UNATTRIBUTED = ("none_stated", "excluded")
PROPERTIES: dict[str, Check] = {}


def never(rule: str) -> Callable[[Check], Check]:
    """Register the property of a negative rule."""

    def add(check: Check) -> Check:
        PROPERTIES[rule] = check
        return check

    return add


def proposals(played: Played) -> Iterator[tuple[Moment, Event, Dossier]]:
    """Every proposal of a personnel task with the dossier that it came from."""
    for moment in played.moments:
        for event in moment.of_type(*PROPOSALS):
            yield moment, event, moment.dossiers()[f"cadre:{event['data']['cadre']}"]


def basis(dossier: Dossier, event: Event) -> list[Statement]:
    """Findings that bear the proposed task."""
    task = next(one for one in dossier.tasks if one.id == event["data"]["task"])
    ids = [entry.partition("@")[0] for key, entries in task.basis.items() if key for entry in entries]
    return [dossier.statements[ident] for ident in ids if ident in dossier.statements]


@never("N-01")
def from_unverified(played: Played) -> Iterator[str]:
    """No task rests on anything but what a body substantiated."""
    for _, event, dossier in proposals(played):
        yield from (f"task on {one.id} ({one.status})" for one in basis(dossier, event) if one.status not in COUNTED)
        facts = [
            one
            for one in event["data"]["facts"]
            if one["weight"] == "adverse" and one["status"] in (*UNTRUE, "lead", "verifying", "inconclusive")
        ]
        yield from (f"{one['finding']} weighs as adverse" for one in facts)


@never("N-02")
@never("N-03")
def made_false(played: Played) -> Iterator[str]:
    """Only a determination makes a report a false accusation; nothing else is ever called so."""
    for moment in played.moments:
        for event in moment.events:
            text = orjson.dumps(event["data"]).decode()
            if '"false_accusation"' not in text and '"accuser_handling"' not in text:
                continue
            dossier = moment.dossiers().get(f"cadre:{event['data'].get('cadre')}")
            earlier = moment.dossiers(before=True).get(f"cadre:{event['data'].get('cadre')}")
            acts = [act for one in (dossier, earlier) if one is not None for act in one.acts.values()]
            if not any(one.kind == "false_accusation" for one in acts):
                yield f"{event['type']} speaks of a false accusation that nobody determined"


@never("N-04")
def clears_the_unproven(played: Played) -> Iterator[str]:
    """A clarification needs a statement in force that it is untrue, or a wrong match."""
    for moment in played.moments:
        for event in moment.of_type("clarification.proposed", "clarification.assessment.requested"):
            dossier = moment.dossiers()[f"cadre:{event['data']['cadre']}"]
            untrue = [
                one
                for one in dossier.statements.values()
                if one.status in (*UNTRUE, "no_violation") or one.attribution == "excluded"
            ]
            if not untrue and not dossier.revoked:
                yield f"{event['type']} although nothing is untrue"


@never("N-05")
def decides(played: Played) -> Iterator[str]:
    """A task is decided, carried out or measured by a reply alone."""
    for moment in played.moments:
        replied = moment.row.get("type", "").startswith("task.")
        for key, dossier in moment.dossiers().items():
            old = {task.id: task.decision for task in moment.dossiers(before=True).get(key, dossier).tasks}
            for task in dossier.tasks:
                if task.decision is not None and old.get(task.id) is None and not replied:
                    yield f"{task.id} decided by {moment.row.get('type', 'time')}"
    yield from (f"{event['type']} without a reply" for event in _unasked(played, "case.decided", ("task.decided",)))


def _unasked(played: Played, type: str, replies: tuple[str, ...]) -> Iterator[Event]:
    seen = False
    for moment in played.moments:
        seen = seen or moment.row.get("type") in replies
        yield from (() if seen else moment.of_type(type))


@never("N-06")
@never("N-07")
def speaks_of_sanctions(played: Played) -> Iterator[str]:
    """No sanction as a measure, none in a text; names of laws apart."""
    for event in played.events:
        data = event["data"]
        if data.get("measure") not in (None, "REMOVE", "ADJUST", "DEMOTE"):
            yield f"measure {data['measure']}"
        for text in (data.get("explanation") or {}).values():
            yield from (f"{found} in a text of {event['type']}" for found in SANCTIONS.findall(text))


@never("N-08")
def counts_copies(played: Played) -> Iterator[str]:
    """K2 needs two findings that name no common root, in whichever way it is named."""
    for moment in played.moments:
        for event in moment.of_type("corroboration.updated"):
            if event["data"].get("level") == "K2":
                dossier = moment.dossiers()[f"cadre:{event['data']['cadre']}"]
                roots = _roots([one for one in dossier.statements.values() if one.status in COUNTED])
                if roots < 2:
                    yield f"K2 from {roots} root"


def _roots(ones: list[Statement]) -> int:
    """At most how many sources can be independent: by source, matter, joint team and what is quoted."""
    left = [one for one in ones if not any(kind in ("forwarded_from", "relies_on") for kind, _ in one.relations)]
    absent = {tuple(sorted(ref for _, ref in one.relations)) for one in ones if one not in left}
    keys = {
        one.id: {
            f"s:{one.source}",
            *([f"m:{one.matter}"] if one.matter else []),
            *(f"t:{ref}" for kind, ref in one.relations if kind == "joint_team"),
        }
        for one in left
    }
    sets: list[set[str]] = []
    for mine in keys.values():
        joined = [other for other in sets if other & mine]
        sets = [other for other in sets if not other & mine] + [mine.union(*joined)]
    named = {one.ref for one in ones} | {one.id for one in ones}
    return len(sets) + len([refs for refs in absent if not set(refs) & named])


@never("N-09")
@never("N-34")
def raises_severity(played: Played) -> Iterator[str]:
    """A measure asks for a severity that a body stated, of a finding that counts, or that a formal act carries."""
    least = {"REMOVE": 3, "ADJUST": 2}
    for _, event, dossier in proposals(played):
        stated = [int(one.severity[1]) for one in dossier.statements.values() if one.severity and one.status in COUNTED]
        stated += [int(act.severity[1]) for act in dossier.acts.values() if act.severity]
        appraised = any(act.kind in ("appraisal", "unfit") for act in dossier.acts.values())
        measures = [event["data"].get("measure"), *event["data"].get("candidates", ())]
        wanted = max((least.get(str(one), 0) for one in measures), default=0)
        if not appraised and wanted > max(stated, default=-1):
            yield f"{measures} above what was stated ({stated})"


@never("N-12")
def names_reporters(played: Played) -> Iterator[str]:
    """Nothing stored or published holds what could name a petitioner."""
    bodies = [line.body for line in played.hub.store.lines] + list(played.hub.store.docs.values())
    for body in bodies:
        if b"13800138000" in body or "赵某某".encode() in body:
            yield "a petitioner's data is stored"


@never("N-13")
@never("N-14")
@never("N-31")
def tells_outsiders(played: Played) -> Iterator[str]:
    """Recipients are registered organs; never the subject, the subject's unit or the public."""
    for event in played.events:
        data = event["data"]
        dossier = played.dossiers.get(f"cadre:{data.get('cadre')}")
        if data["to"] not in played.hub.registry.sources or data["to"] in (
            data.get("cadre"),
            dossier.standing.unit if dossier else None,
        ):
            yield f"{event['type']} to {data['to']}"


@never("N-15")
def spreads(played: Played) -> Iterator[str]:
    """Only those whom a body named have a dossier with a finding."""
    named = orjson.dumps([moment.row for moment in played.moments], default=str).decode()
    merged = {
        row["data"]["into"] for row in (moment.row for moment in played.moments) if row.get("type") == "cadre.merged"
    }
    for dossier in played.dossiers.values():
        mentioned = (
            re.search(rf'"(subject|cadre|chosen|organ|team)":"{re.escape(dossier.about)}"', named) or "林知远" in named
        )
        if dossier.statements and not mentioned and dossier.about not in merged:
            yield f"{dossier.key} has findings that name somebody else"


@never("N-16")
def presumes(played: Played) -> Iterator[str]:
    """Whoever is proposed for was said to be responsible by a body."""
    for _, event, dossier in proposals(played):
        yield from (
            f"task on {one.id}, attribution {one.attribution}"
            for one in basis(dossier, event)
            if one.attribution in UNATTRIBUTED
        )


@never("N-17")
def forestalls_tolerance(played: Played) -> Iterator[str]:
    """A decision on tolerance stands before every task, red lines apart."""
    for _, event, dossier in proposals(played):
        about = {ref for one in dossier.tolerances.values() if one.outcome != "tolerated" for ref in one.about}
        red = any(one.category in RED_LINE for one in dossier.statements.values())
        task = next(one for one in dossier.tasks if one.id == event["data"]["task"])
        ids = {entry.partition("@")[0] for key, entries in task.basis.items() if key for entry in entries}
        if not red and not ids & about:
            yield "a task before the tolerance outcome"


@never("N-18")
def lets_go(played: Played) -> Iterator[str]:
    """Tolerated means that a correction was opened."""
    opened = False
    for moment in played.moments:
        opened = opened or bool(moment.of_type("correction.opened"))
        for event in moment.of_type("case.closed"):
            if event["data"]["how"] == "tolerated" and not opened:
                yield "closed as tolerated without a correction"


@never("N-19")
def weighs_tolerated(played: Played) -> Iterator[str]:
    """What is tolerated bears nothing and is never shown as adverse."""
    for _, event, dossier in proposals(played):
        latest: dict[str, str] = {}
        for decision in sorted(dossier.tolerances.values(), key=lambda one: (one.time, one.id)):
            latest |= dict.fromkeys(decision.about, decision.outcome)
        for one in basis(dossier, event):
            if latest.get(one.id) == "tolerated" and one.category not in RED_LINE and not _red(dossier):
                yield f"task on {one.id}, which is tolerated"


def _red(dossier: Dossier) -> bool:
    return any(one.category in RED_LINE for one in dossier.statements.values())


@never("N-20")
def steps_up(played: Played) -> Iterator[str]:
    """Time, an appeal and a repeated petition propose nothing."""
    for moment in played.moments:
        kind = moment.row.get("data", {}).get("kind") if moment.row.get("type") == "determination.made" else None
        if kind != "appeal_filed" and not moment.row.get("tick"):
            continue
        before = {key: one.standing for key, one in moment.dossiers(before=True).items()}
        for event in moment.of_type("task.proposed"):
            key = f"cadre:{event['data']['cadre']}"
            if before.get(key) == moment.dossiers()[key].standing:
                yield f"{event['type']} on {kind or 'a tick'}"


@never("N-21")
def proposes_for_the_gone(played: Played) -> Iterator[str]:
    """Nobody who is out of service gets a personnel task."""
    for _, event, dossier in proposals(played):
        if dossier.standing.state in INACTIVE or dossier.standing.outside:
            yield f"task for somebody who is {dossier.standing.state}"
        if event["data"]["to"] is None:
            yield "task for nobody"


@never("N-22")
def proposes_while_filed(played: Played) -> Iterator[str]:
    """While a case is filed nothing is proposed."""
    for moment in played.moments:
        for event in moment.of_type("task.proposed"):
            acts = moment.dossiers()[f"cadre:{event['data']['cadre']}"].acts.values()
            filed = [one for one in acts if one.kind == "case_filed" and not one.revoked and not one.parked]
            upheld = [one for one in acts if one.kind == "appeal_decided" and one.outcome == "upheld"]
            if filed and not any(one.kind == "case_closed" for one in acts) and not upheld:
                yield "task while a case is filed"


@never("N-24")
def punishes_moves(played: Played) -> Iterator[str]:
    """Impact periods come from decisions and formal acts, never from a change of post."""
    for dossier in played.dossiers.values():
        for impact in dossier.impacts.values():
            known = (
                impact.id in dossier.acts
                or impact.id.startswith("task:")
                or dossier.merged_into
                or impact.state == "cancelled"
            )
            if not known:
                yield f"impact {impact.id} of nothing"


@never("N-25")
def guesses_identity(played: Played) -> Iterator[str]:
    """Every finding in a cadre's dossier was matched by a strong id or by people."""
    for key, dossier in played.dossiers.items():
        for ident in dossier.statements if dossier.kind == "cadre" else ():
            file = FindingFile.model_validate_json(played.hub.store.docs[f"finding:{ident}"])
            if not any(
                one.cadre == dossier.about and one.how in ("strong", "person") for one in file.subjects.values()
            ):
                yield f"{ident} in {key} without a confirmed match"


@never("N-26")
def cites_the_future(played: Played) -> Iterator[str]:
    """Packs are in force on the day; no rule that is M? is cited."""
    for event in played.events:
        for name in event["data"].get("pack", ()):
            if date.fromisoformat(name[-10:]) > date.fromisoformat(event["time"][:10]):
                yield f"{name} on {event['time'][:10]}"
        rules = played.hub.packs.on(date.fromisoformat(event["time"][:10])).rules
        yield from (
            f"{rule} is M?" for rule in event["data"]["rules"] if rule in rules and rules[rule].evidence == "M?"
        )


@never("N-27")
def forgets(played: Played) -> Iterator[str]:
    """Every accepted revision and act is still there, as are all lines of the ledger; without a period nothing is removed."""
    ids = {line.id for line in played.hub.store.lines if not line.emptied}
    for moment in played.moments:
        yield from {event["id"] for event in moment.events} - ids | moment.before.keys() - moment.after.keys()


@never("N-28")
def says_too_much(played: Played) -> Iterator[str]:
    """A clarification is about its own issue."""
    for event in played.of_type("clarification.proposed"):
        case = str(event["data"].get("case", "")).partition("/")[2]
        if event["data"]["scope"] != case:
            yield f"scope {event['data']['scope']} of case {case}"


@never("N-29")
def clears_unasked(played: Played) -> Iterator[str]:
    """Closed: the written form is among those done, and the cadre had been asked."""
    for event in played.of_type("clarification.closed"):
        if "written" not in event["data"]["forms"] or not isinstance(event["data"]["consent"], bool):
            yield "closed without the written form or the cadre's word"
    yield from (
        "closed although nobody approved" for _ in _unasked(played, "clarification.closed", ("clarification.approved",))
    )


@never("N-30")
def tells_bodies(played: Played) -> Iterator[str]:
    """A body hears ids and its own finding: no facts, no gates, no explanation, no level of others."""
    for event in played.events:
        source = played.hub.registry.sources[event["data"]["to"]]
        if source.kind == "body" and {"facts", "gates", "explanation", "alternatives"} & set(event["data"]):
            yield f"{event['type']} tells {source.code} what others found"


@never("N-32")
def keeps_secrets(played: Played) -> Iterator[str]:
    """Above the accreditation nothing is taken; outputs are never labelled lower than what they rest on."""
    secret = {
        moment.row["id"]
        for moment in played.moments
        if moment.row.get("dataclassification") in ("secret", "confidential", "top_secret")
    }
    for line in played.hub.store.lines:
        if line.kind == "in" and line.id.rpartition("/")[2] in secret:
            yield f"{line.id} is kept"
    yield from (
        f"{event['type']} is labelled {event['dataclassification']}"
        for event in played.events
        if event["dataclassification"] != "work_secret"
    )


@never("N-35")
def decides_alone(played: Played) -> Iterator[str]:
    """Two people or nothing."""
    for moment in played.moments:
        data: dict[str, Any] = moment.row.get("data", {})
        two = moment.row.get("type") in ("task.decided", "match.reviewed", "link.reviewed", "cadre.merged")
        told = moment.of_type("reply.accepted", "case.decided", "match.revoked", "match.confirmed")
        if two and data["recorded_by"] == data["confirmed_by"] and (told or moment.before != moment.after):
            yield f"{moment.row['type']} by one person"
