"""Packs that an earlier release kept as files are taken into the database at the next start, once."""

from __future__ import annotations

from pathlib import Path

import pytest
import structlog

from hub import log_events
from hub.bootstrap.old_packs import take_over_packs
from hub.policy.files import version_file
from hub.policy.loader import shipped
from hub.service.packs import ACTIVATED, current
from hub.settings import Settings
from hub.testing import MemoryStore

GOOD = version_file("local-m-2026-01-01").read_text(encoding="utf-8")
LATER = GOOD.replace("2026-01-01", "2026-07-01").replace("S3: true", "S3: false")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "policy"
    made.mkdir()
    return made


async def start(data: Path, store: MemoryStore) -> list[str]:
    await take_over_packs(Settings(data=data), store)
    names = [one.name for one in (await current(store, shipped())).versions]
    return [name for name in names if name.startswith("local")]


async def test_they_are_activated_together_recorded_once_and_set_aside(tmp_path: Path, folder: Path) -> None:
    (folder / "local-m-2026-01-01.yaml").write_text(GOOD, encoding="utf-8")
    (folder / "local-m-2026-07-01.yaml").write_text(LATER, encoding="utf-8")
    store = MemoryStore()
    for _ in range(2):
        assert await start(tmp_path, store) == ["local-m-2026-01-01", "local-m-2026-07-01"]
    assert [one.type for one in store.lines] == [ACTIVATED]
    assert not folder.exists()
    (aside,) = tmp_path.glob("policy.before-*")
    assert len(list(aside.iterdir())) == 2


async def test_of_several_nodes_with_the_same_files_one_activates(tmp_path: Path) -> None:
    store = MemoryStore()
    for node in ("a", "b"):
        place = tmp_path / node / "policy"
        place.mkdir(parents=True)
        (place / "one.yaml").write_text(GOOD, encoding="utf-8")
        assert await start(tmp_path / node, store) == ["local-m-2026-01-01"]
    assert len(store.lines) == 1


async def test_what_does_not_fit_stays_where_it_is_and_the_hub_starts(tmp_path: Path, folder: Path) -> None:
    (folder / "bad.yaml").write_text(GOOD + 'rules:\n  - {id: R-ME-01, when: "severity =="}\n', encoding="utf-8")
    store = MemoryStore()
    with structlog.testing.capture_logs() as lines:
        assert await start(tmp_path, store) == []
    assert [line["event"] for line in lines] == [log_events.POLICY_REFUSED]
    assert "R-ME-01" in lines[0]["reason"]
    assert (folder / "bad.yaml").exists()
    assert store.lines == []


async def test_without_files_nothing_happens(tmp_path: Path) -> None:
    assert await start(tmp_path, MemoryStore()) == []
    assert list(tmp_path.iterdir()) == []
