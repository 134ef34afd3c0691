"""Ports stay the same between runs while they are free."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from hub.adapters.embedded.ports import HOST, RANGE, choose, is_free
from hub.errors import UsageError


def listener(port: int = 0) -> socket.socket:
    found = socket.socket()
    found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    found.bind((HOST, port))
    found.listen()
    return found


def test_ports_are_different_free_and_remembered(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = choose(file, {"kafka": 0, "postgres": 0})
    assert len(set(first.values())) == 2
    assert all(port in RANGE and is_free(port) for port in first.values())
    assert choose(file, {"kafka": 0, "postgres": 0}) == first


def test_a_port_that_was_taken_meanwhile_is_replaced(tmp_path: Path) -> None:
    file = tmp_path / "ports.json"
    first = choose(file, {"kafka": 0, "postgres": 0})
    with listener(first["kafka"]):
        second = choose(file, {"kafka": 0, "postgres": 0})
    assert second["kafka"] != first["kafka"]
    assert second["postgres"] == first["postgres"]


def test_a_port_asked_for_is_given_or_refused(tmp_path: Path) -> None:
    with listener() as taken:
        port = taken.getsockname()[1]
        with pytest.raises(UsageError, match=f"port {port} for http is taken"):
            choose(tmp_path / "ports.json", {"http": port})
    assert choose(tmp_path / "ports.json", {"http": port}) == {"http": port}


@pytest.mark.parametrize("content", ["", "[]", "{"])
def test_a_damaged_memory_is_no_obstacle(tmp_path: Path, content: str) -> None:
    file = tmp_path / "ports.json"
    file.write_text(content)
    assert choose(file, {"kafka": 0})["kafka"] in RANGE
