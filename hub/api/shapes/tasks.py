"""What goes over the wire of supervision tasks."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from exporters.rules.supervision.follow_up import FollowState


class SupervisionQuery(Schema):
    """From which unit on."""

    after = fields.String(load_default="", validate=validate.Length(max=18))


class SupervisionTaskShape(Schema):
    """A producer's tasks of the year, and what its bureau did with them."""

    tier = fields.String(required=True, allow_none=True)
    bureau_region = fields.String(required=True, allow_none=True)
    uscc = fields.String(required=True)
    mode = fields.String(required=True, allow_none=True)
    inspections_due = fields.Integer(required=True, allow_none=True)
    inspections_done = fields.Integer(required=True)
    checks_due = fields.Integer(required=True, allow_none=True)
    checks_done = fields.Integer(required=True)
    open_rectifications = fields.Integer(required=True)
    state = fields.String(required=True)
    because = fields.String(required=True)
    followed = fields.String(required=True, allow_none=True)
    planned_on = fields.Date(required=True, allow_none=True)


class FollowBody(Schema):
    """Planned for a day, done, or returned with a remark that names nobody."""

    state = fields.String(required=True, validate=validate.OneOf(list(FollowState)))
    planned_on = fields.Date(load_default=None, allow_none=True)
    note = fields.String(load_default="", validate=validate.Length(max=1_000))


class FollowShape(Schema):
    """How a task stands at its bureau."""

    id = fields.String(required=True)
    bureau = fields.String(required=True)
    state = fields.String(required=True)
    planned_on = fields.Date(required=True, allow_none=True)
