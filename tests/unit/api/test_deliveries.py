"""What a recipient was pushed: it sees what failed, and has it tried again."""

from __future__ import annotations

from typing import Any

import pytest

from hub.ports_deliveries import Delivery
from tests.unit.api.conftest import World
from tests.unit.api.test_queues import NOON, put, row

URL = "/v1/queues/org-M/deliveries"


def add(world: World, item: str, position: int, state: str = "failed", to: str = "org-M") -> None:
    error = "status 500" if state == "failed" else ""
    world.deliveries.rows[to, item] = Delivery(to, item, position, 12, NOON, state, error)


async def read(world: World, path: str = "", code: str = "clerk-1") -> dict[str, Any]:
    reply = await world.http.get(URL + path, headers=world.auth(code))
    assert reply.status_code == 200
    found: dict[str, Any] = reply.json()
    return found


async def test_what_failed_is_shown_page_by_page(world: World) -> None:
    for position, item in enumerate("abc", 1):
        add(world, item, position)
    add(world, "d", 4, "delivered")
    add(world, "k", 5, to="org-K")
    first = await read(world, "?limit=2")
    assert [(one["item"], one["state"], one["last_error"]) for one in first["items"]] == [
        ("a", "failed", "status 500"),
        ("b", "failed", "status 500"),
    ]
    last = await read(world, f"?limit=2&after={first['next']}")
    assert ([one["item"] for one in last["items"]], last["next"]) == (["c"], None)
    assert [one["item"] for one in (await read(world, "?state=all"))["items"]] == ["a", "b", "c", "d"]


async def test_the_item_in_the_queue_says_so_too(world: World) -> None:
    await put(world, row("t1"), row("t2"))
    add(world, "t1", 1)
    items = (await world.http.get("/v1/queues/org-M", headers=world.auth("org-M"))).json()["items"]
    assert [one["push_failed"] for one in items] == [{"attempts": 12, "last_error": "status 500"}, None]


async def test_one_or_all_are_tried_again(world: World) -> None:
    for position, item in enumerate("abc", 1):
        add(world, item, position)
    again = await world.http.post(f"{URL}/b/retry", headers=world.auth("clerk-1"))
    assert (again.status_code, again.json()) == (202, {"item": "b", "state": "due"})
    assert (await world.http.post(f"{URL}/b/retry", headers=world.auth("clerk-1"))).status_code == 404
    every = await world.http.post(f"{URL}/retry", headers=world.auth("org-M"))
    assert (every.status_code, every.json()) == (202, {"due": 2})
    assert (await read(world))["items"] == []
    assert [one["attempts"] for one in (await read(world, "?state=due"))["items"]] == [0, 0, 0]


@pytest.mark.parametrize(("method", "path"), [("GET", ""), ("POST", "/retry"), ("POST", "/a/retry")])
async def test_nobody_else_sees_or_moves_them(world: World, method: str, path: str) -> None:
    add(world, "a", 1)
    reply = await world.http.request(method, URL + path, headers=world.auth("org-K"))
    assert reply.status_code == 403
    assert world.deliveries.rows["org-M", "a"].state == "failed"
