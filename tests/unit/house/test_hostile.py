"""The maker of hostile inputs: one input has nothing of another, or their size would grow without bound."""

from __future__ import annotations

import json
from copy import deepcopy

from hub.chaos.history import Told
from tests.integration.pipeline.hostile import ODD_VALUES, Maker

HUGE = 10_000
EVENT = {
    "specversion": "1.0",
    "id": "x",
    "source": "urn:hub:body:audit-M",
    "type": "hub.finding.reported",
    "data": {"ref": "r", "revision": 1, "subjects": [{"kind": "cadre"}], "evidence": [{"ref": "e", "own": True}]},
}


def test_inputs_do_not_grow_from_one_to_the_next() -> None:
    before = deepcopy(ODD_VALUES)
    told = Told("audit-M", "x", "findings-audit", "k", json.dumps(EVENT).encode(), {}, {})
    maker = Maker(12, HUGE, lambda event: None)
    largest = max(len(made.value) for made in (maker.make(told) for _ in range(2_000)) if made.kind == "wrong_types")
    assert before == ODD_VALUES
    assert largest < 50_000, "a few odd values at the most"
