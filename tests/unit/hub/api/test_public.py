"""What the public gets over the API: open datasets with files, conditional ones by description, proofs, no more."""

from __future__ import annotations

import base64
import hashlib

import pytest
from sqlalchemy import select

from hub.db.engine import reading, writing
from hub.db.exchange import use
from hub.db.tables import ledger_leaf
from hub.job.publish import withdraw
from hub.ledger.merkle import consistency_holds, inclusion_holds
from hub.ledger.note import read_checkpoint, read_vkey
from hub.ledger.store import Event, append, checkpoint
from tests.api_world import Api, is_problem, published, with_rates_that_stand


def _file(api: Api, name: str = "grading", version: int = 1) -> dict[str, object]:
    files = api.get(f"/api/v1/datasets/{name}/releases/{version}").get_json()["files"]
    found: dict[str, object] = next(one for one in files if one["name"] == f"{name}.csv")
    return found


def test_the_public_sees_open_and_conditional_datasets_and_not_what_agencies_share(api: Api) -> None:
    shown = {one["id"] for one in api.get("/api/v1/datasets").get_json()}
    assert {"grading", "traceability", "statistics"} <= shown
    assert not {"licences", "risk_monitoring", "spot_checks"} & shown
    for path in ("", "/dictionary", "/releases", "/releases/1", "/releases/1/files/licences.csv"):
        assert is_problem(api.get(f"/api/v1/datasets/licences{path}"), 404, "not-found")


def test_the_dictionary_tells_every_released_column(api: Api) -> None:
    columns = api.get("/api/v1/datasets/grading/dictionary").get_json()
    head = api.get(str(_file(api)["url"])).data.decode("utf-8-sig").splitlines()[0]
    assert [one["name"] for one in columns] == head.split(",")


