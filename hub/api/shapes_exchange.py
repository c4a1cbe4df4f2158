"""What goes over the wire of the exchange's nouns, as marshmallow schemas."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from agreements.model import PurposeKind


class PartyShape(Schema):
    """A registered party, as it may know itself."""

    id = fields.String(required=True, metadata={"description": "统一社会信用代码"})
    name = fields.String(required=True)
    kinds = fields.List(fields.String(), required=True)
    region = fields.String(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "why it is suspended or closed"})


class MeShape(Schema):
    """The caller."""

    actor = fields.String(required=True)
    client = fields.String(required=True)
    party = fields.Nested(PartyShape, required=True)
    scopes = fields.List(fields.String(), required=True)


class RecordQuery(Schema):
    """What a record query states; filters by columns stand beside it."""

    class Meta:
        """Columns of the dataset come beside these names."""

        unknown = EXCLUDE

    purpose = fields.String(validate=validate.OneOf([one.value for one in PurposeKind]))
    case = fields.String(validate=validate.Length(max=100), metadata={"description": "case or risk number (SM05)"})
    statement = fields.String(validate=validate.Length(max=500))
    code = fields.List(fields.String(validate=validate.Length(1, 512)), validate=validate.Length(max=100))
    fields_ = fields.String(data_key="fields", attribute="fields", validate=validate.Length(max=4_000))
    limit = fields.Integer(validate=validate.Range(1, 1_000))
    after = fields.String(validate=validate.Length(max=400))
