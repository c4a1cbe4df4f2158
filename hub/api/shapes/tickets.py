"""What goes over the wire of tickets (SM06)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from agreements.model import PurposeKind


class TicketBody(Schema):
    """One record, its fields, and the reason (SM06)."""

    owner = fields.String(required=True, validate=validate.Length(equal=18))
    dataset = fields.String(required=True, validate=validate.Length(max=64))
    record = fields.String(required=True, validate=validate.Length(max=80))
    fields_ = fields.List(
        fields.String(validate=validate.Length(max=64)),
        data_key="fields",
        attribute="fields",
        required=True,
        validate=validate.Length(1, 50),
    )
    purpose = fields.String(required=True, validate=validate.OneOf([one.value for one in PurposeKind]))
    case = fields.String(load_default="", validate=validate.Length(max=100))
    statement = fields.String(required=True, validate=validate.Length(1, 500))
    ends = fields.AwareDateTime(required=True)


class TicketShape(Schema):
    """An owner's authorisation for one record."""

    id = fields.String(required=True)
    party = fields.String(required=True)
    owner = fields.String(required=True)
    dataset = fields.String(required=True)
    record = fields.String(required=True)
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", required=True)
    purpose = fields.String(attribute="purpose.kind", required=True)
    case = fields.String(attribute="purpose.case_no", required=True)
    statement = fields.String(attribute="purpose.statement", required=True)
    ends = fields.DateTime(required=True)
    authorised_at = fields.DateTime(required=True, allow_none=True)
    withdrawn_at = fields.DateTime(required=True, allow_none=True)


class TicketAnswerShape(Schema):
    """An answer that was given by a ticket, as the owner sees it."""

    at = fields.DateTime(required=True)
    party = fields.String(required=True)
    actor = fields.String(required=True)
    rows = fields.Integer(required=True)
    mark = fields.String(required=True)
    purpose = fields.String(required=True)
    case_no = fields.String(required=True)
