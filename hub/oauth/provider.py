"""The provider: oauthlib's endpoints with two grants only, S256 only, and tokens of our own."""

from __future__ import annotations

from typing import Any

from oauthlib.oauth2 import AuthorizationEndpoint, IntrospectEndpoint, RevocationEndpoint, TokenEndpoint
from oauthlib.oauth2.rfc6749.grant_types import AuthorizationCodeGrant, ClientCredentialsGrant
from oauthlib.oauth2.rfc6749.tokens import BearerToken

from hub.oauth.jwts import ALGORITHMS
from hub.oauth.tokens import LIFE
from hub.oauth.validator import EVERY, Ground, Validator

BOUND = "X-Hub-Bound"
"""Header that the token view adds for the grant: the thumbprint of a DPoP key that was proven."""


class Provider(AuthorizationEndpoint, TokenEndpoint, IntrospectEndpoint, RevocationEndpoint):  # type: ignore[misc]
    """The endpoints of RFC 6749, 7009 and 7662 over the hub's validator."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        validator = Validator(ground)
        by_code = AuthorizationCodeGrant(validator, refresh_token=False)
        by_code._code_challenge_methods = {"S256": by_code._code_challenge_methods["S256"]}  # noqa: SLF001
        kind = _Kind(validator, self._made, LIFE)
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": by_code}, default_token_type=kind
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="client_credentials",
            grant_types={"authorization_code": by_code, "client_credentials": ClientCredentialsGrant(validator)},
            default_token_type=kind,
        )
        IntrospectEndpoint.__init__(self, validator, supported_token_types=("access_token",))
        RevocationEndpoint.__init__(self, validator, supported_token_types=("access_token",))

    def _made(self, request: Any) -> str:
        bound = request.headers.get(BOUND, "")
        actor = request.user or request.client.person
        now = self._ground.clock.now()
        text, request.token_number = self._ground.tokens.make(
            actor, request.client.client_id, list(request.scopes), now, bound
        )
        return text


class _Kind(BearerToken):  # type: ignore[misc]
    """oauthlib's token, that says so when it is bound to a key."""

    def create_token(self, request: Any, refresh_token: bool = False, **_: Any) -> Any:  # noqa: FBT001, FBT002
        made = super().create_token(request, refresh_token=refresh_token)
        if request.headers.get(BOUND):
            made["token_type"] = "DPoP"  # noqa: S105
        return made


def server_metadata(issuer: str) -> dict[str, Any]:
    """RFC 8414: what this authorization server does, told by us and not guessed by a library."""
    signed = list(ALGORITHMS)
    methods = ["client_secret_basic", "private_key_jwt", "none"]
    return {
        "issuer": issuer,
        "authorization_endpoint": f"{issuer}/oauth/authorize",
        "token_endpoint": f"{issuer}/oauth/token",
        "introspection_endpoint": f"{issuer}/oauth/introspect",
        "revocation_endpoint": f"{issuer}/oauth/revoke",
        "jwks_uri": f"{issuer}/oauth/jwks.json",
        "scopes_supported": [str(one) for one in EVERY],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": ["authorization_code", "client_credentials"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": signed,
        "introspection_endpoint_auth_methods_supported": methods[:2],
        "introspection_endpoint_auth_signing_alg_values_supported": signed,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": signed,
        "code_challenge_methods_supported": ["S256"],
        "dpop_signing_alg_values_supported": signed,
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{issuer}/api/v1/docs",
    }


def resource_metadata(issuer: str) -> dict[str, Any]:
    """RFC 9728: what this protected resource is, and who gives tokens for it."""
    return {
        "resource": f"{issuer}/api/v1",
        "authorization_servers": [issuer],
        "scopes_supported": [str(one) for one in EVERY],
        "bearer_methods_supported": ["header"],
        "dpop_signing_alg_values_supported": list(ALGORITHMS),
        "resource_documentation": f"{issuer}/api/v1/docs",
    }
