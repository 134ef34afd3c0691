"""Characters and places to invent from. No name here is meant to be anyone's; places do not exist."""

from __future__ import annotations

SURNAMES = (
    "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶阎余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊金陆郝孔白崔康毛邱秦江史顾侯邵孟龙万段"
    "雷钱汤尹黎易常武乔贺赖龚文庞樊兰殷施陶洪翟安颜倪严牛温芦季俞章鲁葛伍韦申尤毕聂丛焦向柳邢路岳齐梅莫庄辛管祝左涂谷祁时舒耿牟卜单仇解查"
)
GIVEN = (
    "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰红梅鹏辉建国志文海波宁晓东林云飞龙斌雪春生新宇浩然思远子涵欣怡梓晨俊雅琪嘉豪佳慧雨婷博"
    "彬旭亮晶莹倩薇瑶琳颖璐洁萍燕玲荣庆福祥瑞德才学良忠义仁礼信诚毅恒坚松柏青山川河江湖泉岩峰岭昆仑晟昊天健康安乐清廉正直公明达通宏伯仲叔季广茂盛昌"
)
DOTTED = (
    "阿依",
    "巴图",
    "努尔",
    "吐逊",
    "萨迪",
    "叶尔",
    "哈力",
    "木呷",
    "日古",
    "阿木",
    "沙马",
    "吉克",
    "巴合",
    "别克",
    "依明",
    "肉孜",
)
TRADITIONAL = dict(
    zip(
        "张刘陈杨赵黄吴孙马罗郑谢韩冯许萧邓苏卢蒋贾叶阎钟谭邹陆龙钱汤颜伟丽强军艳杰娟涛红兰华东云飞晓辉建国志远庆宁莹颖洁荣学义礼诚坚达广乐",
        "張劉陳楊趙黃吳孫馬羅鄭謝韓馮許蕭鄧蘇盧蔣賈葉閻鐘譚鄒陸龍錢湯顏偉麗強軍艷傑娟濤紅蘭華東雲飛曉輝建國志遠慶寧瑩穎潔榮學義禮誠堅達廣樂",
        strict=True,
    )
)
JAPANESE = {"广": "広", "荣": "栄", "德": "徳", "齐": "斉", "龙": "竜", "晓": "暁", "泽": "沢", "樱": "桜"}
HOMOPHONES = [
    "伟维纬炜薇",
    "芳方舫",
    "敏闽",
    "静婧靖",
    "丽莉力立",
    "强墙",
    "磊蕾垒",
    "军君钧均",
    "杰洁捷婕",
    "娟涓捐",
    "明铭鸣",
    "平萍坪屏",
    "华桦骅",
    "林琳霖",
    "辉晖徽",
    "斌彬宾滨",
    "宇雨玉羽",
    "颖莹英瑛",
    "志智致",
    "建健剑",
    "国帼",
    "文雯闻",
    "海",
    "波博",
    "晓小筱",
    "东冬",
]
_HEADS = "青白云石松柳龙凤金银玉清沙河湖海山岭丰安宁泰和平永新古太东西南北上下大小长广"
_TAILS = "原川溪山河江湖州口界关岭塘坪坝桥湾浦岗峪泉林城台阳阴门沟店堡寨"


def place_words(skip: int = 0) -> list[str]:
    """Place stems of two characters, then of three; many differ by one character alone."""
    words = [head + tail for tail in _TAILS for head in _HEADS]
    longer = [first + second + tail for tail in _TAILS for first in _HEADS for second in _HEADS if first != second]
    return [*words[skip:], *words[:skip], *longer]
