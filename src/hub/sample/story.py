"""The demo's story: what the sample world's bodies and organs send, act by act."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib import resources
from typing import Any, Literal

import yaml

from hub.domain.registry import Registry
from hub.sample.world import citizen_id, registry_from_world, sample_world

CONDUCT = 90
"""Days between conduct and demo."""
FACTORS = {
    "motive": "因公",
    "objective_conditions": "条件具备",
    "procedure": "未按规定程序",
    "nature_degree": "情节较重",
    "consequence": "造成不良影响",
    "remedy": "尚未挽回",
}
_OWN = ("cadre", "name", "organ", "attribution", "summary", "issue", "evidence")
_DAY = re.compile(r"day-(\d+)\Z")


@dataclass(frozen=True, slots=True)
class Step:
    """One event to send as ``by``, by ``via``."""

    by: str
    via: Literal["http", "kafka"]
    type: str
    id: str
    data: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Act:
    """Events that may arrive in any order; the next act begins when all of them have been read."""

    title: Mapping[str, str]
    steps: tuple[Step, ...]


def story(today: date) -> list[Act]:
    """The story with dates as of ``today``. Deterministic."""
    told = yaml.safe_load(resources.files("hub.sample").joinpath("story.yaml").read_text(encoding="utf-8"))
    registry = registry_from_world(sample_world())
    return [Act(act["title"], tuple(_step(event, registry, today) for event in act["events"])) for act in told["acts"]]


def _step(event: Mapping[str, Any], registry: Registry, today: date) -> Step:
    family = event["type"].partition(".")[0]
    data = {"finding": _finding, "determination": _act, "tolerance": _tolerance}[family](event, registry, today)
    return Step(event["by"], event["via"], event["type"], event["id"], _dated(data, today))


def _finding(event: Mapping[str, Any], registry: Registry, today: date) -> dict[str, Any]:
    said, sender = event["data"], registry.sources[event["by"]]
    verified = {} if said["status"] in ("lead", "verifying") else {"verified_by": sender.code, "verified_on": "day-7"}
    return {
        "ref": event["id"],
        "revision": 1,
        "body": sender.body,
        "level": sender.level,
        **{key: value for key, value in said.items() if key not in _OWN},
        **verified,
        "issue": {"ref": said["issue"], "summary": said["summary"]},
        "subjects": [{**_subject(said), "at": f"day-{CONDUCT}", "attribution": said["attribution"]}],
        "evidence": [{"ref": ref, "own": True} for ref in said["evidence"]],
    }


def _subject(said: Mapping[str, Any]) -> dict[str, Any]:
    """A cadre of the sample world in full, or the name and organ that a report states."""
    world = sample_world()
    if "cadre" not in said:
        return {"kind": "cadre", "name": said["name"], "organ": world["organs"][said["organ"]]["name"]}
    cadre = world["cadres"][said["cadre"]]
    post = next(tenure for tenure in cadre["tenures"] if tenure.get("to") is None)
    organ = world["organs"][post["organ"]]["name"]
    number = citizen_id(cadre["citizen_id"])
    return {"kind": "cadre", "name": cadre["name"], "citizen_id": number, "organ": organ, "post": post["post"]}


def _act(event: Mapping[str, Any], registry: Registry, today: date) -> dict[str, Any]:
    said = {key: value for key, value in event["data"].items() if key != "cadre"}
    subject = {"subject": _subject(event["data"])} if "cadre" in event["data"] else {}
    return {"ref": event["id"], **said, **subject, **_authority(event, registry, today)}


def _tolerance(event: Mapping[str, Any], registry: Registry, today: date) -> dict[str, Any]:
    outcome = {"outcome": "not_tolerated", "factors": FACTORS}
    return {"ref": event["id"], **event["data"], **outcome, **_authority(event, registry, today)}


def _authority(event: Mapping[str, Any], registry: Registry, today: date) -> dict[str, Any]:
    sender = registry.sources[event["by"]]
    return {
        "authority": {"organ": sender.code, "level": sender.level},
        "document_no": f"乙〔{today.year}〕{event['id'].rpartition('-')[2]}号",
        "decided_on": "day-1",
    }


def _dated(value: Any, today: date) -> Any:
    if isinstance(value, dict):
        return {key: _dated(one, today) for key, one in value.items()}
    if isinstance(value, list):
        return [_dated(one, today) for one in value]
    found = _DAY.match(value) if isinstance(value, str) else None
    return (today - timedelta(days=int(found[1]))).isoformat() if found else value
