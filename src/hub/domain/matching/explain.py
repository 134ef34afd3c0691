"""Why: one JSON object, and one sentence in Chinese and English. The same input gives the same bytes."""

from __future__ import annotations

from typing import Any

from hub.domain.matching.assess import Assessment
from hub.domain.matching.candidates import Candidates, TenureView
from hub.domain.matching.query import SubjectQuery
from hub.domain.matching.result import MatchResult
from hub.domain.matching.routes import Verdict
from hub.domain.matching.spans import iso

WORDS = {
    "citizen_id_differs": ("身份证号与名册所记不同", "the roster records another citizen number"),
    "too_young": ("按身份证号计算，任职时未成年", "by the number's birth date, too young for the posts held"),
    "date_unreadable": ("行为时间无法辨认", "the date of the conduct cannot be read"),
    "conduct_after_report": ("行为时间晚于报告时间", "the conduct is dated after the report"),
    "conduct_after_death": ("行为时间在其去世之后", "the conduct is dated after the person's death"),
    "number_not_recorded": (
        "名册未记其身份证号，无从核对",
        "the roster records no number to check the stated one against",
    ),
    "organ_unknown": ("名册中没有这个单位", "the roster knows no organ by these words"),
    "organ_ambiguous": ("单位名称对应不止一个单位", "the words may mean more than one organ"),
    "never_in_organ": ("名册中未在该单位任职", "never in this organ, says the roster"),
    "not_in_organ_then": ("当时不在该单位", "not in this organ at that time"),
    "post_not_held_then": ("当时未任该职", "did not hold this post at that time"),
    "post_kind_differs": (
        "任职方式（代理、主持、挂职）不符",
        "the kind of tenure (acting, in charge, seconded) differs",
    ),
    "name_differs": ("姓名不符", "the name differs"),
    "number_held_twice": ("名册中两人同号", "two roster records carry this number"),
    "number_and_name_disagree": ("身份证号与姓名指向不同的人", "number and name point to different people"),
    "number_is_of_another": ("身份证号属于另一人", "the number is another person's"),
    "name_withheld": ("姓名被隐去", "the name was withheld"),
    "name_missing": ("未写姓名", "no name was stated"),
    "post_missing": ("未写职务", "no post was stated"),
    "date_missing": ("未写行为时间", "no date was stated"),
    "organ_missing": ("未写单位", "no organ was stated"),
    "organ_by_succession": ("仅经机构合并或分立相连", "tied only through a merger or split of organs"),
    "date_at_the_edge": ("行为时间未全部落在任期之内", "the date does not lie wholly inside the tenure"),
    "namesake_fits_better": ("同名者更符合", "a namesake fits better"),
    "namesake_in_post": ("同名者也任该职", "a namesake held such a post too"),
    "homophone_in_post": ("同音名者也任该职", "somebody whose name sounds the same held such a post too"),
    "name_similar_only": ("姓名只是相近", "the names are only similar"),
    "margin": ("与其他可能相差不足", "the lead over the next possibility is too small"),
    "more_than_one_holder": ("当时任该职者不止一人", "more than one person held the post"),
    "near_a_handover": ("临近交接，或有代理、主持者", "near a handover, or somebody acted in the post"),
    "route_off": ("此路径已停用", "this route is switched off"),
}
_SETTLES = {
    "name_withheld": ("full_name", "完整姓名", "the full name"),
    "name_missing": ("full_name", "完整姓名", "the full name"),
    "post_missing": ("post", "当时的职务", "the post held at the time"),
    "date_missing": ("date", "行为的日期", "the date of the conduct"),
    "date_at_the_edge": ("exact_date", "更准确的日期", "a more exact date"),
    "organ_missing": ("organ", "单位全称", "the organ's full name"),
    "organ_ambiguous": ("organ", "单位全称", "the organ's full name"),
    "organ_unknown": ("organ", "单位全称", "the organ's full name"),
}
_DEFAULT_SETTLES = ("citizen_id", "身份证号", "the citizen number")


def explanation(
    query: SubjectQuery,
    candidates: Candidates,
    result: MatchResult,
    verdict: Verdict,
    shown: list[Assessment],
    outsider: float,
) -> dict[str, Any]:
    """Route, evidence rows, contradictions, runners-up and why not, what would settle it, roster version."""
    best = verdict.chosen or (shown[0] if shown else None)
    settles = [] if result.decision == "auto" else _settles(verdict, result)
    return {
        "decision": result.decision,
        "route": result.route,
        "cadre_id": result.cadre_id,
        "probable": result.probable,
        "evidence": _rows(query, candidates, best) if best else [],
        "contradictions": [{"code": code, "zh": _word(code)[0], "en": _word(code)[1]} for code in verdict.blocks],
        "runners_up": [_runner_up(one) for one in shown if one is not best],
        "more_namesakes": candidates.more,
        "not_in_roster": round(outsider, 6),
        "settles": [code for code, _, _ in settles],
        "organ": {
            "said": query.organ,
            "meant": sorted(candidates.organ.unit),
            "readings": [{"organ_id": hit.organ_id, "name": hit.name, "how": hit.how} for hit in candidates.organ.hits],
        },
        "warnings": list(result.warnings),
        "roster_version": candidates.roster_version,
        "zh": _sentence_zh(result, verdict, shown, settles),
        "en": _sentence_en(result, verdict, shown, settles),
    }


