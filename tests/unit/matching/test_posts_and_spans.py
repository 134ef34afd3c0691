"""Posts that say their kind, dates that mean many days."""

from __future__ import annotations

from datetime import date

import pytest

from hub.domain.matching.assess import covers
from hub.domain.matching.candidates import TenureView
from hub.domain.matching.posts import Fit, PostPart, fit, parse
from hub.domain.matching.spans import ALWAYS, NEVER, Held, Span, conduct_span, span_of, widened


@pytest.mark.parametrize(
    ("said", "parts"),
    [
        ("局长", [("局长", None)]),
        ("代县长", [("县长", "代理")]),
        ("代理县长", [("县长", "代理")]),
        ("副局长（主持工作）", [("副局长", "主持")]),
        ("副局长(主持全面工作)", [("副局长", "主持")]),
        ("副县长（挂职）", [("副县长", "挂职")]),
        ("挂职副县长", [("副县长", "挂职")]),
        ("党组书记、局长", [("党组书记", None), ("局长", None)]),
        ("党组书记兼局长", [("党组书记", None), ("局长", None)]),
        ("常务副县长", [("副县长", None)]),
        ("县委常委、副县长", [("副县长", None)]),
        ("纪检组长", [("纪检组组长", None)]),
        ("办公室主任", [("办公室主任", None)]),
    ],
)
def test_posts_as_reports_write_them(said: str, parts: list[tuple[str, str | None]]) -> None:
    assert [(part.base, part.kind) for part in parse(said).parts] == parts


def test_a_wording_may_stand_in_the_post() -> None:
    assert parse("原局长").wording == "原"
    assert parse("时任副局长").wording == "时任"


@pytest.mark.parametrize(
    ("part", "post", "kind", "expected"),
    [
        (PostPart("局长"), "局长", "正式", Fit.SAME),
        (PostPart("局长"), "副局长", "正式", Fit.OTHER),
        (PostPart("副局长"), "局长", "正式", Fit.OTHER),
        (PostPart("县长"), "县长", "代理", Fit.SAME),
        (PostPart("县长", "代理"), "县长", "正式", Fit.KIND),
        (PostPart("副局长", "主持"), "副局长", "主持", Fit.SAME),
        (PostPart("副局长", "主持"), "局长", "主持", Fit.SAME),
        (PostPart("副局长", "主持"), "副局长", "正式", Fit.KIND),
        (PostPart("局长"), "局长", "主持", Fit.KIND),
        (PostPart("副县长", "挂职"), "副县长", "正式", Fit.KIND),
        (PostPart("党组书记"), "党组书记", "兼任", Fit.SAME),
        (PostPart("局长"), "党组书记、局长", "正式", Fit.SAME),
    ],
)
def test_kinds_of_tenure_are_kept_apart(part: PostPart, post: str, kind: str, expected: str) -> None:
    assert fit(part, post, kind) == expected


def _days(first: str, last: str) -> Span:
    return Span(date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal())


@pytest.mark.parametrize(
    ("at", "span"),
    [
        ("2019-05-14", ("2019-05-14", "2019-05-14")),
        ("2019-02", ("2019-02-01", "2019-02-28")),
        ("2020-02", ("2020-02-01", "2020-02-29")),
        ("2019", ("2019-01-01", "2019-12-31")),
        ({"from": "2018-03", "to": "2019"}, ("2018-03-01", "2019-12-31")),
        ({"from": "2018-03-02"}, ("2018-03-02", "2021-06-01")),
    ],
)
def test_a_stated_date_covers_every_day_it_may_mean(at: object, span: tuple[str, str]) -> None:
    assert conduct_span(at, date(2021, 6, 1)) == _days(*span)


@pytest.mark.parametrize("at", ["no date", "2019-13", "2019-02-30", {"from": "2020", "to": "2019"}, {}, None, 7])
def test_what_is_no_date_is_none(at: object) -> None:
    assert conduct_span(at, date(2021, 6, 1)) is None


def _tenure(start: str | None, end: str | None, precision: str) -> TenureView:
    return TenureView("O", "局长", "正式", *widened(start, precision, ALWAYS), *widened(end, precision, NEVER))


@pytest.mark.parametrize(
    ("at", "precision", "expected"),
    [
        ("2019-05-14", "day", Held.INSIDE),
        ("2019-03-01", "day", Held.INSIDE),
        ("2019-02-28", "day", Held.OUTSIDE),
        ("2019-03-15", "month", Held.POSSIBLE),
        ("2019-04-01", "month", Held.INSIDE),
        ("2019-02-28", "month", Held.OUTSIDE),
        ("2019-12-30", "year", Held.POSSIBLE),
        ("2020-01-01", "year", Held.INSIDE),
        ("2019", "day", Held.POSSIBLE),
        ("2020", "day", Held.INSIDE),
        ("2022-06-02", "day", Held.OUTSIDE),
        ("2022-06-20", "month", Held.POSSIBLE),
    ],
)
def test_precision_is_respected_on_both_sides(at: str, precision: str, expected: Held) -> None:
    span = span_of(at)
    assert span is not None
    assert covers(_tenure("2019-03-01", "2022-06-01", precision), span) is expected


def test_an_open_tenure_is_still_held_and_was_always_held() -> None:
    span = span_of("1990")
    assert span is not None
    assert covers(_tenure(None, None, "day"), span) is Held.INSIDE
