"""What goes over the wire of data quality."""

from __future__ import annotations

from marshmallow import Schema, fields, validate


class CorrectionsQuery(Schema):
    """From which record on."""

    start = fields.Integer(load_default=0, validate=validate.Range(0, 10_000_000))


class CorrectionShape(Schema):
    """One record of the caller's, its faults and the rules that wait for it; no value is told."""

    table = fields.String(required=True)
    record_id = fields.String(required=True)
    faults = fields.List(fields.String(), required=True)
    rules = fields.List(fields.String(), required=True)


class CorrectionsShape(Schema):
    """A page of the correction list of the last keeping; ``total`` records in all."""

    run = fields.Integer(required=True)
    bureau = fields.String(required=True)
    total = fields.Integer(required=True)
    records = fields.List(fields.Nested(CorrectionShape), required=True)
