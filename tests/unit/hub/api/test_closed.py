"""The API is closed unless a view is marked open, refuses in one shape, and never falls over a strange request."""

from __future__ import annotations

import json
import logging

import pytest
from flask import Flask
from werkzeug.routing import IntegerConverter

from hub.api.app import create_app
from hub.api.guard import doors
from hub.api.guard.doors import is_open, openly
from hub.api.wire.problems import KINDS
from tests.api_world import Api, is_problem, with_rates_that_stand

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
OPEN = {
    "/.well-known/oauth-authorization-server",
    "/.well-known/oauth-protected-resource/api/v1",
    "/api/v1/assets/<path:name>",
    "/api/v1/corrections",
    "/api/v1/corrections/<number>",
    "/api/v1/datasets",
    "/api/v1/datasets/<name>",
    "/api/v1/datasets/<name>/dictionary",
    "/api/v1/datasets/<name>/records",
    "/api/v1/datasets/<name>/releases",
    "/api/v1/datasets/<name>/releases/<int:version>",
    "/api/v1/datasets/<name>/releases/<int:version>/downloads/<download>",
    "/api/v1/datasets/<name>/releases/<int:version>/files/<file>",
    "/api/v1/delta-sharing/files/<link>/<name>",
    "/api/v1/demands",
    "/api/v1/demands/<number>",
    "/api/v1/docs",
    "/api/v1/ledger/checkpoint",
    "/api/v1/ledger/consistency",
    "/api/v1/ledger/inclusion",
    "/api/v1/ledger/keys",
    "/api/v1/ledger/timestamp",
    "/api/v1/notices",
    "/api/v1/notices/<number>",
    "/api/v1/notices/<number>/cap",
    "/api/v1/notices/<number>/files/<name>",
    "/api/v1/notices/<number>/pdf",
    "/api/v1/notices/feed.rss",
    "/api/v1/openapi.json",
    "/api/v1/records/<token>",
    "/api/v1/rights",
    "/api/v1/rights/<number>",
    "/api/v1/trace",
    "/health",
    "/metrics",
    "/oauth/authorize",
    "/oauth/introspect",
    "/oauth/jwks.json",
    "/oauth/revoke",
    "/oauth/token",
}
"""Every route that is open, by hand: a new open route is a decision that somebody writes down here."""


def test_what_is_open_is_written_down(api: Api) -> None:
    rules = api.app.url_map.iter_rules()
    found = {rule.rule for rule in rules if is_open(api.app.view_functions[rule.endpoint])}
    assert found == OPEN


def test_every_other_route_and_method_refuses_strangers_in_the_same_shape(api: Api) -> None:
    asked = 0
    for rule in api.app.url_map.iter_rules():
        values = {name: 1 if isinstance(rule._converters[name], IntegerConverter) else "x" for name in rule.arguments}
        with api.app.test_request_context():
            path = rule.build(values)[1]  # type: ignore[index]
        for method in METHODS:
            allowed = any(
                method in (other.methods or ()) for other in api.app.url_map.iter_rules() if other.rule == rule.rule
            )
            if allowed and is_open(api.app.view_functions[rule.endpoint]):
                continue
            answer = api.ask(method, path)
            assert is_problem(answer, 401 if allowed else 405), (method, rule.rule, answer.status_code)
            asked += 1
    assert asked > 60


def test_the_mark_belongs_to_the_view_and_not_to_its_name(api: Api) -> None:
    app = Flask("other")

    @openly
    def view() -> str:
        return "open"

    def impostor() -> str:
        return "closed"

    impostor.__name__ = "view"
    app.add_url_rule("/a", "a", view)
    app.add_url_rule("/b", "b", impostor)
    assert is_open(app.view_functions["a"])
    assert not is_open(app.view_functions["b"])


def test_a_route_that_somebody_forgot_to_think_about_is_closed(api: Api) -> None:
    app = create_app(api.parts, api.settings)
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    answer = app.test_client().get("/forgotten", base_url="https://hub.example")
    assert is_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer ")


