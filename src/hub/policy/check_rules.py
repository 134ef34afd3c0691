"""Checks of single rules: ids, conditions, citations, deadlines, texts, and what a version may not take away."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.domain.named_facts import SCOPES
from hub.domain.pack import instrument_of
from hub.domain.pack_merge import UNSURE, in_force
from hub.policy.conditions import Broken, compiled, implies, unreachable
from hub.policy.marks import Finding, Place, Source
from hub.policy.rule_ids import CLAIMS, FORBIDDEN, ONLY_NARROWER, ONLY_WIDER, RULE_IDS
from schemas.outbound import OUTBOUND

OUTSIDE_BASIS = re.compile(r"^S[1-4](?!\d)")
ARTICLE = re.compile(r"\d")
MEASURE = re.compile(r"^task\.proposed\((.*)\)$")


def closed_list(sources: Sequence[Source]) -> Iterator[Finding]:
    """Every id of the list once, and none besides."""
    seen: dict[str, Source] = {}
    for source in sources:
        for index, entry in enumerate(source.data.get("rules") or ()):
            name = entry["id"]
            if name in seen:
                first = seen[name].name
                yield source.finding(("rules", index, "id"), name, f"this rule id is used twice, first in {first}")
            elif name not in RULE_IDS:
                yield source.finding(("rules", index, "id"), name, "unknown rule id: the list of 97 rules is closed")
            seen.setdefault(name, source)
    if seen:
        last = sources[-1]
        for name in RULE_IDS:
            if name not in seen:
                yield last.finding((), name, "this rule is missing")


def rule(source: Source, place: Place, entry: Mapping[str, Any], sections: Mapping[str, Any]) -> Iterator[Finding]:
    """One rule as it would be in force."""
    name = entry["id"]

    def wrong(key: str, message: str) -> Finding:
        return source.finding((*place, key), name, message)

    if entry.get("evidence") == UNSURE:
        yield wrong("evidence", "M? is a disabled fact, no rule rests on it")
    if not entry.get("enabled", True):
        yield wrong("enabled", "a rule is never switched off: a version narrows its condition")
    if (entry.get("when") is None) == (entry.get("carried_by") is None):
        yield wrong(
            "when", "a rule has either a condition (when) or the place in the program that carries it (carried_by)"
        )
    yield from _condition(source, place, entry)
    for cite in entry.get("cites") or ():
        yield from (wrong("cites", message) for message in cited(cite, sections["instruments"]))
    deadline = entry.get("deadline")
    if deadline is not None and deadline not in sections["deadlines"]:
        yield wrong("deadline", f"there is no deadline {deadline}")
    elif deadline is not None and not in_force(sections["deadlines"][deadline]):
        yield wrong("deadline", f"the deadline {deadline} is not in force (M? or switched off)")
    decider = entry.get("decider")
    if decider is not None and decider not in sections["deciders"]:
        yield wrong("decider", f"there is no decider {decider}")
    for word in entry.get("then") or ():
        yield from (wrong("then", message) for message in _output(word))
    for message in texts(entry.get("text") or {}, sections["instruments"]):
        yield wrong("text", message)


def _output(word: str) -> Iterator[str]:
    found = MEASURE.match(word)
    if found and found[1] not in ("REMOVE", "ADJUST", "DEMOTE", "null"):
        yield f"{word}: the hub proposes REMOVE, ADJUST or DEMOTE and nothing else"
    if any(bad in word for bad in FORBIDDEN):
        yield f"{word}: that is no output of the hub"
    if word.startswith(("task.", "clarification.")) and not found:
        family = word.partition("(")[0]
        if family not in OUTBOUND and family not in INTERNAL:
            yield f"{word}: there is no such event"


INTERNAL = frozenset(("task.flag", "task.rerouted_up", "task.step_down", "clarification.retracted_if_not_done"))
"""Words of ``then`` that stand for an effect or for another event (see the guide)."""


def _condition(source: Source, place: Place, entry: Mapping[str, Any]) -> Iterator[Finding]:
    when = entry.get("when")
    if when is None or entry["scope"] not in SCOPES:
        return
    here: Place = (*place, "when")
    try:
        program = compiled(when, entry["scope"])
        if unreachable(program, entry["scope"]):
            yield source.finding(here, entry["id"], "this rule can never fire: its condition is false for all facts")
    except Broken as error:
        yield Finding(source.name, source.line(here) + error.line - 1, entry["id"], str(error))


def cited(cite: str, instruments: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with one citation."""
    if OUTSIDE_BASIS.match(cite):
        yield f"{cite}: Articles 1 to 4 of the opinion are no part of the basis"
        return
    name = instrument_of(cite, instruments)
    if name is None:
        yield f"{cite}: no instrument of this name"
        return
    entry = instruments[name]
    if not in_force(entry):
        yield f"{cite}: the instrument is marked M? and cannot be cited"
    elif entry.get("evidence") == "M" and ARTICLE.search(cite[len(name) :]):
        yield f"{cite}: an instrument marked M is cited without its article"


def texts(entry: Mapping[str, Any], instruments: Mapping[str, Any]) -> Iterator[str]:
    """Both languages, no measure that is not the hub's, no claim about what the law is today."""
    for language in ("zh", "en"):
        text = str(entry.get(language) or "")
        if not text.strip():
            yield f"there is no text in {language}"
        plain = text
        for name, instrument in instruments.items():
            plain = plain.replace(str(instrument.get("title")), "").replace(name, "") if len(name) > 1 else plain
        for bad in FORBIDDEN:
            if bad in plain:
                yield f"«{bad}» in the {language} text: it is no measure of the hub"
        for claim in CLAIMS:
            if claim in plain.lower():
                yield f"«{claim}» in the {language} text: packs are dated, none says what the law is today"


def changed_rule(source: Source, place: Place, old: Mapping[str, Any], change: Mapping[str, Any]) -> Iterator[Finding]:
    """What a version may change, and in which direction."""
    name = old["id"]
    if "when" not in change:
        return
    here: Place = (*place, "when")
    if old.get("when") is None:
        yield source.finding(
            here, name, f"carried out by the program ({old.get('carried_by')}): it has no condition to change"
        )
        return
    if change["when"] is None:
        yield source.finding(here, name, "a version cannot take the condition away")
        return
    try:
        new, base = compiled(change["when"], old["scope"]), compiled(old["when"], old["scope"])
        if name in ONLY_NARROWER and (facts := implies(new, base, old["scope"])) is not None:
            yield source.finding(
                here,
                name,
                f"fires where the base does not, for example at {_brief(facts)}: a version may only narrow it",
            )
        if name in ONLY_WIDER and (facts := implies(base, new, old["scope"])) is not None:
            yield source.finding(
                here,
                name,
                f"does not fire where the base does, for example at {_brief(facts)}: a version may only widen it",
            )
    except Broken:
        return


def _brief(facts: Mapping[str, Any]) -> str:
    return ", ".join(
        f"{name} = {str(value).lower() if isinstance(value, bool) else value}" for name, value in facts.items()
    )
