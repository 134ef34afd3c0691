"""The named facts that conditions of rule packs may read: one table, by scope. All flat; lists are never searched inside CEL.

``case`` facts are over the findings and acts that can bear a measure, where their name does not say otherwise
(:func:`hub.domain.assess.named_facts` makes exactly these); the other scopes are made beside the rules that read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Type = Literal["bool", "int", "text", "list"]
LEVELS = ("K0", "K1", "K2", "KA", "KX")
STATES = (
    "active", "seconded", "suspended", "under_case", "transferred_out_of_scope", "resigned", "dismissed", "retired", "deceased",
)  # fmt: skip
STATUSES = (
    "lead", "verifying", "substantiated", "partly_substantiated", "inconclusive", "untrue", "seriously_untrue",
    "mistaken_report", "no_violation", "withdrawn",
)  # fmt: skip
ATTRIBUTIONS = ("direct", "main_leader", "important_leader", "leader", "none_stated", "excluded")
ACTS = (
    "false_accusation", "sanction", "accountability", "accident_report", "audit_result", "appraisal", "unfit",
    "case_filed", "case_closed", "appeal_filed", "appeal_decided", "joint_meeting",
)  # fmt: skip
BODIES = (
    "discipline", "inspection", "petition", "land", "audit", "environment", "safety", "appraisal", "other",
)  # fmt: skip
SEVERITY = (-1, 0, 1, 2, 3)
OUTCOMES = ("tolerated", "mitigated", "not_tolerated", "not_applicable")
KINDS = ("cadre", "team", "unit")


@dataclass(frozen=True, slots=True)
class NamedFact:
    """One fact: its type, the values it can have (none given: any), what it means."""

    type: Type
    zh: str
    en: str
    values: tuple[Any, ...] = ()

    @property
    def domain(self) -> tuple[Any, ...]:
        """Every value it can have; empty where there is no end of them."""
        return (False, True) if self.type == "bool" else self.values


def _flag(zh: str, en: str) -> NamedFact:
    return NamedFact("bool", zh, en)


CASE: dict[str, NamedFact] = {
    "level": NamedFact("text", "本事项的印证程度", "level of the case", LEVELS),
    "measure_level": NamedFact("text", "可作依据部分的印证程度，不计矛盾", "level of what can bear a measure, conflicts apart", LEVELS[:4]),
    "severity": NamedFact("int", "可作依据部分的轻重，0至3，-1为未载明", "severity of what can bear a measure, 0 to 3, -1 none", SEVERITY),
    "case_severity": NamedFact("int", "本事项的轻重", "severity of the case", SEVERITY),
    "max_severity": NamedFact("int", "任一来源所述的最重程度", "highest severity that any group states", SEVERITY),
    "categories": NamedFact("list", "可作依据的问题类别", "categories of what can bear a measure"),
    "measure_category": _flag("有可以调整的问题类别", "a category of adjust_categories is among them"),
    "red_line": _flag("涉及纪律红线、法律底线", "a red-line category is substantiated"),
    "discipline_act": _flag("有纪检监察机关的正式认定", "a formal act of the discipline organ"),
    "single_source_s2": _flag("决定机关允许S2单一来源建议", "the deciding committee allows one source at S2"),
    "single_source_s3": _flag("决定机关允许S3单一来源建议", "the deciding committee allows one source at S3"),
    "appraisal_fail": _flag("年度考核确定为不称职", "the formal grade 不称职 is in force"),
    "appraisal_basic": _flag("年度考核确定为基本称职", "the grade 基本称职 is on record"),
    "appraisal_unsuited": _flag("考核结论为不适宜继续担任现职", "an appraisal concludes 不适宜继续担任现职"),
    "unfit_by_ability": _flag("因能力不足不适宜现职务层次", "unfit by ability for the level of the post"),
    "old_unfit": _flag("依2015年规定的不适宜情形，行为和认定均在其有效期内", "a circumstance of 2015, conduct and decision both in its time"),
    "prior_warning": _flag("已有提醒教育记录", "a prior warning is on record"),
    "no_resp": _flag("不负责问题查实", "irresponsibility is substantiated"),
    "outside_red_line": _flag("红线问题由其他机关反映", "a red line stated by a body other than discipline"),
    "discipline_reported": _flag("纪检监察机关已有结论", "the discipline organ has reported"),
    "inconclusive": _flag("以未查实且不能排除办结", "closed as neither proved nor excluded"),
    "cleared": _flag("以查否办结", "closed as cleared"),
    "duties_performed": _flag("已全面履行职责", "all safety duties were performed"),
    "tolerated": _flag("以容错办结", "closed as tolerated"),
    "seriously_untrue": _flag("有严重失实结论", "seriously untrue is in force"),
    "mistaken_report": _flag("有错告结论", "a mistaken report is in force"),
    "false_accusation": _flag("有诬告陷害认定", "a determination of false accusation is in force"),
    "untrue": _flag("有不属实或者不违规结论", "untrue in any degree or no violation is in force"),
    "unproven": _flag("另有未查实且不能排除的结论", "something is neither proved nor excluded"),
    "blocker": _flag("有不宜澄清情形", "a blocker of clarification is stated"),
    "ranking_fell": _flag("考核名次明显退步", "a rank fell sharply"),
    "state": NamedFact("text", "任职状态", "state of the cadre", STATES),
    "in_service": _flag("适用人事措施的在职状态", "in service, so that measures can concern the cadre"),
    "outside": _flag("不在管理名录内", "outside the list of managed posts"),
    "lifelong": _flag("属于终身追责的问题", "a matter for which responsibility lasts for life"),
}  # fmt: skip
DOSSIER: dict[str, NamedFact] = {
    "kind": NamedFact("text", "干部、班子或者单位", "cadre, team or unit", KINDS),
    "state": CASE["state"],
    "in_service": CASE["in_service"],
    "matters_reached": _flag("独立查实的问题达到重点考核件数", "enough independent substantiated matters within the window"),
    "frozen": _flag("已立案且未结案", "a case is filed and not closed"),
    "seconded": _flag("正在挂职、援派", "seconded at present"),
}  # fmt: skip
ACT: dict[str, NamedFact] = {
    "kind": NamedFact("text", "文书种类", "kind of the act", ACTS),
    "measure_named": _flag("文书写明组织措施", "the act names an organisational measure"),
    "organisational": _flag("问责方式为组织处理", "its form is organisational"),
    "formalities": _flag("需要办理职务、工资手续", "it calls for formalities of post and pay"),
    "upheld": _flag("申诉成立", "the appeal was upheld"),
}
TOLERANCE: dict[str, NamedFact] = {
    "outcome": NamedFact("text", "容错认定结果", "outcome of the review", OUTCOMES),
    "red_line": CASE["red_line"],
}
REVIEW: dict[str, NamedFact] = {
    "measure_waiting": _flag("除容错外已具备提出建议条件", "a measure would be possible once tolerance is decided"),
    "no_resp_waiting": _flag("不负责问题尚未经容错审核", "substantiated irresponsibility not yet reviewed"),
    "applied": _flag("有未答复的容错申请", "an application for tolerance is unanswered"),
    "red_line": CASE["red_line"],
}
FINDING: dict[str, NamedFact] = {
    "status": NamedFact("text", "核实状态", "verification status", STATUSES),
    "attribution": NamedFact("text", "责任归属", "attribution", ATTRIBUTIONS),
    "counted": _flag("计入印证程度", "bears the level"),
    "dissent": _flag("会议记录载明不同意见", "dissent is in the minutes"),
    "within_period": _flag("发生在另一事项的影响期内", "falls inside the impact period of another matter"),
    "in_service": CASE["in_service"],
}
CLARIFICATION: dict[str, NamedFact] = {
    "cleared": CASE["cleared"],
    "harm_stated": _flag("已载明造成影响", "harm is stated"),
    "applied": _flag("本人申请澄清", "the cadre applied"),
}
TASK: dict[str, NamedFact] = {"elected": _flag("职务由选举或者任命程序产生", "the post is filled by election")}
SOURCE: dict[str, NamedFact] = {
    "body": NamedFact("text", "来源机关类别", "kind of the body", BODIES),
    "proposes_responsibility": _flag("信访部门提出追责建议", "the petition body proposed responsibility"),
}
SCOPES: dict[str, dict[str, NamedFact]] = {
    "case": CASE, "dossier": DOSSIER, "act": ACT, "tolerance": TOLERANCE, "review": REVIEW, "finding": FINDING,
    "clarification": CLARIFICATION, "task": TASK, "source": SOURCE,
}  # fmt: skip
"""Scope of a rule → the facts that its condition may read. Scope ``program`` has none: such a rule has no condition."""
