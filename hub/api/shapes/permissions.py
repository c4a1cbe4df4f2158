"""What goes over the wire of roles and their changes (SM07)."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from agreements.people import Change
from agreements.permissions import Role


class PermissionBody(Schema):
    """A role to give or take, and why."""

    person = fields.String(required=True, validate=validate.Length(1, 100))
    party = fields.String(required=True, validate=validate.Length(equal=18))
    role = fields.String(required=True, validate=validate.OneOf(list(Role)))
    change = fields.String(load_default=Change.GIVE.value, validate=validate.OneOf(list(Change)))
    reason = fields.String(required=True, validate=validate.Length(1, 1_000))


class PermissionShape(Schema):
    """A request as it stands."""

    id = fields.String(required=True)
    person = fields.String(required=True)
    party = fields.String(required=True)
    role = fields.String(required=True)
    change = fields.String(required=True)
    reason = fields.String(required=True)
    asked_by = fields.String(required=True)
    asked_at = fields.DateTime(required=True)
    state = fields.String(required=True)
    decided_by = fields.String(required=True)
    decided_at = fields.DateTime(required=True, allow_none=True)
    note = fields.String(required=True)
