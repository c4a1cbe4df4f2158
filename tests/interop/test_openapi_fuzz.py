"""Whatever the OpenAPI document allows is asked by schemathesis: nothing fails, and every answer is documented."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings

from tests.exchange_api import Exchange, exchange

EXAMPLES = 5
ASKED = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Exchange:
    return exchange(tmp_path_factory.mktemp("fuzz"), ("grading", "licences"))


def _as_https(hub: Exchange) -> Callable[..., Iterable[bytes]]:
    def application(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        environ |= {"wsgi.url_scheme": "https", "REMOTE_ADDR": "127.0.0.1"}
        return hub.api.app.wsgi_app(environ, start)

    return application


@pytest.mark.slow
@pytest.mark.parametrize("actor", ["", "bureau", "agent"])
def test_no_request_that_the_document_allows_fails_or_is_answered_otherwise(hub: Exchange, actor: str) -> None:
    schema = schemathesis.openapi.from_wsgi("/api/v1/openapi.json", _as_https(hub))
    answers = [one for found in schema.get_all_operations() for one in _answers(found.ok(), hub, actor)]
    # A document that says 500 of everything allows none of them here.
    assert {one[:3] for one in answers if one[2] >= 500 or not one[3]} == set()
    assert len(answers) > EXAMPLES * 40


def _answers(operation: Any, hub: Exchange, actor: str) -> list[tuple[str, str, int, bool]]:
    """Method, path, status, and whether that is documented, of some requests that the operation allows."""
    documented = set(operation.definition.raw["responses"])
    found: list[tuple[str, str, int, bool]] = []

    def ask(case: Any) -> None:
        bearer = {"Authorization": f"Bearer {hub.token(actor)}"} if actor else {}
        status = case.call(headers=bearer).status_code
        found.append((case.method, case.path, status, str(status) in documented))

    ASKED(given(case=operation.as_strategy())(ask))()
    return found
