"""Names by label, title, neighbouring number and column; words that only look like names stay."""

import pytest

from desensitise.detect import Kind, find


def names(text, context=None, mode="balanced"):
    return [text[s.start : s.end] for s in find([text], context, mode)[0] if s.kind is Kind.PERSON]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("投诉人张伟反映其购买的电动自行车起火", ["张伟"]),
        ("投诉人：欧阳娜娜，女", ["欧阳娜娜"]),
        ("联系人王小明 13812345678", ["王小明"]),
        ("现场负责人李建国陪同检查", ["李建国"]),
        ("检查人员：张三、李四", ["张三", "李四"]),
        ("我叫赵敏，住在附近", ["赵敏"]),
        ("【举报人】孙立", ["孙立"]),
        ("刘芳（13912345678）", ["刘芳"]),
        ("13912345678 刘芳", ["刘芳"]),
        ("经办人：李 明", ["李 明"]),
        ("签收人:王　芳　2026年3月1日", ["王　芳"]),
        ("法定代表人：买买提·艾力", ["买买提·艾力"]),
        ("李某某，男，汉族，1965年出生，初中文化", ["李某某"]),
        ("温馨，女，1991年生。", ["温馨"]),
        ("乌云其木格，女，蒙古族，1975年生。", ["乌云其木格"]),
        ("John Smith，男，美国国籍，1959年出生。", ["John Smith"]),
        ("秘书长司马向前出席会议。", ["司马向前"]),
        ("出席：李强 王刚 赵铁柱", ["李强", "王刚", "赵铁柱"]),
    ],
)
def test_names_are_found(text, expected):
    assert names(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("王女士来电称充电器发热", ["王"]), ("请找陈经理", ["陈"])])
def test_a_family_name_with_a_title_counts_only_where_a_miss_costs_more(text, expected):
    assert names(text) == []
    assert names(text, mode="recall") == expected


@pytest.mark.parametrize(
    "text",
    [
        "投诉人要求退款",
        "联系人电话不详",
        "该企业负责人未到场",
        "张某某",
        "江米、田七、杨梅、毛豆抽检合格",
        "王家坝水位上涨",
        "性别，男",
        "投诉人〔姓名〕先生",
        "张*",
        "产品合格",
        "消费者投诉处理中心",
    ],
)
def test_words_that_are_no_names_stay(text):
    assert names(text) == []


def test_a_column_of_names_may_list_several():
    assert names("张三、欧阳娜娜", "inspectors 检查人员") == ["张三", "欧阳娜娜"]
    assert names("阿卜杜·热西提", "联系人") == ["阿卜杜·热西提"]


@pytest.mark.parametrize("name", ["李 明", "李　明", "王  五", "欧阳 锋", "王 小 二"])
def test_names_set_apart_to_be_as_wide_as_others_are_names(name):
    assert names(name, "姓名") == [name]
    assert names(f"张伟、{name}", "姓名") == ["张伟", name]
    assert names(f"张伟 {name[0]}小明", "姓名")[0] == "张伟"
