"""The free texts of the sample, complaints and rectification records, come out without their persons."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import polars as pl
import pytest

from desensitise.detect import find, redact
from desensitise.detect.settle import LEAST
from desensitise.detect.spans import PERSONAL
from exporters.sample import invent, rectification, risk
from hub.job.pipeline import release
from hub.parts import datasets
from tests.house import house, settings

PARTICULARS = ("person", "phone", "idno", "mail", "address")


@pytest.fixture(scope="module")
def province(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("province") / "p.sqlite"
    invent(f"sqlite:///{file}", 4000, seed=5)
    return file


def _texts(file: Path, table: str, *columns: str) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(file)) as connection, connection:
        return connection.execute(f"SELECT DISTINCT {', '.join(columns)} FROM {table}").fetchall()


def _particulars(text: str, templates: tuple[str, ...]) -> Iterator[str]:
    """Who and what a text of the sample tells, known because its template is."""
    for template in templates:
        shape = re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>.+?)", re.escape(template))
        told = re.fullmatch(shape, text)
        for name, value in told.groupdict().items() if told else ():
            if name in PARTICULARS:
                # Of an address the road and number: the county is the county of the whole record.
                yield re.split(r"[县区市]", value)[-1] if name == "address" else value


def _leaks(pairs: list[tuple[str, str]], templates: tuple[str, ...]) -> int:
    """How many particulars of the texts still stand in what was made of them."""
    return sum(told in treated for text, treated in pairs for told in _particulars(text, templates))


@pytest.mark.slow
def test_complaints_are_released_without_the_persons_in_them(tmp_path: Path, province: Path) -> None:
    source = f"sqlite:///{province}"
    dataset = next(d for d in datasets(settings(tmp_path, source)) if d.id == "risk_monitoring")
    release(dataset, house(tmp_path, source))
    released = pl.read_parquet(tmp_path / "releases" / dataset.id / "1" / f"{dataset.id}.parquet")
    before = dict(_texts(province, "risk_monitoring", "risk_info_no", "summary"))
    pairs = [(before[no], text) for no, text in released.select("risk_info_no", "summary").iter_rows() if text]
    assert sum(len(list(_particulars(text, risk._SUMMARIES))) for text, _ in pairs) > 100
    assert _leaks(pairs, risk._SUMMARIES) == 0


def test_rectification_texts_are_redacted_without_the_persons_in_them(province: Path) -> None:
    texts = [text for (text,) in _texts(province, "special_rectification", "problem_text") if text]
    treated = redact(texts)
    assert sum(len(list(_particulars(text, rectification._TEXTS))) for text in texts) > 100
    assert _leaks(list(zip(texts, treated, strict=True)), rectification._TEXTS) == 0
    left = [[s for s in spans if s.kind in PERSONAL and s.score >= LEAST] for spans in find(treated, mode="recall")]
    assert left == [[] for _ in texts]


def test_redacted_texts_still_tell_what_happened(province: Path) -> None:
    texts = [text for (text,) in _texts(province, "special_rectification", "problem_text") if text]
    said = " ".join(redact(texts))
    for words in ("检查发现铭牌缺失", "抽查绝缘厚度不达标", "标识与执行标准不符", "未按规定留存检验记录"):
        assert words in said
