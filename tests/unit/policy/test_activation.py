"""A pack with a mistake is refused and the running one stays; nothing stored can stop a hub from starting."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
import structlog

from hub import log_events
from hub.errors import UsageError
from hub.policy.files import version_file
from hub.policy.loader import FOLDER, activate, load_active, shipped, store

GOOD = Path(str(version_file("local-m-2026-01-01")))
TODAY = date(2026, 3, 2)


def broken(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    text = GOOD.read_text(encoding="utf-8") + 'rules:\n  - {id: R-ME-01, when: "severity =="}\n'
    (folder / "bad.yaml").write_text(text, encoding="utf-8")
    return folder


def test_a_sound_pack_joins_the_running_ones() -> None:
    running = shipped()
    made = activate(running, GOOD)
    assert "local-m-2026-01-01" in made.names_on(TODAY)
    assert "local-m-2026-01-01" not in running.names_on(TODAY)
    assert made.names_on(date(2025, 12, 31)) == running.names_on(date(2025, 12, 31))


def test_a_broken_pack_is_refused_with_file_line_and_rule(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"bad\.yaml:\d+: R-ME-01: the condition cannot be read at column"):
        activate(shipped(), broken(tmp_path / "pack"))


def test_storing_is_all_or_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with pytest.raises(UsageError):
        store(data, broken(tmp_path / "pack"))
    assert not (data / FOLDER).exists()
    store(data, GOOD)
    assert "local-m-2026-01-01" in load_active(data).names_on(TODAY)


def test_a_version_once_active_is_never_changed(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store(data, GOOD)
    changed = tmp_path / "pack.yaml"
    changed.write_text(GOOD.read_text(encoding="utf-8").replace("S3: true", "S2: true"), encoding="utf-8")
    with pytest.raises(UsageError, match="active with another content"):
        store(data, changed)
    assert load_active(data).on(TODAY).single_source("M", "S3")


def test_a_later_version_takes_over_from_one_without_an_end(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store(data, GOOD)
    later = tmp_path / "pack.yaml"
    text = GOOD.read_text(encoding="utf-8").replace("2026-01-01", "2026-07-01").replace("S3: true", "S3: false")
    later.write_text(text, encoding="utf-8")
    made = store(data, later)
    assert [made.on(day).single_source("M", "S3") for day in (TODAY, date(2026, 7, 1))] == [True, False]
    assert load_active(data).names_on(date(2026, 7, 1)) == made.names_on(date(2026, 7, 1))


def test_an_earlier_version_of_a_running_layer_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "data"
    store(data, GOOD)
    earlier = tmp_path / "pack.yaml"
    earlier.write_text(GOOD.read_text(encoding="utf-8").replace("2026-01-01", "2025-07-01"), encoding="utf-8")
    with pytest.raises(UsageError, match="same days"):
        store(data, earlier)


def test_a_stored_pack_that_fails_leaves_the_shipped_ones(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    broken(data / FOLDER)
    with structlog.testing.capture_logs() as lines:
        packs = load_active(data)
    assert packs.names_on(TODAY) == shipped().names_on(TODAY)
    assert [line["event"] for line in lines] == [log_events.POLICY_REFUSED]
    assert "R-ME-01" in lines[0]["reason"]


def test_a_task_of_a_version_that_is_gone_still_has_a_pack() -> None:
    pack = shipped().named(["sd-2018-07-21", "gone-2020-01-01"])
    assert pack.names == ("sd-2018-07-21",)
    assert len(pack.rules) == 97
