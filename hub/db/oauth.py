"""Tables of OAuth 2: clients, codes, and identifiers that count no more. No secret is in clear."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hub.db.exchange import metadata

__all__ = ["metadata"]

# ``secret`` is the SHA-256 of 32 random bytes, ``keys`` a JWK set of public keys, ``person`` who a machine acts as.
client = Table(
    "oauth_client",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("name", String(200), nullable=False),
    Column("person", String(120), nullable=False),
    Column("method", String(32), nullable=False),
    Column("secret", String(64), nullable=False),
    Column("keys", Text, nullable=False),
    Column("redirects", Text, nullable=False),
    Column("introspects", String(1), nullable=False),
    Column("state", String(16), nullable=False),
    Column("since", String(32), nullable=False),
)

# ``id`` is the SHA-256 of the code; ``token`` the number of the token that it was exchanged for, "" before.
code = Table(
    "oauth_code",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("body", Text, nullable=False),
    Column("until", String(32), nullable=False),
    Column("token", String(64), nullable=False),
    Index("ix_oauth_code_until", "until"),
)

# Numbers of revoked tokens, of used assertions and proofs: kept until they would be worthless anyway.
spent = Table(
    "oauth_spent",
    metadata,
    Column("id", String(80), primary_key=True),
    Column("until", String(32), nullable=False),
    Index("ix_oauth_spent_until", "until"),
)

# One row: a number that triggers make grow with every change of who may have what (migration 0008).
revision = Table(
    "state_revision",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("number", BigInteger, nullable=False),
)
