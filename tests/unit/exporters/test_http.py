"""The JSON source against a real server on loopback, with failures injected."""

import json
import threading
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

import pytest

from catalog.errors import DeclarationError, SourceChanged, SourceError, SourceGone
from catalog.model import Kind, Required, SourceSpec
from exporters.http import Retry
from exporters.open import open_source
from tests.factories import a_field

FIELDS = (
    a_field("record_id", required=Required.YES),
    a_field("updated_at", Kind.DATETIME),
    a_field("price", Kind.DECIMAL),
    a_field("items", Kind.JSON),
)


def records(count):
    return [
        {"record_id": f"r{n:03d}", "updated_at": f"2025-01-01T00:{n // 60:02d}:{n % 60:02d}+08:00"}
        for n in range(count)
    ]


class Service:
    """Answers with what ``answers`` returns for the asked parameters; ``faults`` are served first, one a request."""

    def __init__(self):
        self.faults = []
        self.asked = []
        self.answers = lambda _: {"rows": []}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                service.asked.append((self.path, dict(self.headers)))
                if service.faults:
                    service.faults.pop(0)(self)
                    return
                told = service.answers({k: v[0] for k, v in parse_qs(urlsplit(self.path).query).items()})
                send(self, 200, told if isinstance(told, bytes) else json.dumps(told).encode())

            def log_message(self, *_):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self.thread.start()
        self.address = f"http://127.0.0.1:{self.server.server_port}"
        self.slept = []

    def open(self, token=None, address=None, path="records", **options):
        spec = SourceSpec("http", path=path, options={"page_size": 3, **options})
        retry = Retry(jitter=lambda: 0.5, sleep=self.slept.append, now=lambda: 1_000.0)
        return open_source(spec, FIELDS, address or self.address, token=token, retry=retry)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


def send(handler, status, body=b"", **headers):
    handler.send_response(status)
    for name, value in headers.items():
        handler.send_header(name.replace("_", "-"), value)
    handler.send_header("Content-Length", str(len(body)))
    handler.end_headers()
    handler.wfile.write(body)


def status(code, **headers):
    return lambda handler: send(handler, code, b"canary", **headers)


def cut(handler):
    """A connection that ends in the middle of the promised body."""
    handler.send_response(200)
    handler.send_header("Content-Length", "1000")
    handler.end_headers()
    handler.wfile.write(b'{"rows": [')
    handler.wfile.flush()
    handler.close_connection = True


@pytest.fixture
def service():
    made = Service()
    yield made
    made.stop()


def offsets(held):
    """A service that pages by offset."""
    return lambda asked: {"rows": held[int(asked["offset"]) :][: int(asked["limit"])]}


def read(source, plan):
    return [row for unit in plan.units for raw in source.read(unit) for row in raw.batch.to_pylist()]


@pytest.mark.parametrize("paging", ["cursor", "page", "offset"])
def test_every_kind_of_paging_delivers_every_record(service, paging):
    held = records(8)

    def answers(asked):
        start = {"cursor": 0, "page": 3 * (int(asked.get("page", 1)) - 1), "offset": int(asked.get("offset", 0))}[
            paging
        ]
        start = int(asked.get("cursor", start))
        following = {"next": str(start + 3)} if start + 3 < 8 else {"next": None}
        return {"data": {"list": held[start : start + 3]}, "meta": following}

    service.answers = answers
    with service.open(paging=paging, rows="data.list", next="meta.next") as source:
        plan = source.plan(None, 5)
        assert [unit.rows for unit in plan.units] == [6, 2]
        assert [row["record_id"] for row in read(source, plan)] == [r["record_id"] for r in held]


def test_a_list_without_an_envelope_is_read_too(service):
    service.answers = lambda asked: records(5)[int(asked["offset"]) :][:3]
    with service.open(paging="offset", rows="") as source:
        assert source.plan(None, 9).total == 5


def test_two_failures_and_a_success_are_a_success_after_growing_pauses(service):
    service.faults = [status(500), status(503)]
    service.answers = offsets(records(2))
    with service.open(paging="offset") as source:
        assert source.plan(None, 9).total == 2
    assert service.slept == [0.5, 1.0]


def test_a_cut_connection_is_tried_again(service):
    service.faults = [cut]
    service.answers = offsets(records(2))
    with service.open(paging="offset") as source:
        assert source.plan(None, 9).total == 2
    assert len(service.slept) == 1


@pytest.mark.parametrize(("told", "waited"), [("7", 7.0), (formatdate(1_009.0, usegmt=True), 9.0), ("soon", 0.5)])
def test_the_server_says_how_long_to_wait(service, told, waited):
    service.faults = [status(429, Retry_After=told)]
    service.answers = offsets(records(1))
    with service.open(paging="offset") as source:
        source.plan(None, 9)
    assert service.slept == [waited]


@pytest.mark.parametrize("body", [b'{"rows": [{"record_id"', b'{"rows": [{"record_id": "\\ud800"}]}'])
def test_json_that_was_cut_short_is_asked_for_again(service, body):
    service.answers = lambda _: {"rows": records(1)}
    service.faults = [lambda handler: send(handler, 200, body)]
    with service.open() as source:
        assert source.plan(None, 10).total == 1
    assert len(service.slept) == 1