def _word(code: str) -> tuple[str, str]:
    return WORDS.get(code, (code, code))


def _settles(verdict: Verdict, result: MatchResult) -> list[tuple[str, str, str]]:
    wanted = [_SETTLES[code] for code in verdict.blocks if code in _SETTLES]
    if result.decision == "review" and not result.route:
        wanted.append(_DEFAULT_SETTLES)
    return list(dict.fromkeys(wanted))


def _rows(query: SubjectQuery, candidates: Candidates, one: Assessment) -> list[dict[str, Any]]:
    bits = {
        "name": round(one.name_bits, 2),
        "citizen_id": round(one.id_bits, 2),
        "organ_post_date": round(one.block_bits, 2),
    }
    held = one.held_by
    rows: list[dict[str, Any]] = []
    if query.name:
        rows.append(
            {
                "field": "name",
                "said": query.name,
                "roster": one.name_form or one.person.name,
                "level": one.name.name,
                "bits": bits["name"],
            }
        )
    if query.citizen_id:
        rows.append(
            {
                "field": "citizen_id",
                "said": "stated",
                "roster": "recorded" if one.id_relation != "unknown" else None,
                "level": one.id_relation,
                "bits": bits["citizen_id"],
            }
        )
    if query.organ or query.post:
        rows.append(
            {
                "field": "organ_post_date",
                "said": {
                    "organ": query.organ,
                    "post": query.post,
                    "at": query.conduct.text() if query.conduct else None,
                    "wording": query.tense,
                },
                "roster": _tenure(held, candidates) if held else None,
                "level": one.held.name.lower(),
                "bits": bits["organ_post_date"],
            }
        )
    elif query.conduct:
        rows.append(
            {
                "field": "date",
                "said": query.conduct.text(),
                "roster": None,
                "level": "stated",
                "bits": 0.0,
            }
        )
    rows.append({"field": "namesakes", "said": None, "roster": one.person.namesakes, "level": "count", "bits": 0.0})
    return rows


def _tenure(held: TenureView, candidates: Candidates) -> dict[str, Any]:
    return {
        "organ_id": held.organ_id,
        "organ": candidates.label(held.organ_id, held.to_lo),
        "post": held.post,
        "kind": held.kind,
        "from": [iso(held.from_lo), iso(held.from_hi)],
        "to": [iso(held.to_lo), iso(held.to_hi)],
    }


def _runner_up(one: Assessment) -> dict[str, Any]:
    why = one.contradictions or (["namesake_in_post"] if one.held.value else ["margin"])
    return {
        "cadre_id": one.person.cadre_id,
        "name": one.person.name,
        "level": one.name.name,
        "bits": round(one.bits, 2),
        "why_not": [{"code": code, "zh": _word(code)[0], "en": _word(code)[1]} for code in why],
    }


def _sentence_zh(
    result: MatchResult, verdict: Verdict, shown: list[Assessment], settles: list[tuple[str, str, str]]
) -> str:
    if result.route == "M1":
        return "身份证号有效且在名册中，姓名一致，其余所述均无矛盾：自动匹配（M1）。"
    if result.route == "M2":
        return "姓名、单位、职务与行为时间只符合一人：很可能为其本人（M2），须经人工确认。"
    if result.route == "M3":
        return "未写姓名；该职只有一席，当时只有一人任职：可能为其本人（M3），须经人工确认。"
    if result.decision == "none":
        return "名册中没有符合的人。"
    why = "；".join(_word(code)[0] for code in verdict.blocks) or "依据不足以自动匹配"
    return f"须人工核对（{len(shown)} 名候选）：{why}。可据以确定：{'、'.join(zh for _, zh, _ in settles)}。"


def _sentence_en(
    result: MatchResult, verdict: Verdict, shown: list[Assessment], settles: list[tuple[str, str, str]]
) -> str:
    if result.route == "M1":
        return "The number is valid and in the roster, the name agrees and nothing stated contradicts: matched (M1)."
    if result.route == "M2":
        return "Name, organ, post and date fit one cadre alone: probable (M2), to be confirmed by a person."
    if result.route == "M3":
        return (
            "No name stated; the post has one seat and had one holder then: probable (M3), to be confirmed by a person."
        )
    if result.decision == "none":
        return "Nobody in the roster fits."
    why = "; ".join(_word(code)[1] for code in verdict.blocks) or "too little evidence for an automatic match"
    wanted = ", ".join(en for _, _, en in settles)
    return f"A person has to look ({len(shown)} candidates): {why}. What would settle it: {wanted}."
