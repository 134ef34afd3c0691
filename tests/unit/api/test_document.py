"""The OpenAPI document is that of the application."""

from __future__ import annotations

from hub.api.__main__ import main
from hub.api.document import openapi


def test_the_kept_document_is_not_stale() -> None:
    assert main(["--check"]) == 0


def test_every_request_is_described_and_the_test_clock_is_none_of_them() -> None:
    paths = openapi()["paths"]
    assert all(one.get("description") for path in paths.values() for one in path.values())
    assert not any(path.startswith("/v1/admin") for path in paths)