@pytest.mark.parametrize("name", ["grading.csv", "README.md"])
def test_a_file_is_what_its_digest_says_whole_and_in_ranges(api: Api, name: str) -> None:
    files = api.get("/api/v1/datasets/grading/releases/1").get_json()["files"]
    known = next(one for one in files if one["name"] == name)
    url = str(known["url"])
    whole = api.get(url)
    own = hashlib.sha256(whole.data)
    assert (own.hexdigest() != known["sha256"]) == known["marked_per_download"]
    assert whole.headers["ETag"] == f'"{own.hexdigest()}"'
    digest = base64.b64encode(own.digest()).decode()
    assert whole.headers["Repr-Digest"] == f"sha-256=:{digest}:"
    parts = [api.get(url, headers={"Range": f"bytes={low}-{low + 9999}"}) for low in range(0, len(whole.data), 10_000)]
    assert {one.status_code for one in parts} == {206}
    assert b"".join(one.data for one in parts) == whole.data
    head = api.ask("HEAD", url)
    assert (head.status_code, head.data, head.content_length) == (200, b"", len(whole.data))
    assert api.get(url, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304
    assert is_problem(api.get(url, headers={"Range": "bytes=999999999-"}), 416, "range")
    changed = api.get(url, headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (changed.status_code, len(changed.data)) == (200, len(whole.data))


@pytest.mark.parametrize("name", ["../release.json", "..%2f..%2fhub.db", "%2e%2e/1/grading.csv", "nothing.csv"])
def test_no_other_file_is_reached_by_name(api: Api, name: str) -> None:
    assert is_problem(api.get(f"/api/v1/datasets/grading/releases/1/files/{name}"), 404, "not-found")


def test_a_conditional_dataset_shows_its_conditions_and_keeps_its_files(api: Api) -> None:
    about = api.get("/api/v1/datasets/statistics").get_json()
    assert about["conditions"]["zh"]
    release = api.get("/api/v1/datasets/statistics/releases/1").get_json()
    assert all("url" not in one for one in release["files"])
    answer = api.get(f"/api/v1/datasets/statistics/releases/1/files/{release['files'][0]['name']}")
    assert is_problem(answer, 401, "unauthenticated")
    assert answer.get_json(force=True)["reason"] == "closed"


def test_every_download_is_a_use_in_the_ledger_and_its_later_parts_are_not(api: Api) -> None:
    url = str(_file(api)["url"])

    def uses() -> list[tuple[str, str, int, int]]:
        with reading(api.parts.engine) as connection:
            rows = connection.execute(select(use).order_by(use.c.id))
            # What came to bytes only is the end of a delivery.
            return [(row.dataset, row.clause, row.rows, row.leaf) for row in rows if row.rows]

    before = len(uses())
    api.ask("HEAD", url)
    api.get(url, headers={"Range": "bytes=0-99"})
    api.get(url, headers={"Range": "bytes=100-199"})
    api.get(url)
    # Everything but the first byte is a download too.
    api.get(url, headers={"Range": "bytes=1-"}, environ_base={"REMOTE_ADDR": "203.0.113.21"})
    api.get(url, headers={"Range": "bytes=-9"}, environ_base={"REMOTE_ADDR": "203.0.113.21"})
    after = uses()
    assert len(after) == before + 3
    assert after[-1][:2] == ("grading", "SM08")
    assert after[-1][2] == _file(api)["rows"]
    with reading(api.parts.engine) as connection:
        leaf = connection.execute(select(ledger_leaf).where(ledger_leaf.c.seq == after[-1][3])).one()
    assert leaf.kind == "use.recorded"


def test_the_ledger_proves_itself_to_strangers_and_tells_nothing_else(api: Api) -> None:
    with writing(api.parts.engine) as connection:
        old = read_checkpoint(
            checkpoint(connection, api.parts.signer, api.parts.clock.now()), [api.parts.signer.verifier]
        )
        append(connection, [Event("party.registered", {"by": "张三"})] * 5, api.parts.clock.now())
        checkpoint(connection, api.parts.signer, api.parts.clock.now())
    (key,) = api.get("/api/v1/ledger/keys").get_json()
    head = read_checkpoint(api.get("/api/v1/ledger/checkpoint").text, [read_vkey(key["vkey"])])
    entry = api.get("/api/v1/datasets/grading/releases/1").get_json()["entry"]
    proof = api.get(f"/api/v1/ledger/inclusion?entry={entry}&size={head.size}").get_json()
    path = [base64.b64decode(one) for one in proof["path"]]
    assert inclusion_holds(base64.b64decode(proof["leaf_hash"]), entry, head.size, path, head.root)
    said = api.get(f"/api/v1/ledger/consistency?old={old.size}&new={head.size}").get_json()
    between = [base64.b64decode(one) for one in said["path"]]
    assert consistency_holds(old.size, head.size, old.root, head.root, between)
    assert is_problem(api.get(f"/api/v1/ledger/consistency?old=0&new={head.size}"), 422, "unprocessable")
    last = api.get(f"/api/v1/ledger/inclusion?entry={old.size}&size={head.size}")
    assert "张三" not in last.text
    assert is_problem(api.get(f"/api/v1/ledger/inclusion?entry={head.size}&size={head.size}"), 404)
    assert is_problem(api.get(f"/api/v1/ledger/inclusion?entry=0&size={head.size + 1}"), 404)
    assert is_problem(api.get("/api/v1/ledger/inclusion?entry=x&size=1"), 422, "unprocessable")


def test_a_made_up_record_address_is_not_genuine_and_guessing_is_slow(api: Api) -> None:
    own = Api(api.parts, api.settings.home, "sqlite:///x", api.settings.home)
    with_rates_that_stand(own.app)
    answers = [own.get("/api/v1/records/aaaaabyaaaaaaaaaabcdefghij") for _ in range(25)]
    assert answers[0].get_json() == {"genuine": False, "state": "", "unchanged": None}
    assert answers[-1].status_code == 429


def test_a_withdrawn_release_is_gone_and_none_of_its_files_remain(tmp_path_factory: pytest.TempPathFactory) -> None:
    api = published(tmp_path_factory.mktemp("own"), ("grading",))
    url = str(_file(api)["url"])
    assert api.get(url).status_code == 200
    withdraw(api.app.extensions["hub"].datasets["grading"], (1,), "误发", api.parts)
    assert is_problem(api.get(url), 410, "gone")
    assert is_problem(api.get("/api/v1/datasets/grading/releases/1"), 410, "gone")
    assert api.get("/api/v1/datasets/grading/releases").get_json() == []


def test_the_document_is_openapi_31_and_says_what_needs_a_token(api: Api) -> None:
    document = api.get("/api/v1/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    operation = document["paths"]["/api/v1/datasets/{name}/releases/{version}"]["get"]
    assert operation["security"] == []
    assert {"200", "401", "404", "410", "429"} <= set(operation["responses"])
    assert list(operation["responses"]["404"]["content"]) == ["application/problem+json"]
