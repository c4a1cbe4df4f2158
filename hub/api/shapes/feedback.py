"""What goes over the wire of feedback: corrections, complaints of rights and demands."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from agreements.feedback import FeedbackState, Outcome


class CorrectionBody(Schema):
    """What is wrong with published data."""

    dataset = fields.String(required=True, validate=validate.Length(1, 64))
    version = fields.Integer(load_default=0, validate=validate.Range(0, 2**31 - 1))
    column = fields.String(load_default="", validate=validate.Length(max=64))
    record = fields.String(
        load_default="", validate=validate.Length(max=120), metadata={"description": "the record's address or id"}
    )
    text = fields.String(required=True, validate=validate.Length(1, 2_000))


class OwnCorrectionBody(Schema):
    """What one's own record should say (SM02)."""

    values = fields.Dict(
        keys=fields.String(validate=validate.Length(1, 64)),
        values=fields.String(validate=validate.Length(max=2_000)),
        required=True,
        validate=validate.Length(1, 50),
    )
    text = fields.String(required=True, validate=validate.Length(1, 2_000))


class DemandBody(Schema):
    """Which data should be open, and what for."""

    text = fields.String(required=True, validate=validate.Length(1, 2_000))
    dataset = fields.String(load_default="", validate=validate.Length(max=64))


class RightsBody(Schema):
    """Whose right is touched by which published data."""

    dataset = fields.String(required=True, validate=validate.Length(1, 64))
    record = fields.String(
        load_default="", validate=validate.Length(max=120), metadata={"description": "the record's address or id"}
    )
    text = fields.String(required=True, validate=validate.Length(1, 2_000))


class FeedbackQuery(Schema):
    """Which feedback."""

    dataset = fields.String(load_default="", validate=validate.Length(max=64))
    state = fields.String(load_default="", validate=validate.OneOf(["", *FeedbackState]))
    before = fields.String(load_default="", validate=validate.Length(max=20))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 100))


class BureauShape(Schema):
    """Who answers."""

    uscc = fields.String(required=True)
    name = fields.String(required=True)


class FeedbackShape(Schema):
    """Feedback as everybody sees it: no word of who raised it, nor of what was said before the bureau answered."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    dataset = fields.String(required=True)
    version = fields.Integer(required=True)
    column = fields.String(required=True)
    bureau = fields.Nested(BureauShape, required=True)
    state = fields.String(required=True)
    raised_on = fields.Date(required=True)
    due = fields.Date(required=True)
    provisional = fields.Boolean(required=True, metadata={"description": "the calendar did not know the year"})
    overdue = fields.Boolean(required=True)
    outcome = fields.String(required=True, allow_none=True)
    subject = fields.String(required=True)
    answer = fields.String(required=True)
    answered_on = fields.Date(required=True, allow_none=True)


class WholeFeedbackShape(FeedbackShape):
    """Feedback as its raiser and its bureau see it."""

    record = fields.String(required=True)
    said = fields.String(required=True)
    proposed = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    raised_by = fields.String(required=True)


class ReplyBody(Schema):
    """The public answer."""

    outcome = fields.String(required=True, validate=validate.OneOf(list(Outcome)))
    subject = fields.String(required=True, validate=validate.Length(1, 200))
    answer = fields.String(required=True, validate=validate.Length(1, 2_000))


class ForwardBody(Schema):
    """To whom it is handed on."""

    bureau = fields.String(required=True, validate=validate.Length(equal=18))
