"""What every connector owes the hub. Runs over each one that is found, and each of its recorded cases."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from cloudevents.v1.http import from_json

import connectors
from connectors import Connector, discover
from connectors.base import Event
from schemas.inbound import INBOUND
from schemas.vocab import CLASSIFICATIONS

ROOT = Path(connectors.__file__).parent
FOUND = discover()
CASES = [(name, case.name) for name in FOUND for case in sorted((ROOT / name / "recorded").iterdir())]
FILES = ("README.md", "config.py", "mapping.py", "client.py", "connector.py", "recorded")
IMPURE = {"aiokafka", "asyncio", "asyncpg", "datetime", "httpx", "io", "os", "pathlib", "random", "time", "uuid"}

each_case = pytest.mark.parametrize(("name", "case"), CASES)
each_connector = pytest.mark.parametrize("name", sorted(FOUND))


def opened(name: str, case: str, workdir: Path) -> Connector:
    return FOUND[name].rehearse(ROOT / name / "recorded" / case, workdir)


async def settled(connector: Connector, limit: int | None = None) -> list[Event]:
    """Read and settle up to ``limit`` events, then drop the connector as a crash would."""
    events: list[Event] = []
    if limit == 0:
        return events
    async for read in connector.events():
        events.append(read.event)
        await connector.settle(read)
        if len(events) == limit:
            break
    return events


@each_connector
def test_the_folder_has_the_agreed_shape(name: str) -> None:
    assert [part for part in FILES if not (ROOT / name / part).exists()] == []
    assert FOUND[name].name == name
    assert any(found == name for found, _ in CASES), "no recorded case"


@each_connector
def test_every_setting_is_described(name: str) -> None:
    fields = FOUND[name].config_model.model_fields
    assert [field for field, info in fields.items() if not info.description] == []
    readme = (ROOT / name / "README.md").read_text(encoding="utf-8")
    assert [field for field in fields if f"`{field}`" not in readme] == []


@each_connector
def test_the_mapping_is_pure(name: str) -> None:
    tree = ast.parse((ROOT / name / "mapping.py").read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    from_ = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {module.partition(".")[0] for module in plain | from_} & IMPURE == set()


@each_case
async def test_recorded_input_gives_the_expected_events(name: str, case: str, tmp_path: Path) -> None:
    lines = (ROOT / name / "recorded" / case / "expected.jsonl").read_text(encoding="utf-8").splitlines()
    assert await settled(opened(name, case, tmp_path)) == [json.loads(line) for line in lines]


@each_case
async def test_events_keep_the_contract(name: str, case: str, tmp_path: Path) -> None:
    for event in await settled(opened(name, case, tmp_path)):
        assert from_json(json.dumps(event)).get_attributes()["specversion"] == "1.0"
        assert event["dataclassification"] in CLASSIFICATIONS
        assert "signature" not in event
        assert event["type"].startswith("hub.")
        INBOUND[event["type"].removeprefix("hub.")].model.model_validate_json(json.dumps(event["data"]))


@each_case
async def test_the_same_source_gives_the_same_events(name: str, case: str, tmp_path: Path) -> None:
    first = await settled(opened(name, case, tmp_path / "1"))
    assert await settled(opened(name, case, tmp_path / "2")) == first


@each_case
async def test_after_a_stop_anywhere_it_goes_on_with_the_rest(name: str, case: str, tmp_path: Path) -> None:
    whole = await settled(opened(name, case, tmp_path / "whole"))
    for stop in range(len(whole) + 1):
        workdir = tmp_path / str(stop)
        before = await settled(opened(name, case, workdir), stop)
        assert before + await settled(opened(name, case, workdir)) == whole


@each_case
async def test_what_was_not_settled_comes_again(name: str, case: str, tmp_path: Path) -> None:
    whole = await settled(opened(name, case, tmp_path / "whole"))
    for _ in range(2):
        read = await anext(aiter(opened(name, case, tmp_path / "part").events()))
        assert read.event == whole[0]


@each_case
async def test_asking_on_without_settling_loses_nothing(name: str, case: str, tmp_path: Path) -> None:
    whole = await settled(opened(name, case, tmp_path / "whole"))
    async for _ in opened(name, case, tmp_path / "part").events():
        pass
    assert await settled(opened(name, case, tmp_path / "part")) == whole


@each_case
async def test_after_the_end_there_is_nothing_more(name: str, case: str, tmp_path: Path) -> None:
    assert await settled(opened(name, case, tmp_path))
    assert await settled(opened(name, case, tmp_path)) == []
