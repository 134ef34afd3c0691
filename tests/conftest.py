"""What all tests share: which stack they run on, and how they are spread over workers."""

from __future__ import annotations

import os

import pytest

pytest_plugins = ["tests.support.stack"]
STACKS = {
    "embedded": "Kafka and PostgreSQL as processes of the embedded stack",
    "containers": "Kafka and PostgreSQL in containers",
}
CHOICE = os.environ.get("HUB_TEST_STACK", "embedded")


def pytest_configure() -> None:
    """Refuse a stack that nobody knows before anything starts."""
    if CHOICE not in STACKS:
        raise pytest.UsageError(f"HUB_TEST_STACK={CHOICE}: choose one of {', '.join(STACKS)}")


def pytest_report_header() -> str:
    """The head line: where tests marked ``stack`` run."""
    return f"stack: {STACKS[CHOICE]} (HUB_TEST_STACK={CHOICE})"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests that need the stack go to one worker, so that a run starts one stack, not one per worker.

    Two brokers on two cores would make every time limit a matter of luck; the other worker does the rest meanwhile.
    """
    for item in items:
        if item.get_closest_marker("stack") and not item.get_closest_marker("xdist_group"):
            item.add_marker(pytest.mark.xdist_group("stack"))
