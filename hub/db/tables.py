"""Tables of the hub's state. Times are UTC ISO 8601 text, so both databases order and compare them alike.

No table holds a value of a record: quarantine names record ids and rules, parts are files named by digest.
"""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# A run of one dataset: planned -> extracting -> packing -> sealed -> (held | published); or refused, failed, abandoned.
run = Table(
    "run",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("dataset", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("mode", String(16), nullable=False),
    Column("fingerprint", String(64), nullable=False),
    Column("plan", Text, nullable=False),
    Column("version", Integer),
    Column("report", Text, nullable=False, server_default="{}"),
    Column("error", Text),
    Column("started_at", String(32), nullable=False),
    Column("finished_at", String(32)),
    Index("ix_run_dataset_started_at", "dataset", "started_at"),
)

# Manifest of finished units: a row stands here only when its part file is complete on disk.
part = Table(
    "part",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("file", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("rows_read", BigInteger, nullable=False),
    Column("rows_kept", BigInteger, nullable=False),
    Column("tally", Text, nullable=False),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("run_id", String(64), primary_key=True),
    Column("unit", Integer, primary_key=True),
    Column("ordinal", Integer, primary_key=True),
    Column("dataset", String(64), nullable=False),
    Column("record_id", String(80), nullable=False),
    Column("field", String(64), nullable=False),
    Column("rule", String(64), nullable=False),
    Index("ix_quarantine_dataset_rule", "dataset", "rule"),
)

# awaiting (approval) -> sealed -> current -> superseded; withdrawn and returned end it.
release = Table(
    "release",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("run_id", String(64), nullable=False),
    Column("state", String(16), nullable=False),
    Column("content", String(64), nullable=False),
    Column("body", Text, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("sealed_at", String(32), nullable=False),
)

approval = Table(
    "approval",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("decision", String(16), nullable=False),
    Column("note", Text, nullable=False, server_default=text("''")),
    Column("at", String(32), nullable=False),
)

# What a release told of its source, kept in a file named by digest; later releases are protected against it.
told = Table(
    "told",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("source", String(120), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("at", String(32), nullable=False),
    Index("ix_told_source", "source"),
)

# What a release spent of an agreement's privacy budget.
privacy_spend = Table(
    "privacy_spend",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("agreement", String(120), nullable=False),
    Column("epsilon", String(32), nullable=False),
    Column("at", String(32), nullable=False),
    Index("ix_privacy_spend_agreement", "agreement"),
)

# Journal of publishing: planned -> uploaded -> loaded -> verified -> switched -> superseded; withdrawn ends it.
publication = Table(
    "publication",
    metadata,
    Column("portal", String(64), primary_key=True),
    Column("dataset", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("step", String(16), nullable=False),
    Column("updated_at", String(32), nullable=False),
)

# What the hub knows of a dataset's source: where to go on, from which runs' parts the present state is made.
dataset_state = Table(
    "dataset_state",
    metadata,
    Column("dataset", String(64), primary_key=True),
    Column("fingerprint", String(64), nullable=False),
    Column("high_water", Text, nullable=False),
    Column("known", BigInteger, nullable=False),
    Column("base_runs", Text, nullable=False),
)

# One row a dataset that is being worked on: two processes never run the same dataset at once.
lease = Table(
    "lease",
    metadata,
    Column("name", String(80), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("until", String(32), nullable=False),
)

# One row a scheduled window; the primary key makes several schedulers run it exactly once.
claim = Table(
    "claim",
    metadata,
    Column("job", String(80), primary_key=True),
    Column("window", String(32), primary_key=True),
    Column("owner", String(80), nullable=False),
    Column("state", String(16), nullable=False),
    Column("claimed_at", String(32), nullable=False),
    Column("lease_until", String(32), nullable=False),
    Column("finished_at", String(32)),
)

# A derivation that was kept: its files lie in a numbered folder, and count because this row stands with their event.
derivation = Table(
    "derivation",
    metadata,
    Column("name", String(64), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("body", Text, nullable=False),
    Column("at", String(32), nullable=False),
)

# The append-only ledger: leaves in order, hashes of complete subtrees, signed checkpoints (RFC 6962, C2SP).
ledger_leaf = Table(
    "ledger_leaf",
    metadata,
    Column("seq", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("kind", String(32), nullable=False),
    Column("body", Text, nullable=False),
    Column("at", String(32), nullable=False),
)

ledger_node = Table(
    "ledger_node",
    metadata,
    Column("level", Integer, primary_key=True),
    Column("position", BigInteger().with_variant(Integer, "sqlite"), primary_key=True),
    Column("hash", LargeBinary(32), nullable=False),
    sqlite_with_rowid=False,
)

ledger_checkpoint = Table(
    "ledger_checkpoint",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("note", Text, nullable=False),
    Column("at", String(32), nullable=False),
)

# RFC 3161: the reply of a time-stamping authority over a checkpoint's text, and the moment it vouches for.
ledger_timestamp = Table(
    "ledger_timestamp",
    metadata,
    Column("size", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("token", LargeBinary, nullable=False),
    Column("at", String(32), nullable=False),
)

# One row a marked copy: entered with its ledger entry before it leaves, and closed with the digest of what left.
mark_copy = Table(
    "mark_copy",
    metadata,
    Column("number", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("dataset", String(64), nullable=False),
    Column("version", Integer, nullable=False),
    Column("grant_id", String(80), nullable=False),
    Column("recipient", String(200), nullable=False),
    Column("profile", Text, nullable=False),
    Column("leaf", BigInteger, nullable=False),
    Column("output", String(64)),
    Column("at", String(32), nullable=False),
    Index("ix_mark_copy_dataset_version", "dataset", "version"),
)
