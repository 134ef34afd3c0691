"""Checks of everything in a pack but its rules: deadlines, instruments, unsure facts, parameters, words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from hub.domain.pack_merge import UNSURE
from hub.policy.check_rules import texts
from hub.policy.marks import Finding, Source

SURE = ("S", "V", "V2")


def entries(source: Source, body: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Finding]:
    """Findings of one file's sections."""
    yield from _unsure(source, body)
    yield from _deadlines(source, body, base)
    yield from _parameters(source, body, base)
    instruments = {**base.get("instruments", {}), **body.get("instruments", {})}
    for table, words in (body.get("texts") or {}).items():
        for key, entry in words.items():
            for message in texts(entry, instruments):
                yield source.finding(("texts", table, key), "", f"{table}.{key}: {message}")
    for key, entry in (body.get("deciders") or {}).items():
        for message in texts(entry, instruments):
            yield source.finding(("deciders", key), "", f"{key}: {message}")


def _unsure(source: Source, body: Mapping[str, Any]) -> Iterator[Finding]:
    """M? stays switched off; what is switched on names the article of the confirmed text."""
    for section in ("disabled_facts", "deadlines", "impact_periods", "instruments"):
        for key, entry in (body.get(section) or {}).items():
            if not isinstance(entry, Mapping):
                continue
            place = (section, key)
            if entry.get("evidence") == UNSURE and entry.get("enabled", True):
                yield source.finding(
                    place, "", f"{key} is marked M? and cannot be enabled: confirm it in the instrument's text first"
                )
            elif (
                section == "disabled_facts"
                and entry.get("enabled")
                and (entry.get("evidence") not in SURE or not entry.get("article"))
            ):
                yield source.finding(
                    place, "", f"{key}: enabled only with evidence V or V2 and the article of the confirmed text"
                )
            if section == "impact_periods":
                for name, inner in entry.items():
                    if isinstance(inner, Mapping) and inner.get("evidence") == UNSURE and inner.get("enabled", True):
                        yield source.finding((*place, name), "", f"{key}.{name} is marked M? and cannot be enabled")


def _deadlines(source: Source, body: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Finding]:
    for key, entry in (body.get("deadlines") or {}).items():
        place = ("deadlines", key)
        old = {} if entry is base.get("deadlines", {}).get(key) else base.get("deadlines", {}).get(key, {})
        merged = {**old, **entry}
        for name in ("n", "unit", "basis", "evidence"):
            if merged.get(name) is None:
                yield source.finding(place, "", f"deadline {key}: {name} is missing")
        changed = source.is_version and old and (merged.get("n"), merged.get("unit")) != (old.get("n"), old.get("unit"))
        if changed and old.get("evidence") in SURE and not (entry.get("basis") and entry.get("evidence") in SURE):
            yield source.finding(
                place,
                "",
                f"deadline {key} comes from {old.get('basis')}: another number names its own basis and evidence",
            )


def _parameters(source: Source, body: Mapping[str, Any], base: Mapping[str, Any]) -> Iterator[Finding]:
    values = body.get("parameters") or {}
    single = values.get("allow_single_source_measure") or {}
    place = ("parameters", "allow_single_source_measure")
    if any(single.values()) and not (source.is_version and body.get("committee") and body.get("document")):
        yield source.finding(
            place, "", "only a dated pack that names its committee and document may allow a single source (P-1)"
        )
    if single and source.is_version and body.get("committee") and body.get("level") == "national":
        yield source.finding(place, "", "a committee's pack is local or provincial")
    if values.get("retention_months") is not None and not (
        source.is_version and body.get("committee") and body.get("document") and body.get("level") == "local"
    ):
        place = ("parameters", "retention_months")
        yield source.finding(
            place, "", "only a local pack that names its committee and document sets a retention (R-CF-03)"
        )
    for name in values.get("further_source_bodies") or ():
        if name.startswith("appraisal"):
            place = ("parameters", "further_source_bodies")
            yield source.finding(
                place, "", f"{name}: appraisal is context and cannot be listed, its formal conclusions act (P-4)"
            )
    asked = values.get("require_prior_warning") or {}
    for name in asked:
        if name[-10:-9] != "2" or len(name) < 11:
            yield source.finding(
                ("parameters", "require_prior_warning"), "", f"{name}: a version's name ends with its date"
            )
