"""Structured logs: JSON lines on stderr, event names from the catalogue, nothing personal."""

from __future__ import annotations

import logging
import re
import sys
from typing import Any, TextIO

import structlog

from hub import log_events

CATALOGUE = frozenset(value for name, value in vars(log_events).items() if name.isupper())
LIBRARY = "library.message"
"""Event name of a line that a library wrote."""

SECRET_FIELDS = frozenset({
    "authorization", "body", "citizen_id", "content", "data", "name", "password", "petitioner", "phone", "secret",
    "subject", "token", "value",
})  # fmt: skip
REDACTED = "[redacted]"
_PATTERNS = (
    re.compile(r"(?<!\d)\d{17}[\dXx](?!\d)"),  # citizen number
    re.compile(r"(?<!\d)1[3-9]\d{9}(?!\d)"),  # mobile phone
    re.compile(r"(?<![\w.])[\w.-]{1,64}\.[A-Za-z0-9_-]{43}(?![\w-])"),  # bearer token
    re.compile(r"(?<=://)([^:/@\s]+):[^@\s]+(?=@)"),  # password in a DSN
)
_LEVELS = {"aiokafka": logging.WARNING, "httpx": logging.WARNING, "uvicorn.access": logging.WARNING}


def configure(level: str = "INFO", stream: TextIO | None = None) -> None:
    """Route structlog and every library's log to ``stream`` (stderr), one JSON object a line. Once per process."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[catalogued, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=stream is None,
    )
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[library_line, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.JSONRenderer(ensure_ascii=False),
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name, least in _LEVELS.items():
        logging.getLogger(name).setLevel(least)


def catalogued(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Mark a line whose event is not in the catalogue; a test refuses such lines, operation does not lose them."""
    if line.get("event") not in CATALOGUE:
        line["uncatalogued"] = True
    return line


def library_line(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """A library's text becomes the field ``message`` of one common event, with the library's logger."""
    record: logging.LogRecord = line["_record"]
    return {**line, "event": LIBRARY, "message": str(line.get("event", "")), "logger": record.name}


def redact(_: Any, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    """Take out fields that may hold content, and numbers and tokens wherever they stand."""
    for field, value in line.items():
        if field in SECRET_FIELDS:
            line[field] = REDACTED
        elif isinstance(value, str):
            line[field] = clean(value)
    return line


def clean(text: str) -> str:
    """``text`` without citizen numbers, mobile numbers, bearer tokens and passwords."""
    for pattern in _PATTERNS:
        text = pattern.sub(REDACTED, text)
    return text
