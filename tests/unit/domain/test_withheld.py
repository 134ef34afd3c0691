"""Citizen numbers stay out of what the ledger keeps of a statement, and nothing else does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from hub.domain.withheld import WITHHELD, without_numbers
from hub.sample.citizen_ids import valid_id


@pytest.mark.parametrize(
    "data",
    [
        {
            "ref": "f",
            "subjects": [{"name": "甲", "citizen_id": valid_id(0)}, {"name": "乙", "citizen_id": valid_id(1)}],
        },
        {"ref": "d", "subject": {"citizen_id": valid_id(0), "name": "甲"}},
        {"cadre_id": "c", "name": "甲", "citizen_id": valid_id(0)},
    ],
)
def test_numbers_are_withheld_wherever_an_event_may_have_them(data: dict[str, Any]) -> None:
    before = json.dumps(data)
    kept = json.dumps(without_numbers(data))
    assert json.dumps(data) == before
    assert all(valid_id(n) not in kept for n in range(2))
    assert kept == before.replace(valid_id(0), WITHHELD).replace(valid_id(1), WITHHELD)


@pytest.mark.parametrize("data", [{}, {"subjects": []}, {"subjects": None, "subject": "甲"}, {"citizen_id": None}])
def test_what_has_no_number_stays_as_it_is(data: dict[str, Any]) -> None:
    assert without_numbers(data) == data
