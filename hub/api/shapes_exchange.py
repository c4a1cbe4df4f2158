"""What goes over the wire of the exchange's nouns, as marshmallow schemas."""

from __future__ import annotations

from marshmallow import Schema, fields


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
