"""Each public download is a copy of its own: registered before it leaves, the same in all its parts, bounded on disk."""

from __future__ import annotations

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import polars as pl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from catalog.errors import StorageError
from catalog.folder.reach import PROOF
from desensitise.mark.token import read_token
from hub.api.app import create_app
from hub.api.data.files import EVERYBODY, RATE
from hub.api.portal import create_portal
from hub.db.engine import reading
from hub.db.exchange import use
from hub.keyfiles import portal_proof, secret_of
from hub.marking import marks
from hub.marking.downloads import download
from hub.marking.found_files import Pasted
from hub.marking.identify import examine
from hub.state.releases import find_release
from tests.api_world import Api, is_problem, published, with_rates_that_stand

URL = "/api/v1/datasets/grading/releases/1/files/grading.csv"
PAGE = "/datasets/grading/v1/grading.csv"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Api:
    return published(tmp_path_factory.mktemp("downloads"), ("grading",))


@pytest.fixture
def portal(world: Api) -> FlaskClient:
    return create_portal(world.parts, world.settings).test_client()


def asked(client: FlaskClient, path: str, peer: str, **named: Any) -> Any:
    named = {"method": "GET", "buffered": True, "environ_base": {"REMOTE_ADDR": peer}, **named}
    return client.open(path, base_url="https://hub.example", **named)


def rows(answer: Any) -> pl.DataFrame:
    return pl.read_csv(io.BytesIO(answer.data), infer_schema=False)


def test_two_callers_get_two_copies_with_the_same_facts(world: Api) -> None:
    one, two = (asked(world.client, URL, peer) for peer in ("198.51.100.1", "198.51.100.2"))
    assert one.headers["ETag"] != two.headers["ETag"]
    here, there = (rows(answer).drop("record_uri").rows() for answer in (one, two))
    assert here != there
    assert sorted(map(facts, here)) == sorted(map(facts, there))


def facts(row: tuple[str | None, ...]) -> list[str]:
    """A row's cells, the items of lists in one order."""
    return [";".join(sorted((cell or "").split(";"))) for cell in row]


def test_a_caller_who_comes_again_that_day_gets_the_same_bytes_and_parts_of_them(world: Api) -> None:
    peer = "198.51.100.3"
    first = asked(world.client, URL, peer)
    later = [asked(world.client, URL, peer, headers={"Range": f"bytes={n}-{n + 999}"}) for n in (0, 1000, 2000)]
    assert b"".join(one.data for one in later) == first.data[:3000]
    assert {one.headers["ETag"] for one in later} == {first.headers["ETag"]}


def test_a_file_taken_in_parts_through_two_processes_in_any_order_is_one_use(world: Api) -> None:
    peer, other = "198.51.100.31", create_app(world.parts, world.settings).test_client()
    assert asked(world.client, URL, peer, method="HEAD").status_code == 200
    before = _begun_uses(world)
    for client, part in ((other, "1000-1999"), (world.client, "0-999"), (world.client, "2000-2999"), (other, "3000-")):
        assert asked(client, URL, peer, headers={"Range": f"bytes={part}"}).status_code == 206
    assert _begun_uses(world) == before + 1
    assert asked(other, URL, peer, headers={"Range": "bytes=0-999"}).status_code == 206
    assert _begun_uses(world) == before + 2  # Its start again: another delivery.
    assert asked(world.client, URL, peer).status_code == 200
    assert _begun_uses(world) == before + 3


def _begun_uses(world: Api) -> int:
    """How many deliveries began; those that ended tell no rows."""
    with reading(world.parts.engine) as connection:
        return len(connection.execute(select(use.c.id).where(use.c.rows > 0)).all())


def test_the_address_of_a_download_gives_the_same_copy_to_whoever_holds_it_and_after_it_had_to_give_way(
    world: Api,
) -> None:
    first = asked(world.client, URL, "198.51.100.4")
    back = first.headers["Content-Location"]
    number = int(_last_use(world).mark)
    for path in (world.parts.copies / str(number)).iterdir():
        path.unlink()
    again = asked(world.client, back, "203.0.113.9")
    assert again.data == first.data
    told = asked(world.client, f"/api/v1/datasets/grading/releases/1/downloads/{back.partition('=')[2]}", "203.0.113.9")
    (said,) = told.get_json()
    assert said["files"][0]["sha256"] == hashlib.sha256(first.data).hexdigest()
    assert said["copy"] == number
    assert is_problem(asked(world.client, f"{URL}?download=aaaa", "203.0.113.9"), 404)
    assert is_problem(asked(world.client, f"{URL}?download=../portal", "203.0.113.9"), 404)


