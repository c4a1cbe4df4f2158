"""OAuth 2 as real Python clients speak it (authlib, requests-oauthlib), and as attackers would."""

from __future__ import annotations

import base64
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import pytest
import requests
from authlib.integrations.requests_client import OAuth2Session as AuthlibSession
from authlib.oauth2.rfc7523 import PrivateKeyJWT
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey
from oauthlib.oauth2 import BackendApplicationClient
from requests_oauthlib import OAuth2Session

from agreements import roles
from agreements.people import Change
from agreements.permissions import Role
from hub.db.engine import reading, writing
from hub.oauth import clients, signing
from tests.exchange_world import INSTITUTE
from tests.oauth_world import BACK, PASSWORD, Served, served
from tests.plugins.ports import PATIENCE


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with served(tmp_path_factory.mktemp("oauth")) as one:
        yield one


def post(hub: Served, path: str, body: dict[str, str], secret: str = "", name: str = "batch", **headers: str) -> Any:
    auth = (name, secret) if secret else None
    return requests.post(
        f"{hub.address}{path}", body, auth=auth, headers=headers, timeout=PATIENCE, allow_redirects=False
    )


def machine_token(hub: Served, **headers: str) -> str:
    answer = post(hub, "/oauth/token", {"grant_type": "client_credentials"}, hub.secret, **headers)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access_token"])


def me(hub: Served, token: str, scheme: str = "Bearer", **headers: str) -> Any:
    return requests.get(
        f"{hub.address}/api/v1/me", headers={"Authorization": f"{scheme} {token}", **headers}, timeout=PATIENCE
    )


def test_requests_oauthlib_gets_a_token_and_is_known_by_it(hub: Served, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")
    session = OAuth2Session(client=BackendApplicationClient(client_id="batch"))
    token = session.fetch_token(f"{hub.address}/oauth/token", client_id="batch", client_secret=hub.secret)
    assert token["token_type"] == "Bearer"
    said = session.get(f"{hub.address}/api/v1/me").json()
    assert (said["actor"], said["client"]) == ("machine", "batch")
    assert said["party"]["name"] == "示例研究院"
    assert set(said["scopes"]) == {"list:lookup", "record:query", "record:reveal", "release:download", "share:read"}


def test_authlib_proves_itself_with_a_private_key(hub: Served) -> None:
    endpoint = f"{hub.address}/oauth/token"
    session = AuthlibSession("keyed", hub.key, token_endpoint_auth_method="private_key_jwt")
    session.register_client_auth_method(PrivateKeyJWT(endpoint, alg="ES256"))
    token = session.fetch_token(endpoint, grant_type="client_credentials", scope="record:query")
    assert token["scope"] == "record:query"
    assert session.get(f"{hub.address}/api/v1/me").json()["scopes"] == ["record:query"]


def _page(hub: Served, session: Any, **changed: str) -> tuple[Any, str]:
    verifier = "v" * 64
    challenge = base64.urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "client_id": "app",
        "redirect_uri": BACK,
        "response_type": "code",
        "scope": "agreement:read agreement:sign record:query",
        "state": "s1",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
        **changed,
    }
    page = session.get(f"{hub.address}/oauth/authorize", params=asked, timeout=PATIENCE, allow_redirects=False)
    return page, verifier


def _decided(hub: Served, page: Any, **form: str) -> Any:
    sealed = re.search(r'name="request" value="([^"]+)"', page.text)
    assert sealed, page.text
    body = {"request": sealed[1], "person": "agent", "password": PASSWORD, "decision": "allow", **form}
    return post(hub, "/oauth/authorize", body)


def _code(answer: Any) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["Location"]).query).items()}


