"""Proving tokens: whether a download's key made them for the very rows that they name."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from desensitise.mark import token
from desensitise.mark.embed import bound_columns
from desensitise.mark.keys import Copy, KeyService
from desensitise.mark.prf import CipherName, Prf
from desensitise.mark.profile import Profile
from desensitise.mark.verdict import Original


def verified_token(row: pa.RecordBatch, profile: Profile, service: KeyService, copy: Copy, said: token.Token) -> bool:
    """Whether the copy's download made this token for ``row``, the one whose ordinal it names."""
    if not profile.token:
        return False
    key = service.download(copy.dataset, copy.grant, copy.number)
    bound = service.family(copy.dataset) if profile.binding == "family" else key
    word = token.RowBinding(bound, service.cipher, bound_columns(row.schema, profile)).of(row)
    (mac,) = token.macs(Prf(key, service.cipher), word, np.array([said.ordinal], np.uint64))
    return int(mac) == said.mac


def verified_claims(dataset: Original, claims: set[tuple[int, int]], key: bytes, cipher: CipherName) -> tuple[int, int]:
    """How often tokens were tried, and how many of them the download's key made for these very facts."""
    ordinals = np.array([ordinal for ordinal, _ in sorted(claims)], np.uint64)
    said = np.array([mac for _, mac in sorted(claims)], np.uint64)
    places = dataset.places_of(ordinals.astype(np.int64))
    rows = dataset.rows.take(pa.array(places)).combine_chunks().to_batches()[0]
    good = np.zeros(len(said), np.bool_)
    # Copies of one version may have been made before and after rows were bound under their family's key.
    ways = (dataset.family, key)
    for bound in ways:
        words = token.RowBinding(bound, cipher, bound_columns(rows.schema, dataset.profile)).of(rows)
        good |= token.macs(Prf(key, cipher), words, ordinals) == said
    return len(ways) * len(claims), int(good.sum())
