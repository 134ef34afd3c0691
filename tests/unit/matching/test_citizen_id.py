"""Citizen numbers: the check of GB 11643, and what one slip of the pen can be undone to."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.matching import citizen_id

# from a range never issued (71 in the third and fourth place); 17 digits worked by hand: the sum of products is 249, 249 mod 11 = 7 -> 5
FIRST17 = "11710019700101001"


def number(first17: str = FIRST17) -> str:
    return first17 + citizen_id.check_character(first17)


def test_the_check_character_by_hand() -> None:
    weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
    remainder = sum(int(d) * w for d, w in zip(FIRST17, weights, strict=True)) % 11
    # ISO 7064 MOD 11-2: character + remainder is congruent to 1, where X counts ten
    last = number()[-1]
    assert (remainder + (10 if last == "X" else int(last))) % 11 == 1


def test_form_date_and_check_are_all_needed() -> None:
    assert citizen_id.is_valid(number())
    assert not citizen_id.is_valid(number()[:-1])
    assert not citizen_id.is_valid(number("11710019701301001"))


def test_width_blanks_and_small_x_are_put_right() -> None:
    assert citizen_id.normal(" １１7100-19700101 001x ") == "11710019700101001X"


@given(st.integers(0, 16), st.integers(1, 9))
def test_every_single_wrong_digit_is_caught_and_can_be_undone(at: int, by: int) -> None:
    right = number()
    wrong = right[:at] + str((int(right[at]) + by) % 10) + right[at + 1 :]
    assert not citizen_id.is_valid(wrong)
    assert right in citizen_id.repairs(wrong)
    assert all(citizen_id.is_valid(one) for one in citizen_id.repairs(wrong))


def test_a_number_of_the_first_generation_gives_the_one_that_replaced_it() -> None:
    old = FIRST17[:6] + FIRST17[8:]
    assert citizen_id.repairs(old) == (number(),)


def test_a_valid_number_is_never_repaired() -> None:
    assert citizen_id.repairs(number()) == ()


@given(st.lists(st.tuples(st.integers(0, 17), st.sampled_from("0123456789X甲٣")), min_size=1, max_size=3))
def test_repairs_are_all_valid_numbers_one_slip_away_and_no_others(slips: list[tuple[int, str]]) -> None:
    wrong = list(number())
    for at, character in slips:
        wrong[at] = character
    said = "".join(wrong)
    changed = {said[:at] + one + said[at + 1 :] for at in range(18) for one in "0123456789X"}
    swapped = {said[:at] + said[at + 1] + said[at] + said[at + 2 :] for at in range(17)}
    expected = set() if citizen_id.is_valid(said) else {one for one in changed | swapped if citizen_id.is_valid(one)}
    assert set(citizen_id.repairs(said)) == expected
