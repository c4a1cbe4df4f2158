"""Treatments beside presidio-anonymizer: nanoseconds a value, and what each leaves in clear.

    python -m benchmarks.presidio_treatments [--values 20000]

Presidio's operators are first told where the value stands, so that they alone are measured; then stock
presidio-analyzer and presidio-anonymizer take the whole way through sentences of complaints, beside ``redact``. Stock
Presidio knows no Chinese kind: what it leaves in clear is counted as well.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial

import polars as pl
from presidio_anonymizer import AnonymizerEngine
from presidio_anonymizer.entities import OperatorConfig, RecognizerResult

from benchmarks.detect import cpu, stock, table
from desensitise.detect import redact
from desensitise.treatments import Options, builder_of

KEY = bytes(range(32))
THEIRS: tuple[tuple[str, dict[str, object]], ...] = (
    ("mask", {"masking_char": "*", "chars_to_mask": 4, "from_end": False}),
    ("hash", {}),
    ("replace", {}),
)
OURS: tuple[tuple[str, Options], ...] = (
    ("mask_phone", {}),
    ("pseudonym", {"mac": "sha256"}),
    ("surrogate", {"of": "mobile"}),
)


def _engine() -> AnonymizerEngine:
    made: Callable[[], AnonymizerEngine] = AnonymizerEngine  # its constructor has no types
    return made()


def operators(n: int) -> None:
    """One treatment each on distinct mobile numbers."""
    numbers = [f"138{at:08}" for at in range(n)]
    engine = _engine()

    def theirs(name: str, parameters: dict[str, object]) -> None:
        operator = {"DEFAULT": OperatorConfig(name, parameters)}
        for text in numbers:
            engine.anonymize(text, [RecognizerResult("PHONE_NUMBER", 0, len(text), 1.0)], operator)

    frame = pl.DataFrame({"value": numbers})
    for name, parameters in THEIRS:
        _told(f"presidio-anonymizer {name}", cpu(partial(theirs, name, parameters)), n)
    for name, options in OURS:
        treated = builder_of(name, KEY)(pl.col("value"), options)
        frame.head(10).select(treated)
        _told(f"ours: {name}", cpu(partial(frame.select, treated)), n)


def sentences(n: int) -> None:
    """From a sentence to a sentence without its person."""
    texts = table(n)["note"].unique().sort().to_list()
    secrets = [(text[3 : text.index("反映")], text[-11:]) for text in texts]
    engine, analyzer = _engine(), stock()

    def whole(text: str) -> str:
        found = analyzer.analyze(text, language="zh")
        spans = [RecognizerResult(r.entity_type, r.start, r.end, r.score) for r in found]
        return str(engine.anonymize(text, spans).text)

    redact(texts[:1])
    ways: dict[str, Callable[[], list[str]]] = {
        "stock presidio, both engines": lambda: list(map(whole, texts)),
        "ours: redact": lambda: redact(texts),
    }
    for told, work in ways.items():
        left: list[str] = []
        _told(told, cpu(partial(_into, left, work)), len(texts))
        print(f"    {_clear(secrets, left)} of {2 * len(texts)} names and numbers left in clear")


def _into(left: list[str], work: Callable[[], list[str]]) -> None:
    left.extend(work())


def _clear(secrets: Sequence[tuple[str, str]], left: Sequence[str]) -> int:
    return sum(secret in text for both, text in zip(secrets, left, strict=True) for secret in both)


def _told(what: str, spent: float, n: int) -> None:
    print(f"{what:<40} {spent / n * 1e9:12,.0f} ns a value")


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure treatments beside presidio-anonymizer.")
    parser.add_argument("--values", type=int, default=20_000)
    n = parser.parse_args().values
    operators(n)
    sentences(n)


if __name__ == "__main__":
    main()
