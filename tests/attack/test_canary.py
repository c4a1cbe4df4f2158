"""A planted person, phone, id and buyer appear in no file, log, message or table of the hub."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from catalog.errors import HubError
from exporters.sample import invent
from hub.job.pipeline import release
from hub.parts import datasets
from tests.house import house, settings

CANARIES = {
    "phone": "13912345678",
    "id": "11010519491231002X",
    "person": "欧阳诱饵",
    "buyer": "诱饵采购商行",
}


@pytest.fixture
def planted(tmp_path: Path) -> str:
    """A province in which every third record of each table carries the canaries, also in fields that break rules."""
    file = tmp_path / "p.sqlite"
    invent(f"sqlite:///{file}", 600, seed=21)
    with closing(sqlite3.connect(file)) as connection, connection:
        plant = {
            "traceability": {"producer_contact": "phone", "buyer_name": "buyer", "buyer_contact": "phone"},
            "risk_monitoring": {"reporter_name": "person", "reporter_phone": "phone"},
            "production_licence": {"applicant_contact_name": "person", "applicant_contact_phone": "phone"},
            "special_rectification": {"problem_text": "id"},
        }
        for table, cells in plant.items():
            sets = ", ".join(f"{column} = ?" for column in cells)
            values = [CANARIES[kind] for kind in cells.values()]
            connection.execute(f"UPDATE {table} SET {sets} WHERE rowid % 3 = 0", values)
        connection.execute(
            "UPDATE risk_monitoring SET summary = ? WHERE rowid % 3 = 0",
            [f"投诉人{CANARIES['person']}，电话{CANARIES['phone']}，身份证{CANARIES['id']}，称产品漏电。"],
        )
        # A broken cell must not be told by the message that calls it broken.
        connection.execute("UPDATE traceability SET produced_on = ? WHERE rowid % 7 = 0", [CANARIES["phone"]])
        connection.execute("UPDATE production_licence SET issued_on = ? WHERE rowid % 7 = 0", [CANARIES["id"]])
    return f"sqlite:///{file}"


def test_no_canary_leaves_the_source(tmp_path: Path, planted: str, capfd: pytest.CaptureFixture[str]) -> None:
    home = tmp_path / "home"
    parts = house(home, planted)
    said = []
    for dataset in datasets(settings(home, planted)):
        if dataset.source.kind != "sql":
            continue
        try:
            release(dataset, parts)
        except HubError as error:
            said.append(f"{dataset.id}: {error}")
    assert said == []
    captured = capfd.readouterr()
    _search(home, captured.out + captured.err)


def _search(home: Path, printed: str) -> None:
    looked_at = 0
    for path in home.rglob("*"):
        if path.is_file():
            looked_at += 1
            content = _readable(path)
            for name, canary in CANARIES.items():
                assert canary not in content, f"{name} stands in {path.relative_to(home)}"
    for name, canary in CANARIES.items():
        assert canary not in printed, f"{name} was printed"
    assert looked_at > 40


def _readable(path: Path) -> str:
    """A file's content as text; compressed tables are opened, so that nothing hides in them."""
    import zipfile

    import pyarrow as pa
    import pyarrow.parquet as pq

    from catalog.files import load_batches

    if path.suffix == ".parquet":
        return str(pq.read_table(path).to_pylist())
    if path.suffix == ".arrow" and path.read_bytes().startswith(b"ARROW1"):
        with pa.ipc.open_file(path) as file:
            return str(file.read_all().to_pylist())
    if path.suffix == ".arrow":
        return str([batch.to_pylist() for batch in load_batches(path)])
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "".join(archive.read(name).decode("utf-8") for name in archive.namelist())
    return path.read_bytes().decode("utf-8", errors="ignore")