def test_a_person_consents_and_the_program_gets_a_token_for_what_the_person_may(hub: Served) -> None:
    page, verifier = _page(hub, requests)
    assert "应用" in page.text
    back = _code(_decided(hub, page))
    assert (back["state"], back["iss"]) == ("s1", hub.address)
    body = {"grant_type": "authorization_code", "code": back["code"], "redirect_uri": BACK, "client_id": "app"}
    answer = post(hub, "/oauth/token", {**body, "code_verifier": verifier})
    # An agent holds no record:query: what was asked beyond the person's roles is not given.
    assert set(answer.json()["scope"].split()) == {"agreement:read", "agreement:sign"}
    token = answer.json()["access_token"]
    assert me(hub, token).json()["actor"] == "agent"
    again = post(hub, "/oauth/token", {**body, "code_verifier": verifier})
    assert again.json()["error"] == "invalid_grant"
    assert me(hub, token).status_code == 401  # a code that two hold takes its token with it


@pytest.mark.parametrize(
    "wrong",
    [
        {"code_verifier": "w" * 64},
        {"redirect_uri": BACK + "x"},
        {"client_id": "batch"},
        {"code": "x" * 30},
        {"code_verifier": ""},
    ],
)
def test_a_code_is_worth_nothing_without_everything_it_was_made_for(hub: Served, wrong: dict[str, str]) -> None:
    page, verifier = _page(hub, requests)
    code = _code(_decided(hub, page))["code"]
    body = {
        "grant_type": "authorization_code",
        "code": code,
        "redirect_uri": BACK,
        "client_id": "app",
        "code_verifier": verifier,
    }
    answer = post(hub, "/oauth/token", {**body, **wrong})
    assert answer.status_code in {400, 401}
    assert "access_token" not in answer.json()


def test_a_wrong_password_a_denial_and_a_forged_page_give_no_code(hub: Served) -> None:
    page, _ = _page(hub, requests)
    wrong = _decided(hub, page, password="wrong password 12")
    assert wrong.status_code == 403
    assert "Location" not in wrong.headers
    assert _decided(hub, page, person="nobody").status_code == 403
    assert _code(_decided(hub, page, decision="deny"))["error"] == "access_denied"
    assert post(hub, "/oauth/authorize", {"request": "x.y", "person": "agent", "decision": "allow"}).status_code == 400


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/back"},
        {"client_id": "nobody"},
        {"client_id": "batch"},
        {"redirect_uri": ""},
    ],
)
def test_nobody_is_sent_to_an_address_that_is_not_registered(hub: Served, changed: dict[str, str]) -> None:
    page, _ = _page(hub, requests, **changed)
    assert page.status_code == 400
    assert "Location" not in page.headers


@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": ""},
        {"code_challenge_method": "plain"},
        {"response_type": "token"},
        {"scope": "everything"},
    ],
)
def test_a_wrong_request_of_a_known_program_goes_back_as_an_error(hub: Served, changed: dict[str, str]) -> None:
    page, _ = _page(hub, requests, **changed)
    assert page.status_code == 303
    assert "error" in _code(page)
    assert "code" not in _code(page)


def test_strange_queries_never_make_the_hub_fail(hub: Served) -> None:
    for query in (
        "{ } [ ] |",
        "中文",
        "%zz",
        "client_id=%zz&redirect_uri=|",
        "scope=a&scope=b",
        "client_id=app&client_id=b",
    ):
        for path in ("/oauth/authorize", "/oauth/token", "/oauth/jwks.json"):
            raw = query.encode().decode("latin-1")
            answer = hub.app.test_client().get(path, base_url=hub.address, environ_overrides={"QUERY_STRING": raw})
            assert answer.status_code in {200, 303, 400, 405}, (path, query)
        answer = hub.app.test_client().post(
            "/oauth/token", base_url=hub.address, data=query.encode(), content_type="application/x-www-form-urlencoded"
        )
        assert answer.status_code in {400, 401}


def test_a_secret_in_the_body_or_a_wrong_one_is_no_way_in(hub: Served) -> None:
    body = {"grant_type": "client_credentials"}
    wrong = post(hub, "/oauth/token", body, "wrong")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert wrong.headers["WWW-Authenticate"].startswith("Basic")
    assert wrong.json()["request_id"]
    inside = {**body, "client_id": "batch", "client_secret": hub.secret}
    assert post(hub, "/oauth/token", inside).status_code == 401
    assert post(hub, "/oauth/token", {**body, "scope": "party:register"}, hub.secret).json()["error"] == "invalid_scope"
    assert post(hub, "/oauth/token", {"grant_type": "password"}, hub.secret).json()["error"] == "unsupported_grant_type"