def _last_use(world: Api) -> Any:
    with reading(world.parts.engine) as connection:
        return connection.execute(select(use).order_by(use.c.id.desc())).first()


def test_the_registry_knew_the_copy_before_it_left_and_names_it_from_its_rows(world: Api) -> None:
    answer = asked(world.client, URL, "198.51.100.5")
    used = _last_use(world)
    with reading(world.parts.engine) as connection:
        entry = marks.entry(connection, int(used.mark))
    assert entry is not None
    assert entry.leaf < used.leaf
    found = rows(answer)
    said = read_token(found["record_uri"][0])
    assert said is not None
    assert said.download == entry.copy.number
    leak = found.drop("record_uri")[:60].write_csv().encode()
    finding = examine(world.parts, world.parts.mark_keys(), [Pasted(leak)], "grading", 1e-9)
    (named,) = finding.verdict.named
    assert (named.grant, named.downloads) == (entry.copy.grant, (entry.copy.number,))
    assert "198.51.100.5" not in entry.copy.grant + entry.copy.recipient


def test_who_asks_for_too_many_new_copies_waits_and_keeps_those_that_are_there(world: Api) -> None:
    app = with_rates_that_stand(create_app(world.parts, world.settings))
    app.extensions["hub"].limiter.take(RATE, "198.51.100.6", app.extensions["hub"].seconds(), RATE.count - 1)
    client = app.test_client()
    assert asked(client, URL, "198.51.100.6").status_code == 200
    assert asked(client, URL, "198.51.100.6").status_code == 200
    assert is_problem(asked(client, URL.replace(".csv", ".parquet"), "198.51.100.6"), 429, "too-many")


def test_all_callers_together_have_an_hourly_bound_too(world: Api) -> None:
    app = with_rates_that_stand(create_app(world.parts, world.settings))
    app.extensions["hub"].limiter.take(EVERYBODY, "", app.extensions["hub"].seconds(), EVERYBODY.count)
    assert is_problem(asked(app.test_client(), URL, "198.51.100.7"), 429, "too-many")


def test_callers_who_ask_at_once_get_one_copy_each(world: Api) -> None:
    with ThreadPoolExecutor(6) as pool:
        peers = ["198.51.100.8", "198.51.100.9"] * 3
        found = list(pool.map(lambda peer: (peer, asked(world.app.test_client(), URL, peer).headers["ETag"]), peers))
    assert len(set(found)) == 2


