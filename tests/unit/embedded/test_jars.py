"""Jars come from the repository that the machine names, and only with the locked checksum."""

from __future__ import annotations

import hashlib
import subprocess
import sys
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from hub.adapters.embedded.jars import Jar, cache_dir, ensure, locked
from hub.adapters.embedded.maven import remotes
from hub.errors import TransientError

CONTENT = {"one": b"first jar", "two": b"second jar" * 1000}


def jar(name: str, content: bytes) -> Jar:
    return Jar("org.invented", name, "1.0", hashlib.sha256(content).hexdigest(), len(content))


JARS = [jar(name, content) for name, content in CONTENT.items()]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        self.server.asked.append(self.path)  # type: ignore[attr-defined]  # set by the fixture


class Repository:
    """A Maven repository on this machine."""

    def __init__(self, folder: Path, server: ThreadingHTTPServer) -> None:
        self.folder, self.url = folder, f"http://127.0.0.1:{server.server_port}"
        self.asked: list[str] = server.asked  # type: ignore[attr-defined]  # set by the fixture

    def put(self, name: str, content: bytes) -> None:
        file = self.folder / f"org/invented/{name}/1.0/{name}-1.0.jar"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Repository]:
    """The one that the user's Maven settings name as a mirror, with both jars."""
    folder = tmp_path / "repository"
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder))
    server.asked = []  # type: ignore[attr-defined]  # read by Repository
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    found = Repository(folder, server)
    for name, content in CONTENT.items():
        found.put(name, content)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    settings_xml(tmp_path, found.url)
    yield found
    server.shutdown()
    thread.join()
    server.server_close()


def settings_xml(home: Path, url: str, of: str = "central", namespace: str = "") -> Path:
    file = home / ".m2" / "settings.xml"
    file.parent.mkdir(exist_ok=True)
    mirror = f"<mirror><id>near</id><mirrorOf>{of}</mirrorOf><url>{url}/</url></mirror>"
    file.write_text(f"<settings{namespace}><mirrors>{mirror}</mirrors></settings>")
    return file


def test_jars_are_fetched_once(repository: Repository) -> None:
    paths = ensure(jars=JARS)
    assert [path.read_bytes() for path in paths] == list(CONTENT.values())
    repository.asked.clear()
    assert ensure(jars=JARS) == paths
    assert repository.asked == []
    assert sorted(file.name for file in cache_dir().iterdir()) == ["one-1.0.jar", "two-1.0.jar"]


@pytest.mark.parametrize("damage", [b"", b"x" * len(CONTENT["one"])])
def test_a_damaged_jar_is_fetched_again(repository: Repository, damage: bytes) -> None:
    first, _ = ensure(jars=JARS)
    first.write_bytes(damage)
    ensure(jars=JARS)
    assert first.read_bytes() == CONTENT["one"]


def test_a_jar_with_another_checksum_is_refused(repository: Repository) -> None:
    repository.put("two", b"something else")
    with pytest.raises(TransientError, match=r"two-1\.0\.jar: its checksum is not the locked one"):
        ensure(jars=JARS)
    assert not (cache_dir() / "two-1.0.jar").exists()


def test_an_absent_jar_is_reported_with_what_to_do(repository: Repository) -> None:
    with pytest.raises(TransientError, match=r"fetching three-1\.0\.jar") as error:
        ensure(jars=[jar("three", b"nowhere")])
    assert "settings.xml" in str(error.value.hint)


def test_two_first_runs_at_once(repository: Repository) -> None:
    code = "from tests.unit.embedded.test_jars import JARS; from hub.adapters.embedded.jars import ensure; ensure(jars=JARS)"
    runs = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [run.wait(60) for run in runs] == [0, 0, 0]
    assert sorted(file.name for file in cache_dir().iterdir()) == ["one-1.0.jar", "two-1.0.jar"]


@pytest.mark.parametrize("of", ["central", "*", "external:*", "other,central"])
def test_a_mirror_of_central_is_used(tmp_path: Path, of: str) -> None:
    namespace = ' xmlns="http://maven.apache.org/SETTINGS/1.2.0"'
    file = settings_xml(tmp_path, "http://near.example", of, namespace)
    assert remotes(file)["central"] == "http://near.example"


@pytest.mark.parametrize("of", ["other", "*,!central", "external:http:*"])
def test_a_mirror_of_something_else_is_not(tmp_path: Path, of: str) -> None:
    default = remotes(tmp_path / "absent.xml")
    assert remotes(settings_xml(tmp_path, "http://near.example", of)) == default
    assert default["central"].startswith("https://")


def test_the_lock_names_the_broker_and_its_logger() -> None:
    versions = {entry.artifact: entry.version for entry in locked()}
    assert versions["kafka_2.13"].startswith("4.1.")
    assert versions["slf4j-simple"] == versions["slf4j-api"]
    assert len(versions) == len({entry.file_name for entry in locked()})
    assert all(len(entry.sha256) == 64 and entry.size > 0 for entry in locked())
