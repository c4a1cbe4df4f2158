"""What goes over the wire, as marshmallow schemas: the OpenAPI document is made from them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class ProblemShape(Schema):
    """A problem (RFC 9457)."""

    type = fields.Url(required=True, metadata={"description": "address of the explanation"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    code = fields.String(required=True, metadata={"description": "constant word for machines"})
    request_id = fields.String(required=True)
    detail = fields.String()


class Words(Schema):
    """A text in both languages."""

    zh = fields.String(required=True)
    en = fields.String(required=True)


class PublisherShape(Words):
    """The bureau that answers for a dataset."""

    uscc = fields.String(required=True)
    region = fields.String(required=True)
    email = fields.String(required=True)
    phone = fields.String(required=True)


class DatasetShape(Schema):
    """A dataset."""

    id = fields.String(required=True)
    title = fields.Nested(Words, required=True)
    description = fields.Nested(Words, required=True)
    audience = fields.String(required=True)
    standard = fields.String(required=True)
    basis = fields.String(required=True)
    licence = fields.String(required=True)
    frequency = fields.String(required=True)
    formats = fields.List(fields.String(), required=True)
    publisher = fields.Nested(PublisherShape, required=True)
    conditions = fields.Nested(Words)
    current_version = fields.Integer(allow_none=True)
    as_of = fields.String(allow_none=True)


class ColumnShape(Schema):
    """A row of the data dictionary."""

    name = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    type_zh = fields.String(required=True)
    type_en = fields.String(required=True)
    format = fields.String(required=True)
    required = fields.Boolean(required=True)
    codes = fields.String(required=True)
    sensitivity = fields.String(required=True)
    treatment = fields.String(required=True)
    note_zh = fields.String(required=True)
    note_en = fields.String(required=True)
    code = fields.String(required=True)


class FileShape(Schema):
    """A file of a release."""

    name = fields.String(required=True)
    role = fields.String(required=True)
    format = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
    sha256 = fields.String(required=True)
    rows = fields.Integer(allow_none=True)
    part = fields.Integer(required=True)
    url = fields.String(metadata={"description": "absent when the caller may not take it"})
    marked_per_download = fields.Boolean(
        metadata={"description": "each download is a copy of its own: size and sha256 here are of the portal's copy"}
    )


class DownloadShape(Schema):
    """A copy that was made for a download."""

    copy = fields.Integer(required=True)
    entry = fields.Integer(required=True, metadata={"description": "leaf of the ledger"})
    output = fields.String(required=True, metadata={"description": "SHA-256 of the lines 'hash  name' of its files"})
    facts = fields.String(required=True, metadata={"description": "digest of facts, the same for all copies"})
    files = fields.List(fields.Nested(FileShape), required=True)


class ChangesShape(Schema):
    """How a version differs from the one before."""

    added = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    withdrawn = fields.Integer(required=True)


class ReleaseLineShape(Schema):
    """A release, its files left out."""

    dataset = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True, validate=validate.OneOf(("current", "superseded")))
    as_of = fields.String(required=True)
    sealed_at = fields.String(required=True)
    rows = fields.Integer(required=True)
    changes = fields.Nested(ChangesShape, required=True)
    quality = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    held_back = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    content = fields.String(required=True)
    entry = fields.Integer(required=True, metadata={"description": "number of its ledger entry"})


class ReleaseShape(ReleaseLineShape):
    """A release."""

    files = fields.List(fields.Nested(FileShape), required=True)


class DownloadQuery(Schema):
    """Which earlier download a file is asked for again."""

    download = fields.String(load_default="", validate=validate.Length(max=64))


class InclusionQuery(Schema):
    """Which leaf in which tree."""

    entry = fields.Integer(required=True, validate=validate.Range(0, 2**62))
    size = fields.Integer(required=True, validate=validate.Range(1, 2**62))


class InclusionShape(Schema):
    """An audit path (RFC 9162, 2.1.3), hashes in base64."""

    entry = fields.Integer(required=True)
    size = fields.Integer(required=True)
    leaf_hash = fields.String(required=True)
    path = fields.List(fields.String(), required=True)


class ConsistencyQuery(Schema):
    """Which two trees."""

    old = fields.Integer(required=True, validate=validate.Range(1, 2**62))
    new = fields.Integer(required=True, validate=validate.Range(1, 2**62))


class ConsistencyShape(Schema):
    """A consistency proof (RFC 9162, 2.1.4), hashes in base64."""

    old = fields.Integer(required=True)
    new = fields.Integer(required=True)
    path = fields.List(fields.String(), required=True)


class KeyShape(Schema):
    """A key that signs the ledger's checkpoints."""

    origin = fields.String(required=True)
    vkey = fields.String(required=True)


class TimestampShape(Schema):
    """A signed head, the moment an authority vouches for, and its reply."""

    size = fields.Integer(required=True)
    checkpoint = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    reply = fields.String(required=True)


class RecordShape(Schema):
    """What anybody may know of a record's address."""

    genuine = fields.Boolean(required=True)
    state = fields.String(required=True, metadata={"description": "current, superseded or withdrawn; else empty"})
    unchanged = fields.Boolean(required=True, allow_none=True)
