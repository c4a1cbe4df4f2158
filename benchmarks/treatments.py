"""Treatments and measures on records: nanoseconds a value, rows per CPU-second, peak memory.

    python -m benchmarks.treatments [--values 200000] [--rows 1000000]

Every treatment runs on distinct values, which is its worst case, in one process; a plain polars mask (a character class
replaced by stars) and Python's own one-call HMAC are the floors, Faker called value by value the peer of surrogates, in
the same run. Rows per CPU-second are those of the whole way from raw to safe rows (``apply``) with every tenth value
distinct. Records are measured in a process of their own, so that its peak memory is theirs.
"""

from __future__ import annotations

import argparse
import hmac
import json
import random
import time
from collections.abc import Callable
from datetime import date, timedelta
from functools import partial
from types import MappingProxyType

import numpy as np
import polars as pl
import pyarrow as pa
from faker import Faker

from benchmarks.measure import here, leg, peak_mib
from catalog.model import Kind, RecordRisk
from catalog.rows import Raw
from desensitise.apply import apply
from desensitise.ff1 import FF1, CipherName
from desensitise.policy import Policy, Rule
from desensitise.records import measure, search, survey_of
from desensitise.reference import KEYED_REFERENCE
from desensitise.reference.keyed import Twin
from desensitise.surrogates.lists import counties
from desensitise.treatments import ENTITY, KEYED, Options, builder_of

KEY = bytes(range(32))
CIPHERS: tuple[CipherName, ...] = ("aes", "sm4")
SLOW = 200
"""How many values the slow twin and Faker are asked for."""


def cpu(work: Callable[[], object]) -> float:
    """CPU-seconds of one call, all threads together."""
    begun = time.process_time()
    work()
    return time.process_time() - begun


def columns(n: int) -> dict[str, pl.Series]:
    """Distinct values of each sort."""
    rng = random.Random(7)
    areas = list(counties())
    days = [date(1950, 1, 1) + timedelta(days=rng.randrange(20_000)) for _ in range(n)]
    return {
        "name": pl.Series(
            [f"{rng.choice('王李张')}{chr(0x4E00 + i % 20_000)}{chr(0x4E00 + i // 20_000)}" for i in range(n)]
        ),
        "mobile": pl.Series([f"138{i:08}" for i in rng.sample(range(10**8), n)]),
        "id_card": pl.Series([f"{rng.choice(areas)}{day:%Y%m%d}{i % 1000:03}1" for i, day in enumerate(days)]),
        "email": pl.Series([f"user{i}@example.com" for i in range(n)]),
        "address": pl.Series([f"浙江省杭州市西湖区文三路{i}号" for i in range(n)]),
        "code": pl.Series([rng.choice(areas) for _ in range(n)]),
        "uscc": pl.Series([f"91{rng.choice(areas)}MA{i:07}X" for i in range(n)]),
        "bank_card": pl.Series([f"622848{i:012}0" for i in range(n)]),
        "plate": pl.Series([f"浙{rng.choice('ABCDEFG')}{i % 100_000:05}" for i in range(n)]),
        "organisation": pl.Series([f"杭州{i}电器有限公司" for i in range(n)]),
        "day": pl.Series(days, dtype=pl.Date),
        "number": pl.Series([rng.randrange(10**7) for _ in range(n)]),
    }


