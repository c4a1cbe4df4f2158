"""A table whose figures are moved rather than withheld: by cell key, or by controlled rounding."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from desensitise.disclosure.history.edition import pseudonymous
from desensitise.disclosure.perturb.differential import private_cells
from desensitise.disclosure.perturb.noisy import noisy_cells
from desensitise.disclosure.perturb.rounding import rounded
from desensitise.disclosure.primary import Primary
from desensitise.disclosure.result import Protected, moved_table
from desensitise.disclosure.search import Step
from desensitise.disclosure.spec import Method, TableSpec
from desensitise.disclosure.sums import Source, sums_of
from desensitise.disclosure.system import system_of
from desensitise.disclosure.table import Cells, cells_from


def moved(records: Source, spec: TableSpec, key: bytes, names: bytes, step: Step) -> Protected:
    """The perturbed or rounded tables; ``key`` is the secret of record keys, ``names`` that of pseudonyms (or empty).

    No cell is sensitive here: what is told is never the figure itself, and nothing is withheld.
    """
    # Batches may be readable only once.
    whole = list(records) if not hasattr(records, "schema") else records
    sums = sums_of(whole, spec)
    if spec.method is Method.PRIVATE:
        before, after = private_cells(sums, spec)
    else:
        before = cells_from(sums, spec)
        after = noisy_cells(whole, spec, key) if spec.method is Method.CELL_KEY else _rounded(before, step)
    nobody = _nobody(before)
    pairs = zip(before.measures, after.measures, strict=True)
    far = np.concatenate([new.value - old.value for old, new in pairs])
    kept = pseudonymous(sums, names) if names else sums
    return Protected(spec, moved_table(after), after, nobody, None, None, kept, moved=far)


def _nobody(cells: Cells) -> tuple[Primary, ...]:
    size = len(cells.keys)
    return tuple(Primary(np.zeros(size, dtype=np.int8), np.zeros(size), np.zeros(size)) for _ in cells.measures)


def _rounded(cells: Cells, step: Step) -> Cells:
    value = rounded(system_of(cells, _nobody(cells)), step)
    count = len(cells.keys)
    measures = [replace(one, value=value[at * count : (at + 1) * count]) for at, one in enumerate(cells.measures)]
    return replace(cells, measures=tuple(measures))