def test_plain_http_is_refused_unless_a_setting_allows_it_on_loopback(api: Api) -> None:
    far = {"REMOTE_ADDR": "203.0.113.7"}
    assert is_problem(api.client.get("/api/v1/datasets"), 403, "plain-http")
    loose = Api(api.parts, api.settings.home, "sqlite:///x", api.settings.home, HUB_API_PLAIN_LOOPBACK="yes")
    assert loose.client.get("/api/v1/datasets").status_code == 200
    assert is_problem(loose.client.get("/api/v1/datasets", environ_base=far), 403, "plain-http")


@pytest.mark.parametrize("name", ["access_token", "client_secret", "client_assertion", "token", "password"])
def test_a_secret_in_the_query_is_refused_and_not_repeated(api: Api, name: str) -> None:
    answer = api.get(f"/api/v1/datasets?{name}=canary13800138000")
    assert is_problem(answer, 400, "token-in-request")
    assert b"canary" not in answer.data


STRANGE = [
    "{ } [ ] |",
    "中文",
    "%zz",
    "%00",
    "a=%ff%fe",
    "a[]=1&a[]=2",
    "x" * 5000,
    "entry=%C0%80&size=|",
    "&&&==",
    "entry=1e9",
]


@pytest.mark.parametrize("query", STRANGE)
def test_no_strange_query_or_path_makes_the_hub_fail(api: Api, query: str) -> None:
    for rule in api.app.url_map.iter_rules():
        path = rule.rule.replace("<int:version>", "1").replace("<", "").replace(">", "")
        answer = api.get("/" + path.lstrip("/"), environ_overrides={"QUERY_STRING": query.encode().decode("latin-1")})
        assert answer.status_code < 500, (rule.rule, query)
        piece = api.get(f"/api/v1/datasets/{query}/releases/99999999999999999999")
        assert piece.status_code in {400, 404, 429}


@pytest.mark.parametrize(
    "text",
    ['"\\ud800 错"', '"a\\u0000b"', '{"\\udfff": 1}', '{"a":' * 3_000, "[" * 200_000, '"\udcff"', '{"text": 1e999}'],
)
def test_a_body_that_is_no_text_or_nested_without_end_is_malformed_and_no_failure(api: Api, text: str) -> None:
    body = f'{{"dataset": "grading", "version": 1, "text": {text}}}'.encode("utf-8", "surrogateescape")
    for path in ("/api/v1/corrections", "/api/v1/demands"):
        answer = api.ask("POST", path, data=body, content_type="application/json")
        assert answer.status_code in {400, 422}, answer.text
    said = r'{"dataset": "", "text": "开放 C:\\u0000 \ud83d\ude00"}'
    # What only looks like it is read; without a bureau nobody answers.
    assert is_problem(api.ask("POST", "/api/v1/demands", data=said, content_type="application/json"), 409)


def test_what_says_one_thing_twice_or_is_no_json_is_refused_as_such(api: Api) -> None:
    twice = api.get("/api/v1/datasets/grading/records?limit=1&limit=2")
    assert is_problem(twice, 422, "unprocessable")
    assert twice.get_json()["faults"] == [{"in": "query", "field": "limit"}]
    # Filters take several values: any of them.
    either = "grade=A&grade=B"
    assert api.get(f"/api/v1/datasets/grading/records?limit=1&{either}").status_code == 200
    form = {"data": b"text=x", "content_type": "application/x-www-form-urlencoded"}
    assert is_problem(api.ask("POST", "/api/v1/demands", **form), 415, "wrong-media")
    packed = {"json": {"text": "x"}, "headers": {"Content-Encoding": "gzip"}}
    assert is_problem(api.ask("POST", "/api/v1/demands", **packed), 415, "wrong-media")
    assert is_problem(api.get("/api/v1//datasets"), 404, "not-found")


