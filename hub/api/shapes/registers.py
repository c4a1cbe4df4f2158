"""What goes over the wire of registers: records answered one by one from their source."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from agreements.model import PurposeKind
from hub.api.shapes.common import Words


class RegisterFieldShape(Schema):
    """A field that a register can answer."""

    name = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    guarded = fields.Boolean(required=True, metadata={"description": "only by the owner's ticket (SM06)"})
    owner = fields.String(required=True, metadata={"description": "field with the code of whose data it is"})


class RegisterShape(Schema):
    """A register."""

    id = fields.String(required=True)
    title = fields.Nested(Words, required=True)
    standard = fields.String(required=True)
    keys = fields.List(fields.String(), required=True)
    fields_ = fields.List(fields.Nested(RegisterFieldShape), data_key="fields", attribute="fields", required=True)


class StatedQuery(Schema):
    """Why records are asked for, and which fields of them."""

    purpose = fields.String(validate=validate.OneOf([one.value for one in PurposeKind]))
    case = fields.String(validate=validate.Length(max=100), metadata={"description": "case or risk number"})
    statement = fields.String(validate=validate.Length(max=500))
    fields_ = fields.String(data_key="fields", attribute="fields", validate=validate.Length(max=4_000))


class RegisterQuery(StatedQuery):
    """Which records: by a key of the register, by a producer's batch, or one's own when neither is named."""

    key = fields.String(validate=validate.Length(max=64))
    value = fields.List(fields.String(validate=validate.Length(1, 512)), validate=validate.Length(max=20))
    batch = fields.String(validate=validate.Length(1, 60), metadata={"description": "batch number; with producer"})
    producer = fields.String(validate=validate.Length(15, 18), metadata={"description": "USCC of the producer"})


class AnswerShape(Schema):
    """What a register answered. ``mark`` is the answer's own number in the ledger."""

    register = fields.String(required=True)
    at = fields.DateTime(required=True)
    clause = fields.String(required=True)
    basis = fields.String(required=True)
    ticket = fields.String(required=True)
    mark = fields.String(required=True)
    count = fields.Integer(required=True)
    rows = fields.List(fields.Dict(keys=fields.String()), required=True)
