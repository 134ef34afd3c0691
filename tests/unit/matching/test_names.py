"""Names side by side: what makes two forms equal, and what must never do so."""

from __future__ import annotations

import pytest

from hub.domain.matching.names import NameLevel, is_masked, level0, level1, level2, mask_fits, name_level


@pytest.mark.parametrize(
    ("said", "recorded", "level"),
    [
        ("林知远", "林知远", NameLevel.L0),
        ("林 知　远", "林知远", NameLevel.L0),
        ("张\u3000伟", "张伟", NameLevel.L0),
        ("张\u200b伟", "张伟", NameLevel.L0),
        ("阿布都·热依木", "阿布都・热依木", NameLevel.L0),
        ("阿布都．热依木", "阿布都•热依木", NameLevel.L0),
        ("阿布都热依木", "阿布都·热依木", NameLevel.L1),
        ("林知遠", "林知远", NameLevel.L1),
        ("張広栄", "张广荣", NameLevel.L1),
        ("黒沢竜", "黑泽龙", NameLevel.L1),
        ("张薇", "张伟", NameLevel.L2),
        ("单立", "山立", NameLevel.L2),
        ("查远", "扎远", NameLevel.L2),
        ("林知园", "林知远", NameLevel.L2),
        ("林知海", "林知远", NameLevel.L3),
        ("林远知", "林知远", NameLevel.L3),
        ("贺兰雪", "林知远", NameLevel.NONE),
        ("张建国庆", "张伟", NameLevel.NONE),
    ],
)
def test_the_level_at_which_two_names_agree(said: str, recorded: str, level: NameLevel) -> None:
    assert name_level(said, recorded) is level
    assert name_level(recorded, said) is level


@pytest.mark.parametrize("pair", ["乾干", "喆哲", "昇升", "於于", "堃坤", "祐佑", "甯宁", "徵征"])
def test_characters_that_names_keep_apart_are_never_equal_at_an_automatic_level(pair: str) -> None:
    assert name_level(f"吕{pair[0]}明", f"吕{pair[1]}明") < NameLevel.L1


def test_the_raw_form_stays_apart_from_the_keys() -> None:
    assert level0("ＡＢ 張・偉") == "AB張·偉"
    assert level1("張・偉") == "张伟"


@pytest.mark.parametrize(
    ("name", "reading"),
    [
        ("单于飞", "shan"),
        ("仇英", "qiu"),
        ("解放", "xie"),
        ("尉迟恭", "yuchi"),
        ("曾国", "zeng"),
        ("朴成", "piao"),
        ("任重", "ren"),
    ],
)
def test_surnames_are_read_by_their_own_table(name: str, reading: str) -> None:
    assert level2(name)[0].startswith(reading)


@pytest.mark.parametrize("name", ["张某", "张某某", "张X", "张××", "张*", "欧阳某", "张先生", "章○○", "张某伟"])
def test_withheld_names_are_seen(name: str) -> None:
    assert is_masked(name)
    assert name_level(name, "林知远") is NameLevel.NONE


def test_a_withheld_name_fits_whoever_it_could_stand_for() -> None:
    assert mask_fits("张某某", "张大伟")
    assert mask_fits("张×伟", "张大伟")
    assert not mask_fits("张×伟", "张大强")
    assert not mask_fits("章某", "张大伟")
    assert not is_masked("林知远")
