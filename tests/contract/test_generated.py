"""Generated documents are current, well formed, and breaking changes are seen."""

from __future__ import annotations

import json
import shutil
from copy import deepcopy
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from schemas import generate
from schemas.breaking import breaking
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND

EXAMPLES = Path(generate.__file__).parent / "examples"
SCHEMAS = generate.json_schemas()
ASYNCAPI = json.loads(generate.files()["asyncapi.json"])


def test_the_committed_documents_are_current() -> None:
    assert generate.stale() == []
    assert generate.main(["--check"]) == 0


def test_stale_documents_are_named_with_the_remedy(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    generate.write(tmp_path)
    (tmp_path / "inbound/talk.held.json").write_text("{}")
    (tmp_path / "inbound/left.over.json").write_text("{}")
    (tmp_path / "asyncapi.json").unlink()
    assert generate.stale(tmp_path) == ["asyncapi.json", "inbound/left.over.json", "inbound/talk.held.json"]
    generate.write(tmp_path)
    assert generate.stale(tmp_path) == []


def test_check_fails_and_says_what_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(generate, "stale", lambda: ["inbound/talk.held.json"])
    assert generate.main(["--check"]) == 1
    assert "python -m schemas.generate" in capsys.readouterr().err


@pytest.mark.parametrize("path", sorted(SCHEMAS))
def test_schemas_are_valid_and_take_the_examples(path: str) -> None:
    schema = SCHEMAS[path]
    jsonschema_rs.meta.validate(schema)
    example = json.loads((EXAMPLES / path).read_text())["data"]
    validator = jsonschema_rs.Draft202012Validator(schema)
    assert validator.is_valid(example)
    assert not validator.is_valid({**example, "unknown": 1})


def refs(value: Any) -> list[str]:
    if isinstance(value, dict):
        own = [value["$ref"]] if "$ref" in value else []
        return own + [ref for inner in value.values() for ref in refs(inner)]
    return [ref for inner in value for ref in refs(inner)] if isinstance(value, list) else []


def test_asyncapi_refers_to_nothing_that_is_not_there() -> None:
    assert ASYNCAPI["asyncapi"] == "3.0.0"
    for ref in refs(ASYNCAPI):
        file, _, pointer = ref.partition("#")
        if file:
            assert file.removeprefix("./") in SCHEMAS
            continue
        found = ASYNCAPI
        for part in pointer.strip("/").split("/"):
            found = found[part]


def test_every_type_is_in_asyncapi_once_as_message_and_in_a_channel() -> None:
    document = ASYNCAPI
    wanted = {f"inbound.{name}" for name in INBOUND} | {f"outbound.{name}" for name in OUTBOUND}
    assert set(document["components"]["messages"]) == wanted
    assert {ref.rpartition("/")[2] for ref in refs(document["channels"])} == wanted
    assert document["operations"]["receive-replies"]["action"] == "receive"
    assert document["operations"]["send-tasks"]["action"] == "send"


def old(name: str) -> dict[str, Any]:
    return deepcopy(SCHEMAS[name])


def field(schema: dict[str, Any], name: str) -> dict[str, Any]:
    found: dict[str, Any] = schema["properties"][name]
    return found


FINDING = "inbound/finding.reported.json"
TASK = "outbound/task.proposed.json"


def changed(name: str, change: Any) -> list[str]:
    new = old(name)
    change(new)
    return breaking(old(name), new, inbound=name.startswith("inbound"))


@pytest.mark.parametrize(
    ("name", "change", "place"),
    [
        (FINDING, lambda s: s["properties"].pop("matter"), "data.matter"),
        (FINDING, lambda s: s["required"].append("matter"), "data.matter"),
        (FINDING, lambda s: field(s, "category")["enum"].remove("ERROR"), "data.category"),
        (FINDING, lambda s: field(s, "subjects").update(maxItems=1), "data.subjects"),
        (FINDING, lambda s: field(s, "ref").update(pattern="^x"), "data.ref"),
        (FINDING, lambda s: field(s, "ref").update(maxLength=5), "data.ref"),
        (FINDING, lambda s: field(s, "revision").update(type="string"), "data.revision"),
        (FINDING, lambda s: field(s, "matter").update(anyOf=[{"type": "string"}]), "data.matter"),
        (FINDING, lambda s: s["$defs"]["Subject"]["properties"].pop("wording"), "data.subjects[].wording"),
        (FINDING, lambda s: s["$defs"]["Evidence"]["required"].append("sha256"), "data.evidence[].sha256"),
        (TASK, lambda s: s["properties"].pop("gates"), "data.gates"),
        (TASK, lambda s: s["required"].remove("explanation"), "data.explanation"),
        (TASK, lambda s: field(s, "task").update(type="integer"), "data.task"),
        (TASK, lambda s: field(s, "level")["enum"].append("K9"), "data.level"),
    ],
)
def test_breaking_changes_are_named_by_place(name: str, change: Any, place: str) -> None:
    found = changed(name, change)
    assert len(found) == 1
    assert found[0].startswith(place + ":")


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (FINDING, lambda s: None),
        (FINDING, lambda s: s["properties"].update(new={"type": "string"})),
        (FINDING, lambda s: field(s, "category")["enum"].append("NEW")),
        (FINDING, lambda s: s["required"].remove("level")),
        (FINDING, lambda s: field(s, "ref").update(maxLength=500)),
        (FINDING, lambda s: s.update(description="other words")),
        (TASK, lambda s: s["properties"].update(new={"type": "string"})),
        (TASK, lambda s: s["required"].append("flags")),
        (TASK, lambda s: field(s, "level")["enum"].remove("K0")),
    ],
)
def test_additive_changes_break_nothing(name: str, change: Any) -> None:
    assert changed(name, change) == []


def test_the_command_compares_with_an_older_version(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    base = tmp_path / "base"
    shutil.copytree(generate.FOLDER, base)
    assert generate.main(["--breaking", str(base)]) == 0
    older = json.loads((base / FINDING).read_text())
    older["properties"]["once"] = {"type": "string"}
    (base / FINDING).write_text(json.dumps(older))
    (base / "outbound/task.dropped.json").write_text("{}")
    assert generate.main(["--breaking", str(base)]) == 1
    told = capsys.readouterr().err
    assert "data.once: the field is gone" in told
    assert "task.dropped.json: the type is gone" in told
    with pytest.raises(SystemExit) as caught:
        generate.main(["--breaking", str(tmp_path / "nowhere")])
    assert caught.value.code == 2
