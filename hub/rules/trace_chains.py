"""Trace chains kept by runs (S2 可查证、不可篡改): every version of every trace record in a hash chain.

Each keeping holds three tables under a number whose digests stand in the ledger: ``chain`` (the links), ``findings``
(where source and chain disagree, once each) and ``gaps`` (of the chains from producer to seller). Identifiers and
digests only; they are the bureau's own and never released.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256

import polars as pl

from catalog.errors import ProofError
from catalog.files import sha256_of
from catalog.model import Dataset
from exporters.rules import trace_chain
from exporters.rules.accept import accept
from hub import log
from hub.parts import Parts
from hub.rules import keeping
from hub.rules.facts import as_it_stands
from hub.rules.keeping import Kept

NAME = "trace-chain"
TABLES = ("trace_flow", "traceability")
FINDINGS = pl.Schema({"record_id": pl.String, "number": pl.Int64, "why": pl.String, "seen_on": pl.String})


@dataclass(frozen=True, slots=True)
class Checked:
    """What a keeping came to: new findings by kind, gaps by kind, links and records."""

    kept: Kept
    found: Mapping[str, int]
    gaps: Mapping[str, int]

    @property
    def sound(self) -> bool:
        """Whether nothing was changed upstream since the last keeping."""
        return not self.found


def kept_by_runs(dataset: Dataset) -> bool:
    """Whether a run of this dataset keeps the chains: the trace records' own."""
    return dataset.product == "traceability" and dataset.source.kind == "sql"


def keep(parts: Parts, address: str) -> Checked:
    """Check the source against the chain, extend it and keep both with the gaps; ProofError when the chain is not ours.

    A record that disagrees is told once and stays as the chain has it: what was is proved, what is now is not believed.
    """
    chain, before = kept_chain(parts)
    raw = as_it_stands(TABLES, address)
    upstream = versions(raw)
    broken = trace_chain.broken(chain, upstream) if chain.height else trace_chain.BROKEN.to_frame()
    fresh = broken.join(before, on=["record_id", "number", "why"], how="anti")
    seen = fresh.with_columns(pl.lit(parts.clock.now().isoformat()).alias("seen_on")).select(FINDINGS.names())
    findings = pl.concat([before, seen])
    longer = trace_chain.extended(chain, upstream)
    gaps = trace_chain.gaps(accept({"trace_flow": raw})["trace_flow"])
    found, open_ = _counted(seen, "why"), _counted(gaps, "gap")
    facts = {
        "records": longer["record_id"].n_unique(),
        "links": longer.height,
        "head": head(longer),
        "found": found,
        "gaps": open_,
    }
    made = keeping.keep(parts, NAME, {"chain": longer, "findings": findings, "gaps": gaps}, facts)
    if found:
        log.event("trace-chain.findings", number=made.number, **found)
    return Checked(made, found, open_)


def kept_chain(parts: Parts) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The chain and findings kept last (empty before the first); ProofError when a file is not the kept one."""
    last = keeping.last(parts, NAME)
    if last is None:
        return trace_chain.LINKS.to_frame(), FINDINGS.to_frame()
    for table, digest in last.about["sha256"].items():
        path = last.folder / f"{table}.parquet"
        if not path.is_file() or sha256_of(path) != digest:
            raise ProofError(
                f"The kept trace chain {last.number} has a file that is not the one in the ledger: {table}.",
                left="Nothing was kept; the file stays as it is.",
                todo="Bring the file back from the backup, and find out who changed it.",
            )
    return last.frame("chain"), last.frame("findings")


def verify(parts: Parts, address: str) -> pl.DataFrame:
    """Where chain, its head in the ledger and the source disagree now; keeps nothing. Empty when all holds."""
    chain, _ = kept_chain(parts)
    return trace_chain.broken(chain, versions(as_it_stands(TABLES, address)))


def versions(raw: pl.DataFrame) -> pl.DataFrame:
    """``record_id``, ``updated_at`` and ``content`` of every version that the source has, withdrawn ones too.

    ``content`` is SHA-256 over H14 and every column that the rules read: who changes a cell and leaves H14 is seen.
    """
    said = [_text(name, kind).fill_null("\x00") for name, kind in sorted(raw.schema.items())]
    texts = raw.select(pl.concat_str(said, separator="\x1f"))
    digests = [sha256(text.encode()).hexdigest() for text in texts.to_series()]
    told = raw.select(pl.col("record_id").cast(pl.String), pl.col("updated_at").cast(pl.String))
    known = told.with_columns(pl.Series("content", digests, dtype=pl.String))
    return known.filter(pl.col("record_id").is_not_null() & pl.col("updated_at").is_not_null())


def _text(name: str, kind: pl.DataType) -> pl.Expr:
    """A cell as text; lists as sources of JSON deliver them are joined."""
    return pl.col(name).list.join("\x1e") if isinstance(kind, pl.List) else pl.col(name).cast(pl.String)


def head(chain: pl.DataFrame) -> str:
    """One digest of all last links: whoever keeps it can prove every record's history."""
    last = chain.sort("record_id", "number").group_by("record_id", maintain_order=True).last()
    return sha256("\n".join(last["link"]).encode()).hexdigest()


def summary(checked: Checked) -> str:
    """One line about a keeping, for people."""
    about = checked.kept.about
    found = ", ".join(f"{why} {count:,}" for why, count in checked.found.items()) or "none 无"
    gaps = ", ".join(f"{gap} {count:,}" for gap, count in checked.gaps.items()) or "none 无"
    return (
        f"trace chain 追溯链 {checked.kept.number}: {about['links']:,} links of {about['records']:,} records; "
        f"changed upstream 被改动: {found}; gaps 缺口: {gaps}"
    )


def _counted(frame: pl.DataFrame, column: str) -> dict[str, int]:
    return {str(kind): int(count) for kind, count in frame.group_by(column).len().sort(column).iter_rows()}
