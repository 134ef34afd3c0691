"""The 35 negative rules N-01 to N-35 (policy section 10): stateful properties over random histories, and closed worlds."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, Phase, given, seed, settings
from pydantic import BaseModel

from hub.domain.facts import Dossier, Statement
from hub.domain.leaks import find_leak
from hub.domain.named_facts import CASE
from hub.policy.loader import shipped
from hub.sample.citizen_ids import check_character
from hub.service.ask import QUERIES
from hub.service.replies import TWO_PEOPLE
from schemas.inbound import INBOUND
from schemas.outbound import OUTBOUND
from schemas.vocab import Measure
from tests.properties import stories
from tests.properties.histories import Row, anything
from tests.properties.negative import PROPERTIES
from tests.properties.play import Played, play

ROOT = Path(__file__).parents[2]
STORIES = {name: rows for name, rows in vars(stories).items() if name.isupper() and isinstance(rows, list)}
HISTORIES = 70


@cache
def corpus() -> tuple[Played, ...]:
    """Random histories, played once for all rules, and every short story."""
    drawn: list[list[Row]] = []

    @seed(20260302)
    @settings(
        max_examples=HISTORIES,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(anything())
    def draw(rows: list[Row]) -> None:
        drawn.append(rows)

    draw()
    return tuple(play(rows, watch=True) for rows in [*drawn, *STORIES.values()])


@pytest.mark.parametrize("rule", sorted(PROPERTIES))
def test_never_in_any_history(rule: str) -> None:
    """The property holds for bodies, revisions, acts, replies, clocks and roster changes in any mix."""
    for played in corpus():
        wrong = list(PROPERTIES[rule](played))
        assert not wrong, (
            f"{rule}: {wrong[:3]} in {[moment.row for moment in played.moments if not moment.row.get('tick')]}"
        )


@settings(max_examples=15)
@given(anything())
def test_never_in_a_fresh_history(rows: list[Row]) -> None:
    """All properties at once, so that a failure is shrunk to its smallest history."""
    played = play(rows, watch=True)
    assert [f"{rule}: {wrong}" for rule, check in PROPERTIES.items() for wrong in check(played)] == []


def test_the_histories_reach_what_they_are_about() -> None:
    """A property over histories without tasks, decisions, conflicts and clarifications would prove nothing."""
    seen = {event["type"].removeprefix("hub.") for played in corpus() for event in played.events}
    assert seen >= {
        "task.proposed", "task.recalled", "case.decided", "impact.started", "conflict.opened", "conflict.closed", "correction.opened",
        "clarification.proposed", "clarification.closed", "notice.correction", "tolerance.review.requested", "deadline.overdue",
        "match.probable", "key_assessment.suggested", "attribution.requested", "personnel.held", "referral.made",
    }  # fmt: skip


# ---- closed worlds ----


def leaves(model: type[BaseModel], path: str = "", seen: tuple[type, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every field of a model and of the models in it, with its type."""
    for name, field in model.model_fields.items():
        yield f"{path}.{name}", field.annotation
        for inner in _models(field.annotation):
            if inner not in seen:
                yield from leaves(inner, f"{path}.{name}", (*seen, inner))


