"""Tables of people's accounts. Nothing here lets anybody in: passwords, sessions and links are kept as hashes."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from hub.db.oauth import metadata

__all__ = ["metadata"]

# ``password`` is Argon2id with salt and costs, ``code_secret`` the sealed secret of one-time codes ("": none in use),
# ``code_step`` the time step of the last code that was taken, so that none counts twice.
account = Table(
    "account",
    metadata,
    Column("person", String(120), primary_key=True),
    Column("password", String(200), nullable=False),
    Column("code_secret", String(200), nullable=False),
    Column("code_step", BigInteger, nullable=False),
    Column("since", String(32), nullable=False),
)

# ``id`` is the SHA-256 of the link's random part.
invitation = Table(
    "account_invitation",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person", String(120), nullable=False),
    Column("until", String(32), nullable=False),
    Index("ix_account_invitation_person", "person"),
)

# ``id`` is the SHA-256 of what the browser holds, ``until`` the absolute end, ``factors`` how the person proved itself.
session = Table(
    "account_session",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person", String(120), nullable=False),
    Column("factors", String(16), nullable=False),
    Column("since", String(32), nullable=False),
    Column("seen", String(32), nullable=False),
    Column("until", String(32), nullable=False),
    Index("ix_account_session_person", "person"),
    Index("ix_account_session_until", "until"),
)

# ``id`` is the SHA-256 of the credential's id, ``public`` its COSE key in base64url, ``uses`` its signature counter.
passkey = Table(
    "account_passkey",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person", String(120), nullable=False),
    Column("credential", Text, nullable=False),
    Column("public", Text, nullable=False),
    Column("uses", BigInteger, nullable=False),
    Column("name", String(80), nullable=False),
    Column("since", String(32), nullable=False),
    Index("ix_account_passkey_person", "person"),
)

# How often was guessed since when; ``id`` is a hash of who guessed for whom.
guess = Table(
    "account_guess",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
    Column("until", String(32), nullable=False),
    Index("ix_account_guess_until", "until"),
)

# A form that its person goes on with later: what was typed, as JSON.
draft = Table(
    "account_draft",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("person", String(120), nullable=False),
    Column("body", Text, nullable=False),
    Column("since", String(32), nullable=False),
    Index("ix_account_draft_person", "person"),
)
