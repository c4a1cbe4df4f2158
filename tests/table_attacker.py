"""An outsider who has the published table and the declared hierarchies, and nothing of the library's.

Who is to be protected, and how far, is worked out from the records by the rules' definitions (Hundepool et al. 2012,
sections 4.2 and 4.3); what the outsider can work out, by a linear programme over the sums of the published table.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import highspy
import numpy as np
import polars as pl

from desensitise.disclosure import parse_spec, protect

Cell = tuple[str, ...]
WHOLE = "_T"


@dataclass(frozen=True)
class Asked:
    """A table to protect: each dimension's parents by code, the rules, whether amounts may fall below nought."""

    parents: tuple[Mapping[str, str], ...]
    crossed: tuple[tuple[int, ...], ...]
    signed: bool
    p: float
    n: int
    k: float
    threshold: int = 3
    range: float = 15.0

    @property
    def spec(self) -> str:
        signed = "yes" if self.signed else "no"
        text = f'[table]\nname = "t"\ncontributor = "firm"\nowner = "owner"\nwaiver = "agreed"\n[rules]\np = {self.p}\n'
        text += f"threshold = {self.threshold}\nrange = {self.range}\n[[rules.dominance]]\nn = {self.n}\nk = {self.k}\n"
        text += f'[[measure]]\nname = "value"\nkind = "value"\nsigned = "{signed}"\n'
        for at, parents in enumerate(self.parents):
            text += f'[[dimension]]\nname = "d{at}"\nhierarchy = "parents"\n[dimension.parents]\n'
            text += "".join(f'{code} = "{parent}"\n' for code, parent in parents.items())
        for one in self.crossed:
            text += f"[[crossed]]\ndimensions = {[f'd{at}' for at in one]}\n".replace("'", '"')
        return text

    def above(self, leaf: Cell) -> list[Cell]:
        """All published cells that a finest cell lies in."""
        chains = []
        for code, parents in zip(leaf, self.parents, strict=True):
            chain = [code]
            while chain[-1] != WHOLE:
                chain.append(parents[chain[-1]])
            chains.append(chain)
        return [
            cell
            for cell in product(*chains)
            if any({at for at, code in enumerate(cell) if code != WHOLE} <= set(one) for one in self.crossed)
        ]


def invented(seed: int) -> tuple[Asked, pl.DataFrame]:
    """A table over hierarchies of unequal depth, linked tables now and then, and its records."""
    rng = np.random.default_rng(seed)
    parents = []
    for letter in "abc"[: int(rng.integers(1, 4))]:
        one: dict[str, str] = {}
        for group in range(2):
            one[f"{letter}{group}"] = WHOLE
            one |= {f"{letter}{group}{leaf}": f"{letter}{group}" for leaf in range(int(rng.integers(0, 4)))}
        parents.append(one)
    every = tuple(range(len(parents)))
    crossed = ((0, 1), every[1:], (0, every[-1])) if len(every) == 3 and seed % 2 else (every,)
    count, signed = int(rng.choice([12, 30, 50])), seed % 3 == 0
    leaves = [sorted(set(one) - set(one.values())) for one in parents]
    frame = {f"d{at}": rng.choice(codes, count) for at, codes in enumerate(leaves)}
    firm = rng.integers(0, 25, count)
    value = np.ceil(rng.lognormal(3, 1.2, count)) * np.where(signed & (rng.random(count) < 0.3), -1, 1)
    frame |= {"firm": firm.astype(str), "owner": np.where(firm < 6, "G", ""), "agreed": firm % 9 == 8, "value": value}
    asked = Asked(tuple(parents), crossed, signed, float(rng.choice([0, 15, 40])), *((1, 75.0), (2, 85.0))[seed % 2])
    return asked, pl.DataFrame(frame)


def guarded(asked: Asked, own: Mapping[str, tuple[float, bool]]) -> float:
    """How far a cell of these contributions must stay open; nought where it is safe."""
    size = {owner: abs(value) for owner, (value, _) in own.items() if value}
    open_ = [by for owner, by in size.items() if not own[owner][1]]
    if not open_:
        return 0.0
    falling, whole, need = sorted(size.values(), reverse=True), sum(size.values()), 0.0
    if len(size) < asked.threshold:
        need = max(1.0, asked.range / 100 * abs(sum(value for value, _ in own.values())))
    largest = sum(falling[: asked.n])
    if largest > asked.k / 100 * whole + 1e-9:
        need = max(need, 1.0, 100 / asked.k * largest - whole)
    guess = falling[1] if max(open_) == falling[0] and len(falling) > 1 else falling[0] * (max(open_) < falling[0])
    short = asked.p / 100 * max(open_) - (whole - max(open_) - guess)
    return max(need, 1.0, short) if asked.p and short > 1e-9 else need


def learned(asked: Asked, records: pl.DataFrame) -> list[str]:
    """What the outsider learns too closely of cells that the rules protect."""
    own: dict[Cell, dict[str, tuple[float, bool]]] = defaultdict(dict)
    names = [f"d{at}" for at in range(len(asked.parents))]
    for row in records.iter_rows(named=True):
        owner = row["owner"] or row["firm"]
        for cell in asked.above(tuple(row[name] for name in names)):
            value, agreed = own[cell].get(owner, (0.0, True))
            own[cell][owner] = value + row["value"], agreed and row["agreed"]
    table = protect(records, parse_spec(asked.spec, "t.toml")).table
    told = {tuple(row[name] for name in names): row["value"] for row in table.iter_rows(named=True)}
    assert set(told) == set(own)
    reach, found = _Reach(asked, told), []
    for cell in sorted(own):
        need, value = guarded(asked, own[cell]), sum(by for by, _ in own[cell].values())
        if need:
            least, most = reach.of(cell)
            below = need if asked.signed else min(need, value)
            if told[cell] is not None or most < value + need * 0.9999 or least > value - below * 0.9999:
                found.append(f"{cell}: {least} to {most}, {value} with {need} either way")
        elif told[cell] is not None and told[cell] != value:
            found.append(f"{cell}: told {told[cell]}, is {value}")
    return found


class _Reach:
    """The linear programme over the published table's cells: sums hold, and what is told is known."""

    def __init__(self, asked: Asked, told: Mapping[Cell, float | None]) -> None:
        self._highs, self._at = highspy.Highs(), {cell: at for at, cell in enumerate(told)}  # type: ignore[no-untyped-call]
        self._highs.silent()
        for value in told.values():
            free = -highspy.kHighsInf if asked.signed else 0.0
            self._highs.addVar(*((free, highspy.kHighsInf) if value is None else (float(value), float(value))))
        for cell, axis in product(told, range(len(asked.parents))):
            members = [code for code, parent in asked.parents[axis].items() if parent == cell[axis]]
            under = [one for code in members if (one := (*cell[:axis], code, *cell[axis + 1 :])) in told]
            if under:
                columns = np.array([self._at[one] for one in (cell, *under)], dtype=np.int32)
                self._highs.addRow(0.0, 0.0, len(columns), columns, np.array([-1.0, *np.ones(len(under))]))

    def of(self, cell: Cell) -> tuple[float, float]:
        """The least and the most that a cell can be."""
        ends = []
        for sign in (1.0, -1.0):
            self._highs.changeColCost(self._at[cell], sign)
            self._highs.run()
            solved = self._highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
            ends.append(sign * self._highs.getInfo().objective_function_value if solved else -sign * np.inf)
            self._highs.changeColCost(self._at[cell], 0.0)
        return ends[0], ends[1]
