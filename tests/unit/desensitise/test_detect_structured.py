"""Structured identifiers in sentences: every spelling people use is found, official numbers are left alone."""

import pytest

from desensitise.detect import PLACEHOLDER, Kind, find, redact


def kinds(text, context=None, mode="balanced"):
    return [(text[s.start : s.end], s.kind) for s in find([text], context, mode)[0]]


@pytest.mark.parametrize(
    "number",
    [
        "13812345678",
        "138 1234 5678",
        "138-1234-5678",
        "(138)1234-5678",
        "１３８１２３４５６７８",
        "一三八一二三四五六七八",
        "幺三八幺二三四五六七八",
        "138\u200b1234\u200b5678",
        "1 3 8 1 2 3 4 5 6 7 8",
        "138\u202d1234\u202c5678",
        "①③⑧①②③④⑤⑥⑦⑧",
        "❶❸❽❶❷❸❹❺❻❼❽",
        "١٣٨١٢٣٤٥٦٧٨",
        "+86 13812345678"[4:],
        "8613812345678",
        "19912345678",
        "138,1234,5678",
        "138~1234~5678",
        "（138）12345678",
        "(+86)138-1234-5678",
        "1三8一2345六78",
        "l38OOl25o78",
    ],
)
@pytest.mark.parametrize("frame", ["打{}找我", "电话：{}。", "{}", "张三{}"])
def test_a_mobile_is_found_in_every_spelling(number, frame):
    assert [k for _, k in kinds(frame.format(number)) if k is not Kind.PERSON] == [Kind.MOBILE]


@pytest.mark.parametrize(
    "text", ["①13812345678②13912345678", "❶１３８１２３４５６７８❷13912345678", "①13812345678，②139 1234 5678"]
)
def test_marks_of_a_list_are_no_digits_of_its_numbers(text):
    found = [(number[0], kind) for number, kind in kinds(text)]
    assert found == [(found[0][0], Kind.MOBILE), ("1", Kind.MOBILE)]
    assert len(kinds(text)[0][0]) == 11


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("身份证11010519491231002X已核", Kind.ID_CARD, "11010519491231002X"),
        ("身份证号110105 19491231 002x", Kind.ID_CARD, "110105 19491231 002x"),
        ("440524188001010014", None, None),
        ("证件号 110105491231002", Kind.ID_CARD, "110105491231002"),
        ("办公室0571-87654321转802", Kind.PHONE, "0571-87654321转802"),
        ("(010)12345678", Kind.PHONE, "(010)12345678"),
        ("座机：87654321", Kind.PHONE, "87654321"),
        ("香港+852 6123 4567", Kind.PHONE, "+852 6123 4567"),
        ("邮箱zhang.san@example.com联系", Kind.EMAIL, "zhang.san@example.com"),
        ("ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ", Kind.EMAIL, "ｚｈａｎｇ＠ｅｘａｍｐｌｅ．ｃｏｍ"),
        ("卡号6222 0212 3456 7890 128", Kind.BANK_CARD, "6222 0212 3456 7890 128"),
        ("车牌浙A·12345到店", Kind.PLATE, "浙A·12345"),
        ("粤B D12345", Kind.PLATE, "粤B D12345"),
        ("微信：li_si2024", Kind.WECHAT, "li_si2024"),
        ("加v：zhangsan88", Kind.WECHAT, "zhangsan88"),
        ("QQ 12345678", Kind.QQ, "12345678"),
        ("护照E12345678", Kind.PASSPORT, "E12345678"),
        ("回乡证H1234567801", Kind.PERMIT, "H1234567801"),
        ("从192.168.31.7登录", Kind.IP, "192.168.31.7"),
        ("邮编310012", Kind.POSTCODE, "310012"),
        ("代码92330106MA2ABCDE17", None, None),
    ],
)
def test_identifiers_are_found_with_their_exact_bounds(text, kind, found):
    assert kinds(text) == ([(found, kind)] if kind else [])


@pytest.mark.parametrize(
    "text",
    [
        "商品条码06901234567892",
        "6901234567892",
        "https://id.example.cn/01/06901234567892/10/B20240513/21/13812345",
        "E=1000310000000000012345",
        "证书2016010901123456有效",
        "XK13-003-00123",
        "(苏)XK13-001-00001",
        "GB 13091.11—2019",
        "GB/T 5023.3-2008",
        "国市监质监发〔2023〕38号",
        "浙杭市监处罚〔2024〕123号",
        "2024-05-13",
        "2024年05月13日",
        "20240513",
        "批号20240513001",
        "货值13812345678.50元",
        "￥13812345678",
        "13812345678件",
        "型号A13812345678B",
        "热线12315",
        "客服电话400-820-8820",
        "800-820-8820",
        "东经120.13812345678",
        "91110000600037341L",
        "916100007304136163",
        "浙ICP备12345678号",
        "见5.3.2.1",
        "版本1.2.3.4",
        "扫微信公众号",
        "33010620240513",
    ],
)
def test_official_numbers_are_left_alone(text):
    assert kinds(text) == []


def test_the_columns_name_is_context_for_bare_cells():
    assert kinds("87654321") == []
    assert kinds("87654321", "联系电话") == [("87654321", Kind.PHONE)]
    assert kinds("12345678", "qq") == [("12345678", Kind.QQ)]
    assert kinds("王小明", "联系人") == [("王小明", Kind.PERSON)]
    assert kinds("1234567") == []


def test_a_wrong_check_digit_hides_no_number_that_is_called_an_identity_card():
    assert kinds("身份证110105194912310021") == [("110105194912310021", Kind.ID_CARD)]
    assert kinds("110105194912310021") == []


def test_redacted_text_names_what_stood_there_and_scans_clean():
    text = "投诉人张伟，电话13812345678，邮箱zw@example.com"
    clean = redact([text])[0]
    assert clean == "投诉人〔姓名〕，电话〔手机号〕，邮箱〔邮箱〕"
    assert find([clean], mode="recall") == [[]]


def test_every_kind_has_a_placeholder_in_which_nothing_is_found():
    assert find([PLACEHOLDER[kind] for kind in Kind], mode="recall") == [[] for _ in Kind]
