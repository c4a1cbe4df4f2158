"""Lines of text files are counted as readers of these formats count them, whatever stands inside the texts."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from desensitise.counting import csv_shape, jsonl_shape

TEXT = st.text("a\",\r\n;é #'", max_size=5)


@given(st.integers(1, 2).flatmap(lambda width: st.lists(st.lists(TEXT, min_size=width, max_size=width), max_size=6)))
def test_rows_of_csv(rows: list[list[str]]) -> None:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n", quoting=csv.QUOTE_ALL)
    writer.writerows([["name"] * (len(rows[0]) if rows else 1), *rows])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.csv"
        path.write_bytes(b"\xef\xbb\xbf" + out.getvalue().encode())
        assert csv_shape(path).rows == len(rows)
        path.write_bytes(path.read_bytes()[:-1])
        assert csv_shape(path).rows == max(0, len(rows) - 1)  # a row whose end is missing is none


@given(st.lists(TEXT, max_size=6))
def test_rows_of_json_lines(texts: list[str]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.jsonl"
        path.write_text("".join(f"{json.dumps({'name': text})}\n" for text in texts), encoding="utf-8")
        assert jsonl_shape(path).rows == len(texts)
