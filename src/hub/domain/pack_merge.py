"""How dated versions are laid over the base of a rule pack. Nothing that is merely supposed (M?) gets through."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from typing import Any

SECTIONS = (
    "parameters",
    "deadlines",
    "impact_periods",
    "thresholds",
    "instruments",
    "texts",
    "deciders",
    "disabled_facts",
)
UNSURE = "M?"


def merge_rules(base: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Rules by id, field by field."""
    rules: dict[str, dict[str, Any]] = {entry["id"]: dict(entry) for entry in base["rules"]}
    for body in bodies:
        for entry in body.get("rules", ()):
            rules.setdefault(entry["id"], {"id": entry["id"]}).update(entry)
    return rules


def merge_sections(base: Mapping[str, Any], bodies: Sequence[Mapping[str, Any]]) -> dict[str, dict[str, Any]]:
    """Everything but the rules, two keys deep, as the program reads it."""
    found = {name: deepcopy(dict(base.get(name, {}))) for name in SECTIONS}
    for body in bodies:
        for name, section in found.items():
            for key, value in body.get(name, {}).items():
                section[key] = _over(key, section.get(key), value, body.get("committee"))
    found["deadlines"] |= _confirmed(found["disabled_facts"])
    found["impact_periods"] = _months(found["impact_periods"])
    return found


def _over(key: str, old: Any, new: Any, committee: str | None) -> Any:
    """A mapping is laid over a mapping; what a committee decides on single sources (P-1) holds for its own cadres alone."""
    if key == "allow_single_source_measure" and committee:
        others = dict((old or {}).get("committees", {}))
        return {**(old or {}), "committees": {**others, committee: {**others.get(committee, {}), **new}}}
    if key == "retention_months":  # whose records end is decided by their own committee alone (R-CF-03)
        return {**(old or {}), **({committee: new} if committee else {})}
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return {**old, **new}
    return new


def in_force(entry: Any) -> bool:
    """Whether an entry may be computed with: not marked unsure, not switched off."""
    return not isinstance(entry, Mapping) or (entry.get("evidence") != UNSURE and entry.get("enabled", True))


def _confirmed(facts: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Facts that a dated pack confirmed become information clocks where they are periods."""
    return {
        key: {**entry, "watched": False}
        for key, entry in facts.items()
        if in_force(entry) and entry.get("n") and entry.get("unit")
    }


def _months(section: Mapping[str, Any]) -> dict[str, Any]:
    """Months by measure and restriction, and by type of sanction, without marks and what is switched off."""
    sure = {key: entry for key, entry in section.items() if in_force(entry)}
    organisational = {
        key: {name: count for name, count in entry.items() if name.startswith("no_")}
        for key, entry in sure.get("organisational", {}).items()
        if in_force(entry)
    }
    administrative, party = sure.get("administrative_sanction", {}), sure.get("party_sanction", {})
    sanctions = {name: n for entry in (party, administrative) for name, n in entry.items() if isinstance(n, int)}
    merged = sanctions.pop("merged_max", 48)
    return {
        "organisational": {key: months for key, months in organisational.items() if months},
        "sanctions": sanctions,
        "merged": {"max": merged},
    }
