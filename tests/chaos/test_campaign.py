"""A short fault campaign, and the same without protection: it must see the faults that protection prevents."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from typing import Any

import pytest

from hub.chaos.faults_plan import KINDS, plan

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
STUCK_S = 120.0
"""Not resumed after this is stuck, on however busy a machine."""
LIMIT_S = 420


def campaign(*arguments: str) -> tuple[int, dict[str, Any], str]:
    """Run ``hub chaos --json`` to its end: exit code, last line, and what it told."""
    done = subprocess.run(
        [sys.executable, "-m", "hub.cli.main", "chaos", "--json", *arguments],
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("HUB_")},
    )
    assert done.stdout.strip(), done.stderr[-3000:]
    return done.returncode, json.loads(done.stdout.splitlines()[-1]), done.stderr


def test_a_plan_is_the_same_for_a_seed_and_has_every_kind_equally_often() -> None:
    assert plan(5, 40) == plan(5, 40)
    assert plan(5, 40) != plan(6, 40)
    assert set(Counter(plan(5, 3 * len(KINDS))).values()) == {3}


@pytest.mark.stack
@pytest.mark.chaos
@pytest.mark.timeout(LIMIT_S + 30)
def test_under_25_faults_nothing_is_lost_and_nothing_comes_twice() -> None:
    code, found, told = campaign("--seed", "25", "--kills", "25", "--seconds", "240")
    assert (found["lost"], found["duplicates"]) == (0, 0), told
    assert found["seen"] == found["expected"] > 1_000
    assert sum(found["kills"].values()) >= 10, told
    assert found["resume_s"]["max"] <= STUCK_S, told  # how fast is measured by the long campaign, on a quiet machine
    assert code == 0


@pytest.mark.stack
@pytest.mark.chaos
@pytest.mark.timeout(LIMIT_S + 30)
def test_without_protection_the_campaign_sees_losses_or_repetitions() -> None:
    code, found, told = campaign("--unprotected", "--seed", "4", "--kills", "6", "--seconds", "90")
    assert found["lost"] + found["duplicates"] > 0, told
    assert code == 1