def test_a_token_in_query_or_body_is_refused(hub: Served) -> None:
    token = machine_token(hub)
    url = f"{hub.address}/api/v1/me"
    assert requests.get(url, params={"access_token": token}, timeout=PATIENCE).status_code == 400
    assert requests.get(url, data={"access_token": token}, timeout=PATIENCE).status_code == 400


def forged(hub: Served, **changed: Any) -> dict[str, str]:
    """Tokens that look right and are not."""
    good = machine_token(hub)
    head, body, _ = good.split(".")
    claims = json.loads(base64.urlsafe_b64decode(body + "=="))
    header = json.loads(base64.urlsafe_b64decode(head + "=="))
    ours = hub.app.extensions["hub"].tokens.ring.all()[0].key
    theirs = ECKey.generate_key("P-256")

    def made(key: Any, header: dict[str, Any], claims: dict[str, Any], alg: str = "ES256") -> str:
        return jwt.encode({**header, "alg": alg}, claims, key, algorithms=[alg], default_type=None)

    public = base64.b64encode(ours.as_pem(private=False)).decode()
    none = base64.urlsafe_b64encode(json.dumps({**header, "alg": "none"}).encode()).rstrip(b"=").decode()
    return {
        "another key": made(theirs, header, claims),
        "its own key in the header": made(theirs, {**header, "jwk": theirs.as_dict(private=False)}, claims),
        "no algorithm": f"{none}.{body}.",
        "the public key as a shared secret": made(OctKey.import_key(public), header, claims, "HS256"),
        "another audience": made(ours, header, {**claims, "aud": "https://other.example"}),
        "another issuer": made(ours, header, {**claims, "iss": "https://other.example"}),
        "an identity token": made(ours, {**header, "typ": "JWT"}, claims),
        "out of time": made(ours, header, {**claims, "exp": int(time.time()) - 1}),
        "before its time": made(ours, header, {**claims, "iat": int(time.time()) + 600}),
        "no number": made(ours, header, {name: value for name, value in claims.items() if name != "jti"}),
        "cut": good[:-4],
        "nonsense": "a.b.c",
    }


def test_no_forged_token_is_believed(hub: Served) -> None:
    for what, token in forged(hub).items():
        answer = me(hub, token)
        assert answer.status_code == 401, what
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
        assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_revoked_token_ends_at_the_next_request_and_only_its_own_client_revokes_it(hub: Served) -> None:
    token = machine_token(hub)
    assert post(hub, "/oauth/revoke", {"token": token}, hub.other_secret, "gateway").status_code == 200
    assert me(hub, token).status_code == 200
    assert post(hub, "/oauth/revoke", {"token": token}).status_code == 401
    assert post(hub, "/oauth/revoke", {"token": token}, hub.secret).status_code == 200
    assert me(hub, token).status_code == 401
    assert post(hub, "/oauth/introspect", {"token": token}, hub.other_secret, "gateway").json() == {"active": False}


def test_a_client_asks_about_its_own_tokens_and_a_gateway_about_all(hub: Served) -> None:
    token = machine_token(hub)
    said = post(hub, "/oauth/introspect", {"token": token}, hub.other_secret, "gateway").json()
    assert (said["active"], said["sub"], said["client_id"]) == (True, "machine", "batch")
    other = post(hub, "/oauth/token", {"grant_type": "client_credentials"}, hub.other_secret, "gateway").json()
    asked = post(hub, "/oauth/introspect", {"token": other["access_token"]}, hub.secret)
    assert asked.json() == {"active": False}
    assert post(hub, "/oauth/introspect", {"token": token}).status_code == 401


