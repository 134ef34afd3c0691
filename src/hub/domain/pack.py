"""Rule packs: dated rules as data. Conditions are CEL over flat named facts (:mod:`hub.domain.named_facts`)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import cel

from hub.domain.pack_merge import merge_rules, merge_sections

MEASURES = ("REMOVE", "ADJUST", "DEMOTE")
REMEMBERED = 4096
"""How many combinations of facts a pack remembers the answer to, per pack."""


@dataclass(frozen=True)
class Rule:
    """One entry of the rule table. ``when`` is None where the rule is carried out by the program itself (``carried_by``)."""

    id: str
    scope: str
    when: str | None
    cites: tuple[str, ...] = ()
    evidence: str = "D"
    then: tuple[str, ...] = ()
    decider: str | None = None
    deadline: str | None = None
    safe: str | None = None
    text: Mapping[str, str] = field(default_factory=dict)
    enabled: bool = True
    carried_by: str | None = None

    @cached_property
    def program(self) -> cel.Program | None:
        """The compiled condition."""
        return None if self.when is None else cel.compile(self.when)

    @cached_property
    def measure(self) -> str | None:
        """The candidate measure that this rule proposes, where it proposes one."""
        found = [re.fullmatch(r"task\.proposed\((\w+)\)", word) for word in self.then]
        return next((match[1] for match in found if match and match[1] in MEASURES), None)


@dataclass(frozen=True)
class Deadline:
    """A period of ``n`` days, working_days or months. ``watched`` ones go overdue; the others are information clocks."""

    key: str
    n: int
    unit: str
    evidence: str = "D"
    basis: str = ""
    watched: bool = True


@dataclass(frozen=True)
class Pack:
    """The rules in force on one day: one version per layer, merged, with the names of those versions."""

    names: tuple[str, ...]
    rules: Mapping[str, Rule]
    parameters: Mapping[str, Any]
    deadlines: Mapping[str, Deadline]
    impact_periods: Mapping[str, Mapping[str, Any]]
    thresholds: Mapping[str, Any]
    instruments: Mapping[str, Mapping[str, Any]]
    texts: Mapping[str, Mapping[str, Mapping[str, str]]]
    deciders: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    _answers: dict[tuple[Any, ...], frozenset[str]] = field(default_factory=dict, compare=False, repr=False)

    @cached_property
    def _by_scope(self) -> dict[str, tuple[tuple[str, ...], list[Rule]]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            if rule.enabled and rule.when is not None:
                found.setdefault(rule.scope, []).append(rule)
        return {scope: (_variables(rules), rules) for scope, rules in found.items()}

    def fired(self, scope: str, facts: Mapping[str, Any]) -> frozenset[str]:
        """Ids of the rules of this scope whose condition holds. All named facts of the scope must be given.

        A condition is a function of its facts, so the answer to a combination met before is remembered.
        """
        names, rules = self._by_scope.get(scope, ((), []))
        values = [facts[name] for name in names]
        key = (scope, *(tuple(one) if isinstance(one, list) else one for one in values))
        known = self._answers.get(key)
        if known is None:
            context = cel.Context(variables=dict(zip(names, values, strict=True)))
            known = frozenset(rule.id for rule in rules if rule.program and rule.program.execute(context))
            if len(self._answers) >= REMEMBERED:
                self._answers.clear()
            self._answers[key] = known
        return known

    @cached_property
    def measures(self) -> dict[str, str]:
        """Rule id → the measure that it makes a candidate."""
        return {rule.id: rule.measure for rule in self.rules.values() if rule.measure is not None}

    def deadline(self, key: str) -> Deadline:
        """A deadline by its key; KeyError where the pack has none."""
        return self.deadlines[key]

    def single_source(self, committee: str | None, severity: str) -> bool:
        """P-1: whether the deciding committee's own pack lets a proposal rest on one source at this severity."""
        value: Mapping[str, Any] = self.parameters["allow_single_source_measure"]
        return bool(value.get(severity) or value.get("committees", {}).get(committee, {}).get(severity))

    def retention_months(self, committee: str | None) -> int | None:
        """R-CF-03: how long the records of this committee's cadres are kept; None where its own pack says nothing: for ever."""
        found: int | None = (self.parameters.get("retention_months") or {}).get(committee)
        return found

    def warning_required(self, day: date) -> bool:
        """R-ME-06: whether the version of the rules in force on ``day`` asks for a prior warning; before the first one as in it."""
        dated = sorted((name[-10:], asked) for name, asked in self.parameters["require_prior_warning"].items())
        begun = [asked for start, asked in dated if start <= day.isoformat()]
        return bool(begun[-1] if begun else dated[0][1])

    def cites(self, rules: Sequence[str], on: date | None = None) -> list[str]:
        """The articles that these rules cite, in order, each once; none of an instrument that begins after ``on``."""
        found = dict.fromkeys(cite for rule in rules for cite in self.rules[rule].cites)
        return [cite for cite in found if on is None or self._begun(cite, on)]

    def _begun(self, cite: str, day: date) -> bool:
        name = instrument_of(cite, self.instruments)
        start = self.instruments[name].get("from") if name else None
        return start is None or str(start) <= day.isoformat()

    def text(self, table: str, key: str, language: str) -> str:
        """A word of the vocabulary in one language; the key itself where the pack has none."""
        return self.texts.get(table, {}).get(key, {}).get(language, key)


