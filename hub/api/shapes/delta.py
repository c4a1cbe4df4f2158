"""What goes over the wire of Delta Sharing, in the protocol's own names."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate


class _Loose(Schema):
    """Later versions of the protocol say more than this hub reads."""

    class Meta:
        """What is not known is passed over."""

        unknown = EXCLUDE


class PageQuery(_Loose):
    """A page of a list."""

    max_results = fields.Integer(data_key="maxResults", validate=validate.Range(0, 2**31))
    page_token = fields.String(data_key="pageToken", validate=validate.Length(max=200))


class ShareItem(Schema):
    """A share."""

    name = fields.String(required=True)
    id = fields.String(required=True)


class SharesShape(Schema):
    """A page of shares."""

    items = fields.List(fields.Nested(ShareItem), required=True)
    next_page_token = fields.String(data_key="nextPageToken")


class OneShareShape(Schema):
    """One share."""

    share = fields.Nested(ShareItem, required=True)


class SchemaItem(Schema):
    """A schema of a share."""

    name = fields.String(required=True)
    share = fields.String(required=True)


class SchemasShape(Schema):
    """A page of schemas."""

    items = fields.List(fields.Nested(SchemaItem), required=True)
    next_page_token = fields.String(data_key="nextPageToken")


class TableItem(Schema):
    """A table of a share."""

    name = fields.String(required=True)
    schema = fields.String(required=True)
    share = fields.String(required=True)
    share_id = fields.String(data_key="shareId", required=True)
    id = fields.String(required=True)


class TablesShape(Schema):
    """A page of tables."""

    items = fields.List(fields.Nested(TableItem), required=True)
    next_page_token = fields.String(data_key="nextPageToken")


class VersionQuery(_Loose):
    """From when on."""

    starting = fields.AwareDateTime(data_key="startingTimestamp")


class TableBody(_Loose):
    """Which version of a table, and hints that spare files."""

    version = fields.Integer(validate=validate.Range(0, 2**31 - 1))
    timestamp = fields.AwareDateTime()
    limit = fields.Integer(data_key="limitHint", validate=validate.Range(0, 2**53))
    hint = fields.String(data_key="jsonPredicateHints", validate=validate.Length(max=20_000))


class ChangesQuery(_Loose):
    """From which version or moment to which one, both included."""

    start = fields.Integer(data_key="startingVersion", validate=validate.Range(0, 2**31 - 1))
    end = fields.Integer(data_key="endingVersion", validate=validate.Range(0, 2**31 - 1))
    since = fields.AwareDateTime(data_key="startingTimestamp")
    until = fields.AwareDateTime(data_key="endingTimestamp")


class SignatureQuery(_Loose):
    """The signature of a link."""

    signature = fields.String(data_key="X-Amz-Signature", required=True, validate=validate.Length(max=100))
