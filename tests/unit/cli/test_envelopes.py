"""From a user's line to a signed event and its place in Kafka."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from hub.adapters import keys
from hub.adapters.keys import Verifier
from hub.bootstrap.folder import keys_folder
from hub.cli.envelopes import event_of, place_of
from hub.domain.registry import Source
from hub.errors import NotFoundError, UsageError
from schemas.codec import Event

AUDIT = Source(code="audit-M", kind="body", organ="M", body="audit")
DEPARTMENT = Source(code="org-M", kind="dept", organ="M")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for code in ("audit-M", "org-M"):
        keys.create(keys_folder(tmp_path), code)
    return tmp_path


def public(data: Path) -> dict[str, dict[str, str]]:
    jwk = keys.load(keys_folder(data), "audit-M")
    return {jwk["kid"]: keys.public_part(jwk)}


def test_a_short_line_becomes_a_signed_cloudevent(data: Path) -> None:
    event = event_of({"type": "finding.reported", "id": 7, "data": {"ref": "f1"}}, AUDIT, data)
    assert event.attributes["source"] == "urn:hub:body:audit-M"
    assert (event.attributes["type"], event.attributes["id"]) == ("hub.finding.reported", "7")
    assert event.attributes["dataclassification"] == "work_secret"
    assert Verifier().verify(event, public(data))


def test_what_a_line_states_itself_holds(data: Path) -> None:
    line = {"type": "hub.finding.reported", "id": "e", "time": "2026-03-02T09:00:00+08:00", "sequence": "4", "data": {}}
    event = event_of({**line, "dataclassification": "internal"}, AUDIT, data)
    stated = {name: event.attributes[name] for name in ("time", "sequence", "dataclassification")}
    assert stated == {"time": line["time"], "sequence": "4", "dataclassification": "internal"}


def test_a_cloudevent_is_signed_but_not_changed_and_a_signed_one_is_left_alone(data: Path) -> None:
    whole = {"specversion": "1.0", "id": "e", "source": AUDIT.urn, "type": "hub.finding.reported", "data": {"ref": "f"}}
    event = event_of(whole, AUDIT, data)
    assert {**event.attributes, "data": event.data} == {**whole, "signature": event.attributes["signature"]}
    forged = {**whole, "signature": "mine"}
    assert event_of(forged, AUDIT, data).attributes["signature"] == "mine"


def test_a_line_without_type_or_id_is_refused(data: Path) -> None:
    with pytest.raises(UsageError, match="without type and id"):
        event_of({"data": {}}, AUDIT, data)


def test_without_a_key_nothing_is_signed(tmp_path: Path) -> None:
    with pytest.raises(NotFoundError):
        event_of({"type": "finding.reported", "id": "e", "data": {}}, AUDIT, tmp_path)


@pytest.mark.parametrize(
    ("kind", "body", "source", "topic"),
    [
        ("finding.reported", {"ref": "f1"}, AUDIT, "findings-audit"),
        ("determination.made", {"ref": "d1", "about": ["f1"]}, AUDIT, "determinations"),
        ("tolerance.applied", {"case": {"cadre": "A", "issue": "i"}, "by": "A"}, AUDIT, "determinations"),
        ("task.decided", {"task": {"cadre": "A"}}, DEPARTMENT, "replies"),
        ("task.acknowledged", {"task": "t-1"}, DEPARTMENT, "replies"),
        ("talk.held", {"cadre": "A", "on": "2026-03-02"}, DEPARTMENT, "replies"),
        ("cadre.recorded", {"cadre_id": "A", "name": "某"}, DEPARTMENT, "roster"),
        ("tenure.recorded", {"cadre": "A", "organ": "O", "post": "局长"}, DEPARTMENT, "roster"),
        ("management.recorded", {"organ": "O", "post": "局长"}, DEPARTMENT, "roster"),
    ],
)
def test_every_event_has_its_topic_and_stays_with_its_source(
    kind: str, body: dict[str, Any], source: Source, topic: str
) -> None:
    found, key = place_of(Event({"id": "e1", "type": f"hub.{kind}"}, body), source)
    assert found == topic
    assert key.startswith(f"{source.code}/")


def test_all_revisions_of_a_finding_have_one_key() -> None:
    revised = Event({"id": "e2", "type": "hub.finding.revised"}, {"ref": "f1", "revision": 2})
    first = Event({"id": "e1", "type": "hub.finding.reported"}, {"ref": "f1"})
    assert place_of(first, AUDIT) == place_of(revised, AUDIT)


def test_an_unknown_type_has_no_topic() -> None:
    with pytest.raises(UsageError, match=r"finding\.guessed: no inbound type"):
        place_of(Event({"type": "hub.finding.guessed"}, {}), AUDIT)


def test_data_that_are_no_object_have_no_place() -> None:
    with pytest.raises(UsageError, match="no JSON object"):
        place_of(Event({"type": "hub.finding.reported"}, [1]), AUDIT)