def _assertion(hub: Served, key: Any = None, **changed: Any) -> dict[str, str]:
    at = int(time.time())
    claims = {
        "iss": "keyed",
        "sub": "keyed",
        "aud": hub.address,
        "iat": at,
        "exp": at + 60,
        "jti": f"j{time.time_ns()}",
        **changed,
    }
    claims = {name: value for name, value in claims.items() if value is not None}
    text = jwt.encode({"alg": "ES256"}, claims, key or hub.key, algorithms=["ES256"])
    kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
    return {"grant_type": "client_credentials", "client_assertion_type": kind, "client_assertion": text}


def test_an_assertion_counts_once_fresh_and_for_this_hub(hub: Served) -> None:
    good = _assertion(hub)
    assert post(hub, "/oauth/token", good).status_code == 200
    assert post(hub, "/oauth/token", good).status_code == 401
    at = int(time.time())
    for changed in (
        {"aud": "https://other.example"},
        {"exp": at - 60},
        {"exp": at + 86_400},
        {"exp": None},
        {"jti": None},
        {"iss": "batch"},
        {"sub": "batch"},
        {"iat": at + 600},
    ):
        assert post(hub, "/oauth/token", _assertion(hub, **changed)).status_code == 401, changed
    assert post(hub, "/oauth/token", _assertion(hub, ECKey.generate_key("P-256"))).status_code == 401
    assert post(hub, "/oauth/token", {**_assertion(hub), "client_id": "batch"}).status_code == 401


def _proof(key: ECKey, method: str, url: str, token: str = "", **changed: Any) -> str:
    ath = {"ath": base64.urlsafe_b64encode(sha256(token.encode()).digest()).rstrip(b"=").decode()} if token else {}
    claims = {"htm": method, "htu": url, "iat": int(time.time()), "jti": f"p{time.time_ns()}", **ath, **changed}
    header = {"alg": "ES256", "typ": "dpop+jwt", "jwk": key.as_dict(private=False)}
    return jwt.encode(header, claims, key, algorithms=["ES256"])


def test_a_bound_token_is_used_by_its_keys_holder_only_and_each_proof_once(hub: Served) -> None:
    key, thief = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
    endpoint, url = f"{hub.address}/oauth/token", f"{hub.address}/api/v1/me"
    answer = post(
        hub, "/oauth/token", {"grant_type": "client_credentials"}, hub.secret, DPoP=_proof(key, "POST", endpoint)
    )
    assert answer.json()["token_type"] == "DPoP"
    token = answer.json()["access_token"]
    good = _proof(key, "GET", url, token)
    assert me(hub, token, "DPoP", DPoP=good).status_code == 200
    wrong = {
        "the same proof again": good,
        "no proof": "",
        "another key": _proof(thief, "GET", url, token),
        "another method": _proof(key, "POST", url, token),
        "another address": _proof(key, "GET", url + "x", token),
        "another token": _proof(key, "GET", url, "other"),
        "an old proof": _proof(key, "GET", url, token, iat=int(time.time()) - 600),
    }
    for what, proof in wrong.items():
        refused = me(hub, token, "DPoP", DPoP=proof)
        assert refused.status_code == 401, what
        bearer, _, bound = refused.headers["WWW-Authenticate"].partition(", DPoP ")
        assert 'error="invalid_dpop_proof"' in bound
        assert "error" not in bearer
    taken_as_bearer = me(hub, token)
    assert taken_as_bearer.status_code == 401
    assert 'error="invalid_token"' in taken_as_bearer.headers["WWW-Authenticate"].partition(", DPoP ")[0]
    bad = post(hub, "/oauth/token", {"grant_type": "client_credentials"}, hub.secret, DPoP="x.y.z")
    assert bad.json()["error"] == "invalid_dpop_proof"


