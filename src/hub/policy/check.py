"""``hub policy check``: everything that can be wrong in a pack before it is activated, with file, line and rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from hub.domain.pack_merge import merge_rules, merge_sections
from hub.policy import files
from hub.policy.check_dates import dates
from hub.policy.check_entries import entries
from hub.policy.check_rules import changed_rule, closed_list, rule
from hub.policy.marks import Finding, Source, read, rule_at
from hub.policy.models import BaseFile, VersionFile


def check(paths: Sequence[Path] = (), *, succession: bool = False) -> list[Finding]:
    """Findings of these files and folders; without paths, of the shipped packs. Empty: clean.

    A file with name, layer and effective_from is a dated version and is checked as laid over the base; files without
    make a base of their own, in the place of the shipped one. ``succession``: a version without an end gives way to a
    later one of its layer, as among versions that were activated one after the other.
    """
    return check_sources(sources(paths) if paths else _shipped(), succession=succession)


def sources(paths: Sequence[Path]) -> list[Source]:
    """The pack files under these paths, read. Raises UsageError where there is none."""
    return [read(file) for file in files.pack_files(list(paths))]


def check_sources(given: Sequence[Source], *, succession: bool = False) -> list[Finding]:
    """:func:`check` of what was read before."""
    own_base = [source for source in given if not source.is_version]
    versions = [source for source in given if source.is_version]
    base_sources = own_base or _shipped_base()
    findings = [finding for source in given for finding in source.findings]
    readable = [source for source in given if not source.findings]
    broken = [finding for source in readable for finding in _schema(source)]
    findings += broken
    if findings:
        return _sorted(findings)
    base = assembled(base_sources)
    if own_base:
        findings += closed_list(own_base)
        for source in own_base:
            findings += _base_part(source, base)
    for source in versions:
        findings += _version(source, base)
    findings += dates(versions, succession=succession)
    return _sorted(findings)


def _sorted(findings: Sequence[Finding]) -> list[Finding]:
    return sorted(set(findings), key=lambda one: (one.file, one.line, one.rule, one.message))


def _named(file: Any, folder: str) -> Source:
    return read(Path(str(file)), f"{folder}/{file.name}")


def _shipped_base() -> list[Source]:
    return [_named(file, Path(str(file)).parent.name) for file in files.base_files()]


def _shipped() -> list[Source]:
    folders = [files.package() / name for name in files.VERSION_FOLDERS]
    found = [file for folder in folders for file in sorted(folder.iterdir(), key=str) if file.name.endswith(".yaml")]
    return _shipped_base() + [_named(file, Path(str(file)).parent.name) for file in found]


def assembled(sources: Sequence[Source]) -> dict[str, Any]:
    """One base of several files."""
    made: dict[str, Any] = {"rules": []}
    for source in sources:
        for key, value in source.data.items():
            if key == "rules":
                made["rules"] += value
            else:
                made[key] = {**made.get(key, {}), **(value or {})}
    return made


def _schema(source: Source) -> Iterator[Finding]:
    model = VersionFile if source.is_version else BaseFile
    try:
        model.model_validate(source.data)
    except ValidationError as error:
        for one in error.errors(include_url=False):
            place = tuple(part for part in one["loc"] if part != "[key]")
            yield source.finding(place, rule_at(source, place), f"{'.'.join(map(str, place))}: {one['msg']}")


def _base_part(source: Source, base: Mapping[str, Any]) -> Iterator[Finding]:
    sections = merge_sections(base, [])
    for index, entry in enumerate(source.data.get("rules") or ()):
        yield from rule(source, ("rules", index), entry, sections)
    yield from entries(source, source.data, base)


def _version(source: Source, base: Mapping[str, Any]) -> Iterator[Finding]:
    body = source.data
    merged, sections = merge_rules(base, [body]), merge_sections(base, [body])
    plain = {entry["id"]: entry for entry in base["rules"]}
    seen: set[str] = set()
    for index, entry in enumerate(body.get("rules") or ()):
        place = ("rules", index)
        if entry["id"] in seen:
            yield source.finding(place, entry["id"], "this rule is named twice in one version")
        seen.add(entry["id"])
        if entry["id"] not in plain:
            yield source.finding(place, entry["id"], "unknown rule id: the list of 97 rules is closed")
            continue
        yield from changed_rule(source, place, plain[entry["id"]], entry)
        yield from rule(source, place, merged[entry["id"]], sections)
    yield from entries(source, body, base)
