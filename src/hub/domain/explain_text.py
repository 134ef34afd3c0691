"""One paragraph in Chinese and English, put together from named facts, gates, rules and the pack's words. No text of a source."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from hub.domain.assess import Case
from hub.domain.explain import facts, gates
from hub.domain.pack import Pack
from hub.domain.view import View

LISTED = 12
"""How many items one paragraph names; the event's ``facts`` hold all of them."""
COMMA = {"zh": "、", "en": ", "}
CLAUSE = {"zh": "；", "en": "; "}


class Words:
    """The pack's words in one language."""

    def __init__(self, pack: Pack, language: str) -> None:
        self._pack, self.language = pack, language

    def of(self, table: str, key: str) -> str:
        """One word."""
        return self._pack.text(table, key, self.language)

    def has(self, table: str, key: str) -> bool:
        """Whether the pack has that word."""
        return key in self._pack.texts.get(table, {})

    def say(self, sentence: str, **filled: object) -> str:
        """A sentence with its blanks filled in."""
        return self.of("sentences", sentence).format(**filled)

    def join(self, words: Sequence[str]) -> str:
        """Words in a row."""
        return COMMA[self.language].join(words)


def explanation(
    view: View, case: Case | None, rules: Sequence[str], type: str, data: Mapping[str, Any]
) -> dict[str, str]:
    """{zh, en}: what this is, on which rules, who stated what when, how far it is borne out, what is missing, who decides."""
    listed = facts(view, case, type)
    passed = gates(view, case) if case else {}
    made = {}
    for language in ("zh", "en"):
        words = Words(view.pack, language)
        parts = [words.of("types", type) + ("。" if language == "zh" else ".")]
        parts += _body(view, case, rules, type, data, listed, passed, words)
        made[language] = ("" if language == "zh" else " ").join(parts)
    return made


def _body(
    view: View,
    case: Case | None,
    rules: Sequence[str],
    type: str,
    data: Mapping[str, Any],
    listed: Sequence[Mapping[str, Any]],
    passed: Mapping[str, str],
    words: Words,
) -> Iterator[str]:
    own = [one for one in listed if case is not None and one["case"] == case.id]
    yield from _named([one for one in own if one["weight"] in ("adverse", "cleared")], words)
    if case is not None:
        yield words.say("level", level=case.level, name=words.of("levels", case.level))
    if type.startswith("task.") and type != "task.review.requested":
        yield from _measure(case, rules, data, passed, words)
    if type == "case.closed" and "how" in data:
        yield words.say("closed", how=words.of("closed", data["how"]))
    elif type.startswith("task.") or type == "verify.requested":
        yield _missing(passed, words)
    yield from _beside(listed, words)
    yield _rules(view, rules, words)
    yield _decider(view, rules, words)


def _named(own: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    """Who stated what when, by kind of body: no name, no organ, no word of the report."""
    if not own:
        yield words.say("no_findings")
    for one in own[:LISTED]:
        body, ref = words.of("bodies", one["body"]), one["finding"]
        if words.has("acts", one["status"]):
            on = one.get("decided_on") or words.say("undated")
            yield words.say("act", body=_capital(body), on=on, act=words.of("acts", one["status"]), ref=ref)
            continue
        known = {table: one.get(name) for table, name in FINDING.items()}
        filled = {
            FINDING[table]: words.of(table, value) if value else words.say("undated") for table, value in known.items()
        }
        filled["severity"] = words.of("severities", one["severity"]) if one.get("severity") else "-"
        yield words.say("finding", body=_capital(body), on=one["verified"], ref=ref, **filled)


FINDING = {"categories": "category", "statuses": "status", "severities": "severity", "attributions": "attribution"}


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _measure(
    case: Case | None, rules: Sequence[str], data: Mapping[str, Any], passed: Mapping[str, str], words: Words
) -> Iterator[str]:
    names = [data["measure"]] if data.get("measure") else list(data.get("candidates") or ())
    if names:
        yield words.say("measure", measures=words.join([words.of("measures", name) for name in names]))
    if case is not None and case.level == "K1":
        yield words.say("one_source")
    if "R-ME-12" in rules:
        yield words.say("stepped_down")
    if passed:
        yield words.say("heard" if passed["Gate-8"] == "pass" else "hearing")


def _missing(passed: Mapping[str, str], words: Words) -> str:
    """What is not there yet, the reason that comes first at the head; what follows only from that is left out."""
    found = [gate for gate, result in passed.items() if result in ("fail", "waiting")]
    if "Gate-7" in found and "Gate-6" in found:
        found.remove("Gate-6")
    said = [words.of("missing", gate) for gate in found if words.has("missing", gate)]
    if "held" in passed:
        said.append(words.of("held", passed["held"]))
    if not said:
        return words.say("nothing_missing")
    return words.say("missing", what=CLAUSE[words.language].join(dict.fromkeys(said)))


def _beside(listed: Sequence[Mapping[str, Any]], words: Words) -> Iterator[str]:
    """What speaks for the cadre, of every case: a dated extract is never only what is adverse (意见5)."""
    for weight in ("favourable", "tolerated", "expired", "cleared"):
        found = [one for one in listed if one["weight"] == weight]
        if found:
            what = words.join(list(dict.fromkeys(words.of("acts", one["status"]) for one in found)))
            yield words.say(weight, count=len(found), what=what)


def _rules(view: View, rules: Sequence[str], words: Words) -> str:
    known = [rule for rule in rules if rule in view.pack.rules]
    cites = view.pack.cites(known, view.today)
    packs = words.join(list(view.pack.names))
    if not cites:
        return words.say("rules_only", rules=words.join(list(rules)), packs=packs)
    return words.say("rules", rules=words.join(list(rules)), cites=words.join(cites), packs=packs)


def _decider(view: View, rules: Sequence[str], words: Words) -> str:
    keys = [view.pack.rules[rule].decider for rule in rules if rule in view.pack.rules]
    key = next((key for key in keys if key), None)
    if key is None:
        return words.say("mechanical")
    return words.say("decides", decider=view.pack.deciders.get(key, {}).get(words.language, key))