def test_copies_never_take_more_disk_than_they_are_given(world: Api) -> None:
    small = Api(world.parts, world.settings.home, "sqlite:///x", world.settings.home, HUB_DOWNLOAD_MEGABYTES="1")
    size = len(asked(small.client, URL, "198.51.100.10").data)
    for n in range(11, 14 + (1 << 20) // size if size > 100_000 else 14):
        assert asked(small.client, URL, f"198.51.100.{n}").status_code == 200
    lying = sum(path.stat().st_size for path in world.parts.copies.glob("*/*") if path.is_file())
    assert lying <= 1 << 20


def test_a_file_for_which_there_is_no_room_is_refused_before_it_is_made(world: Api) -> None:
    dataset = world.app.extensions["hub"].datasets["grading"]
    with reading(world.parts.engine) as connection:
        sealed = find_release(connection, "grading", 1)
        before = marks.next_number(connection)
    assert sealed is not None
    resource = next(one for one in sealed.release.resources if one.name == "grading.csv")
    with pytest.raises(StorageError):
        download(dataset, sealed.release, resource, "somebody", world.parts, 1000)
    with reading(world.parts.engine) as connection:
        assert marks.next_number(connection) == before


def test_the_portals_server_gives_pages_as_they_lie_and_data_as_copies(world: Api, portal: FlaskClient) -> None:
    index = asked(portal, "/", "198.51.100.30")
    assert index.status_code == 200
    assert index.mimetype == "text/html"
    assert asked(portal, "/datasets/grading", "198.51.100.30").headers["Location"] == "/datasets/grading/"
    assert b"grading.csv" in asked(portal, "/datasets/grading/", "198.51.100.30").data
    own = asked(portal, PAGE, "198.51.100.30")
    lies = (world.settings.portal_home / PAGE[1:]).read_bytes()
    assert own.data != lies
    assert sorted(own.data.splitlines()[0]) == sorted(lies.splitlines()[0])
    assert asked(portal, PAGE, "198.51.100.30", headers={"Range": "bytes=10-19"}).data == own.data[10:20]
    readme = PAGE.replace("grading.csv", "README.md")
    assert asked(portal, readme, "198.51.100.30").data == (world.settings.portal_home / readme[1:]).read_bytes()


def test_the_portals_server_answers_for_records(world: Api, portal: FlaskClient) -> None:
    uri = rows(asked(portal, PAGE, "198.51.100.31"))["record_uri"][0]
    token = uri.rpartition("/")[2]
    said = asked(portal, f"/r/{token}", "198.51.100.31").get_json()
    assert said == {"genuine": True, "state": "current", "unchanged": True}
    page = asked(portal, f"/r/{token}", "198.51.100.31", headers={"Accept": "text/html"})
    assert "本平台的真实记录" in page.text
    assert not asked(portal, "/r/aaaaabyaaaaaaaaaabcdefghij", "198.51.100.31").get_json()["genuine"]


HIDDEN = ["/.portal", "/.portal/lock", "/datasets/.hidden", "/../hub.db", "/%2e%2e/hub.db", "//etc/passwd", "/a/%2fetc"]


@pytest.mark.parametrize("path", HIDDEN)
def test_nothing_hidden_and_nothing_outside_is_served(portal: FlaskClient, path: str) -> None:
    assert asked(portal, path, "198.51.100.32").status_code in {308, 404}
    assert asked(portal, path, "198.51.100.32", follow_redirects=True).status_code == 404


def test_the_hub_itself_reads_back_what_lies_in_the_folder_and_nobody_else_can(world: Api, portal: FlaskClient) -> None:
    lies = (world.settings.portal_home / PAGE[1:]).read_bytes()
    proof = portal_proof(secret_of(world.settings.api_key_path))
    assert asked(portal, PAGE, "198.51.100.33", headers={PROOF: proof}).data == lies
    assert asked(portal, PAGE, "198.51.100.33", headers={PROOF: proof[:-1] + "x"}).data != lies


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        # RFC 9110: 14.2 unknown units are ignored, several ranges may be; 14.1.1 empty places of a list are nothing.
        ({"Range": "lines=1-2"}, 200),
        ({"Range": "bytes=0-0,5-6"}, 200),
        ({"Range": "bytes=0-1,"}, 206),
        ({"Range": "BYTES = 0-1"}, 206),
        ({"Range": "bytes=999999999-"}, 416),
        # 13.1.5: only a strong tag that is the file's own proves that a part fits to what is there already.
        ({"Range": "bytes=0-9", "If-Range": "{tag}"}, 206),
        ({"Range": "bytes=0-9", "If-Range": "W/{tag}"}, 200),
        ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200),
        ({"Range": "bytes=0-9", "If-Range": "Tue, 01 Jan 2095 00:00:00 GMT"}, 200),
        # 13.1.1, 13.1.2, 13.1.4.
        ({"If-Match": "*"}, 200),
        ({"If-Match": '"other", {tag}'}, 200),
        ({"If-Match": '"other"'}, 412),
        ({"If-Match": "W/{tag}"}, 412),
        ({"If-None-Match": '"other", W/{tag}'}, 304),
        ({"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:01 GMT"}, 412),
        ({"If-Unmodified-Since": "Thu, 01 Jan 1970 00:00:01 GMT", "If-Match": "*"}, 200),
        ({"If-Unmodified-Since": "yesterday"}, 200),
    ],
)
def test_conditions_and_ranges_are_read_as_http_means_them(world: Api, headers: dict[str, str], status: int) -> None:
    tag = asked(world.client, URL, "198.51.100.9").headers["ETag"]
    given = {name: value.format(tag=tag) for name, value in headers.items()}
    answer = asked(world.client, URL, "198.51.100.9", headers=given)
    assert answer.status_code == status
    assert is_problem(answer, status) == (status >= 400)
