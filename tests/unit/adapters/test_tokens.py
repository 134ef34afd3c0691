"""Bearer tokens."""

from __future__ import annotations

from hub.adapters.tokens import TokenChecker, holder, new_token


async def test_a_token_checks_against_its_own_hash_alone() -> None:
    token, token_hash = new_token("audit-M")
    other, _ = new_token("audit-M")
    checker = TokenChecker()
    for _ in range(2):  # the second time from memory
        assert await checker.check(token, token_hash)
        assert not await checker.check(other, token_hash)
    assert not await checker.check(token, "no hash")


async def test_what_is_remembered_ends_with_the_hash() -> None:
    token, token_hash = new_token("audit-M")
    _, next_hash = new_token("audit-M")
    checker = TokenChecker()
    assert await checker.check(token, token_hash)
    assert not await checker.check(token, next_hash)


def test_a_token_names_its_holder() -> None:
    token, token_hash = new_token("a.b-c")
    assert holder(token) == "a.b-c"
    assert token not in token_hash
    assert [holder(text) for text in ("", "x", "x.short", "." + "a" * 43)] == [None] * 4
