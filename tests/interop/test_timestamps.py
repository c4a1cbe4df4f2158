"""A real time-stamping authority (openssl ts) vouches for the ledger's head, and openssl accepts what was kept."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
from sqlalchemy import Engine, text, update

from catalog.errors import ProofError, SettingsError, SourceGone
from hub.db.engine import connect, reading, writing
from hub.db.migrate import migrate
from hub.db.tables import ledger_timestamp
from hub.ledger import store, timestamps
from hub.ledger.keys import load_signer
from hub.ledger.note import Signer
from hub.ledger.store import Event
from hub.ledger.timestamps import Authority

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is missing; install openssl")
CONF = """
[ca]
basicConstraints = critical, CA:true
keyUsage = critical, keyCertSign
[tsa]
extendedKeyUsage = critical, timeStamping
[tsa_config]
serial = serial
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256
accuracy = secs:1
ess_cert_id_chain = no
"""


def openssl(folder: Path, *line: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(["openssl", *line], cwd=folder, check=False, capture_output=True)


def _certificate(folder: Path, name: str, section: str, signer: str = "") -> None:
    by = ["-CA", f"{signer}.pem", "-CAkey", f"{signer}.key"] if signer else []
    new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", f"/CN={name}"]
    files = ["-keyout", f"{name}.key", "-out", f"{name}.pem", "-config", "conf", "-extensions", section]
    done = openssl(folder, *new, *files, *by)
    assert done.returncode == 0, done.stderr


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The authority's folder: its root, and a certificate that may stamp."""
    folder = tmp_path_factory.mktemp("tsa")
    (folder / "conf").write_text("[req]\ndistinguished_name = dn\n[dn]\n" + CONF)
    (folder / "serial").write_text("01")
    _certificate(folder, "root", "ca")
    _certificate(folder, "stamper", "tsa", "root")
    _certificate(folder, "stranger", "ca")
    return folder


@pytest.fixture(scope="module")
def address(office: Path) -> Iterator[str]:
    class Desk(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            (office / "query.tsq").write_bytes(self.rfile.read(int(self.headers["Content-Length"])))
            stamped = ["ts", "-reply", "-queryfile", "query.tsq", "-signer", "stamper.pem", "-inkey", "stamper.key"]
            done = openssl(office, *stamped, "-config", "conf", "-section", "tsa_config", "-out", "reply.tsr")
            self.send_response(200 if done.returncode == 0 else 500)
            self.end_headers()
            self.wfile.write((office / "reply.tsr").read_bytes() if done.returncode == 0 else b"")

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Desk)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[tuple[Engine, Signer]]:
    engine = connect(f"sqlite:///{tmp_path / 'hub.db'}")
    migrate(engine)
    with writing(engine) as connection:
        store.append(connection, [Event("test.happened", {"number": 1})], datetime.now(UTC))
    yield engine, load_signer("hub.example/ledger", tmp_path / "key.pem")
    engine.dispose()


def known(address: str, office: Path, root: str = "root") -> Authority:
    found = timestamps.authority(address, office / f"{root}.pem")
    assert found is not None
    return found


def test_the_head_is_vouched_for_and_openssl_accepts_the_reply(
    ledger: tuple[Engine, Signer], address: str, office: Path, tmp_path: Path
) -> None:
    engine, signer = ledger
    before = datetime.now(UTC).replace(microsecond=0)
    found = timestamps.take(engine, signer, datetime.now(UTC), known(address, office))
    assert before <= found.at <= datetime.now(UTC)
    (tmp_path / "checkpoint.txt").write_text(found.note)
    (tmp_path / "reply.tsr").write_bytes(found.token)
    line = ["ts", "-verify", "-data", "checkpoint.txt", "-in", "reply.tsr", "-CAfile", str(office / "root.pem")]
    assert openssl(tmp_path, *line).returncode == 0
    with reading(engine) as connection:
        assert timestamps.newest(connection) == found
        assert timestamps.faults(connection, known(address, office).roots) == ()
    (tmp_path / "checkpoint.txt").write_text(found.note + "x")
    assert openssl(tmp_path, *line).returncode != 0


def test_a_head_is_stamped_once(ledger: tuple[Engine, Signer], address: str, office: Path) -> None:
    engine, signer = ledger
    first = timestamps.take(engine, signer, datetime.now(UTC), known(address, office))

    def never(url: str, query: bytes) -> bytes:
        raise AssertionError

    assert timestamps.take(engine, signer, datetime.now(UTC), known(address, office), never) == first


def test_an_authority_that_leads_to_no_trusted_root_is_not_believed(
    ledger: tuple[Engine, Signer], address: str, office: Path
) -> None:
    engine, signer = ledger
    with pytest.raises(ProofError):
        timestamps.take(engine, signer, datetime.now(UTC), known(address, office, "stranger"))
    with reading(engine) as connection:
        assert timestamps.newest(connection) is None


def test_a_reply_to_another_query_is_refused(ledger: tuple[Engine, Signer], address: str, office: Path) -> None:
    engine, signer = ledger
    kept: list[bytes] = []

    def old(url: str, query: bytes) -> bytes:
        kept.append(timestamps.post(url, query))
        return kept[0]

    authority = known(address, office)
    timestamps.stamped("one checkpoint", authority, old)
    with pytest.raises(ProofError):
        timestamps.stamped("one checkpoint", authority, old)
    with pytest.raises(ProofError):
        timestamps.stamped("one checkpoint", authority, lambda *_: b"nonsense")
    with pytest.raises(SourceGone):
        timestamps.take(engine, signer, datetime.now(UTC), Authority("http://127.0.0.1:9/", authority.roots))


def test_a_changed_timestamp_or_a_predated_checkpoint_is_found(
    ledger: tuple[Engine, Signer], address: str, office: Path
) -> None:
    engine, signer = ledger
    authority = known(address, office)
    timestamps.take(engine, signer, datetime.now(UTC) + timedelta(hours=1), authority)
    with reading(engine) as connection:
        (fault,) = timestamps.faults(connection, authority.roots)
    assert "younger" in fault.what
    with writing(engine) as connection:
        connection.execute(update(ledger_timestamp).values(at="2020-01-01T00:00:00+00:00"))
    with reading(engine) as connection:
        assert "moment was changed" in timestamps.faults(connection, authority.roots)[0].what
    with writing(engine) as connection:
        connection.execute(text("UPDATE ledger_timestamp SET token = x'00'"))
    with reading(engine) as connection:
        assert "does not hold" in timestamps.faults(connection, authority.roots)[0].what


def test_address_and_roots_belong_together(office: Path) -> None:
    assert timestamps.authority("", None) is None
    with pytest.raises(SettingsError):
        timestamps.authority("http://tsa.example.org", None)
    with pytest.raises(SettingsError):
        timestamps.authority("http://tsa.example.org", office / "serial")