def _models(kind: Any) -> Iterator[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        yield kind
    for inner in get_args(kind):
        yield from _models(inner)


def _numeric(kind: Any) -> bool:
    return kind in (int, float) or any(_numeric(inner) for inner in get_args(kind))


def numbers(models: Iterable[type[BaseModel]]) -> set[str]:
    """Names of all numeric fields."""
    return {path.rpartition(".")[2] for model in models for path, kind in leaves(model) if _numeric(kind)}


COUNTERS = {"revision", "subject", "from_", "to_number", "partition", "offset", "attempts"}
"""Numbers that count revisions, positions, tries and gaps in a flow, never anything about a person."""


class TestN10:
    """No numeric score, ranking or list of persons."""

    def test_no_field_is_a_number_about_a_person(self) -> None:
        """Of all outbound events; the check itself finds a score where there is one."""
        assert numbers(one.model for one in OUTBOUND.values()) <= COUNTERS

        class Scored(BaseModel):
            """What must never be."""

            risk: float

        assert not numbers([Scored]) <= COUNTERS

    def test_no_query_ranks(self) -> None:
        """The queries are those of the format, and none lists or orders persons."""
        assert not [name for name in QUERIES if re.search("rank|score|watch|risk|complain|top|list", name)]
        played = play(stories.TASK)
        for query in ("cadres.ranking", "cadres.watchlist", "cadres.by_complaints"):
            row = {"by": "org-M", "ask": query, "id": "q", "organ": "M", "purpose": "task"}
            assert asyncio.run(played.hub.ask(row)).answer == "not_available"

    def test_no_fact_is_a_score(self) -> None:
        """Levels and severities are the body's words or classes; nothing adds them up."""
        assert not [name for name in CASE if re.search("score|rank_|risk|points|count", name)]


PERSONAL = re.compile(
    r"(^|_)(age|born|birth|sex|gender|ethnic\w*|nation\w*|family|spouse|children|health|medical|votes?|gdp|young|excellent)(_|$)"
)


class TestN11:
    """No age, GDP, votes, sex, ethnicity, family, health or label in a rule."""

    def test_no_rule_can_read_one(self) -> None:
        """Named facts are a closed list; conditions read nothing else."""
        assert not [name for name in CASE if PERSONAL.search(name)]
        assert PERSONAL.search("health_state")

    def test_no_fact_of_a_dossier_is_one(self) -> None:
        """Nothing of the kind is kept beside the findings."""
        paths = [path for model in (Dossier, Statement) for path, _ in leaves(model) if not path.startswith(".said.")]
        assert not [path for path in paths if PERSONAL.search(path.rpartition(".")[2])]

    def test_no_record_brings_one(self) -> None:
        """Not even the roster."""
        assert not [
            path
            for one in INBOUND.values()
            for path, _ in leaves(one.model)
            if PERSONAL.search(path.rpartition(".")[2])
        ]


ACCUSER = re.compile("accuser|reporter|petitioner|complainant|informant|whistle|举报人|信访人")


class TestN12:
    """The petitioner is never accepted in clear, stored, logged, sent or put together."""

    def test_no_output_has_a_field_for_it(self) -> None:
        """The kind of a referral is a code; no field is about the accuser."""
        assert not [path for one in OUTBOUND.values() for path, _ in leaves(one.model) if ACCUSER.search(path)]

    def test_no_dossier_has_a_field_for_it(self) -> None:
        """Judgement never sees it."""
        assert not [path for path, _ in leaves(Dossier) if ACCUSER.search(path)]

    def test_one_inbound_field_and_only_sealed(self) -> None:
        """Only findings carry it, as a token that the hub cannot open; that somebody withdrew is a yes or no."""
        found = {path for one in INBOUND.values() for path, _ in leaves(one.model) if ACCUSER.search(path)}
        assert found == {".petitioner", ".petitioner_withdrew"}
        assert find_leak({"petitioner": "赵某某"}) is not None


class TestN23:
    """No rule vetoes."""

    def test_no_rule_ends_anything_but_by_its_outputs(self) -> None:
        """What rules lead to are published events and receipts; none is a veto."""
        rules = shipped().on(date(2026, 3, 2)).rules
        texts = [str(text) for rule in rules.values() for text in (*rule.then, *rule.text.values())]
        assert texts
        assert not [text for text in texts if re.search("veto|一票否决|取消资格|disqualif", text)]


SOURCES = ("src", "schemas", "streams", "connectors")
WRONG = re.compile("降级|撤职")


def spoken(root: Path) -> Iterator[tuple[str, str]]:
    """Every text that the hub can show or send: values of the catalogues, not what notes to authors say."""
    for path in sorted((root / "src/hub/policy").rglob("*.yaml")):
        yield from _texts(path.relative_to(root).as_posix(), yaml.safe_load(path.read_text(encoding="utf-8")), "")


def _texts(where: str, value: Any, key: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            if name not in ("safe", "cites", "basis", "instruments"):
                yield from _texts(where, inner, str(name))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(where, inner, key)
    elif isinstance(value, str):
        yield f"{where}:{key}", value


class TestN06:
    """No sanction is a hub task."""

    def test_three_measures(self) -> None:
        """免职, 调整, 降职."""
        assert set(get_args(Measure)) == {"REMOVE", "ADJUST", "DEMOTE"}

    def test_no_rule_proposes_a_sanction(self) -> None:
        """Candidates of rules are the three."""
        pack = shipped().on(date(2026, 3, 2))
        assert set(pack.measures.values()) <= {"REMOVE", "ADJUST", "DEMOTE"}


class TestN07:
    """降职 is never written 降级, 免职 never 撤职."""

    def test_not_in_a_text(self) -> None:
        """Catalogues of rules, events, sentences and vocabulary; legal titles apart."""
        found = [place for place, text in spoken(ROOT) if WRONG.search(text)]
        assert found == []
        assert WRONG.search("建议降级")

    def test_not_in_code(self) -> None:
        """Program text names them only to forbid them."""
        allowed = {"src/hub/policy/rule_ids.py"}
        files = [
            path
            for room in SOURCES
            for path in (ROOT / room).rglob("*")
            if path.suffix in (".py", ".html", ".js", ".sql")
        ]
        named = {
            path.relative_to(ROOT).as_posix()
            for path in files
            if WRONG.search(path.read_text(encoding="utf-8", errors="replace"))
        }
        assert named <= allowed


class TestN29:
    """Never in non-written form alone, never without asking; nobody hands in the accuser with it."""

    @pytest.mark.parametrize("change", [{"forms": ["meeting"]}, {"forms": ["written", "meeting"], "consent": False}])
    def test_refused(self, change: Row) -> None:
        """The approval is refused."""
        approval: Row = {
            "case": {"cadre": "A", "issue": "i1"},
            "organ": "audit-M",
            "forms": ["written"],
            "consent": True,
            "scope": "i1",
        }
        played = play([*stories.CLEARED[:3], stories.reply("y9", "clarification.approved", 8, **(approval | change))])
        assert [event["data"]["reason"] for event in played.of_type("reply.rejected")]

    def test_consent_is_asked(self) -> None:
        """There is no default."""
        assert INBOUND["clarification.approved"].model.model_fields["consent"].is_required()


class TestN31:
    """Nothing is public."""

    def test_every_type_goes_to_one_registered_recipient(self) -> None:
        """Five families of topics, each named after its reader or for operations."""
        families = {"tasks", "clarifications", "receipts", "alerts", "set_aside"}
        assert {one.family for one in OUTBOUND.values()} == families
        assert {one.topic("org-M") for one in OUTBOUND.values() if one.family != "set_aside"} == {
            "tasks-org-M",
            "clarifications-org-M",
            "receipts-org-M",
            "hub-alerts",
        }


ISSUED = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}(?:19|20)[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}[0-9Xx](?![0-9A-Za-z])"
)
FIXTURES = ("src", "schemas", "streams", "connectors", "tests", "bench", "docs", "deploy", "examples")