def test_a_proof_names_its_address_in_any_spelling_of_it(hub: Served) -> None:
    key = ECKey.generate_key("P-256")
    proof = _proof(key, "POST", f"{hub.address}/oauth/token")
    token = post(hub, "/oauth/token", {"grant_type": "client_credentials"}, hub.secret, DPoP=proof).json()
    url = f"{hub.address}/api/v1/agreements/质检〔2026〕1号"
    for spelling in (quote(url, safe=":/"), quote(url, safe=":/").lower(), url.replace("http:", "HTTP:"), f"{url}?a=b"):
        headers = {"Authorization": f"DPoP {token['access_token']}"}
        headers["DPoP"] = _proof(key, "GET", spelling, token["access_token"])
        assert requests.get(url, headers=headers, timeout=PATIENCE).status_code in {403, 404}, spelling


def test_a_role_that_was_taken_and_a_retired_client_end_at_the_next_request(hub: Served) -> None:
    wish = clients.Wish("short", "短期", clients.Method.SECRET, "machine2")
    hub.world.give("machine2", INSTITUTE, Role.QUERY)
    with writing(hub.parts.engine) as connection:
        secret = clients.register(connection, "admin1", wish, datetime.now(UTC))
    token = post(hub, "/oauth/token", {"grant_type": "client_credentials"}, secret, "short").json()["access_token"]
    assert me(hub, token).status_code == 200
    asked = hub.world.do(roles.request, "admin1", "machine2", INSTITUTE, Role.QUERY, "离岗", Change.TAKE)
    hub.world.do(roles.approve, "admin2", asked.id)
    assert me(hub, token).status_code == 401
    hub.world.give("machine2", INSTITUTE, Role.QUERY)
    assert me(hub, token).status_code == 200
    with writing(hub.parts.engine) as connection:
        clients.retire(connection, "admin1", "short", datetime.now(UTC))
    assert me(hub, token).status_code == 401


def test_keys_rotate_while_the_hub_runs_and_two_rotations_end_old_tokens(hub: Served) -> None:
    folder = hub.settings.home / "keys" / "tokens"
    old = machine_token(hub)
    signing.rotate(folder)
    assert me(hub, old).status_code == 200
    new = machine_token(hub)
    keys = {one["kid"] for one in requests.get(f"{hub.address}/oauth/jwks.json", timeout=PATIENCE).json()["keys"]}
    assert {jwt_header(old)["kid"], jwt_header(new)["kid"]} == keys
    signing.rotate(folder)
    assert me(hub, old).status_code == 401
    assert me(hub, new).status_code == 200
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.iterdir())


def jwt_header(token: str) -> dict[str, str]:
    head = token.split(".", maxsplit=1)[0]
    found: dict[str, str] = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))
    return found


def test_nothing_secret_stands_in_the_database_in_clear(hub: Served) -> None:
    page, _ = _page(hub, requests)
    code = _code(_decided(hub, page))["code"]
    token = machine_token(hub)
    post(hub, "/oauth/revoke", {"token": token}, hub.secret)
    with reading(hub.parts.engine) as connection:
        raw = connection.connection.driver_connection
        dump = "\n".join(raw.iterdump())  # type: ignore[union-attr]
    for secret in (hub.secret, hub.other_secret, PASSWORD, code, token, token.split(".")[2]):
        assert secret not in dump
    log = [path.read_text(errors="replace") for path in hub.settings.home.glob("*.log")]
    assert not any(hub.secret in one for one in log)


def test_the_metadata_says_what_is_there(hub: Served) -> None:
    resource = requests.get(f"{hub.address}/.well-known/oauth-protected-resource/api/v1", timeout=PATIENCE).json()
    assert resource["authorization_servers"] == [hub.address]
    server = requests.get(f"{hub.address}/.well-known/oauth-authorization-server", timeout=PATIENCE).json()
    assert server["issuer"] == hub.address
    assert server["code_challenge_methods_supported"] == ["S256"]
    assert "implicit" not in json.dumps(server)
    place = f'resource_metadata="{hub.address}/.well-known/oauth-protected-resource/api/v1"'
    offered = requests.get(f"{hub.address}/api/v1/me", timeout=PATIENCE).headers["WWW-Authenticate"]
    algorithms = " ".join(resource["dpop_signing_alg_values_supported"])
    assert offered == f'Bearer realm="hub", {place}, DPoP realm="hub", {place}, algs="{algorithms}"'
