"""Telling and cutting trace codes by column gives what the row functions give."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from catalog.identifiers.gtin import check_digit
from catalog.identifiers.trace_code_columns import trace_code_column, without_serials
from catalog.identifiers.trace_codes import cut, is_trace_code

VALUES = st.text("0A1b-_.()/%é 中", min_size=0, max_size=22)
BODIES = st.text("0169", min_size=13, max_size=13)


@st.composite
def codes(draw: st.DrawFn) -> str:
    body = draw(BODIES)
    gtin = body + draw(st.sampled_from([check_digit(body), "0", "7"]))
    parts = [(ai, draw(VALUES)) for ai in draw(st.lists(st.sampled_from(["22", "10", "21", "11", "410"]), max_size=3))]
    form = draw(st.sampled_from(["brackets", "link", "raw", "ecode", "ccc", "number", "free"]))
    if form == "brackets":
        receiver = draw(st.sampled_from(["", "(410)6901234000009", "(410)6901234000008", "(3103)000195"]))
        return f"(01){gtin}" + "".join(f"({ai}){value}" for ai, value in parts) + receiver
    if form == "link":
        host = draw(st.sampled_from(["https://id.example.cn", "HTTPS://ID.GS1.ORG", "https://id.gs1.org/x"]))
        return (
            host
            + draw(st.sampled_from(["/01/", "/gtin/", "/"]))
            + gtin
            + "".join(f"/{ai}/{value}" for ai, value in parts)
        )
    if form == "raw":
        return (
            draw(st.sampled_from(["", "]C1", "]d2\x1d"]))
            + f"01{gtin}"
            + draw(st.sampled_from(["", "\x1d"])).join(ai + value for ai, value in parts)
        )
    free = draw(VALUES)
    other = {"ecode": f"E=1{free}{gtin}", "ccc": f"20{gtin}", "number": gtin[: draw(st.integers(6, 14))], "free": free}
    return other[form]


@given(st.lists(st.tuples(st.none() | codes(), st.booleans()), max_size=12))
def test_columns_and_rows_agree_on_every_code(rows: list[tuple[str | None, bool]]) -> None:
    texts = [text for text, _ in rows]
    verdict = trace_code_column(pa.array(texts, pa.string()))
    done = without_serials(pa.array(texts, pa.string()), np.array([item for _, item in rows], bool)).to_pylist()
    for (text, item), sound, shown in zip(rows, verdict.tolist(), done, strict=True):
        assert sound == (text is not None and is_trace_code(text))
        assert shown == (None if text is None else cut(text, item=item))
