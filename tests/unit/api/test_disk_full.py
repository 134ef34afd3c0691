"""Without room on the disk nothing is taken, and the sender is told why."""

from __future__ import annotations

from pathlib import Path

from hub.api.app import problem_of
from hub.api.events import check_room
from hub.api.parts import ApiParts
from hub.errors import TransientError
from hub.settings import Settings


def parts(floor: int) -> ApiParts:
    """Only the settings are looked at."""
    settings = Settings(data=Path("not-there-yet"), disk_floor_bytes=floor)
    nothing: object = None
    return ApiParts(settings, nothing, nothing, nothing, nothing, nothing, nothing)  # type: ignore[arg-type]  # not touched


def test_without_room_the_answer_says_so() -> None:
    check_room(parts(0))
    try:
        check_room(parts(10**18))
    except TransientError as error:
        problem = problem_of(error)
    body = problem.body("en")
    assert (problem.status, problem.code) == (503, "disk_full")
    assert problem.headers["retry-after"]
    assert "room" in body["hint"]