def test_a_server_that_stays_away_can_be_tried_again_later(service):
    service.faults = [status(502)] * 50
    with service.open() as source, pytest.raises(SourceGone, match="status 502") as caught:
        source.plan(None, 9)
    assert len(service.slept) == 4
    assert "canary" not in str(caught.value)


def test_a_wait_beyond_all_patience_is_given_up_at_once(service):
    service.faults = [status(429, Retry_After="86400")]
    with service.open() as source, pytest.raises(SourceGone):
        source.plan(None, 9)
    assert service.slept == []


def test_nobody_at_the_address_is_told_after_all_attempts():
    retry = Retry(attempts=2, sleep=lambda _: None)
    spec = SourceSpec("http", path="x")
    with open_source(spec, FIELDS, "http://127.0.0.1:1", retry=retry) as source, pytest.raises(SourceGone):
        source.plan(None, 9)


@pytest.mark.parametrize("code", [301, 400, 401, 403, 404])
def test_a_refusal_is_not_tried_again(service, code):
    service.faults = [status(code, Location="http://127.0.0.1:1/")]
    with service.open() as source, pytest.raises(SourceError, match=str(code)) as caught:
        source.plan(None, 9)
    assert not isinstance(caught.value, SourceGone)
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    "body",
    [b"<html>canary</html>", b'{"rows": "canary"}', b'{"rows": ["canary"]}', b"[1]", b'{"rows": NaN}', b"\xff\xfe"],
)
def test_an_answer_of_another_shape_is_told_without_its_content(service, body):
    service.answers = lambda _: body
    with service.open() as source, pytest.raises(SourceError) as caught:
        source.plan(None, 9)
    assert "canary" not in str(caught.value)
    assert caught.value.todo


def test_a_required_field_that_no_record_has_is_named(service):
    service.answers = lambda _: {"rows": [{"updated_at": "2025"}]}
    with service.open() as source, pytest.raises(SourceError, match="record_id"):
        source.plan(None, 9)


def test_a_page_that_is_too_large_is_not_taken(service):
    service.answers = lambda _: {"rows": records(200)}
    with service.open(max_bytes=1000) as source, pytest.raises(SourceError, match="1000 bytes"):
        source.plan(None, 9)


@pytest.mark.parametrize("paging", ["cursor", "page", "offset"])
def test_pages_without_end_are_noticed(service, paging):
    service.answers = lambda asked: {"rows": records(3), "next": {"": "a", "a": "b", "b": "a"}[asked.get("cursor", "")]}
    with service.open(paging=paging) as source, pytest.raises(SourceError, match="without end"):
        source.plan(None, 1)


def test_ever_new_pages_end_at_a_limit(service):
    service.answers = lambda asked: {"rows": [{"record_id": asked["page"], "updated_at": "2025"}]}
    with service.open(paging="page", max_pages=7) as source, pytest.raises(SourceError, match="too many pages"):
        source.plan(None, 1)


def test_pages_that_change_between_plan_and_reading_are_not_mixed(service):
    held = records(4)
    service.answers = offsets(held)
    with service.open(paging="offset") as source:
        plan = source.plan(None, 100)
        held.insert(0, {"record_id": "new", "updated_at": "2025"})
        with pytest.raises(SourceChanged, match="changed its pages"):
            read(source, plan)


def test_numbers_keep_their_digits_and_structures_become_canonical_json(service):
    row = b'{"record_id": 12345678901234567890, "updated_at": "2025", "price": 10.50, '
    row += b'"items": {"b": [1.5, true], "a": 2}}'
    service.answers = lambda _: b'{"rows": [' + row + b'], "next": null}'
    with service.open() as source:
        found = read(source, source.plan(None, 9))[0]
    assert found["record_id"] == "12345678901234567890"
    assert found["price"] == "10.50"
    assert found["items"] == '{"a":2,"b":[1.5,true]}'


def test_rows_of_a_unit_come_in_key_order(service):
    service.answers = offsets(list(reversed(records(5))))
    with service.open(paging="offset") as source:
        assert [row["record_id"] for row in read(source, source.plan(None, 9))] == [r["record_id"] for r in records(5)]


def test_the_token_goes_out_as_bearer_and_never_unencrypted_to_another_machine(service):
    service.answers = offsets(records(1))
    with service.open(token="hunter2", paging="offset") as source:
        source.plan(None, 9)
    assert service.asked[0][1]["Authorization"] == "Bearer hunter2"
    with pytest.raises(SourceError, match="unencrypted") as caught:
        service.open(token="hunter2", address="http://records.example.org")
    assert "hunter2" not in str(caught.value)


def test_without_a_total_a_service_is_not_incremental(service):
    with service.open(since_parameter="updated_since") as source:
        assert not source.incremental


def test_an_unknown_paging_is_a_mistake_of_the_declaration(service):
    with pytest.raises(DeclarationError):
        service.open(paging="scroll")
