"""``hub report calibration`` over a hub in memory."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import orjson
import pytest
from typer.testing import CliRunner

from hub.adapters.calendar import ChinaCalendar
from hub.adapters.keys import Verifier
from hub.cli.commands import report
from hub.cli.main import build
from hub.errors import UsageError
from hub.policy.loader import shipped
from hub.service.hub import HubService
from hub.settings import Settings
from hub.testing import MemoryStore

COUNTS = {
    "M2/7": {"first": 40},
    "review/6": {"first": 10, "other": 20},
    "none/-": {"outside": 2},
    "shown/1": {"first": 42},
    "reason/organ_unknown": {"other": 6},
}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> MemoryStore:
    made = MemoryStore()
    made.docs["calibration:2020-01"] = orjson.dumps(COUNTS)
    service = HubService(made, Verifier(), ChinaCalendar(), Settings(), shipped())

    @asynccontextmanager
    async def opened(_: Settings) -> AsyncIterator[Any]:
        yield SimpleNamespace(service=service)

    monkeypatch.setattr(report, "running", lambda _: Settings())
    monkeypatch.setattr(report, "open_hub", opened)
    return made


def test_the_table_shows_bins_and_hides_small_cells(store: MemoryStore) -> None:
    shown = CliRunner().invoke(build(), ["report", "calibration"])
    assert shown.exit_code == 0, shown.output
    table = {line.split()[0]: line for line in shown.output.splitlines() if line.strip()}
    assert "too high" in next(
        line for line in shown.output.splitlines() if line.startswith("review") and "0.990" in line
    )
    assert table["none"].split()[1] == "-"
    assert report.FEW in table["none"]
    assert sum(line.kind == "access" for line in store.lines) == 1


def test_json_is_one_object_and_since_leaves_months_out(store: MemoryStore) -> None:
    shown = CliRunner().invoke(build(), ["report", "calibration", "--json"])
    assert orjson.loads(shown.output)["months"] == ["2020-01"]
    later = CliRunner().invoke(build(), ["report", "calibration", "--since", "2020-02"])
    assert "no answers" in later.output


def test_what_is_no_month_is_said(store: MemoryStore) -> None:
    shown = CliRunner().invoke(build(), ["report", "calibration", "--since", "2020-13"])
    assert isinstance(shown.exception, UsageError)
    assert not store.lines
