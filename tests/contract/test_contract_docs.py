"""The worked example of the documentation works as printed, in both languages, against the hub's own checks."""

from __future__ import annotations

import re
import runpy
from pathlib import Path
from typing import Any

import pytest

from hub.adapters.keys import Verifier, create, public_part
from hub.domain.leaks import find_leak
from schemas.codec import Event, decode, decode_batch
from schemas.findings import FindingReported
from schemas.outbound import OUTBOUND
from schemas.parse import parse

DOCS = Path(__file__).parents[2] / "docs"
PAGES = ("contracts.md", "contracts.zh-CN.md")


def code(page: str) -> str:
    found = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(), re.DOTALL)
    assert len(found) == 1
    return str(found[0])


@pytest.fixture
def printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What the example leaves behind when it is run, and the key that it signed with."""
    key = create(tmp_path, "audit-M")
    monkeypatch.chdir(tmp_path)
    script = tmp_path / "example.py"
    script.write_text(code(PAGES[0]))
    return {"keys": {"audit-M/1": public_part(key)}} | runpy.run_path(str(script))


def headers(found: dict[str, Any]) -> list[tuple[str, bytes]]:
    return [(name, value if isinstance(value, bytes) else value.encode()) for name, value in found.items()]


def good(event: Event, keys: Any) -> bool:
    return (
        isinstance(parse(event), FindingReported) and find_leak(event.data) is None and Verifier().verify(event, keys)
    )


@pytest.mark.filterwarnings("ignore::joserfc.errors.SecurityWarning")
def test_the_example_is_good_in_every_mode(printed: dict[str, Any]) -> None:
    structured = decode(printed["structured"].body, headers(printed["structured"].headers))
    binary = decode(printed["binary"].body, headers(printed["binary"].headers))
    record = decode(printed["record"].value, headers(printed["record"].headers))
    [batched] = decode_batch(printed["batch"])
    assert structured == binary == record == batched
    assert good(structured, printed["keys"])
    spoilt = Event({**structured.attributes, "id": "other"}, structured.data)
    assert not Verifier().verify(spoilt, printed["keys"])


def test_both_languages_print_the_same_example() -> None:
    assert code(PAGES[0]) == code(PAGES[1])


@pytest.mark.parametrize("page", PAGES)
def test_every_receipt_is_explained(page: str) -> None:
    named = set(re.findall(r"`([a-z_]+\.[a-z_.]+)`", (DOCS / page).read_text()))
    receipts = {name for name, kind in OUTBOUND.items() if kind.family == "receipts"}
    assert receipts == {name for name in named if name in OUTBOUND}
