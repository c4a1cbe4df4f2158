"""What is remembered of a protected table: what it told, the sums behind it, and its proofs to go on from."""

from __future__ import annotations

import hashlib
from dataclasses import replace

import polars as pl

from desensitise.disclosure.history.differences import reading_of
from desensitise.disclosure.history.edition import Edition, edition_of
from desensitise.disclosure.history.labels import pairs_of
from desensitise.disclosure.history.proven import proven_of, to_bytes
from desensitise.disclosure.result import Protected
from desensitise.disclosure.spec import Method, TableSpec


def remembered(protected: Protected) -> Edition:
    """The edition that a protected table becomes; it has no name yet."""
    made = edition_of(protected.cells, protected.sums, protected.withholds)
    if protected.pattern is None:
        return replace(made, asked=noise_asked(protected.spec))
    if protected.guarded is not None:
        known, joint = protected.guarded, protected.guarded.joint
        reading = reading_of(joint.spec)
        proven = proven_of(known.pattern, joint.pairs, joint.owners, known.names, joint.spans, reading)
    else:
        # Contributors have their own names here and are remembered by others: what is shown of them is not kept.
        nobody = pl.Series([], dtype=pl.String)
        pattern = replace(protected.pattern, insiders={})
        proven = proven_of(pattern, pairs_of(pattern.system), nobody, (), pl.DataFrame(), "")
    return replace(made, proven=to_bytes(proven))


def noise_asked(spec: TableSpec) -> str:
    """A digest of all that decides what noise is drawn on; empty where none is drawn anew in each release."""
    return hashlib.sha256(repr(spec).encode()).hexdigest() if spec.method is Method.PRIVATE else ""
