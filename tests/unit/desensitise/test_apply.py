"""Raw rows become safe rows: selected, renamed, treated, typed, with the pipeline's key beside them."""

from datetime import date
from decimal import Decimal

import pyarrow as pa
import pytest

from catalog.errors import DeclarationError
from catalog.model import Audience, Kind, Sensitivity
from catalog.rows import Raw
from desensitise.apply import apply, treat
from desensitise.policy import policy_of
from tests.factories import a_column, a_dataset, a_field


def safe(columns, data, **dataset):
    declared = a_dataset(columns, **dataset)
    return treat(Raw(pa.RecordBatch.from_pydict(data)), policy_of(declared))


def test_columns_are_selected_in_declared_order_and_undeclared_ones_stay_behind():
    columns = (a_column("model_spec"), a_column("product_name"))
    batch = safe(columns, {"product_name": ["灶具"], "secret": ["x"], "model_spec": ["A"]}).safe.batch
    assert batch.to_pydict() == {"model_spec": ["A"], "product_name": ["灶具"]}


def test_dropped_columns_do_not_leave():
    columns = (a_column("product_name"), a_column("note", treatment="drop"))
    assert safe(columns, {"product_name": ["a"], "note": ["b"]}).safe.batch.schema.names == ["product_name"]


def test_the_records_key_and_internal_columns_stay_for_the_pipeline():
    data = {"record_id": ["r1"], "product_name": ["a"], "_unit": [1]}
    batch = safe((a_column("product_name"),), data).safe.batch
    assert batch.to_pydict() == {"product_name": ["a"], "_unit": [1], "_key": ["r1"]}


def test_values_leave_with_their_declared_types():
    columns = (a_column("n", Kind.INTEGER), a_column("d", Kind.DECIMAL, scale=2), a_column("on", Kind.DATE))
    batch = safe(columns, {"n": ["7"], "d": ["1.50"], "on": ["2024-05-01"]}).safe.batch
    assert batch.to_pydict() == {"n": [7], "d": [Decimal("1.50")], "on": [date(2024, 5, 1)]}


def test_a_value_of_the_wrong_type_stops_everything_without_being_told():
    with pytest.raises(DeclarationError) as caught:
        safe((a_column("n", Kind.INTEGER),), {"n": ["13812345678x"]})
    assert "13812345678" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_missing_field_is_named():
    with pytest.raises(DeclarationError, match="model_spec"):
        safe((a_column("model_spec"),), {"product_name": ["a"]})


def test_masks_cover_names_phones_and_addresses_and_count_what_they_could_not_handle():
    columns = (
        a_column("contact_name", treatment="mask_name", sensitivity=Sensitivity.PERSONAL),
        a_column("contact_phone", treatment="mask_phone", sensitivity=Sensitivity.PERSONAL),
        a_column("registered_address", treatment="county"),
    )
    data = {
        "contact_name": ["张三", "欧阳娜娜", None],
        "contact_phone": ["138-1234-5678", "不详", None],
        "registered_address": ["浙江省杭州市西湖区文三路1号", "某处", None],
    }
    treated = safe(columns, data)
    assert treated.safe.batch.to_pydict() == {
        "contact_name": ["张*", "欧阳*", None],
        "contact_phone": ["138****5678", None, None],
        "registered_address": ["浙江省杭州市西湖区", "不予公开", None],
    }
    assert treated.withheld == {"contact_phone": 1}


def test_free_text_loses_what_the_rows_own_fields_hold():
    columns = (a_column("summary", treatment="redact", max_length=2000),)
    names = ("reporter_name", "reporter_phone", "reporter_address")
    fields = tuple(a_field(name, sensitivity=Sensitivity.PERSONAL) for name in names)
    data = {
        "reporter_name": ["阿依古丽", "艾"],
        "reporter_phone": ["8765432", None],
        "reporter_address": ["幸福里七幢", None],
        "summary": ["阿依古丽称在幸福里七幢买灶具，回电8765432", "艾草产品合格"],
    }
    batch = safe(columns, data, reads=fields).safe.batch
    assert batch["summary"].to_pylist() == ["〔姓名〕称在〔地址〕买灶具，回电〔电话〕", "艾草产品合格"]


def test_a_rows_own_number_is_removed_however_its_digits_are_parted():
    columns = (a_column("summary", treatment="redact", max_length=2000),)
    fields = (a_field("reporter_phone", sensitivity=Sensitivity.PERSONAL),)
    data = {"reporter_phone": ["8765-4321"] * 2, "summary": ["回电87 65 43 21即可", "批号8765-432"]}
    batch = safe(columns, data, reads=fields).safe.batch
    assert batch["summary"].to_pylist() == ["回电〔电话〕即可", "批号8765-432"]


def test_sole_traders_are_withheld_from_outsiders_and_kept_for_regulators():
    columns = (
        a_column("producer_name"),
        a_column("producer_uscc", check="uscc"),
        a_column("product_name"),
    )
    data = {
        "producer_name": ["张三五金店", "某某有限公司"],
        "producer_uscc": ["92330106MA2ABCDE17", "91330106MA2ABCDE17"],
        "product_name": ["钢丝绳", "安全帽"],
    }
    public = safe(columns, data).safe.batch.to_pydict()
    assert public["producer_name"] == ["不予公开", "某某有限公司"]
    assert public["producer_uscc"] == [None, "91330106MA2ABCDE17"]
    assert public["product_name"] == data["product_name"]
    assert safe(columns, data, audience=Audience.REGULATORS).safe.batch.to_pydict() == data


def test_equal_input_gives_equal_bytes():
    columns = (a_column("summary", treatment="redact"), a_column("place", treatment="city"))
    raw = Raw(pa.RecordBatch.from_pydict({"summary": ["投诉人王小明"] * 50, "place": ["北京市朝阳区", "330106"] * 25}))
    policy = policy_of(a_dataset(columns))
    first, second = apply(raw, policy), apply(raw, policy)
    assert first.batch.serialize().to_pybytes() == second.batch.serialize().to_pybytes()


def test_an_empty_batch_keeps_its_columns_and_types():
    schema = pa.schema([("summary", pa.string()), ("place", pa.string())])
    columns = (a_column("summary", treatment="redact"), a_column("place", treatment="county"))
    batch = treat(Raw(pa.RecordBatch.from_pylist([], schema=schema)), policy_of(a_dataset(columns))).safe.batch
    assert batch.num_rows == 0
    assert batch.schema.names == ["summary", "place"]


def test_an_unknown_treatment_does_not_load():
    with pytest.raises(DeclarationError, match="encrypt"):
        policy_of(a_dataset((a_column(treatment="encrypt"),)))


def test_a_policys_digest_changes_with_any_rule():
    one = policy_of(a_dataset((a_column("a"),)))
    assert one.digest == policy_of(a_dataset((a_column("a"),))).digest
    others = [
        a_dataset((a_column("b"),)),
        a_dataset((a_column("a", treatment="year"),)),
        a_dataset((a_column("a", options={"withheld": "无"}),)),
    ]
    assert one.digest not in {policy_of(other).digest for other in others}
    assert len({policy_of(other).digest for other in others}) == 3
