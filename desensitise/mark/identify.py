"""Whose copy found rows come from: named with a bound, or not enough evidence, or none. Never a guess."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import exp, inf, log

import numpy as np
import polars as pl
import pyarrow as pa

from catalog.errors import DeclarationError
from desensitise.mark import texts
from desensitise.mark.embed import row_numbers
from desensitise.mark.evidence import Positions, value_evidence
from desensitise.mark.kinds import as_texts, usual_table
from desensitise.mark.laws import law_of
from desensitise.mark.match import Matches, agreeing, match, under_names
from desensitise.mark.models import Floats
from desensitise.mark.narrowed import facts_of
from desensitise.mark.observe import observe
from desensitise.mark.order import order_evidence
from desensitise.mark.parted import from_columns, from_rows, lists_of, with_parts
from desensitise.mark.prf import CipherName, Ints, Prf, blocks
from desensitise.mark.profile import Channel
from desensitise.mark.proving import verified_claims
from desensitise.mark.verdict import Candidate, Named, Original, Verdict, merged

_SCREENED, _SCREENED_ROWS, _WEIGHED, _KEPT = 500, 250, 20_000, 64
_READABLE = 0.5
_TOKENS = 1000
_LISTS = 300
_MAC_BITS = 64


def identify(
    table: pl.DataFrame | pa.Table, dataset: Original, candidates: Sequence[Candidate], epsilon: float = 1e-9
) -> Verdict:
    """Name every grant whose evidence in ``table`` reaches ln(N/epsilon), N being the number of ``candidates``.

    ``table`` may have any columns in any order. The chance that any innocent is named is ``epsilon`` at most.
    DeclarationError when that is no chance.
    """
    if not 0 < epsilon < 1:
        raise DeclarationError("Epsilon is not between nought and one.", todo="Give the chance of error, as 1e-9.")
    dataset, candidates = replace(dataset, rows=usual_table(dataset.rows)), merged(candidates)
    found = with_parts(as_texts(table))
    shared = _shared_facts(dataset)
    matches = _matches(found, shared, dataset)
    evidence = _Evidence(dataset, candidates, found, shared, matches)
    return evidence.verdict(epsilon)


def evidence_of(table: pl.DataFrame | pa.Table, dataset: Original, candidates: Sequence[Candidate]) -> Floats:
    """Evidence (ln E) of every candidate in full, in their order; what ``identify`` compares with its threshold."""
    dataset = replace(dataset, rows=usual_table(dataset.rows))
    found, shared = as_texts(table), _shared_facts(dataset)
    matches = _matches(found, shared, dataset)
    return _Evidence(dataset, candidates, found, shared, matches).of_everyone()


def _shared_facts(dataset: Original) -> pl.DataFrame:
    return facts_of(dataset.rows, dataset.profile)


def _matches(found: pl.DataFrame, shared: pl.DataFrame, dataset: Original, *, in_place: bool = True) -> Matches:
    whole = in_place and not dataset.profile.order
    return match(found, shared, may_be_in_place=whole, ordinals=dataset.ordinals, naming=dataset.naming)


def agreement(table: pl.DataFrame | pa.Table, dataset: Original) -> int:
    """How much of ``dataset`` the table bears out: rows of it, each once, and their cells; no key plays a part."""
    found, shared = as_texts(table), _shared_facts(dataset)
    return agreeing(found, shared, _matches(found, shared, dataset, in_place=False))


def together(tables: Sequence[pl.DataFrame], dataset: Original) -> pl.DataFrame:
    """Tables of any headings as one: columns that hold the same thing get the dataset's name for it."""
    if len(tables) < 2:
        return tables[0] if tables else pl.DataFrame()
    shared = _shared_facts(dataset)
    return pl.concat([_renamed(as_texts(table), dataset, shared) for table in tables], how="diagonal")


def _renamed(found: pl.DataFrame, dataset: Original, shared: pl.DataFrame) -> pl.DataFrame:
    matches = _matches(found, shared, dataset, in_place=False)
    evidence = _Evidence(dataset, (), found, shared, matches)
    names = {theirs: ours for ours, theirs in matches.columns.items()}
    marked = {evidence.column_of(channel): channel.column for channel in dataset.profile.channels}
    names |= {theirs: ours for theirs, ours in marked.items() if theirs is not None}
    return under_names(found, names)


@dataclass(frozen=True, slots=True)
class _Weights:
    """Evidence (ln E) of grants in all and by channel, of downloads, and tokens verified by download."""

    grants: Sequence[Candidate]
    total: Floats
    channels: dict[str, Floats]
    downloads: dict[int, float]
    tokens: dict[int, int]


