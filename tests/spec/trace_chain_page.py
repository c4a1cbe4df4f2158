"""``docs/trace-chain.md``: chains, gaps and hash chains of trace records; ``rules_page`` writes it."""

from __future__ import annotations

from pathlib import Path

from tests.spec.trace_chain_cases import CASES

PAGE = Path(__file__).resolve().parents[2] / "docs" / "trace-chain.md"


def page() -> str:
    """The whole page."""
    lines = "\n".join(
        f"| {what} | {'<br>'.join(_hop(n, row) for n, row in enumerate(rows))} | "
        f"{', '.join('—' if d is None else str(d) for d in depths) or '—'} | {'<br>'.join(gaps) or 'none 无'} |"
        for what, rows, depths, gaps in CASES
    )
    return f"""# Trace chains 追溯链条

`exporters/rules/trace_chain` (追溯实施意见, annex 2). `hops` puts the records of producers and sellers in the order of the
flow of each code, `gaps` tells what is missing or contradicts itself. They read names and times that are trade secrets:
results stay with the bureau.

- `no_supplier_record`: nobody before this hop sold to it; what hangs on it is not reported again.
- `order`: goods arrive before they were sent, or leave before they arrive. `side`: the producer names another buyer than
  the seller who bought of it. `fork`: one item at two sellers. `loop`. `missing:<column>`.

| what 情形 | records 记录: supplier → seller → customer | depth 级 | gaps 缺口 |
|---|---|---|---|
{lines}

## What a code itself tells 追溯码自身

`doubts` holds each code against its record (TR07, TR08; annex 3); what differs is a fault that goes back to the bureau
(`hub derive faults`, `hub data-quality`) and no gap of a chain.

| scheme 编码体系 | forms 形式 | granularity 粒度 |
|---|---|---|
| 1 商品条码 | GTIN-8/12/13/14; element strings in brackets, raw, or as a scanner sends them (`]C1`, `]d2`, `]Q3`, FNC1); Digital Links with key 01 or `gtin` | (01) class 一品一码; with (10) batch 一批一码; with (21), (235) or (250) item 一物一码 |
| 2 Ecode | `E=…`, also at `www.iotroot.com` | not told 不可判断 |
| 3 数字身份码 | any other printed text of at most 512 characters | not told 不可判断 |
| 4 CCC | 16 digits that begin with a year | class 一品一码 |

All 541 application identifiers are read by their own formats, check digits and pairs, dates (day 00 where it stands for the end
of the month), times, and the rules of which need or exclude each other (`catalog/codelists/gs1_ai.csv`); lists of countries and
currencies change and are held to their shape. Attributes of a Digital Link stand in its query, other parameters are let go;
a compressed link can only be unpacked by its resolver and is refused with this reason.

## Hash chains 可查证、不可篡改

`extended` keeps a chain of links for every record: each version's link is SHA-256 over the link before, the record, its
number and its content digest. `broken` compares a chain with what the source has now: **forged** (the chain itself does
not hash to its links), **changed** (same time, other content), **gone**, **backdated** (a version that appeared under an
older time). Whoever keeps the last link of a record can prove all of its history.

Every run of `traceability` (`hub run`, `hub schedule`) compares the source with the kept chains, extends them, and keeps
them with all findings and the gaps under a number in `HUB_HOME/trace-chain`; digests, the head over all last links, and
what was found stand in the ledger (`trace-chain.made`). A version's content is H14 and every column that the rules read,
so a cell that is changed while H14 is left is seen. A finding is told once; the chain keeps what was.

- `hub trace-chain verify`: source and chains compared now, exit code 1 where they disagree. `hub trace-chain keep`: by hand.
- `hub trace-chain show findings|gaps`: what was kept last. Findings are logged as `trace-chain.findings` (counts only).
- Files that are not the ones in the ledger are refused: back up `HUB_HOME/trace-chain`.

This page is generated: `python -m tests.spec.rules_page --docs`.
"""


def _hop(number: int, row: object) -> str:
    assert isinstance(row, dict)
    extra = [
        f"{k}={v}"
        for k, v in row.items()
        if k not in {"supplier_name", "seller_name", "customer_name", "purchased_at", "sold_on"}
    ]
    told = f"{number}: {row['supplier_name']} → {row['seller_name']} → {row['customer_name'] or '∅'}, {row['purchased_at'] or '∅'}–{row['sold_on'] or '∅'}"
    return "; ".join([told, *extra])
