"""Petitioner data in clear is found; what only looks like it passes."""

from __future__ import annotations

import json
import time
from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.leaks import find_leak

SEALED = (
    "eyJhbGciOiJFQ0RILUVTIiwiZW5jIjoiQTI1NkdDTSIsImVwayI6eyJjcnYiOiJYMjU1MTkiLCJrdHkiOiJPS1AiLCJ4IjoibFVWSWpmclh1YkYwV29s"
    "R2luWUFUTW1rYXowSV9jek9mU1BiSmVLam9oNCJ9LCJraWQiOiJjdXN0b2RpYW4tMSJ9..96G1xXzty7mu8nbE.RfAEHcVzlTpq62Ij-a7qELr848p6v2"
    "Stg6kHFQ.lOVkZg9AQ7K0Imz2KNaIQA"
)

LEAKING_TEXTS = [
    "举报人电话13000000000",
    "冯知秋 13000000000",
    "举报人：冯知秋",
    "举报人冯知秋",
    "据举报人冯知秋反映",
    "信访人系冯知秋",
    "信访人（冯知秋）",
    "舉報人馮知秋",
    "举 报 人：冯知秋",
    "冯知秋（举报人）",
    "投诉人姓名冯知秋",
    "上访人家住滨河路3号",
    "联系电话：0532-88888888",
    "联系电话 ８８８８１２３４",
    "一三八〇〇一三八〇〇〇",
    "１３８００１３８０００",
    "138-0013-8000",
    "138 0013 8000",
    "+86 138 0013 8000",
    "+8613800138000",
    "0086-13800138000",
    "1 3 8 0 0 1 3 8 0 0 0",
    "(0532)88881234",
    "0532-88881234",
    "053288881234",
    "010-6888 1234",
    "tel13800138000",
    "电话13800138000",
    "幺三八零零幺三八零零零",
    "身份证537117197707030297",
    "53711719770703029X",
    "537117770703029",
    "537117 19770703 0297",
    "537117********0297",
    "fengzhiqiu@example.com",
    "feng＠example．com",
    "微信：fengzq88",
    "QQ12345678",
    "138\u200b00138000",
    "控告人林某",
    "举报人是村民冯知秋",
    "联系人：冯知秋",
    "complainant: Feng",
    "petitioner name Feng",
    "反映人为冯知秋",
    "家庭住址：乙市滨河路",
    "信访人曾国强",
    "举报人向东",
    "举报人于海来信",
    "检举人 冯知秋",
    "信访人的电话是88881234",
    "举报人已要求保密，其姓名为冯知秋",
    "+852 9123 4567 8",
    "١٣٨٠٠١٣٨٠٠٠",
    "①③⑧⓪⓪①③⑧⓪⓪⓪",
    "13800138000元旦联系",
]
HARMLESS_TEXTS = [
    "信访人已撤回信访事项",
    "反映人数较多",
    "举报人的诉求已解决",
    "被举报人林知远",
    "经分析，该件系恶意举报",
    "保护举报人。",
    "信访人多次上访",
    "信访人员情绪稳定",
    "乙委〔2026〕11号",
    "乙委干〔2026〕12号",
    "滨河路拆迁补偿久拖不决",
    "补偿款未按期发放",
    "涉及资金13800000000元",
    "涉资15012345678.90元",
    "2026-03-02至2026-03-22",
    "巡视底稿甲一",
    "举报人：匿名",
    "信访人于2026年3月2日来访",
    "信访人向市委反映",
    "信访人：已密封",
    "uscc:91370200163562681G",
    "91370200163562681G",
    "uscc:913702197707030297",
    "370200202603010012",
    " 宗地370202001003GB00012",
    "parcel:370202001003GB00012",
    "parcel:3702021977070302971",
    "2026-370202-78-01-123456",
    "2026-370202-13-03-1234567",
    "联系电话已核实",
    "电话沟通",
    "与举报人、被举报人谈话",
    "举报人身份信息保密",
    "等待信访人答复",
    "6f1a3c13800138000baaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "aaaaaaaaaaaaaaaaaaaa13912345678bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb",
    "b3b3f0c2-1391-5234-8678-139123456789",
    "来访人数100余人",
    "投诉人等反映",
    "信访人要求赔偿",
    "群众联系不畅",
    "单位电话无人接听",
    "负责人张某",
    "经办人：林知远",
    "举报人不服处理决定",
    "信访人\n",
    "举报",
    "信访人对答复意见满意",
    "乙市信访局接到举报",
    "人均收入",
    "家住房保障",
    "面积13800138000平方米",
    "20260302090000",
    "1709280000000",
    "第三方检测",
    "审计报告〔2025〕第138号",
    "手机应用程序",
    "QQ群",
    "身份证复印件",
    "joint meeting",
    "evidence withdrawn",
    "no jurisdiction",
]
HARMLESS_DATA: list[Any] = [
    {"ref": "XF13920260001"},
    {
        "objects": [
            "uscc:91370200163562681G",
            "parcel:370202001003GB00012",
            "accident:2026-0001",
            "project:2026-370202-13-03-1234567",
        ]
    },
    {"subjects": [{"citizen_id": "537117197707030297", "name": "林知远"}]},
    {"subject": {"citizen_id": "537117197707030297"}},
    {"cadre_id": "C1", "citizen_id": "537117197707030297"},
    {
        "evidence": [
            {"ref": "e1", "sha256": "1380013800138001380013800138001380013800138001380013800138001380", "own": True}
        ]
    },
    {"petitioner": None},
    {"petitioner_withdrew": True},
    {"document_no": "乙委〔2026〕13800138号"},
]
LEAKING_DATA: list[Any] = [
    {"petitioner": "冯知秋"},
    {"petitioner": {}},
    {"petitioner": ""},
    {"reporter": "x"},
    {"complainant_name": "x"},
    {"subjects": [{"name": "537117197707030297"}]},
    {"subjects": [{"citizen_id": "举报人13800138000"}]},
    {"subjects": [{"citizen_id": "13800138000"}]},
    {"citizen_id": "537117197707030297"},
    {"subjects": [{"citizen_id": "537117197707030297", "aliases": ["13800138000"]}]},
    {"a": 13800138000},
    {"举报人冯知秋": 1},
    {"k13800138000": 1},
    {"ref": "13800138000"},
    {"objects": ["project:13800138000"]},
    {"contact_phone": "x"},
    {"issue": {"petitioner": "a"}},
    [{"举报人": "x"}],
]