def test_an_unforeseen_failure_tells_the_request_number_only(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    app = create_app(api.parts, api.settings)

    @openly
    def broken() -> str:
        raise ValueError("13800138000 canary")

    app.add_url_rule("/broken", "broken", broken)
    with caplog.at_level(logging.INFO, logger="hub"):
        answer = app.test_client().get("/broken", base_url="https://hub.example")
    assert is_problem(answer, 500, "unexpected")
    assert set(answer.get_json(force=True)) == {"type", "title", "status", "code", "request_id"}
    assert "canary" not in answer.text
    told = [record for record in caplog.records if record.msg == "api.failed"]
    assert told[0].hub_facts["request"] == answer.headers["X-Request-Id"]  # type: ignore[attr-defined]
    assert "canary" not in json.dumps([record.hub_facts for record in told])  # type: ignore[attr-defined]


def test_every_problem_leads_to_its_row_on_the_page(api: Api) -> None:
    page = api.get("/api/v1/docs").text
    for kind in KINDS:
        assert f'id="{kind}"' in page
    assert "http://" not in page
    assert "<script" not in page


def test_too_many_requests_are_refused_with_the_time_to_wait(api: Api) -> None:
    few = Api(api.parts, api.settings.home, "sqlite:///x", api.settings.home, HUB_API_RATE="3")
    with_rates_that_stand(few.app)
    answers = [few.get("/api/v1/ledger/keys") for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert answers[2].headers["RateLimit"] == '"requests";r=0;t=60'
    assert answers[0].headers["RateLimit-Policy"] == '"requests";q=3;w=60'
    assert is_problem(answers[3], 429, "too-many")
    assert answers[3].headers["Retry-After"] == "20"
    assert answers[3].headers["RateLimit"] == '"requests";r=0;t=20'


def test_addresses_behind_a_trusted_proxy_are_told_apart_and_others_believed_nothing(api: Api) -> None:
    few = Api(
        api.parts, api.settings.home, "sqlite:///x", api.settings.home, HUB_API_RATE="1", HUB_API_PROXIES="127.0.0.1"
    )
    with_rates_that_stand(few.app)
    path = "/api/v1/ledger/keys"
    assert few.get(path, headers={"X-Forwarded-For": "198.51.100.1"}).status_code == 200
    assert few.get(path, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.1"}).status_code == 429
    assert few.get(path, headers={"X-Forwarded-For": "198.51.100.2"}).status_code == 200
    stranger = {"REMOTE_ADDR": "203.0.113.7"}
    assert few.get(path, environ_base=stranger, headers={"X-Forwarded-For": "198.51.100.3"}).status_code == 200
    assert few.get(path, environ_base=stranger, headers={"X-Forwarded-For": "198.51.100.4"}).status_code == 429


def test_answers_carry_safe_headers_and_one_line_in_the_log(api: Api, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="hub"):
        answer = api.get("/api/v1/datasets/grading?x=13800138000")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer.headers["Strict-Transport-Security"]
    (line,) = [record.hub_facts for record in caplog.records if record.msg == "api.answered"]  # type: ignore[attr-defined]
    assert line["route"] == "/api/v1/datasets/name"
    assert line["status"] == 200
    assert "13800138000" not in json.dumps(line)


def test_metrics_count_routes_and_name_nobody(api: Api) -> None:
    api.get("/api/v1/datasets/grading", headers={"X-Forwarded-For": "198.51.100.77"})
    page = api.get("/metrics").text
    assert 'hub_requests_total{method="GET",route="/api/v1/datasets/<name>",status="200"}' in page
    assert "198.51.100.77" not in page
    assert is_problem(api.get("/metrics", environ_base={"REMOTE_ADDR": "203.0.113.7"}), 403)


def test_loopback_is_an_address_and_nothing_that_looks_like_one() -> None:
    assert doors.is_loopback("127.0.0.1")
    assert doors.is_loopback("::1")
    assert not any(map(doors.is_loopback, ("", "localhost", "127.0.0.1.example", "10.0.0.1")))
