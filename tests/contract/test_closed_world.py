"""Contracts are a closed world: every type has a model, a topic and an example, and there is nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import schemas
from hub.domain.leaks import find_leak
from schemas import topics
from schemas.base import Payload
from schemas.codec import Event, decode
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from schemas.parse import Invalid, parse

EXAMPLES = Path(schemas.__file__).parent / "examples"

# The names that the contract binds, written out a second time on purpose: renaming one breaks other systems.
CONTRACT_INBOUND = """
finding.reported finding.revised finding.retracted determination.made determination.revoked tolerance.applied
tolerance.decided correction.confirmed correction.extended cadre.recorded tenure.recorded organ.recorded
management.recorded cadre.merged relation.recorded task.acknowledged task.decided task.executed match.reviewed
link.reviewed verify.answered harm.stated talk.held followup.done clarification.applied clarification.assessed
clarification.approved clarification.done
"""
CONTRACT_OUTBOUND = """
task.proposed task.amended task.recalled task.superseded task.rerouted task.flagged task.review.requested
personnel.held personnel.released personnel.not_applicable personnel.closed verify.requested reminder.suggested
talk.suggested talks.cancelled key_assessment.suggested execution.followup restoration.proposed filing.due
referral.made match.review.requested link.review.requested match.probable match.confirmed match.revoked
conflict.opened conflict.closed team.finding_recorded attribution.requested attribution.review.requested
followup.withdrawn tolerance.review.requested tolerance.not_applicable tolerance.exception correction.opened
correction.extended correction.overdue correction.closed deadline.overdue impact.started impact.suspended
impact.expired impact.cancelled corroboration.updated case.decided case.closed appeal.tracked notice.correction
clarification.assessment.requested clarification.proposed clarification.deferred clarification.closed
clarification.retracted finding.accepted duplicate.ignored finding.quarantined finding.rejected
finding.returned_to_source finding.parked determination.accepted determination.parked determination.rejected
feedback.due feedback.given reply.accepted reply.rejected ledger.alert source.silent source.gap flow.stalled event.set_aside
"""


def example(kind: str, name: str) -> Event:
    return decode((EXAMPLES / kind / f"{name}.json").read_bytes())


def stems(kind: str) -> list[str]:
    return sorted(path.stem for path in (EXAMPLES / kind).glob("*.json"))


def test_the_types_are_those_of_the_contract() -> None:
    assert sorted(INBOUND) == sorted(CONTRACT_INBOUND.split())
    assert sorted(OUTBOUND) == sorted(CONTRACT_OUTBOUND.split())


def test_every_type_has_its_example_and_no_example_is_left_over() -> None:
    assert stems("inbound") == stems("invalid") == sorted(INBOUND)
    assert stems("outbound") == sorted(OUTBOUND)


@pytest.mark.parametrize("name", sorted(INBOUND))
def test_inbound_examples_are_valid_and_leak_nothing(name: str) -> None:
    event = example("inbound", name)
    assert event.attributes["type"] == f"hub.{name}"
    assert isinstance(parse(event), INBOUND[name].model)
    assert find_leak(event.data) is None


@pytest.mark.parametrize("name", sorted(INBOUND))
def test_invalid_examples_fail_for_the_reason_given(name: str) -> None:
    cases = json.loads((EXAMPLES / "invalid" / f"{name}.json").read_text())
    assert cases
    for case in cases:
        with pytest.raises(Invalid) as caught:
            parse(Event({"type": f"hub.{name}"}, case["data"]))
        assert caught.value.fields[0]["loc"] == case["loc"]


@pytest.mark.parametrize("name", sorted(OUTBOUND))
def test_outbound_examples_are_valid_and_survive_a_round_trip(name: str) -> None:
    event = example("outbound", name)
    assert event.attributes["type"] == f"hub.{name}"
    assert event.attributes["correlationid"]
    assert event.attributes["causationid"]
    model = OUTBOUND[name].model
    found = model.model_validate(event.data)
    written = found.model_dump(mode="json", by_alias=True, exclude_unset=True)
    assert written == event.data


def test_every_topic_carries_a_type() -> None:
    carried = {topics.inbound(kind.family, body) for kind in INBOUND.values() for body in (*topics.BODIES, "appraisal")}
    assert carried == set(topics.INBOUND_TOPICS)
    outbound = {kind.topic("org-M") for kind in OUTBOUND.values() if kind.family != "set_aside"}
    assert outbound == {"tasks-org-M", "clarifications-org-M", "receipts-org-M", topics.ALERTS}
    aside = {kind.topic(topics.REPLIES) for kind in OUTBOUND.values() if kind.family == "set_aside"}
    assert aside == {topics.REPLIES + topics.DLQ_SUFFIX}


def fields(schema: Any, name: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    if isinstance(schema, dict):
        if "type" in schema:
            yield name, schema
        for key, value in schema.items():
            if key == "properties":
                for field, inner in value.items():
                    yield from fields(inner, field)
            elif key not in ("default", "enum", "const"):
                yield from fields(value, name)
    elif isinstance(schema, list):
        for inner in schema:
            yield from fields(inner, name)


COUNTS = {"revision", "subject", "from", "to_number", "partition", "offset", "attempts"}
"""Numbers that are no measure of anybody: a statement's number, a subject's place in a list, sequence numbers, a place
in the log and how often it was tried."""


@pytest.mark.parametrize("name", sorted(OUTBOUND))
def test_no_outbound_event_scores_a_person(name: str) -> None:
    schema = OUTBOUND[name].model.model_json_schema(by_alias=True)
    for field, inner in fields(schema):
        assert inner["type"] != "number", f"{field} of {name} is a number with a fraction"
        assert inner["type"] != "integer" or field in COUNTS, f"{field} of {name} is a number"
        words = set(field.lower().split("_"))
        assert not words & {"score", "scores", "rank", "ranking", "rating", "points", "index", "probability", "risk"}


MODELS = [kind.model for kind in INBOUND.values()] + [kind.model for kind in OUTBOUND.values()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_model_is_closed_and_frozen(model: type[Payload]) -> None:
    assert model.model_config["extra"] == "forbid"
    assert model.model_config["frozen"]
    for definition in model.model_json_schema().get("$defs", {}).values():
        assert definition.get("type") != "object" or definition.get("additionalProperties") is False