@pytest.mark.parametrize("text", LEAKING_TEXTS)
@pytest.mark.parametrize("frame", ["{}", "经查，{}。", "滨河路拆迁补偿久拖不决；{}，请核查"])
def test_text_that_leaks(text: str, frame: str) -> None:
    assert find_leak({"context": frame.format(text)})
    assert find_leak({"subjects": [{"circumstances": {"role": frame.format(text)}}]})


@pytest.mark.parametrize("text", HARMLESS_TEXTS)
def test_text_that_does_not(text: str) -> None:
    assert find_leak({"context": text, "issue": {"summary": f"经查，{text}"}}) is None


@pytest.mark.parametrize("data", LEAKING_DATA)
def test_data_that_leaks(data: Any) -> None:
    assert find_leak(data)


@pytest.mark.parametrize("data", HARMLESS_DATA)
def test_data_that_does_not(data: Any) -> None:
    assert find_leak(data) is None


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"petitioner": "冯知秋 13000000000"}, "petitioner_not_sealed"),
        ({"reporter": "冯知秋"}, "petitioner_field"),
        ({"issue": {"summary": "滨河路拆迁补偿久拖不决，举报人冯知秋"}}, "labelled_phrase"),
        ({"context": "请致电13000000000"}, "phone"),
        ({"context": "537117197707030297"}, "citizen_id"),
        ({"context": "feng@example.com"}, "email"),
    ],
)
def test_reasons_are_codes(data: Any, reason: str) -> None:
    assert find_leak(data) == reason


def test_strings_do_not_run_into_each_other() -> None:
    assert find_leak({"a": "138", "b": "00138000"}) is None
    assert find_leak({"context": "保护举报人", "summary": "冯知秋"}) is None


def jwe(header: Any, rest: str = "..aaaa.bbbb.cccc") -> str:
    return urlsafe_b64encode(json.dumps(header).encode()).rstrip(b"=").decode() + rest


def test_a_sealed_petitioner_passes() -> None:
    assert find_leak({"petitioner": SEALED}) is None
    assert find_leak({"petitioner": jwe({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}, ".kkkk.aaaa.bbbb.cccc")}) is None


@pytest.mark.parametrize(
    "value",
    [
        jwe({"alg": "ECDH-ES+A256KW", "enc": "A256GCM"}),
        jwe({"alg": "ECDH-ES"}),
        jwe({"enc": "A256GCM"}),
        jwe({"alg": 1, "enc": "A256GCM"}),
        jwe(["alg", "enc"]),
        jwe({"alg": "dir", "enc": "A256GCM", "kid": "13000000000"}),
        jwe({"alg": "dir", "enc": "A256GCM", "reporter": "冯知秋"}),
        jwe({"alg": "dir", "enc": "A256GCM"}, "..aaaa..cccc"),
        jwe({"alg": "dir", "enc": "A256GCM"}, "..aaaa.bbbb.cccc.dddd"),
        jwe({"alg": "dir", "enc": "A256GCM"}, "..aaaa.冯知秋.cccc"),
        jwe({"alg": "dir", "enc": "A256GCM"}, "..aaaa.bbbb.cccc\n"),
        SEALED + " 冯知秋",
        "a.b.c.d.e",
        "....",
        "x" * 20_000,
        ["冯知秋"],
        13000000000,
        True,
    ],
)
def test_anything_else_in_its_place_does_not(value: Any) -> None:
    assert find_leak({"petitioner": value}) == "petitioner_not_sealed"


digits = st.text("0123456789", min_size=9, max_size=9)
SCRIPTS = ["0123456789", "０１２３４５６７８９", "〇一二三四五六七八九", "零壹贰叁肆伍陆柒捌玖", "٠١٢٣٤٥٦٧٨٩"]


@given(digits, st.sampled_from("3456789"), st.sampled_from(SCRIPTS), st.sampled_from(["", "电话", "请联系 ", "致电："]))
def test_mobile_numbers_in_any_script(rest: str, second: str, script: str, before: str) -> None:
    number = f"1{second}{rest}".translate(str.maketrans("0123456789", script))
    assert find_leak({"context": f"{before}{number}，请核查"})


@given(st.recursive(st.none() | st.text() | st.integers() | st.floats() | st.booleans(),
                    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=20))  # fmt: skip
def test_never_raises(data: Any) -> None:
    assert find_leak({"data": data}) in {
        None, "petitioner_not_sealed", "petitioner_field", "labelled_phrase", "phone", "citizen_id", "email",
    }  # fmt: skip


@pytest.mark.parametrize(
    "piece", ["1", "a", "举报人", "0532-", "1 ", "a@", "联系电话", "5371171977", "甲", "—", "一", "f0", "1-", "(", "号"]
)
def test_time_grows_with_size_alone(piece: str) -> None:
    text = piece * (60_000 // len(piece))
    started = time.process_time()
    find_leak({"context": text, "ref": text})
    assert time.process_time() - started < 2