class _Evidence:
    """One question's intermediate facts: matched rows without duplicates, positions, and ln E of every grant."""

    def __init__(
        self,
        dataset: Original,
        candidates: Sequence[Candidate],
        found: pl.DataFrame,
        shared: pl.DataFrame,
        matches: Matches,
    ) -> None:
        self._dataset, self._candidates, self._found, self._matches = dataset, candidates, found, matches
        self._shared = shared
        rows = np.flatnonzero(matches.places >= 0)
        # In the order found for row order; in one that nobody chose for values, so that of rows found several times
        # no copy comes first.
        self._sequence = _once(rows, matches.places)
        self._drawn = _once(np.random.default_rng(5).permutation(rows), matches.places)
        self._duplicates = len(rows) - len(self._sequence)
        self._unreadable: dict[str, int] = {}
        self._found = self._with_lists_whole()
        self._positions = [p for c in dataset.profile.channels if (p := self._positions_of(c)) is not None]

    def of_everyone(self) -> Floats:
        return self._weigh(range(len(self._candidates)), _WEIGHED, _WEIGHED).total

    def verdict(self, epsilon: float) -> Verdict:
        threshold = log(max(len(self._candidates), 1) / epsilon)
        everyone = list(range(len(self._candidates)))
        screened = self._weigh(everyone, _SCREENED, _SCREENED_ROWS)
        # Everybody has a full weight, bounded as it is, whether or not it is worked out. It is for the highest few,
        # and by it alone somebody can be named.
        first = [everyone[g] for g in np.argsort(-screened.total, kind="stable")[:_KEPT]]
        weighed = self._weigh(first, _WEIGHED, _WEIGHED)
        order = np.argsort(-weighed.total, kind="stable")
        named = tuple(self._named(int(g), weighed, epsilon) for g in order if weighed.total[g] >= threshold)
        rest = [float(weighed.total[g]) for g in order if weighed.total[g] < threshold]
        rest += [float(w) for g, w in enumerate(screened.total) if g not in set(first)]
        told = len(self._sequence) > 0 or bool(weighed.tokens)
        return Verdict(
            outcome="named" if named else "not enough evidence" if told else "none",
            named=named,
            candidates=len(self._candidates),
            epsilon=epsilon,
            threshold=threshold,
            rows=self._found.height,
            matched=self._matches.by,
            duplicates=self._duplicates,
            moved_tokens=self._matches.moved,
            positions={p.channel.column: len(p.found) for p in self._positions},
            unreadable=self._unreadable,
            runner_up=max(rest) if rest else None,
        )

    def _named(self, place: int, weighed: _Weights, epsilon: float) -> Named:
        one, total = weighed.grants[place], float(weighed.total[place])
        bar = log(max(sum(len(c.downloads) for c in self._candidates), 1) / epsilon)
        numbers = tuple(n for n, _ in one.downloads if weighed.downloads.get(n, -inf) >= bar)
        channels = {name: round(float(lnes[place]), 3) for name, lnes in weighed.channels.items()}
        bound = exp(max(log(len(self._candidates)) - total, -700.0))
        found = sum(weighed.tokens.get(n, 0) for n, _ in one.downloads)
        return Named(one.grant, one.recipient, numbers, total, channels, bound, found)

    def _weigh(self, grants: Sequence[int], cells: int, rows: int) -> _Weights:
        """Evidence by at most so many cells of each channel and so many rows of the order."""
        chosen = [self._candidates[g] for g in grants]
        ciphers = [Prf(c.key, c.cipher) for c in chosen]
        values, channels = value_evidence([p.first(cells) for p in self._positions], ciphers)
        downloads, tokens = self._by_download(chosen, rows)
        added = np.zeros(len(chosen))
        for place, candidate in enumerate(chosen):
            each = [downloads[number] for number, _ in candidate.downloads]
            if each:
                added[place] = float(np.logaddexp.reduce(each)) - log(len(each))
        return _Weights(chosen, values + added, {**channels, "row order and token": added}, downloads, tokens)

    def _by_download(self, chosen: Sequence[Candidate], rows: int) -> tuple[dict[int, float], dict[int, int]]:
        numbers = [(n, key, c.cipher) for c in chosen for n, key in c.downloads]
        downloads = dict.fromkeys((n for n, _, _ in numbers), 0.0)
        if self._dataset.profile.order and len(self._sequence) > 1:
            places = self._matches.places[self._sequence[:rows]]
            ciphers = [Prf(key, cipher) for _, key, cipher in numbers]
            found = order_evidence(self._dataset.ordinals_at(places), self._shared[places], ciphers)
            downloads = {number: float(ln_e) for (number, _, _), ln_e in zip(numbers, found, strict=True)}
        tokens = self._tokens({n: (key, cipher) for n, key, cipher in numbers})
        for number, (tried, good) in tokens.items():
            # Any of the tried tokens verifies by chance with tried/2^64 at most; each way to bind a row is a try.
            evidence = _MAC_BITS * log(2) - log(tried) if good else -inf
            downloads[number] += float(np.logaddexp(evidence, 0.0)) - log(2)
        return downloads, {number: good for number, (_, good) in tokens.items() if good}

    def _tokens(self, keys: dict[int, tuple[bytes, CipherName]]) -> dict[int, tuple[int, int]]:
        """How many tokens were tried and verified, by the download they claim."""
        claims: dict[int, list[tuple[int, int]]] = {}
        for row, one in self._matches.tokens.items():
            place = self._matches.places[row : row + 1]
            stands = place[0] >= 0 and self._dataset.ordinals_at(place)[0] == one.ordinal
            if one.download in keys and stands and len(claims.setdefault(one.download, [])) < _TOKENS:
                claims[one.download].append((one.ordinal, one.mac))
        return {
            number: verified_claims(self._dataset, set(claimed), *keys[number])
            for number, claimed in claims.items()
            if claimed
        }

    def _positions_of(self, channel: Channel) -> Positions | None:
        theirs = self.column_of(channel)
        if theirs is None or not len(self._drawn):
            return None
        seen = self._observed(channel, theirs, self._drawn[:_WEIGHED])
        self._unreadable[channel.column] = int((~np.isfinite(seen.found) & seen.law.active).sum())
        there = np.isfinite(seen.found)
        _, once = np.unique(seen.blocks[:, 0], return_index=True)
        keep = np.sort(once[there[once]])
        return Positions(channel, seen.blocks[keep], seen.law.taken(keep), seen.found[keep])

    def _with_lists_whole(self) -> pl.DataFrame:
        """What was found, with lists again in one column that somebody parted into several."""
        whole = self._found
        for channel in self._dataset.profile.channels:
            if channel.kind != "list" or not len(self._drawn) or self.column_of(channel) is not None:
                continue
            rows = self._drawn[:_LISTS]
            lists = lists_of(self._dataset.rows.column(channel.column).take(pa.array(self._matches.places[rows])))
            free = [n for n in whole.columns if n not in self._matches.columns.values()]
            if (made := from_columns(whole, rows, lists, free)) is not None:
                whole = whole.with_columns(made.alias(channel.column))
        return whole

    def column_of(self, channel: Channel) -> str | None:
        """The found column that carries the channel: of the same name, or in which most cells read as marks."""
        plain = {name.strip().lower(): name for name in self._found.columns}
        named = plain.get(channel.column.lower())
        if named is not None and (not len(self._drawn) or self._readable(channel, named) > 0):
            return named
        others = {one.column.lower(): one for one in self._dataset.profile.channels}
        taken = {*self._matches.columns.values(), named}
        best: tuple[float, str | None] = (_READABLE, named)
        for name in (n for n in self._found.columns if n not in taken):
            other = others.get(name.strip().lower())
            if other is None or not self._readable(other, name):
                best = max(best, (self._readable(channel, name), name), key=lambda pair: pair[0])
        return best[1]

    def _readable(self, channel: Channel, name: str) -> float:
        """The share of some cells of a column that read as the channel's marks."""
        seen = self._observed(channel, name, self._drawn[:300])
        return float(np.isfinite(seen.found).sum()) / max(int(seen.law.active.sum()), 1)

    def _observed(self, channel: Channel, theirs: str, rows: Ints) -> Positions:
        places = self._matches.places[rows]
        profile = self._dataset.profile
        taken = self._dataset.rows.take(pa.array(places)).combine_chunks()
        shared = taken.to_batches()[0] if len(rows) else pa.RecordBatch.from_pylist([], schema=taken.schema)
        ordinals = self._dataset.ordinals_at(places).astype(np.uint64)
        numbers = row_numbers(shared, 0, profile) if profile.keyed_by_identity else ordinals
        column = shared.column(channel.column)
        part = shared.column(channel.part) if channel.part else None
        law = law_of(channel, column, numbers, profile, Prf(self._dataset.family, self._cipher), part)
        if channel.kind == "list":
            cells = self._found[theirs]
            several = self._duplicates > 0
            said = (
                from_rows(cells, self._matches.places, rows, lists_of(column))
                if several
                else cells.gather(rows).to_list()
            )
        else:
            said = self._found.select(texts.canonical(pl.col(theirs)))[theirs].gather(rows).to_list()
        found = observe(channel, column, law, said)
        return Positions(channel, blocks(numbers, profile.lane(channel), law.value), law, found)

    @property
    def _cipher(self) -> CipherName:
        return self._candidates[0].cipher if self._candidates else "aes"


def _once(rows: Ints, places: Ints) -> Ints:
    """The rows without those whose place came before, order kept."""
    _, first = np.unique(places[rows], return_index=True)
    return rows[np.sort(first)]
