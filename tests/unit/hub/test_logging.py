"""What a log line may hold."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from hub import log_events
from hub.logging import CATALOGUE, LIBRARY, configure
from hub.sample.citizen_ids import valid_id


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    root = logging.getLogger()
    before = (root.handlers[:], root.level)
    stream = io.StringIO()
    configure("INFO", stream)
    yield stream
    root.handlers[:], level = before
    root.setLevel(level)
    structlog.reset_defaults()


def last(stream: io.StringIO) -> dict[str, object]:
    found: dict[str, object] = json.loads(stream.getvalue().splitlines()[-1])
    return found


def test_the_catalogue_is_one_constant_per_event_in_order() -> None:
    names = [name for name in vars(log_events) if name.isupper()]
    assert names == sorted(names)
    assert len(CATALOGUE) == len(names)
    assert all(getattr(log_events, name).replace(".", "_").upper() == name for name in names)


def test_a_catalogued_line_is_json_with_its_fields(lines: io.StringIO) -> None:
    structlog.get_logger("t").info(log_events.STACK_READY, seconds=3)
    line = last(lines)
    assert (line["event"], line["seconds"], line["level"]) == (log_events.STACK_READY, 3, "info")
    assert "uncatalogued" not in line


def test_a_line_outside_the_catalogue_is_marked(lines: io.StringIO) -> None:
    structlog.get_logger("t").info("something else")
    assert last(lines)["uncatalogued"] is True


def test_nothing_personal_and_no_secret_gets_into_a_line(lines: io.StringIO) -> None:
    number, phone, token = valid_id(7), "13900000000", "audit-M." + "a" * 43
    error = f"row of {number}, phone {phone}, {token}, postgresql://hub:pa55word@localhost/hub"
    structlog.get_logger("t").warning(log_events.STACK_READY, error=error, name="林知远", citizen_id=number)
    logging.getLogger("library").warning("sent %s to %s", number, phone)
    text = lines.getvalue()
    for secret in (number, phone, token, "pa55word", "林知远"):
        assert secret not in text


def test_a_librarys_line_says_which_library(lines: io.StringIO) -> None:
    logging.getLogger("aiokafka.consumer").warning("partition moved")
    line = last(lines)
    assert (line["event"], line["logger"], line["message"]) == (LIBRARY, "aiokafka.consumer", "partition moved")
