"""Rule packs: dated rules as data. Conditions are CEL over flat named facts (:mod:`hub.domain.named_facts`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any

import cel


@dataclass(frozen=True)
class Rule:
    """One entry of the rule table. ``when`` is None where the rule is carried out by the program itself (``safeguard``)."""

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

    @cached_property
    def program(self) -> cel.Program | None:
        """The compiled condition."""
        return None if self.when is None else cel.compile(self.when)


@dataclass(frozen=True)
class Deadline:
    """A period of ``n`` days, working_days or months."""

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
    texts: Mapping[str, Mapping[str, str]]

    @cached_property
    def _by_scope(self) -> dict[str, list[Rule]]:
        found: dict[str, list[Rule]] = {}
        for rule in self.rules.values():
            if rule.enabled and rule.when is not None:
                found.setdefault(rule.scope, []).append(rule)
        return found

    def fired(self, scope: str, facts: Mapping[str, Any]) -> frozenset[str]:
        """Ids of the rules of this scope whose condition holds. All named facts of the scope must be given."""
        context = cel.Context(variables=dict(facts))
        return frozenset(
            rule.id for rule in self._by_scope.get(scope, ()) if rule.program and rule.program.execute(context)
        )

    def deadline(self, key: str) -> Deadline:
        """A deadline by its key; KeyError where the pack has none."""
        return self.deadlines[key]

    def cites(self, rules: Sequence[str]) -> list[str]:
        """The articles that these rules cite, in order, each once."""
        return list(dict.fromkeys(cite for rule in rules for cite in self.rules[rule].cites))


@dataclass(frozen=True)
class Version:
    """One dated version of one layer, as loaded: what it overrides in the base."""

    name: str
    layer: str
    effective_from: date
    effective_to: date | None
    body: Mapping[str, Any]


class PackSet:
    """The base and all versions that are active in a deployment; picks what is in force on a day."""

    def __init__(self, base: Mapping[str, Any], versions: Sequence[Version]) -> None:
        self._base = base
        self._versions = {version.name: version for version in versions}
        self._order = [version.name for version in versions]
        self._made: dict[tuple[str, ...], Pack] = {}

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
        """The pack made of exactly these versions."""
        key = tuple(names)
        if key not in self._made:
            self._made[key] = build(self._base, [self._versions[name] for name in key])
        return self._made[key]


def build(base: Mapping[str, Any], versions: Sequence[Version]) -> Pack:
    """Merge versions over the base: parameters and thresholds by key, rules by id, field by field."""
    rules: dict[str, dict[str, Any]] = {entry["id"]: dict(entry) for entry in base["rules"]}
    sections = {name: dict(base.get(name, {})) for name in _SECTIONS}
    for version in versions:
        for entry in version.body.get("rules", ()):
            rules.setdefault(entry["id"], {"id": entry["id"]}).update(entry)
        for name, section in sections.items():
            section.update(version.body.get(name, {}))
    return Pack(
        names=tuple(version.name for version in versions),
        rules={key: _rule(entry) for key, entry in rules.items()},
        parameters=sections["parameters"],
        deadlines={key: _deadline(key, entry) for key, entry in sections["deadlines"].items()},
        impact_periods=sections["impact_periods"],
        thresholds=sections["thresholds"],
        instruments=sections["instruments"],
        texts=sections["texts"],
    )


_SECTIONS = ("parameters", "deadlines", "impact_periods", "thresholds", "instruments", "texts")


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
    )


def _deadline(key: str, entry: Mapping[str, Any]) -> Deadline:
    return Deadline(
        key, entry["n"], entry["unit"], entry.get("evidence", "D"), entry.get("basis", ""), entry.get("watched", True)
    )
