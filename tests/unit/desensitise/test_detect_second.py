"""The second look for names knows neither the tagger nor the rules, and is quiet where nobody is named."""

import pytest

from desensitise.detect import redact
from desensitise.detect.second import second_look, suspicious


def told(text: str) -> list[str]:
    return [text[span.start : span.end] for span in second_look([text])[0]]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("成品库由何玉华看管，未登记。", "何玉华"),
        ("送检样品由周正龙提供", "周正龙"),
        ("联系欧阳小明", "欧阳小明"),
        ("检查发现，王建国未持证上岗", "王建国"),
        ("原料台账写的是沈志强。", "沈志强"),
    ],
)
def test_a_name_without_label_title_or_number_is_told(text: str, name: str) -> None:
    assert told(text) == [name]
    assert suspicious([text]) == {text: True}


@pytest.mark.parametrize(
    "text",
    [
        "高压锅密封圈老化，易造成烫伤，建议召回。",
        "经查，黄金首饰含金量不足，责令限期整改。",
        "安全帽耐冲击性能不合格，毛重与标识不符。",
        "执法人员现场查封扣押电动自行车12辆。",
        "投诉人〔姓名〕先生反映充电器发热",
        "杭州恒远电器有限公司成立于2003年，经营范围包括家用电器。",
        "GB 16410-2020",
        "",
    ],
)
def test_texts_that_name_nobody_are_left_alone(text: str) -> None:
    assert told(text) == []


def test_positions_are_those_of_the_text_as_it_was_written() -> None:
    text = "１２月，Ａ区由何玉华看管"
    assert told(text) == ["何玉华"]


def test_what_was_redacted_names_nobody() -> None:
    texts = ["投诉人张伟反映在家中被烫伤，电话13812345678", "经办人李淑兰签字确认"]
    assert suspicious(redact(texts)) == {}
