"""Part files are bound to their bytes and their policy; marks follow from what is released."""

import pyarrow as pa
import pytest

from catalog.errors import ProofError
from catalog.model import Audience
from catalog.rows import Raw
from desensitise.apply import apply
from desensitise.mark import issue
from desensitise.narrow import outward
from desensitise.parts import load, save
from desensitise.policy import policy_of
from tests.factories import a_column, a_dataset

DATASET = a_dataset((a_column("product_name"),))


def rows(*names):
    batch = pa.RecordBatch.from_pydict({"record_id": list(names), "product_name": list(names)})
    return apply(Raw(batch), policy_of(DATASET))


def test_a_part_gives_back_its_rows(tmp_path):
    part = save([rows("a", "b"), rows("c")], tmp_path / "p.arrow")
    loaded = list(load(tmp_path / "p.arrow", part.sha256, policy_of(DATASET).digest))
    assert part.rows == 3
    assert [safe.batch.to_pydict()["product_name"] for safe in loaded] == [["a", "b"], ["c"]]
    assert loaded[0].batch.schema.equals(rows("a").batch.schema, check_metadata=True)


def test_equal_rows_make_equal_part_files(tmp_path):
    assert save([rows("a")], tmp_path / "1").sha256 == save([rows("a")], tmp_path / "2").sha256


def test_a_part_of_no_rows_is_a_part(tmp_path):
    part = save([], tmp_path / "p")
    assert part.rows == 0
    assert list(load(tmp_path / "p", part.sha256, "any")) == []


def test_a_changed_part_proves_nothing(tmp_path):
    part = save([rows("a")], tmp_path / "p")
    content = bytearray((tmp_path / "p").read_bytes())
    content[len(content) // 2] ^= 1
    (tmp_path / "p").write_bytes(content)
    with pytest.raises(ProofError):
        list(load(tmp_path / "p", part.sha256, policy_of(DATASET).digest))


def test_a_missing_part_proves_nothing(tmp_path):
    with pytest.raises(ProofError):
        list(load(tmp_path / "gone", "0" * 64, policy_of(DATASET).digest))


def test_a_part_of_another_policy_is_not_safe(tmp_path):
    part = save([rows("a")], tmp_path / "p")
    with pytest.raises(ProofError, match="policy"):
        list(load(tmp_path / "p", part.sha256, "another"))


def test_marking_leaves_the_pipelines_own_columns_behind():
    assert rows("a").batch.schema.names == ["product_name", "_key"]
    assert outward(rows("a")).batch.to_pydict() == {"product_name": ["a"]}


def test_a_mark_follows_from_dataset_version_audience_and_content():
    marks = {
        issue(DATASET, 1, "seed").id,
        issue(DATASET, 2, "seed").id,
        issue(DATASET, 1, "other").id,
        issue(DATASET, 1, "seed", Audience.REGULATORS).id,
        issue(a_dataset(DATASET.columns, id="other"), 1, "seed").id,
    }
    assert len(marks) == 5
    assert all(len(one) == 32 for one in marks)
