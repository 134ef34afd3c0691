"""``hub demo``: a whole hub, the story, the counts."""

from __future__ import annotations

import json

import pytest

from hub.sample.story import story
from tests.acceptance.hub.conftest import run

pytestmark = pytest.mark.stack
NAMES = [
    "findings_in",
    "matched",
    "review",
    "tasks",
    "followups",
    "clarifications",
    "recalled",
    "lost",
    "duplicates",
    "seconds",
]


def test_the_demo_shows_all_measures_and_a_clarification_with_a_recalled_task() -> None:
    done = run("demo", "--json")
    assert done.returncode == 0, done.stderr
    counts = json.loads(done.stdout.splitlines()[-1])
    assert list(counts) == NAMES
    from datetime import date

    sent = [step for act in story(date(2026, 3, 2)) for step in act.steps]
    assert counts["findings_in"] == sum(step.type.startswith("finding.") for step in sent)
    assert counts["tasks"] == {"REMOVE": 1, "ADJUST": 2, "DEMOTE": 1}
    assert (counts["clarifications"], counts["recalled"], counts["review"]) == (1, 1, 1)
    assert (counts["lost"], counts["duplicates"]) == (0, 0)
    for word in ("免职", "调整", "降职", "任务撤回", "建议澄清"):
        assert word in done.stderr