def real_numbers(text: str) -> list[str]:
    """Citizen numbers with a right check character, outside the ranges never issued (digits 3 and 4 from 71 to 89)."""
    found = [number.upper() for number in ISSUED.findall(text)]
    return [one for one in found if check_character(one[:17]) == one[17] and not 71 <= int(one[2:4]) <= 89]


class TestN33:
    """No real person in tests, fixtures, demos."""

    def test_no_number_that_could_be_issued(self) -> None:
        """In any text of the repository."""
        texts = [
            path
            for room in FIXTURES
            if (ROOT / room).is_dir()
            for path in (ROOT / room).rglob("*")
            if path.suffix in (".py", ".yaml", ".yml", ".json", ".md", ".csv", ".jsonl", ".txt", ".html")
        ]
        found = {
            path.relative_to(ROOT).as_posix(): real_numbers(path.read_text(encoding="utf-8", errors="replace"))
            for path in texts
        }
        assert {path: numbers for path, numbers in found.items() if numbers} == {}

    def test_the_check_sees_one(self) -> None:
        """Form alone makes it suspicious."""
        issued, never = "37010219800101001", "37710219800101001"
        assert real_numbers(issued + check_character(issued))
        assert not real_numbers(never + check_character(never))


class TestN35:
    """Two people."""

    @pytest.mark.parametrize("type", TWO_PEOPLE)
    def test_every_such_message_names_both(self, type: str) -> None:
        """The fields are there and required."""
        fields = INBOUND[type].model.model_fields
        assert {"recorded_by", "confirmed_by"} <= set(fields)

    def test_which_messages(self) -> None:
        """Decisions, identity, links, merged records: whatever has both fields needs both people."""
        both = {name for name, one in INBOUND.items() if {"recorded_by", "confirmed_by"} <= set(one.model.model_fields)}
        assert both == set(TWO_PEOPLE)


def test_every_negative_rule_has_a_check() -> None:
    """35 rules: a property over histories or a closed world."""
    worlds = {f"N-{name[5:]}" for name in globals() if re.fullmatch(r"TestN\d\d", name)}
    assert set(PROPERTIES) | worlds == {f"N-{number:02d}" for number in range(1, 36)}