TREATED: tuple[tuple[str, str, dict[str, str | int]], ...] = (
    ("keep", "name", {}),
    ("mask_name", "name", {}),
    ("mask_phone", "mobile", {}),
    ("mask_id", "id_card", {}),
    ("mask_email", "email", {}),
    ("mask_address", "address", {}),
    ("county", "address", {}),
    ("city", "code", {}),
    ("province", "code", {}),
    ("month", "day", {}),
    ("band", "number", {"width": 1000}),
    ("band", "number", {"bounds": "1000;100000;1000000"}),
    ("round", "number", {"to": 100}),
    ("top_code", "number", {"at": 100_000}),
    ("pseudonym", "id_card", {}),
    ("pseudonym", "id_card", {"mac": "sha256"}),
    ("fpe", "mobile", {"alphabet": "digits"}),
    ("fpe", "mobile", {"alphabet": "digits", "cipher": "aes"}),
    ("fpe", "uscc", {"alphabet": "uscc"}),
    ("surrogate", "name", {"of": "name"}),
    ("surrogate", "mobile", {"of": "mobile"}),
    ("surrogate", "id_card", {"of": "id_card"}),
    ("surrogate", "uscc", {"of": "uscc"}),
    ("surrogate", "bank_card", {"of": "bank_card"}),
    ("surrogate", "plate", {"of": "plate"}),
    ("surrogate", "organisation", {"of": "organisation"}),
    ("surrogate", "address", {"of": "address"}),
    ("date_shift", "day", {"entity": "uscc", "days": 60}),
)


def treatments(n: int) -> None:
    values = columns(n)
    plain = min(cpu(lambda: values["mobile"].str.replace_all("[0-9]", "*")) for _ in range(3)) / n * 1e9
    print(f"{'floor: plain polars mask':<52} {plain:8.0f} ns a value")
    one = cpu(lambda: [hmac.digest(KEY, value.encode(), "sm3") for value in values["mobile"]])
    print(f"{'floor: hmac.digest, one call a value, SM3':<52} {one / n * 1e9:8.0f} ns a value")
    for name, column, options in TREATED:
        spent = _nanoseconds(name, values[column], values["uscc"], options)
        rate = _rows_a_second(name, values[column], values["uscc"], options)
        told = f"{name} {' '.join(map(str, options.values()))} ({column})"
        print(f"{told:<52} {spent:8.0f} ns a value {rate:14,.0f} rows per CPU-second {spent / plain:8.1f} x floor")
    blocks = np.zeros((n, 11), np.uint64)
    for cipher in CIPHERS:
        ff1 = FF1(KEY[:16], 10, cipher)
        print(f"{f'FF1 alone, 11 digits, {cipher}':<52} {cpu(partial(ff1.encrypt, blocks)) / n * 1e9:8.0f} ns a value")
    _peers(values)


def _nanoseconds(name: str, column: pl.Series, entity: pl.Series, options: dict[str, str | int]) -> float:
    frame = pl.DataFrame({"value": column, ENTITY: entity})
    expression = builder_of(name, KEY)(pl.col("value"), options).alias("value")
    frame.head(10).select(expression)
    spent = min(cpu(lambda: frame.select(expression)) for _ in range(3))
    return spent / len(column) * 1e9


def _rows_a_second(name: str, column: pl.Series, entity: pl.Series, options: dict[str, str | int]) -> float:
    keyed = KEY if name in KEYED else b""
    kind = pa.date32() if name == "date_shift" else pa.string()
    kind = pa.int64() if name in {"round", "top_code"} else kind
    by = "entity" if "entity" in options else ""
    rule = Rule("value", "value", Kind.STRING, kind, name, MappingProxyType(options), entity=by, key=keyed)
    policy = Policy("bench", (rule,), (), "record_id", "")
    some = len(column) // 10
    frame = pl.DataFrame({"value": column.head(some), "entity": entity.head(some)})
    table = pl.concat([frame] * 10).to_arrow(compat_level=pl.CompatLevel.oldest()).combine_chunks()
    raw = Raw(table.to_batches()[0])
    spent = min(cpu(lambda: apply(raw, policy)) for _ in range(3))
    return len(column) // 10 * 10 / spent


