"""The commands, on a running hub."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.hub.conftest import Running, run
from tests.acceptance.hub.events import finding

pytestmark = pytest.mark.stack
Lines = Callable[..., Path]


def tailed(hub: Running, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in hub.command("tail", *arguments, "--once", "--json").splitlines()]


@pytest.mark.parametrize("via", ["http", "kafka"])
def test_findings_are_wrapped_signed_and_published(hub: Running, lines: Lines, via: str) -> None:
    ident = f"cmd-{via}"
    file = lines({"type": "finding.reported", "id": ident, "data": finding("insp-P", ident)})
    hub.command("publish", str(file), "--as", "insp-P", "--via", via)
    assert hub.verdict("insp-P", ident)["verdict"] == "accepted"
    receipts = tailed(hub, "receipts", "--source", "insp-P")
    assert [one["type"] for one in receipts if one["causationid"] == ident] == ["hub.finding.accepted"]


def test_a_refused_event_is_named_with_what_to_do(hub: Running, lines: Lines) -> None:
    file = lines({"type": "finding.reported", "id": "cmd-bad", "data": finding("audit-M", "cmd-bad")})
    done = run("publish", str(file), "--as", "insp-P", "--data", str(hub.data))
    assert done.returncode == 1
    assert "cmd-bad: 422" in done.stderr
    assert "->" in done.stderr


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("{", "line 1: not JSON"),
        ('{"data": {}}', "line 1: a line without type and id"),
        ("[]", "line 1: not a JSON object"),
    ],
)
def test_a_line_that_is_no_event_is_named(hub: Running, tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text(text)
    done = run("publish", str(file), "--as", "insp-P", "--data", str(hub.data))
    assert done.returncode == 2
    assert says in done.stderr


def test_without_a_period_retention_ends_nothing(hub: Running) -> None:
    told = json.loads(hub.command("retention", "--dry-run", "--json"))
    assert told == {"how": "deleted", "looked": 0, "ended": [], "waiting": [], "open": {}, "dry_run": True}


def test_why_leads_from_an_item_back_to_its_finding(hub: Running, lines: Lines) -> None:
    file = lines({"type": "finding.reported", "id": "why-1", "data": finding("audit-M", "why-1")})
    hub.command("publish", str(file), "--as", "audit-M")
    assert hub.verdict("audit-M", "why-1")["verdict"] == "accepted"
    rows = hub_queue(hub, "org-M")
    item = next(one for one in rows if one["type"] == "verify.requested" and one["case"] == "A/issue-why-1")
    found = json.loads(hub.command("why", item["id"], "--json"))
    assert (found["type"], found["to"]) == ("verify.requested", "org-M")
    assert [cause["id"] for cause in found["causes"]] == ["why-1"]
    mine = [fact for fact in found["facts"] if fact["fact"]["finding"] == "why-1"]
    assert mine[0]["event"]["id"] == "why-1"
    assert found["rules"][0]["rule"] == "R-FU-04"
    assert found["rules"][0]["cites"]
    told = hub.command("why", item["id"])
    assert "R-FU-04" in told
    assert "why-1" in told


def hub_queue(hub: Running, organ: str) -> list[dict[str, Any]]:
    with hub.client(organ) as client:
        found: list[dict[str, Any]] = client.get(f"/v1/queues/{organ}?limit=1000").json()["items"]
    return found


def test_what_why_does_not_know_it_says(hub: Running) -> None:
    done = run("why", "nothing-here", "--data", str(hub.data))
    assert done.returncode == 1
    assert "hub tail tasks" in done.stderr


def test_a_new_body_gets_key_token_and_topics_and_can_report(hub: Running, lines: Lines) -> None:
    added = ("body", "add", "audit-K", "--kind", "audit", "--organ", "K", "--level", "county")
    made = json.loads(hub.command(*added, "--json"))
    assert made["token"].startswith("audit-K.")
    assert made["topics"] == ["clarifications-audit-K", "receipts-audit-K", "tasks-audit-K"]
    assert made["acl"] is False
    file = lines({"type": "finding.reported", "id": "new-1", "data": finding("audit-K", "new-1")})
    hub.command("publish", str(file), "--as", "audit-K", "--token", made["token"])
    assert "already" in run(*added, "--data", str(hub.data)).stderr


def test_a_new_department_gets_its_queue(hub: Running) -> None:
    made = json.loads(hub.command("department", "add", "org-plan", "--organ", "M-plan", "--json"))
    assert made["source"] == "urn:hub:dept:org-plan"
    assert tailed(hub, "tasks", "--department", "org-plan") == []
    assert "known organs" in run("department", "add", "org-Z", "--organ", "Z", "--data", str(hub.data)).stderr


def test_a_roster_is_loaded_and_its_departments_get_topics(hub: Running, lines: Lines) -> None:
    committee = {
        "organ_id": "W",
        "names": [{"name": "中共辛县委员会", "kind": "全称"}],
        "place": "甲省乙市辛县",
        "parent": "M",
    }
    post = {"organ": "W", "post": "书记", "committee": "W", "department": "org-W"}
    file = lines(
        {"type": "organ.recorded", "data": committee},
        {"type": "management.recorded", "data": post},
        {"type": "cadre.recorded", "data": {"cadre_id": "W1", "name": "申屠远"}},
        {"type": "tenure.recorded", "data": {"cadre": "W1", "organ": "W", "post": "书记", "from": "2021-01-01"}},
    )
    found = json.loads(hub.command("roster", "load", str(file), "--json"))
    assert found["records"] == {
        "organ.recorded": 1, "management.recorded": 1, "cadre.recorded": 1, "tenure.recorded": 1,
    }  # fmt: skip
    assert (found["departments"], found["bad"]) == (["org-W"], [])
    assert tailed(hub, "tasks", "--department", "org-W") == []
    again = json.loads(hub.command("roster", "load", str(file), "--json"))
    assert (again["changed"], again["departments"]) == (0, [])


def test_the_doctor_finds_nothing_wrong_and_says_what_to_watch(hub: Running) -> None:
    found = {one["check"]: one for one in map(json.loads, hub.command("doctor", "--json").splitlines())}
    assert {one["state"] for one in found.values()} <= {"ok", "warning"}
    assert found["kafka"]["state"] == found["postgres"]["state"] == found["api"]["state"] == "ok"
    assert all(one["do"] for one in found.values() if one["state"] != "ok")


def test_a_lost_key_of_citizen_numbers_is_told_and_the_index_made_anew(hub: Running, lines: Lines) -> None:
    def roster() -> dict[str, str]:
        said = run("doctor", "--json", "--data", str(hub.data)).stdout.splitlines()
        found: dict[str, str] = next(one for one in map(json.loads, said) if one["check"] == "roster")
        return found

    assert roster()["state"] == "ok"
    (hub.data / "keys" / "citizen-numbers.key").unlink()
    assert roster()["state"] == "wrong"
    assert "hub roster reindex" in roster()["do"]
    assert json.loads(hub.command("roster", "reindex", "--json"))["people"] > 0
    assert roster()["state"] == "ok"
    file = lines({"type": "finding.reported", "id": "after-reindex", "data": finding("insp-P", "after-reindex")})
    hub.command("publish", str(file), "--as", "insp-P")
    assert hub.verdict("insp-P", "after-reindex")["verdict"] == "accepted", "running processes take the new key"


def test_the_doctor_of_a_folder_without_a_hub_says_how_to_start_one(tmp_path: Path) -> None:
    done = run("doctor", "--data", str(tmp_path), "--json")
    first = json.loads(done.stdout.splitlines()[0])
    assert (done.returncode, first["state"]) == (1, "wrong")
    assert first["do"].startswith("hub up")
