"""The HTTP application: routers, middleware, errors as problem details."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from hub.api import admin, deliveries, events, health, queries, queues, receipts, stream
from hub.api.auth import Door
from hub.api.limits import BodyLimit, LastResort
from hub.api.parts import ApiParts
from hub.api.problems import Problem, respond
from hub.errors import NotFoundError, RefusedError, TransientError

RETRY_AFTER_S = "5"
DESCRIPTION = """Findings of supervisory bodies in, tasks of organization departments out. People decide.

Errors are problem details (RFC 9457) with a `hint`, in English or Chinese by `Accept-Language`."""


def build_app(parts: ApiParts) -> FastAPI:
    """The application over these parts; whoever built them closes them."""
    app = FastAPI(
        title="Cadre hub",
        version="1",
        description=DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url="/openapi.json",
    )
    app.state.parts = parts
    app.state.door = Door(parts)
    app.state.readiness = health.Readiness(parts)
    for router in (events, receipts, queues, deliveries, stream, queries, health):
        app.include_router(router.router)
    if parts.clock is not None:
        app.include_router(admin.router)
    app.add_middleware(BodyLimit, limit_bytes=parts.settings.body_limit_bytes)
    app.add_middleware(LastResort)
    for kind in (Problem, HTTPException, RequestValidationError, RefusedError, TransientError):
        app.add_exception_handler(kind, _answer)
    return app


async def _answer(request: Request, error: Exception) -> JSONResponse:
    return respond(request, problem_of(error))


def problem_of(error: Exception) -> Problem:
    """The problem details of an error that ends a request."""
    match error:
        case Problem():
            return error
        case NotFoundError():
            return Problem("not_found", str(error))
        case RefusedError():
            return Problem("invalid", str(error), extra={"reason": error.reason})
        case TransientError(reason="disk_full"):
            return Problem("disk_full", headers={"retry-after": RETRY_AFTER_S})
        case TransientError():
            return Problem("unavailable", headers={"retry-after": RETRY_AFTER_S})
        case RequestValidationError():
            return Problem("invalid", extra={"fields": [_field(one) for one in error.errors()]})
        case HTTPException(status_code=405):
            return Problem("method", headers=dict(error.headers or {}))
        case HTTPException(status_code=404):
            return Problem("not_found")
    return Problem("malformed")


def _field(one: Any) -> dict[str, str]:
    """Where and what kind of error, never the value."""
    place = ""
    with suppress(KeyError, TypeError):
        place = ".".join(str(part) for part in one["loc"])
    return {"loc": place, "problem": str(one["type"]).replace("_", " ")}