def instrument_of(cite: str, instruments: Mapping[str, Any]) -> str | None:
    """The instrument that a citation begins with: the longest key that fits, its article or clause following."""
    fitting = [name for name in instruments if cite == name or (cite.startswith(name) and _follows(name, cite))]
    return max(fitting, key=len, default=None)


def _follows(name: str, cite: str) -> bool:
    rest = cite[len(name) :]
    return name != "S" or rest[:1].isdigit() or rest.startswith("F")


def _variables(rules: Sequence[Rule]) -> tuple[str, ...]:
    return tuple(sorted({name for rule in rules if rule.program for name in rule.program.variables()}))


@dataclass(frozen=True)
class Version:
    """One dated version of one layer, as loaded: what it overrides in the base."""

    name: str
    layer: str
    effective_from: date
    effective_to: date | None
    body: Mapping[str, Any]

    @property
    def level(self) -> str:
        """national, provincial or local; a lower layer goes before a higher one where it may say something at all."""
        return str(self.body.get("level", "national"))


class PackSet:
    """The base and all versions that are active in a deployment; picks what is in force on a day.

    ``revision`` counts the activations of the deployment's own versions; 0 = the shipped ones alone.
    """

    def __init__(self, base: Mapping[str, Any], versions: Sequence[Version], revision: int = 0) -> None:
        self.base = base
        self.revision = revision
        self._versions = {version.name: version for version in versions}
        self._order = [version.name for version in versions]
        self._made: dict[tuple[str, ...], Pack] = {}

    @property
    def versions(self) -> list[Version]:
        """All versions, in the order in which they were given."""
        return [self._versions[name] for name in self._order]

    def extended(self, more: Sequence[Version], revision: int | None = None) -> PackSet:
        """This set and more versions; one of the same name takes the place of the old one."""
        names = {version.name for version in more}
        kept = [one for one in self.versions if one.name not in names]
        return PackSet(self.base, kept + list(more), self.revision if revision is None else revision)

    def names_on(self, day: date) -> tuple[str, ...]:
        """Per layer the latest version in force on ``day``, in the order in which the layers were given."""
        best: dict[str, Version] = {}
        for name in self._order:
            version = self._versions[name]
            if version.effective_from <= day and (version.effective_to is None or day <= version.effective_to):
                current = best.get(version.layer)
                if current is None or current.effective_from <= version.effective_from:
                    best[version.layer] = version
        return tuple(version.name for version in best.values())

    def on(self, day: date) -> Pack:
        """The pack in force on ``day``."""
        return self.named(self.names_on(day))

    def named(self, names: Sequence[str]) -> Pack:
        """The pack made of exactly these versions. One that is not here any more is left out: no pack may stop an event."""
        key = tuple(name for name in names if name in self._versions)
        if key not in self._made:
            self._made[key] = build(self.base, [self._versions[name] for name in key])
        return self._made[key]


def build(base: Mapping[str, Any], versions: Sequence[Version]) -> Pack:
    """Merge versions over the base, national layers first: parameters and thresholds by key, rules by id, field by field."""
    ranked = sorted(versions, key=lambda version: LAYER_RANK.get(version.level, 0))
    sections = merge_sections(base, [version.body for version in ranked])
    return Pack(
        names=tuple(version.name for version in versions),
        rules={key: _rule(entry) for key, entry in merge_rules(base, [one.body for one in ranked]).items()},
        parameters=sections["parameters"],
        deadlines={key: _deadline(key, entry) for key, entry in sections["deadlines"].items()},
        impact_periods=sections["impact_periods"],
        thresholds=sections["thresholds"],
        instruments=sections["instruments"],
        texts=sections["texts"],
        deciders=sections["deciders"],
    )


LAYER_RANK = {"national": 0, "provincial": 1, "local": 2}


def _rule(entry: Mapping[str, Any]) -> Rule:
    return Rule(
        id=entry["id"],
        scope=entry.get("scope", "program"),
        when=entry.get("when"),
        cites=tuple(entry.get("cites", ())),
        evidence=entry.get("evidence", "D"),
        then=tuple(entry.get("then", ())),
        decider=entry.get("decider"),
        deadline=entry.get("deadline"),
        safe=entry.get("safe"),
        text=entry.get("text", {}),
        enabled=entry.get("enabled", True),
        carried_by=entry.get("carried_by"),
    )


def _deadline(key: str, entry: Mapping[str, Any]) -> Deadline:
    return Deadline(
        key, entry["n"], entry["unit"], entry.get("evidence", "D"), entry.get("basis", ""), entry.get("watched", True)
    )
