"""Labelled phrases: 举报人, 信访人, 联系电话 … followed by a name, a number or an address.

A label alone is no leak: 信访人已撤回信访事项, 反映人数较多, 举报人的诉求. What may follow a person's label unharmed
is a closed list; anything else after it counts as a name.
"""

from __future__ import annotations

import re
from typing import Final


def _spaced(*words: str) -> str:
    """Alternatives in simplified and traditional characters, blanks between characters allowed."""
    return "|".join(r"\s?".join(_VARIANTS.get(one, one) for one in word) for word in words)


_VARIANTS: Final = {
    "举": "[举舉]", "报": "[报報]", "访": "[访訪]", "诉": "[诉訴]", "检": "[检檢]", "联": "[联聯]",
    "系": "[系繫絡络]", "电": "[电電]", "话": "[话話]", "机": "[机機]", "码": "[码碼]", "号": "[号號]", "证": "[证證]",
    "线": "[线線]", "发": "[发發]", "写": "[写寫]", "来": "[来來]", "邮": "[邮郵]",
}  # fmt: skip
_PERSON: Final = "(?<!被)(?<!被\\s)(?:" + _spaced(
    "举报人", "举报者", "信访人", "信访者", "投诉人", "投诉者", "检举人", "检举者", "控告人", "反映人", "上访人",
    "上访者", "来信人", "来访人", "来电人", "写信人", "揭发人", "线索提供人", "提供线索人", "举报群众", "信访群众",
    "上访户", "信访户",
) + ")"  # fmt: skip
_SAFE_NEXT: Final = (
    r"已|未|不(?!具)|没|無|无|均|皆|也|又|仍|则|多次|再次|数|次|员|们|群|等|或|及|与|并|且|在|对|因|就|将|可|需|能够|所|是否|之间"
    r"|曾(?=多次|经|于|向|在|到|来|反映|就|数次|先后)|和(?=被|家属|有关|相关|当地|村|单位|干部|其|承办|办案)"
    r"|应(?=当|予|该|依|得)|于(?=[\d一二三四五六七八九十今昨前上本去同该])|经(?=核|查|调|多次|过|劝|做|反复|教)"
    r"|向(?=有关|市|县|省|区|镇|乡|我|本|党|纪|信访|法院|上级|组织|人民|国家|中央|其|该|单位|政府|公安|检察|各级|媒体|社会)"
    r"|从(?=未|不|始|来)|都(?=已|未|不|表)|称(?!呼)|认为|表示|反映|要求|提出|提供|提交|撤|自愿|同意|满意|不服|来访|来信|来电"
    r"|签[字收]|情绪|诉求|意见|合法|权益|权利|身份(?!证)|信息|隐私|保护|安全|保密|答复|沟通|见面|接[待访受]|回访|息诉|罢访|参加|被|由"
    r"|的(?!姓名|名字|真名|电话|手机|联系|住|地址|家|身份证|微信|邮箱|QQ|单位|号码|姓)"
)
_GAP: Final = r"[\s的之其]{0,3}"
_FIELD: Final = r"(?:真实)?(?:姓名|名字|名叫|姓|叫做?|为|系|是|即|乃|本人|名)?"
_HARMLESS_VALUE: Final = (
    r"(?:匿名|保密|略|已?密封|不详|未署名|未具名|无|不公开|见密封|另附|[某×xX*＊]{2,}|[-—/]+)"
    r"(?=[\s，。；;,.、）)\]】]|\Z)"
)
_PUNCT: Final = r"[\s，。；;,.、？！?!）)\]】」』”\"'’…]"
_COLON: Final = r"[:：=（(\[【「“\"'《<>]|——?|-"
_PERSON_LABEL: Final = re.compile(
    rf"{_PERSON}(?:"
    rf"(?:{_GAP}{_FIELD}\s?(?:{_COLON})\s?{_FIELD}(?!\s|\Z|{_HARMLESS_VALUE}|{_PUNCT}))"  # 举报人：甲
    rf"|(?:\s?(?!{_SAFE_NEXT}|{_PUNCT}|\Z|{_COLON}|{_HARMLESS_VALUE})\S)"  # 举报人甲
    r")"
)
_REVERSED: Final = re.compile(
    rf"[\u4e00-\u9fff·]{{2,6}}\s?[（(](?:实名|匿名|本案|本次|该件)?(?:{_PERSON})[）)]"  # 甲（举报人）
    rf"|[\u4e00-\u9fff·]{{2,6}}(?:系|是|即为|就是)(?:本案|本次|该件|此件|该|本|实名)?(?:{_PERSON})(?=[\s，。；、,.;]|\Z)"
)
_DIGITS: Final = r"[\d零〇○一壹幺二贰三叁四肆五伍六陆七柒八捌九玖]"
_CONTACT: Final = re.compile(
    "(?:" + _spaced("联系电话", "联系方式", "手机号码", "手机号", "手机", "电话号码", "电话", "座机", "固话", "传真")
    + rf")\s?(?:号码?|是|为|系|:|：|=|[（(])*\s?(?:\+|{_DIGITS}(?:\D?{_DIGITS}){{4}})"
    "|(?:" + _spaced("微信号", "微信", "QQ号", "QQ", "电子邮箱", "邮箱")
    + r")\s?(?:号码?|是|为|:|：|=)+\s?[A-Za-z0-9_-]{4,}|(?:QQ|微信号?)\s?\d{5,}"
    "|(?:" + _spaced("身份证号码", "身份证号", "身份证") + rf")\s?(?:号码?|是|为|:|：|=)*\s?{_DIGITS}{{4}}"
    "|(?:" + _spaced("联系人", "联络人") + r")\s?(?:[:：]|为|是|系)\s?(?!略|无|见)\w"
    r"|(?:家庭住址|家庭地址|现住址|现住|住址|住所|家住(?![房宅院户])|通信地址|通讯地址)\s?(?:[:：=]|为|是|在|于)?\s?"
    r"(?!已|未|略|无|不|密封|保密)\w"
)  # fmt: skip
_ENGLISH: Final = re.compile(
    r"\b(?:petitioner|complainant|whistle-?blower|informant|accuser|reporter)(?:'s)?\s*"
    r"(?:(?:name|phone|tel|contact|address|id)\b\s*(?:is\b|[:=])?|[:=]|is\s+(?:Mr|Mrs|Ms|named)\b)\s*\S",
    re.IGNORECASE,
)
_NAME_BESIDE: Final = re.compile(r"姓名\s?[:：为是系叫]\s?(?!保密|匿名|略|不详|无)[\u4e00-\u9fff]")
_ANY_PERSON: Final = re.compile(_PERSON)
_ENGLISH_WORDS: Final = ("petitioner", "complainant", "whistle", "informant", "accuser", "reporter")
_HINTS_PERSON: Final = re.compile("[人者户众]")
_HINTS_CONTACT: Final = re.compile("[话話机機座固真微Q箱证證址住络絡系繫式]")


def find(text: str) -> str | None:
    """``labelled_phrase`` or None."""
    lower = text.lower()
    found = (
        (_HINTS_CONTACT.search(text) and _CONTACT.search(text))
        or (_HINTS_PERSON.search(text) and _ANY_PERSON.search(text) and _names_somebody(text))
        or (any(word in lower for word in _ENGLISH_WORDS) and _ENGLISH.search(text))
    )
    return "labelled_phrase" if found else None


def _names_somebody(text: str) -> bool:
    return any(pattern.search(text) for pattern in (_PERSON_LABEL, _REVERSED, _NAME_BESIDE))
