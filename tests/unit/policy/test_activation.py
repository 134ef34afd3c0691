"""A pack with a mistake is refused and the running one stays; what was once active keeps its content."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from hub.domain.pack import PackSet
from hub.errors import UsageError
from hub.policy import active
from hub.policy.digest import digest
from hub.policy.files import version_file
from hub.policy.loader import activate, shipped
from hub.policy.marks import parsed
from hub.yaml12 import loads

GOOD = Path(str(version_file("local-m-2026-01-01"))).read_text(encoding="utf-8")
LATER = GOOD.replace("2026-01-01", "2026-07-01").replace("S3: true", "S3: false")
BROKEN = GOOD + 'rules:\n  - {id: R-ME-01, when: "severity =="}\n'
TODAY = date(2026, 3, 2)


def put(running: PackSet, *texts: str) -> PackSet:
    return activate(running, [parsed(text, f"pack-{n}.yaml") for n, text in enumerate(texts)])


def test_a_sound_pack_joins_the_running_ones() -> None:
    running = shipped()
    made = put(running, GOOD)
    assert "local-m-2026-01-01" in made.names_on(TODAY)
    assert "local-m-2026-01-01" not in running.names_on(TODAY)
    assert made.names_on(date(2025, 12, 31)) == running.names_on(date(2025, 12, 31))


def test_a_broken_pack_is_refused_with_file_line_and_rule() -> None:
    with pytest.raises(UsageError, match=r"pack-0\.yaml:\d+: R-ME-01: the condition cannot be read at column"):
        put(shipped(), BROKEN)


def test_a_base_is_no_version_that_could_be_activated() -> None:
    with pytest.raises(UsageError, match="a dated version has name, layer and effective_from"):
        put(shipped(), "rules: []\n")


def test_a_version_once_active_is_never_changed() -> None:
    running = put(shipped(), GOOD)
    with pytest.raises(UsageError, match="active with another content"):
        put(running, GOOD.replace("S3: true", "S2: true"))
    assert put(running, GOOD).names_on(TODAY) == running.names_on(TODAY)


def test_comments_and_quotes_are_no_other_content() -> None:
    running = put(shipped(), GOOD)
    other = "# another comment\n" + GOOD.replace('"2026-01-01"', "2026-01-01")
    assert other != GOOD
    put(running, other)
    assert digest(loads(other)) == digest(loads(GOOD)) != digest(loads(LATER))


def test_a_later_version_takes_over_from_one_without_an_end() -> None:
    made = put(put(shipped(), GOOD), LATER)
    assert [made.on(day).single_source("M", "S3") for day in (TODAY, date(2026, 7, 1))] == [True, False]


def test_an_earlier_version_of_a_running_layer_is_refused() -> None:
    with pytest.raises(UsageError, match="same days"):
        put(put(shipped(), GOOD), GOOD.replace("2026-01-01", "2025-07-01"))


def test_two_versions_given_at_once_may_not_overlap() -> None:
    with pytest.raises(UsageError, match="may not overlap"):
        put(shipped(), GOOD, LATER)


def test_a_task_of_a_version_that_is_gone_still_has_a_pack() -> None:
    pack = shipped().named(["sd-2018-07-21", "gone-2020-01-01"])
    assert pack.names == ("sd-2018-07-21",)
    assert len(pack.rules) == 97


def test_what_is_stored_comes_back_up_to_any_activation() -> None:
    own = [active.Own("local-m-2026-01-01", GOOD, "d", 1, "t"), active.Own("local-m-2026-07-01", LATER, "d", 2, "t")]
    back = active.read(active.written(own))
    assert back == own
    names = [active.laid_over(shipped(), back, revision).names_on(date(2026, 8, 1)) for revision in (0, 1, 2)]
    assert [[name for name in some if name.startswith("local")] for some in names] == [
        [],
        ["local-m-2026-01-01"],
        ["local-m-2026-07-01"],
    ]


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"versions": [{"name": "x"}]}', b'{"versions": 7}'])
def test_stored_bytes_of_another_release_are_an_error_that_says_what_to_do(body: bytes) -> None:
    with pytest.raises(UsageError, match="cannot be read") as found:
        active.read(body)
    assert "release" in str(found.value.hint)
