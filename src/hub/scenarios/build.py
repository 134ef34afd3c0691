"""From the short forms of a scenario to events as a body's system would send them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from hub.domain.registry import Registry, Source
from hub.sample.citizen_ids import valid_id
from hub.scenarios.format import MalformedError, Scenario

FACTORS = ("motive", "objective_conditions", "procedure", "nature_degree", "consequence", "remedy")
DETERMINED = ("determination.made", "determination.revoked", "tolerance.decided")


def attributes(scenario: Scenario, row: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """CloudEvents attributes of a given entry."""
    source = sender(scenario, row, registry)
    made: dict[str, Any] = {
        "specversion": "1.0",
        "id": str(row["id"]),
        "source": source.urn,
        "type": f"hub.{row['type']}",
        "time": scenario.moment(row.get("time", row["at"])).isoformat(),
        "datacontenttype": "application/json",
        "dataclassification": row.get("dataclassification", "work_secret"),
    }
    return {key: value for key, value in made.items() if value is not None}


def sender(scenario: Scenario, row: Mapping[str, Any], registry: Registry) -> Source:
    """The registered source that an entry is by."""
    source = registry.sources.get(str(row["by"]))
    if source is None:
        raise MalformedError(
            f"{scenario.file}: {scenario.id}: {row.get('id')}: by: {row['by']} is no source of the world"
        )
    return source


def data(scenario: Scenario, row: Mapping[str, Any], registry: Registry) -> dict[str, Any]:
    """The payload with every short form filled in."""
    source = sender(scenario, row, registry)
    body = dict(row["data"])
    kind = row["type"]
    if kind in ("finding.reported", "finding.revised"):
        return _filled(_finding(scenario, row, body, source))
    if kind == "finding.retracted":
        return {"ref": str(row["id"]), **body}
    if kind in DETERMINED:
        return _filled(_determination(scenario, row, body, source))
    if kind.endswith(".recorded") and kind != "relation.recorded":
        return _filled(_roster(scenario, kind, body))
    return body


def _finding(scenario: Scenario, row: Mapping[str, Any], body: dict[str, Any], source: Source) -> dict[str, Any]:
    conduct = body.pop("conduct", None) or default_conduct(scenario)
    attribution = body.pop("attribution", None)
    subjects = _subjects(scenario, body, conduct)
    for subject in subjects:
        if attribution is not None:
            subject.setdefault("attribution", attribution)
    made = {
        "ref": str(row["id"]),
        "revision": 1,
        "body": source.body,
        "level": source.level,
        **body,
        "subjects": subjects,
    }
    if isinstance(made.get("issue"), str):
        made["issue"] = {"ref": made["issue"]}
    made["evidence"] = [
        one if isinstance(one, dict) else {"ref": one, "own": True} for one in body.get("evidence") or []
    ]
    if body.get("status") not in ("lead", "verifying"):
        made.setdefault("verified_by", source.code)
    return made


def _subjects(scenario: Scenario, body: dict[str, Any], conduct: str) -> list[dict[str, Any]]:
    if "subject" in body:
        return [subject(scenario, {"cadre": body.pop("subject")}, conduct)]
    for kind in ("team", "unit"):
        if kind in body:
            return [{"kind": kind, "organ": body.pop(kind), "at": conduct}]
    return [
        subject(scenario, one, conduct) if "cadre" in one else {"at": conduct, **one}
        for one in body.pop("subjects", [])
    ]


def subject(scenario: Scenario, short: Mapping[str, Any], conduct: str | None) -> dict[str, Any]:
    """One cadre of the world as a subject: number, name, organ and post held at the conduct; single fields overridden."""
    code = short["cadre"]
    cadre = scenario.world["cadres"].get(code)
    if cadre is None:
        raise MalformedError(f"{scenario.file}: {scenario.id}: cadre {code} is not in the world")
    at = short.get("at", conduct)
    day = at if isinstance(at, str) else (at or {}).get("to") or default_conduct(scenario)
    tenure = _tenure(cadre, str(day))
    made: dict[str, Any] = {
        "kind": "cadre",
        "name": cadre["name"],
        "citizen_id": cadre.get("citizen_id"),
        "at": conduct,
    }
    made |= {"organ": tenure.get("organ"), "post": tenure.get("post")}
    made |= {key: value for key, value in short.items() if key != "cadre"}
    return {key: value for key, value in made.items() if value is not None}


def _tenure(cadre: Mapping[str, Any], day: str) -> Mapping[str, Any]:
    held = [
        one
        for one in cadre["tenures"]
        if str(one["from"])[: len(day)] <= day and (one.get("to") is None or day <= str(one["to"]))
    ]
    found: Mapping[str, Any] = (held or cadre["tenures"])[0]
    return found


def default_conduct(scenario: Scenario) -> str:
    """90 days before the epoch."""
    return (scenario.moment("d0") - timedelta(days=90)).date().isoformat()


def _determination(scenario: Scenario, row: Mapping[str, Any], body: dict[str, Any], source: Source) -> dict[str, Any]:
    made = {"ref": str(row["id"]), **body}
    if isinstance(made.get("subject"), str):
        made["subject"] = subject(scenario, {"cadre": made["subject"]}, None)
    made.setdefault("authority", {"organ": source.code, "level": source.level})
    made.setdefault("document_no", f"文〔{row['id']}〕")
    if row["type"] == "tolerance.decided":
        made.setdefault("factors", dict.fromkeys(FACTORS, "已按规定说明"))
    return {key: value for key, value in made.items() if value is not None}


def _roster(scenario: Scenario, kind: str, body: dict[str, Any]) -> dict[str, Any]:
    if kind == "cadre.recorded":
        cadre = scenario.world["cadres"].get(body["cadre_id"], {})
        known = {
            key: cadre[key] for key in ("name", "aliases", "former_names", "citizen_id", "native_place") if key in cadre
        }
        return {**known, **body}
    if kind == "tenure.recorded":
        cadre = scenario.world["cadres"].get(body["cadre"], {})
        same = [
            one
            for one in cadre.get("tenures", ())
            if one["organ"] == body["organ"]
            and one["post"] == body["post"]
            and str(one["from"]) == str(body.get("from"))
        ]
        known = {
            key: value for key, value in (same[0] if same else {}).items() if key in ("kind", "elected", "precision")
        }
        return {**known, **body}
    if kind == "organ.recorded":
        organ = scenario.world["organs"].get(body["organ_id"], {})
        return {
            "parent": organ.get("parent"),
            "names": [{"name": organ.get("name", body["organ_id"]), "kind": "全称"}],
            **body,
        }
    return body


def _filled(body: dict[str, Any]) -> dict[str, Any]:
    return {key: numbers(value) for key, value in body.items()}


def numbers(value: Any) -> Any:
    """``valid-N`` → a checksum-valid number that was never issued."""
    if isinstance(value, str) and value.startswith("valid-") and value[6:].isdigit():
        return valid_id(int(value[6:]))
    if isinstance(value, list):
        return [numbers(one) for one in value]
    if isinstance(value, dict):
        return {key: numbers(one) for key, one in value.items()}
    return value
