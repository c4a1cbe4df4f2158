"""``hub replay``: the proofs of a protected table, checked anew without any solver."""

from __future__ import annotations

from pathlib import Path

import click
import numpy as np
import polars as pl

from catalog.errors import ProofError
from catalog.formats.csv import unguard
from desensitise.disclosure.certificate import faults
from desensitise.disclosure.claim import Claim, from_bytes
from desensitise.disclosure.result import digest_of
from hub.cli import common


@click.command(name="replay")
@click.argument("certificate", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="The protected table (.csv or .parquet) that the certificate must be about. 受保护的表。",
)
@common.json_option
def replay_command(certificate: Path, table: Path | None, as_json: bool) -> None:
    """Check the proofs of a protected table anew, without any solver. 重新核验披露控制证明。

    Every withheld sensitive figure must have a movement of the withheld figures, up and down, that changes no told
    figure and no sum; for insiders, one that leaves alone what they know. Plain sums decide.

    \b
    Examples:
      hub replay turnover.proof.arrow --table turnover.protected.csv
      hub replay var/hub/told/statistics/3.proof.arrow
    """
    claim = from_bytes(certificate.read_bytes())
    if table is not None and digest_of(_texts(table)) != claim.table:
        raise ProofError(
            f"{table.name}: the certificate is about another table.",
            left="Nothing is proven.",
            todo="Give the file as it was written with the certificate.",
        )
    found = faults(claim)
    if found:
        raise ProofError(
            f"{certificate.name}: {len(found)} proofs do not hold. First: {found[0]}.",
            left="The table is not shown to be safe.",
            todo="Do not publish it; protect it again.",
        )
    _show(claim, table, as_json=as_json)


def _texts(table: Path) -> pl.DataFrame:
    """The table's cells as texts, as they were before they were guarded."""
    if table.suffix == ".parquet":
        return pl.read_parquet(table)
    frame = pl.read_csv(table, infer_schema=False)
    return frame.with_columns(
        pl.Series(name, [None if cell is None else unguard(cell) for cell in frame[name]], dtype=pl.String)
        for name in frame.columns
    )


def _show(claim: Claim, table: Path | None, *, as_json: bool) -> None:
    sensitive = int(claim.sensitive.sum())
    body = {
        "name": claim.name,
        "sensitive": sensitive,
        "withheld": int(np.sum(claim.suppressed & ~claim.hidden)),
        "insiders": len(claim.insiders),
        "table": table.name if table is not None else None,
    }
    if as_json:
        common.show_json(body)
        return
    click.echo(
        f"{claim.name}: proofs of {sensitive} sensitive figures hold, {body['insiders']} more against insiders, "
        f"{body['withheld']} figures withheld. 证明成立。"
    )


COMMANDS = (replay_command,)
