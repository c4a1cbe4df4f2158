"""Trade secrets said in running text are found in recall mode; what a consumer paid is none."""

import pytest

from desensitise.detect import Kind, find, redact


def secrets(text):
    return [text[s.start : s.end] for s in find([text], mode="recall")[0] if s.kind is Kind.TRADE_SECRET]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本批货物销往宁波示例电器有限公司200台", ["宁波示例电器有限公司200台"]),
        ("购方：绍兴示例商行。", ["绍兴示例商行"]),
        ("单价350元/台", ["单价350元/台"]),
        ("出厂价为１２．５元", ["出厂价为１２．５元"]),
        ("订单号：PO2024-00981", ["PO2024-00981"]),
        ("合同编号HT20240099已归档", ["HT20240099"]),
        ("累计销售1200件", ["累计销售1200件"]),
        ("年产能约3.5万台", ["产能约3.5万台"]),
        ("(01)06901234567892(410)6901234000000", ["(410)6901234000000"]),
        ("https://id.example.cn/01/06901234567892/414/6901234000000", ["414/6901234000000"]),
        ("工艺参数：淬火850度保温30分钟，回火200度。合格", ["淬火850度保温30分钟，回火200度"]),
        ("主要设备：注塑机6台、空压机2台；其他略", ["注塑机6台、空压机2台"]),
        ("生产工艺：注塑温度220℃，保压8秒。合格", ["注塑温度220℃，保压8秒"]),
        ("进货价每件12.5元", ["进货价每件12.5元"]),
        ("库存还有2000件", ["库存还有2000件"]),
        ("本批次批发给镇上小卖部300箱", ["镇上小卖部300箱"]),
        ("主要客户：海蓝、远信两家。", ["海蓝、远信两家"]),
    ],
)
def test_what_tells_the_flow_or_the_process_is_found(text, expected):
    assert secrets(text) == expected
    assert secrets(redact([text])[0]) == []


@pytest.mark.parametrize(
    "text",
    [
        "消费者花费3999元购买2台，要求退货",
        "货值13812345678.50元，罚款5000元",
        "抽检12批次，合格11批次",
        "(01)06901234567892(10)B2024(21)0001",
        "执行标准GB 16410-2020",
        "产品合格证齐全",
        "产品销往全国各地，客户反映良好",
        "店家卖给我12台二手冰箱",
    ],
)
def test_what_everybody_may_know_stays(text):
    assert secrets(text) == []


def test_homes_on_the_map_are_found_and_works_are_not():
    found = [s.kind for s in find(["投诉人家位于120.15507, 30.27415"])[0]]
    assert Kind.COORDINATE in found
    assert Kind.COORDINATE not in [s.kind for s in find(["厂区中心120.15507, 30.27415"])[0]]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("销往杭州恒远电器有限公司300台，联系人王小明", "销往杭州恒远电器有限公司300台，联系人〔姓名〕"),
        ("合同编号13812345678", "合同编号〔手机号〕"),
        ("出厂价120元/台，经办人李淑兰", "出厂价120元/台，经办人〔姓名〕"),
    ],
)
def test_secrets_may_stay_but_never_hide_a_person(text, kept):
    assert redact([text], secrets=False) == [kept]
    assert "王小明" not in redact([text])[0]
