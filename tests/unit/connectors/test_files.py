"""The drop folder: where files go, and what happens to odd ones."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from connectors.base import Read
from connectors.files import FilesConnector
from connectors.files.config import FilesConfig
from connectors.files.mapping import to_event
from hub.errors import RefusedError, UsageError

SOURCE = "urn:hub:body:audit-M"


def config(folder: Path, **more: Any) -> FilesConfig:
    return FilesConfig(source=SOURCE, folder=folder, **{"follow": False, **more})


def row(id_: str) -> str:
    return json.dumps({"type": "finding.retracted", "id": id_, "data": {}}) + "\n"


async def take(folder: Path, **refusals: str) -> list[str]:
    """Settle everything; events whose id is in ``refusals`` as refused."""
    connector = FilesConnector(config(folder))
    ids = []
    async for read in connector.events():
        ids.append(read.event["id"])
        await connector.settle(read, refusals.get(read.event["id"]))
    return ids


async def test_files_are_read_by_name_and_done(tmp_path: Path) -> None:
    (tmp_path / "b.jsonl").write_text(row("b1"))
    (tmp_path / "a.jsonl").write_text(row("a1") + "\n" + row("a2"))
    assert await take(tmp_path) == ["a1", "a2", "b1"]
    assert sorted(path.name for path in (tmp_path / "done").iterdir()) == ["a.jsonl", "b.jsonl"]
    assert list((tmp_path / ".state").iterdir()) == []


async def test_hidden_and_foreign_files_are_left_alone(tmp_path: Path) -> None:
    for name in (".a.jsonl", "a.jsonl.part", "notes.txt"):
        (tmp_path / name).write_text(row("x"))
    assert await take(tmp_path) == []
    assert len([path for path in tmp_path.iterdir() if path.is_file()]) == 3


async def test_a_taken_name_in_done_is_not_overwritten(tmp_path: Path) -> None:
    for text in (row("1"), row("2")):
        (tmp_path / "a.jsonl").write_text(text)
        await take(tmp_path)
    assert sorted(path.read_text() for path in (tmp_path / "done").iterdir()) == [row("1"), row("2")]


async def test_lines_that_no_one_can_read_are_listed_and_the_rest_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(b"\xff\xfe\n" + row("1").encode() + b"{\n" + row("2").encode())
    assert await take(tmp_path, **{"2": "wrong revision"}) == ["1", "2"]
    assert (tmp_path / "rejects" / "a.jsonl").exists()
    reasons = (tmp_path / "rejects" / "a.jsonl.reasons").read_text().splitlines()
    assert [json.loads(line) for line in reasons] == [
        {"line": 1, "reason": "not UTF-8"},
        {"line": 3, "reason": "not JSON"},
        {"line": 4, "reason": "wrong revision"},
    ]


async def test_a_refusal_survives_a_crash(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(row("1") + row("2"))
    crashed = FilesConnector(config(tmp_path))
    await crashed.settle(await anext(aiter(crashed.events())), "wrong revision")
    assert await take(tmp_path) == ["2"]
    assert "wrong revision" in (tmp_path / "rejects" / "a.jsonl.reasons").read_text()


async def test_a_file_that_grows_while_it_is_read_is_read_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(row("1"))
    connector = FilesConnector(config(tmp_path))
    async for read in connector.events():
        with path.open("a") as opened:
            opened.write(row("2"))
        await connector.settle(read)
        break
    assert await take(tmp_path) == ["1", "2"]
    assert (tmp_path / "done" / "a.jsonl").read_text() == row("1") + row("2")


async def test_a_file_replaced_by_another_starts_at_its_head(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(row("1") + row("2"))
    crashed = FilesConnector(config(tmp_path))
    await crashed.settle(await anext(aiter(crashed.events())))
    (tmp_path / "a.jsonl").write_text(row("3") + row("4"))
    assert await take(tmp_path) == ["3", "4"]


async def test_a_follower_takes_what_is_dropped_later(tmp_path: Path) -> None:
    connector = FilesConnector(config(tmp_path, follow=True, quiet_s=0, poll_s=0.01))
    events = connector.events()
    waiting = asyncio.ensure_future(anext(aiter(events)))
    (tmp_path / ".a.jsonl").write_text(row("1"))
    (tmp_path / ".a.jsonl").rename(tmp_path / "a.jsonl")
    read = await asyncio.wait_for(waiting, 10)
    assert read.event["id"] == "1"


def test_a_folder_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(UsageError, match="drop folder") as caught:
        FilesConnector(config(tmp_path / "file"))
    assert caught.value.hint


async def test_a_file_that_its_owner_takes_back_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text(row("1"))
    (tmp_path / "b.jsonl").write_text(row("2"))
    connector = FilesConnector(config(tmp_path))
    ids = []
    async for read in connector.events():
        (tmp_path / "a.jsonl").unlink(missing_ok=True)
        ids.append(read.event["id"])
        await connector.settle(read)
    assert ids == ["1", "2"]
    assert [path.name for path in (tmp_path / "done").iterdir()] == ["b.jsonl"]


async def test_settling_before_reading_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RefusedError):
        await FilesConnector(config(tmp_path)).settle(Read({}, "1"))


def test_the_short_form_is_wrapped_for_the_source(tmp_path: Path) -> None:
    event = to_event(
        '{"type": "harm.stated", "id": "h1", "data": {"x": 1}}', config(tmp_path, classification="internal")
    )
    assert event == {
        "specversion": "1.0",
        "type": "hub.harm.stated",
        "source": SOURCE,
        "id": "h1",
        "datacontenttype": "application/json",
        "dataclassification": "internal",
        "data": {"x": 1},
    }


@pytest.mark.parametrize(
    "line",
    [
        "",
        "[]",
        '{"id": "1", "data": {}}',
        '{"type": "t", "id": 1, "data": {}}',
        '{"type": "t", "id": "1", "data": {}, "secret_note": "Zhang"}',
        '{"specversion": "1.0", "type": "t", "id": "1", "source": "urn:hub:body:other", "data": {}}',
    ],
)
def test_a_refused_line_names_the_fault_and_quotes_nothing(tmp_path: Path, line: str) -> None:
    with pytest.raises(RefusedError) as caught:
        to_event(line, config(tmp_path))
    assert "secret_note" not in str(caught.value)
    assert "Zhang" not in str(caught.value)
