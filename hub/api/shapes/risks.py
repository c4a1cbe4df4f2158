"""What goes over the wire of risks, their tasks and reminders."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from exporters.rules.notices import Kind
from exporters.rules.risk_intake.model import RiskState, TaskState
from hub.api.shapes.notices import RecallShape

_NOTE = validate.Length(max=1_000)
_CELL = fields.String(validate=validate.Length(max=2_000), allow_none=True)


class SignalsBody(Schema):
    """Records of one kind of source, each with the fields of its shape (docs/notices.md) as text."""

    records = fields.List(
        fields.Dict(keys=fields.String(validate=validate.Length(max=40)), values=_CELL),
        required=True,
        validate=validate.Length(1, 500),
    )


class TakenShape(Schema):
    """What an intake did, in records."""

    kind = fields.String(required=True)
    new = fields.Integer(required=True)
    corrected = fields.Integer(required=True)
    known = fields.Integer(required=True)
    refused = fields.Integer(required=True)


class RiskQuery(Schema):
    """Which risks; ``after`` a risk's id for the next page."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *RiskState]))
    after = fields.String(load_default="", validate=validate.Length(max=120))


class RiskStepShape(Schema):
    """A step of a risk or task."""

    at = fields.DateTime(required=True)
    by = fields.String(required=True)
    name = fields.String(required=True)
    note = fields.String(required=True)


class RiskShape(Schema):
    """A risk as its bureau sees it."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    number = fields.String(required=True)
    heard_on = fields.Date(required=True)
    product_category = fields.String(required=True, allow_none=True)
    product_name = fields.String(required=True, allow_none=True)
    product_model = fields.String(required=True, allow_none=True)
    producer_uscc = fields.String(required=True, allow_none=True)
    seller_uscc = fields.String(required=True, allow_none=True)
    region_code = fields.String(required=True, allow_none=True)
    summary = fields.String(required=True, allow_none=True)
    injury_type = fields.String(required=True, allow_none=True)
    hazard_class = fields.String(required=True, allow_none=True)
    severity = fields.String(required=True, allow_none=True)
    probability = fields.String(required=True, allow_none=True)
    flags = fields.String(required=True)
    state = fields.String(required=True)
    level = fields.String(required=True)
    tolerable = fields.Boolean(required=True, allow_none=True)
    sensitive = fields.Boolean(required=True)
    measures = fields.List(fields.String(), required=True)
    steps = fields.List(fields.Nested(RiskStepShape), required=True)


class IdentifyRiskBody(Schema):
    """Whether it is a risk of a product."""

    is_risk = fields.Boolean(required=True)
    note = fields.String(load_default="", validate=_NOTE)


class AssessRiskBody(Schema):
    """Severity 1-4 and probability I-VIII of the matrix."""

    severity = fields.String(required=True, validate=validate.Length(max=4))
    probability = fields.String(required=True, validate=validate.Length(max=4))
    note = fields.String(load_default="", validate=_NOTE)


class DisposeRiskBody(Schema):
    """Measures of the list risk_measure."""

    measures = fields.List(
        fields.String(validate=validate.Length(max=20)), required=True, validate=validate.Length(1, 9)
    )
    note = fields.String(load_default="", validate=_NOTE)


class RiskNoteBody(Schema):
    """A remark that goes on record; it names nobody."""

    note = fields.String(load_default="", validate=_NOTE)


class NoticeDraftBody(Schema):
    """Which notice is drafted; a recall announcement needs the facts of the recall."""

    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    recall = fields.Nested(RecallShape, load_default=None, allow_none=True)


class RiskTaskQuery(Schema):
    """Tasks of which state; all when none is named."""

    state = fields.String(load_default="", validate=validate.OneOf(["", *TaskState]))


class ClockShape(Schema):
    """How the clock of a task stands."""

    due = fields.DateTime(required=True)
    state = fields.String(required=True)


class RiskTaskShape(Schema):
    """A task of territorial bureaus."""

    id = fields.String(required=True)
    product_name = fields.String(required=True)
    producer_uscc = fields.String(required=True)
    territory = fields.String(required=True)
    joint = fields.Boolean(required=True)
    because = fields.String(required=True)
    complaints = fields.Integer(required=True)
    injuries = fields.Integer(required=True)
    highest = fields.String(required=True)
    flags = fields.String(required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True)
    raised_at = fields.DateTime(required=True)
    state = fields.String(required=True)
    accepted = fields.List(fields.String(), required=True)
    notice = fields.String(required=True)
    steps = fields.List(fields.Nested(RiskStepShape), required=True)
    clock = fields.Nested(ClockShape, required=True, allow_none=True)


class ReminderShape(Schema):
    """A reminder that was sent."""

    id = fields.String(required=True)
    about = fields.String(required=True)
    bureau = fields.String(required=True)
    level = fields.String(required=True)
    due = fields.DateTime(required=True)
    state = fields.String(required=True)
    sent_at = fields.DateTime(required=True)
