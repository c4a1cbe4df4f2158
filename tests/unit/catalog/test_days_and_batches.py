"""生产日期/批号: the spellings that bureaus write, read cell by cell and as a column."""

from datetime import date

import pyarrow as pa
import pytest

from catalog.identifiers.dates import Reading, parse_date_or_batch, parse_dates_or_batches

DAY, NEXT = date(2022, 8, 17), date(2022, 8, 18)
AUGUST = (date(2022, 8, 1), date(2022, 8, 31))
SPELLINGS = [
    *((text, Reading.DATE, DAY, DAY, None, False) for text in (
        "2022-08-17", "2022/08/17", "2022.08.17", "2022/8/17", "2022.8.17", "2022年08月17日", "2022年8月17日",
        "2022 年 8 月 17 日", "2022年8月17号", "20220817", "２０２２－０８－１７", " 2022-08-17\u3000",
        "2022-08-17 10:20:30",         "2022-08-17T10:20", "生产日期:2022-08-17", "生产日期：2022年8月17日",
    )),
    *((text, Reading.RANGE, DAY, NEXT, None, False) for text in (
        "2022-08-17/2022-08-18", "20220817/20220818", "2022.08.17-2022.08.18", "2022-08-17、2022-08-18",
        "2022年8月17日至2022年8月18日", "2022/8/17~2022/8/18",
    )),
    *((text, Reading.RANGE, *AUGUST, None, False) for text in (
        "2022年8月", "2022-08", "2022.08", "2022/8", "2022年8月份",
    )),
    *((text, Reading.DATE, DAY, DAY, "L01", False) for text in (
        "2022-08-17/L01", "2022-08-17（批号L01）", "生产日期/批号：2022-08-17/L01", "2022.08.17 / 批号 L01",
        "批号L01 生产日期2022-08-17",
    )),
    *((text, Reading.DATE, DAY, DAY, None, True) for text in (
        "限用日期:2022-08-17", "有效期至2022年08月17日", "有效期至：2022/8/17",
    )),
    *((text, Reading.BATCH, None, None, "A12345", False) for text in (
        "A12345", "批号：A12345", "LOT A12345", "产品批号:A12345",
    )),
    ("220817", Reading.BATCH, None, None, "220817", False),
    ("20220817A1", Reading.BATCH, None, None, "20220817A1", False),
    *((text, Reading.NONE, None, None, None, False) for text in ("", " ", "/", "——", "无", "未标注")),
    *((text, Reading.TEXT, None, None, None, False) for text in (
        "见包装", "2022-02-30", "2022-13-01", "17/08/2022", "22-08-17", "3年", "2022-08-18/2022-08-17", "生产日期不详",
    )),
]  # fmt: skip


@pytest.mark.parametrize(("text", "reading", "start", "end", "batch", "expiry"), SPELLINGS)
def test_spellings_of_days_and_batches_are_read(text, reading, start, end, batch, expiry):
    read = parse_date_or_batch(text)
    assert (read.reading, read.start, read.end, read.batch, read.expiry) == (reading, start, end, batch, expiry)
    assert read.flagged == (reading is Reading.TEXT)


def test_a_column_of_days_and_batches_reads_like_its_cells():
    array = pa.array([*(row[0] for row in SPELLINGS), None])
    wanted = [*(row[1:] for row in SPELLINGS), (Reading.NONE, None, None, None, False)]
    assert [tuple(row.values()) for row in parse_dates_or_batches(array).to_pylist()] == wanted
