"""Every check of a column agrees with its row function, on sound values and on values that were spoiled."""

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog.identifiers.checks import CHECKS

TRADED = "06921168509256"
LINK = f"https://id.example.cn/01/{TRADED}"
SEEDS = {
    "uscc": ("91110000600037341L", "91A1B2C3MA5FP7W09T", "91330106MA2K0005XF", "330106000012340"),
    "gtin": ("96385074", "036000291452", "6921168509256", TRADED),
    "id_card": ("11010519491231002X", "440524188001010014", "110105491231002", "110105200002290013"),
    "ccc_no": ("2016010901123456",),
    "licence_no": ("XK13-003-00123", "(苏)XK13-001-00001", "SC12345678901234", "QS330012345678"),
    "cma_no": ("211120341234",),
    "region": ("330106", "370000", "浙江", "浙江省"),
    "industry": ("3831", "C", "38"),
    "economic_type": ("150", "110"),
    "trace_code": (
        f"(01){TRADED}(10)L1(21)S1",
        f"{LINK}/10/L1/21/S1",
        f"01{TRADED}21S1",
        "E=1000112345",
        "6921168509256",
    ),
    "duration": ("P3Y", "P1Y6M", "P18M", "P2W", "2024-02-29"),
    "document_no": ("国市监质监发〔2023〕38号",),
    "standard_no": ("GB/T 36344-2018", "GB 4706.1-2005", "Q/ABC 001-2020"),
    "telephone": ("13800138000", "0571-88888888", "400-800-1234", "12315"),
    "email": ("a@b.cn", "open.data@amr.example.org"),
    "interval": ("2024-01-01/2024-12-31",),
    "date_or_batch": ("2022-08-17/L01", "有效期至2022年08月17日", "批号A12", "20220817"),
}
PIECES = st.sampled_from(["0", "1", "9", "X", "A", "Z", "-", "/", "(", ")", " ", "\n", "\x00", "张", "９", "😀", "."])


@st.composite
def mutated(draw, seeds):
    """A sound value with up to two characters changed, put in, taken out or swapped."""
    text = list(draw(st.sampled_from(seeds)))
    for _ in range(draw(st.integers(0, 2))):
        at, new = draw(st.integers(0, max(len(text) - 1, 0))), draw(PIECES)
        kind = draw(st.sampled_from(["change", "put in", "take out", "swap"]))
        if kind == "put in":
            text.insert(at, new)
        elif kind == "take out":
            del text[at : at + 1]
        elif kind == "swap":
            text[at : at + 2] = text[at : at + 2][::-1]
        else:
            text[at : at + 1] = [new]
    return "".join(text)


def test_every_check_has_sound_seeds():
    assert set(SEEDS) == set(CHECKS)
    for name, seeds in SEEDS.items():
        assert all(map(CHECKS[name].row, seeds)), name


@pytest.mark.parametrize("name", sorted(SEEDS))
@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_a_column_is_judged_like_its_values_however_they_were_spoiled(name, data):
    cells = data.draw(st.lists(st.none() | mutated(SEEDS[name]), max_size=12))
    # A slice with other values around it: offsets of the buffers must not be mixed up.
    array = pa.array([SEEDS[name][0], *cells, None], pa.string()).slice(1, len(cells))
    wanted = [cell is not None and CHECKS[name].row(cell) for cell in cells]
    assert CHECKS[name].column(array).tolist() == wanted
