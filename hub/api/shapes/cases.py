"""What goes over the wire of cases and suspensions."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from agreements.abuse import rules


class RemarkShape(Schema):
    """A remark; the party's own is its appeal. ``side`` is who speaks, ``by`` the person where the caller may know."""

    at = fields.DateTime(required=True)
    side = fields.String(required=True, validate=validate.OneOf(("bureau", "party")))
    by = fields.String(required=True)
    text = fields.String(required=True)


class CaseShape(Schema):
    """A case. ``opened_by`` and ``closed_by`` are told to the bureau only."""

    id = fields.String(required=True)
    party = fields.String(required=True)
    rule = fields.String(required=True)
    reason = fields.String(required=True, metadata={"description": "the rule in words"})
    facts = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    state = fields.String(required=True)
    opened_at = fields.DateTime(required=True)
    opened_by = fields.String(required=True)
    remarks = fields.List(fields.Nested(RemarkShape), required=True)
    finding = fields.String(required=True)
    closed_at = fields.DateTime(required=True, allow_none=True)
    closed_by = fields.String(required=True)
    suspended = fields.Boolean(required=True, metadata={"description": "whether the party is suspended now"})
    suspended_because = fields.String(required=True)


class CaseBody(Schema):
    """A case to open; facts are identifiers and counts, never values of records."""

    party = fields.String(required=True, validate=validate.Length(equal=18))
    rule = fields.String(load_default="manual", validate=validate.OneOf(("manual", *rules())))
    facts = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 40)),
        values=fields.String(validate=validate.Length(max=200)),
        load_default=dict,
        validate=validate.Length(max=20),
    )
    suspend = fields.Boolean(load_default=False)


class RemarkBody(Schema):
    """Words."""

    text = fields.String(required=True, validate=validate.Length(1, 4_000))


class FindingBody(Schema):
    """What was found."""

    finding = fields.String(required=True, validate=validate.Length(1, 4_000))


class ReasonBody(Schema):
    """Why a party is suspended: it is shown to it."""

    reason = fields.String(required=True, validate=validate.Length(1, 1_000))