def _peers(values: dict[str, pl.Series]) -> None:
    faker = Faker("zh_CN")

    def seeded(make: Callable[[], str]) -> float:
        def one(value: str) -> str:
            faker.seed_instance(value)
            return make()

        return cpu(lambda: [one(value) for value in values["mobile"].head(SLOW)]) / SLOW * 1e9

    peers = {"ssn": faker.ssn, "phone_number": faker.phone_number, "name": faker.name, "address": faker.address}
    for told, make in peers.items():
        print(f"{f'peer: Faker.{told}, seeded by each value':<52} {seeded(make):8.0f} ns a value")
    twin = KEYED_REFERENCE["fpe"](KEY)
    some = values["mobile"].head(SLOW).to_list()
    for cipher in CIPHERS:
        options: dict[str, str | int] = {"alphabet": "digits", "cipher": cipher}
        slow = cpu(partial(_one_by_one, twin, some, options))
        print(f"{f'slow twin of FF1, {cipher}':<52} {slow / SLOW * 1e9:8.0f} ns a value")


def _one_by_one(twin: Twin, values: list[str], options: Options) -> list[object]:
    return [twin(value, options, None) for value in values]


def records(rows: int) -> None:
    """Survey, measures and the search on ``rows`` rows, told as JSON."""
    rng = np.random.default_rng(5)
    areas = np.array([f"33{city:02}{county:02}" for city in range(1, 12) for county in range(2, 12)])
    first = date(2000, 1, 1)
    frame = pl.DataFrame(
        {
            "region": areas[rng.integers(0, len(areas), rows)],
            "opened": pl.Series([first], dtype=pl.Date).dt.epoch("d")[0] + rng.integers(0, 9000, rows),
            "people": (rng.pareto(1.2, rows) * 10).astype(np.int64),
            "grade": rng.choice(["A", "B", "C", "D"], rows, p=[0.5, 0.3, 0.15, 0.05]),
            "capital": rng.integers(1, 2000, rows),
        },
    ).with_columns(pl.col("opened").cast(pl.Int32).cast(pl.Date).cast(pl.String), pl.col("people").cast(pl.String))
    base = peak_mib()
    quasi, sensitive = ("region", "opened", "people"), ("grade", "capital")
    batches = [frame.slice(at, 65_536) for at in range(0, rows, 65_536)]
    said: dict[str, object] = {}
    said["survey"] = cpu(lambda: said.__setitem__("s", survey_of(batches, quasi)))
    survey = survey_of(batches, quasi)
    said["measure k"] = cpu(lambda: measure(survey, 5))
    both = survey_of(batches, quasi, sensitive)
    said["measure k, l, t"] = cpu(lambda: measure(both, 5))
    steps = {
        "region": ("city", "province"),
        "opened": ("month", "quarter", "year"),
        "people": ("band 10", "band 100", "band 1000"),
    }
    found: list[object] = []
    promise = RecordRisk(quasi, 5, most_suppressed=5)
    said["search k"] = cpu(lambda: found.append(search(survey, steps, promise)))
    best = search(survey, steps, promise)
    assert best is not None
    said |= {"s": 0, "combinations": survey.table.height, "levels": best.levels, "opened": best.opened}
    said |= {"loss": round(best.loss, 4), "suppressed": best.rows_suppressed, "before": base, "peak": peak_mib()}
    print(json.dumps(said))


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure treatments and the risk of records.")
    parser.add_argument("--values", type=int, default=200_000)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only-records", action="store_true")
    given = parser.parse_args()
    if given.only_records:
        records(given.rows)
        return
    treatments(given.values)
    said = leg("records", [here(__file__), "--only-records", "--rows", str(given.rows)]).said
    print(f"records, {given.rows:,} rows, {said['combinations']:,} combinations of three quasi-identifiers:")
    for name in ("survey", "measure k", "measure k, l, t", "search k"):
        print(f"  {name:<50} {said[name]:8.2f} CPU-seconds")
    chosen = f"chose {said['levels']}, loss {said['loss']}, left out {said['suppressed']}"
    print(f"  search opened {said['opened']} nodes, {chosen}")
    print(f"  memory: {said['before']:,.0f} MiB with the rows made, {said['peak']:,.0f} MiB at most")


if __name__ == "__main__":
    main()
