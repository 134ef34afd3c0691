"""What the check finds, with file, line and rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.policy.check import check
from hub.policy.conditions import compiled, unreachable
from hub.policy.files import base_files

HEAD = """name: local-x-2026-01-01
layer: local-x
level: local
effective_from: "2026-01-01"
effective_to: null
document: 乙委〔2025〕1号
"""


def found(folder: Path, *bodies: str) -> list[str]:
    """Findings of version files with these bodies, without the folder."""
    for number, body in enumerate(bodies):
        (folder / f"v{number}.yaml").write_text(body, encoding="utf-8")
    return [str(one).replace(f"{folder}/", "") for one in check([folder])]


def test_a_sound_version_is_clean(tmp_path: Path) -> None:
    narrower = "severity == 2 && !red_line && measure_category && measure_level == 'KA'"
    body = f'{HEAD}deadlines: {{first_followup: {{n: 10}}}}\nrules:\n  - {{id: R-ME-02, when: "{narrower}"}}\n'
    assert found(tmp_path, body) == []


@pytest.mark.parametrize(
    ("body", "place", "words"),
    [
        ("rules:\n  - {id: R-ME-99, when: \"true\"}\n", "v0.yaml:8: R-ME-99", "unknown rule id"),
        ("rules:\n  - {id: R-FU-03, when: \"case_severity == 1 &&\"}\n", "v0.yaml:8: R-FU-03", "column 22"),
        ("rules:\n  - id: R-FU-03\n    when: \"case_severity == 1 && complaints > 3\"\n", "v0.yaml:9: R-FU-03", "unknown fact complaints"),
        ("rules:\n  - id: R-FU-03\n    when: \"case_severity == 1 && case_severity == 2\"\n", "v0.yaml:9: R-FU-03", "never fire"),
        ("rules:\n  - id: R-FU-03\n    when: \"case_severity\"\n", "v0.yaml:9: R-FU-03", "not yes or no"),
        ("rules:\n  - id: R-ME-01\n    when: \"severity == 3\"\n", "v0.yaml:9: R-ME-01", "may only narrow"),
        ("rules:\n  - id: R-FU-07\n    when: \"outside_red_line && level == 'K2'\"\n", "v0.yaml:9: R-FU-07", "may only widen"),
        ("rules:\n  - id: R-ID-01\n    when: \"true\"\n", "v0.yaml:9: R-ID-01", "carried out by the program"),
        ("rules:\n  - id: R-FU-03\n    safe: none\n", "v0.yaml:9: R-FU-03", "Extra inputs"),
        ("rules:\n  - id: R-FU-03\n    cites: [某法1]\n", "v0.yaml:9: R-FU-03", "no instrument"),
        ("rules:\n  - id: R-FU-03\n    cites: [S3]\n", "v0.yaml:9: R-FU-03", "Articles 1 to 4"),
        ("rules:\n  - id: R-FU-03\n    cites: [问责条例7]\n", "v0.yaml:9: R-FU-03", "without its article"),
        ("rules:\n  - id: R-FU-03\n    evidence: M?\n", "v0.yaml:9: R-FU-03", "no rule rests on it"),
        ("rules:\n  - id: R-FU-03\n    deadline: soon\n", "v0.yaml:9: R-FU-03", "no deadline soon"),
        ("rules:\n  - id: R-FU-03\n    text: {zh: 建议诫勉, en: A reminder}\n", "v0.yaml:9: R-FU-03", "诫勉"),
        ("rules:\n  - id: R-FU-03\n    text: {zh: 建议提醒}\n", "v0.yaml:9: R-FU-03", "text.en"),
        ("rules:\n  - id: R-FU-03\n    text: {zh: 建议提醒, en: As current law says}\n", "v0.yaml:9: R-FU-03", "current law"),
        ("rules:\n  - {id: R-FU-03, deadline: first_followup}\n  - {id: R-FU-03, deadline: first_followup}\n", "v0.yaml:9: R-FU-03", "named twice"),
        ("disabled_facts:\n  zzcl_appeal: {n: 30, unit: days, basis: 某规定, evidence: M?, enabled: true}\n", "v0.yaml:8:", "cannot be enabled"),
        ("disabled_facts:\n  zzcl_appeal: {n: 30, unit: days, basis: 组织处理规定, evidence: V, enabled: true}\n", "v0.yaml:8:", "article"),
        ("parameters:\n  allow_single_source_measure: {S3: true}\n", "v0.yaml:8:", "names its committee"),
        ("committee: M\nparameters:\n  allow_single_source_measure: {S1: true}\n", "v0.yaml:9:", "S1"),
        ("parameters:\n  retention_months: 24\n", "v0.yaml:8:", "names its committee"),
        ("committee: M\nparameters:\n  retention_months: 0\n", "v0.yaml:9:", "greater than 0"),
        ("deadlines:\n  sanction_formalities: {n: 3}\n", "v0.yaml:8:", "basis and evidence"),
        ("parameters:\n  further_source_bodies: [appraisal-M]\n", "v0.yaml:8:", "cannot be listed"),
        ("deadlines:\n  first_followup: {n: 10}\n  first_followup: {n: 11}\n", "v0.yaml:9:", "written twice"),
        ("rules: [\n", "v0.yaml:8:", "not YAML"),
    ],
)  # fmt: skip
def test_a_mistake_is_found_at_its_place(tmp_path: Path, body: str, place: str, words: str) -> None:
    lines = found(tmp_path, HEAD + body)
    assert [line for line in lines if line.startswith(place) and words in line], lines


def test_a_confirmed_fact_may_be_enabled(tmp_path: Path) -> None:
    body = "disabled_facts:\n  zzcl_appeal: {n: 30, unit: days, basis: 组织处理规定, evidence: V, enabled: true, article: 第16条}\n"
    assert found(tmp_path, HEAD + body) == []


@pytest.mark.parametrize(("level", "clean"), [("local", True), ("provincial", False), ("national", False)])
def test_a_retention_is_set_by_a_committees_local_pack(tmp_path: Path, level: str, clean: bool) -> None:
    body = HEAD.replace("level: local", f"level: {level}") + "committee: M\nparameters:\n  retention_months: 24\n"
    assert (found(tmp_path, body) == []) is clean


def test_versions_of_one_layer_may_not_overlap(tmp_path: Path) -> None:
    second = HEAD.replace("2026-01-01", "2027-01-01")
    assert "overlap" in found(tmp_path, HEAD, second)[0]
    ended = HEAD.replace("effective_to: null", 'effective_to: "2026-12-31"')
    assert found(tmp_path, ended, second) == []


def test_a_version_is_named_by_layer_and_first_day(tmp_path: Path) -> None:
    assert "local-x-2026-01-02" in found(tmp_path, HEAD.replace('from: "2026-01-01"', 'from: "2026-01-02"'))[0]


def _own_base(folder: Path) -> None:
    for file in base_files():
        (folder / file.name).write_text(file.read_text(encoding="utf-8"), encoding="utf-8")


def test_a_base_without_a_rule_or_with_one_twice_is_refused(tmp_path: Path) -> None:
    _own_base(tmp_path)
    assert check([tmp_path]) == []
    file = tmp_path / "correction.yaml"
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace("R-CR-03", "R-CR-02"), encoding="utf-8")
    findings = check([tmp_path])
    assert {(one.rule, one.message.split(",")[0]) for one in findings} == {
        ("R-CR-02", "this rule id is used twice"),
        ("R-CR-03", "this rule is missing"),
    }


def test_a_condition_that_can_hold_is_never_called_unreachable() -> None:
    reachable = ["level == 'K2'", "severity == 3 && !red_line", "state == 'retired' || outside", "max_severity >= 2"]
    dead = ["level == 'K9'", "severity > 3", "red_line && !red_line", "state == 'active' && state == 'retired'"]
    assert not any(unreachable(compiled(when, "case"), "case") for when in reachable)
    assert all(unreachable(compiled(when, "case"), "case") for when in dead)
