"""A year of releases of one invented source, to several recipients, for tests of what can be worked out of them all."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl

from desensitise.disclosure import Protected, TableSpec, parse_spec, protect
from desensitise.disclosure.history import Edition
from desensitise.disclosure.remembered import remembered

DIMENSIONS = ("region", "kind", "stage")
BASE = """
[table]
name = "{name}"
source = "checks"
contributor = "firm"
keep = ["region", "kind", "stage"]
[rules]
threshold = 3
[[dimension]]
name = "region"
[[dimension]]
name = "kind"
[[dimension]]
name = "stage"
[[measure]]
name = "count"
kind = "count"
column = "one"
"""


@dataclass
class Kept:
    """Remembers what was released, as the hub does."""

    all: list[Edition] = field(default_factory=list)

    def editions(self, source: str) -> Sequence[Edition]:
        assert source == "checks"
        return tuple(self.all)

    def key(self, source: str) -> bytes:
        return b"a key of this test: %s" % source.encode()

    def keep(self, protected: Protected) -> None:
        made = remembered(protected)
        self.all.append(replace(made, name=f"{protected.spec.name}/{len(self.all) + 1}"))


def spec_for(recipient: int) -> TableSpec:
    """The monthly table (0), or what one of ten recipients is given: fewer dimensions, or only some codes."""
    if recipient == 0:
        return parse_spec(BASE.format(name="monthly"), "monthly.toml")
    crossed = [DIMENSIONS[:2], DIMENSIONS[1:], (DIMENSIONS[0], DIMENSIONS[2]), DIMENSIONS][recipient % 4]
    more = f"[[crossed]]\ndimensions = {list(crossed)}\n".replace("'", '"')
    if recipient % 3 == 0:
        more += '[[only]]\ndimension = "kind"\ncodes = ["x"]\n'
    if recipient % 3 == 1 and "region" in crossed:
        more += '[[only]]\ndimension = "region"\ncodes = ["A", "B"]\n'
    return parse_spec(BASE.format(name=f"for-{recipient}") + more, "recipient.toml")


def records(rng: np.random.Generator, count: int) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "region": rng.choice(list("ABC"), count),
            "kind": rng.choice(list("xy"), count),
            "stage": rng.choice(["made", "sold"], count),
            "firm": [f"F{one}" for one in rng.integers(0, 40, count)],
            "one": np.ones(count, dtype=np.int64),
        }
    )


def next_month(rng: np.random.Generator, known: pl.DataFrame, count: int) -> pl.DataFrame:
    """Late records come in, and now and then one is withdrawn."""
    kept = known.sample(known.height - int(rng.integers(0, 2)), seed=int(rng.integers(1000)))
    return pl.concat([kept, records(rng, count)])


@dataclass(frozen=True)
class Told:
    """A release as its readers have it, and the records that it was made of, which they do not have.

    ``only``: the codes that it was cut down to, by dimension. ``noted``: the dimensions that the house kept of it.
    """

    table: pl.DataFrame
    records: pl.DataFrame
    only: Mapping[str, str] = field(default_factory=dict)
    noted: tuple[str, ...] = DIMENSIONS


def year(seed: int, months: int, recipients: int, count: int) -> list[Told]:
    """Monthly releases, and further tables for recipients spread over the months."""
    rng, past, told = np.random.default_rng(seed), Kept(), []
    known = records(rng, 150)
    asked = np.array_split(np.arange(1, recipients + 1), months)
    for month in range(months):
        for recipient in (0, *asked[month].tolist()):
            protected = protect(known, spec_for(recipient), past=past)
            past.keep(protected)
            told.append(Told(protected.table, known))
        known = next_month(rng, known, count)
    return told
