"""Published events as lines for people, in Chinese and English."""

from __future__ import annotations

from typing import Any

MEASURES = {"REMOVE": "免职", "ADJUST": "调整", "DEMOTE": "降职"}
NAMES = {
    "task.proposed": "建议任务",
    "task.amended": "任务变更",
    "task.recalled": "任务撤回",
    "task.review.requested": "请求复核",
    "clarification.proposed": "建议澄清",
    "clarification.assessment.requested": "请求评估澄清",
    "clarification.deferred": "暂缓澄清",
    "clarification.closed": "澄清办结",
    "tolerance.review.requested": "请求容错审核",
    "verify.requested": "请求核实认定",
    "talk.suggested": "建议谈心谈话",
    "reminder.suggested": "建议提醒",
    "referral.made": "移交",
    "match.review.requested": "请求身份核对",
    "match.probable": "身份疑似",
    "match.confirmed": "身份确认",
    "conflict.opened": "情况不一致",
    "notice.correction": "更正告知",
    "corroboration.updated": "印证情况更新",
    "case.closed": "事项办结",
    "finding.accepted": "已受理",
    "finding.rejected": "不予受理",
    "finding.quarantined": "隔离",
    "finding.parked": "等待前件",
    "determination.accepted": "文书已受理",
    "determination.rejected": "文书不予受理",
    "duplicate.ignored": "重复，已忽略",
    "feedback.due": "待反馈",
    "personnel.held": "暂缓",
    "deadline.overdue": "逾期",
}  # fmt: skip


def line(event: dict[str, Any]) -> str:
    """One event on one line: when, what, to whom, about whom, by which rules."""
    data = event.get("data") or {}
    kind = str(event.get("type", "")).removeprefix("hub.")
    parts = [str(event.get("time", ""))[:19], _named(kind), f"→ {data.get('to', '?')}"]
    parts += [text for text in (_measure(data), _about(data), _rules(data), _reason(data)) if text]
    return "  ".join(parts)


def explained(event: dict[str, Any]) -> list[str]:
    """The explanation's sentences, Chinese first."""
    found = (event.get("data") or {}).get("explanation") or {}
    return [text for name in ("zh", "en") for text in _sentences(found.get(name))]


def _sentences(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [str(one) for one in value or ()]


def _named(kind: str) -> str:
    return f"{NAMES[kind]} {kind}" if kind in NAMES else kind


def _measure(data: dict[str, Any]) -> str:
    measure = data.get("measure")
    return f"{MEASURES[measure]} {measure}" if measure in MEASURES else ""


def _about(data: dict[str, Any]) -> str:
    about = next((f"{name} {data[name]}" for name in ("cadre", "team", "unit", "finding") if data.get(name)), "")
    return f"{about} {data['level']}" if about and data.get("level") else about


def _rules(data: dict[str, Any]) -> str:
    return " ".join(data.get("rules") or ())


def _reason(data: dict[str, Any]) -> str:
    found = data.get("reason") or data.get("ground") or data.get("kind")
    return str(found) if isinstance(found, str) else ""
