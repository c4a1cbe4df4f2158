"""What goes over the wire of the exchange's nouns, as marshmallow schemas."""

from __future__ import annotations

from marshmallow import EXCLUDE, Schema, fields, validate

from agreements.model import PurposeKind
from hub.api.shapes.negative_list import ListAnswerShape


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


class ScanQuery(Schema):
    """One code, as it was scanned."""

    code = fields.String(required=True, validate=validate.Length(1, 512))


class ClosedShape(Schema):
    """A field that a scan does not show."""

    name = fields.String(required=True)
    zh = fields.String(required=True)
    en = fields.String(required=True)
    clause = fields.String(required=True, metadata={"description": "by which somebody else may have it; empty: nobody"})


class ScanShape(Schema):
    """What everybody may see of one product."""

    dataset = fields.String(required=True)
    version = fields.Integer(required=True)
    clause = fields.String(required=True)
    product = fields.Dict(required=True)
    flagged = fields.Dict(
        required=True, allow_none=True, metadata={"description": "what its firm opened; null when the source is away"}
    )
    listed = fields.Nested(
        ListAnswerShape, required=True, allow_none=True, metadata={"description": "for registered users (SM16)"}
    )
    closed = fields.List(fields.Nested(ClosedShape), required=True)


class DataItemShape(Schema):
    """A dataset of an application."""

    dataset = fields.String(required=True)
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", load_default=list)
    regions = fields.List(fields.String(), load_default=list)


class ApplicationShape(Schema):
    """What a recipient asks for."""

    data = fields.List(fields.Nested(DataItemShape), required=True, validate=validate.Length(1, 50))
    purpose = fields.String(required=True, validate=validate.OneOf([one.value for one in PurposeKind]))
    statement = fields.String(required=True, validate=validate.Length(max=2_000))
    project = fields.String(required=True, validate=validate.Length(max=200))
    responsible = fields.String(required=True, validate=validate.Length(max=100))
    output = fields.String(required=True, validate=validate.Length(max=500))
    starts = fields.Date(required=True)
    ends = fields.Date(required=True)
    measures = fields.List(fields.String(validate=validate.Length(max=500)), required=True)
    retention_days = fields.Integer(required=True, validate=validate.Range(0, 36_500))
    quota_rows = fields.Integer(load_default=0, validate=validate.Range(0, 10**12))
    replaces = fields.String(load_only=True, load_default="")


class StepShape(Schema):
    """Something that was done."""

    name = fields.String(required=True)
    by = fields.String(required=True)
    at = fields.DateTime(required=True)
    note = fields.String(required=True)


class SignatureShape(Schema):
    """A party's signature over the agreement's text."""

    party = fields.String(required=True)
    key = fields.String(required=True)
    algorithm = fields.String(required=True)
    value = fields.String(required=True)


class AgreementShape(Schema):
    """An agreement as it stands."""

    id = fields.String(required=True)
    provider = fields.String(required=True)
    recipient = fields.String(required=True)
    state = fields.String(required=True)
    application = fields.Nested(ApplicationShape, required=True)
    steps = fields.List(fields.Nested(StepShape), required=True)
    digest = fields.String(required=True, metadata={"description": "SHA-256 of the text that is signed"})
    sm3 = fields.String(required=True)
    signatures = fields.List(fields.Nested(SignatureShape), required=True)
    replaces = fields.String(required=True)
    reason = fields.String(required=True)
    due = fields.Date(required=True, allow_none=True)


class NoteBody(Schema):
    """A remark."""

    note = fields.String(load_default="", validate=validate.Length(max=2_000))


class SignBody(Schema):
    """A signature over the agreement's text."""

    key = fields.String(required=True, validate=validate.Length(max=100))
    value = fields.String(required=True, validate=validate.Length(max=2_000))


class DestroyedQuery(Schema):
    """When and how all data was destroyed."""

    destroyed_on = fields.Date(required=True)
    method = fields.String(required=True, validate=validate.Length(1, 500))


class CertificateBody(DestroyedQuery):
    """The destruction certificate, signed."""

    key = fields.String(required=True, validate=validate.Length(max=100))
    value = fields.String(required=True, validate=validate.Length(max=2_000))


class GrantShape(Schema):
    """What a party may take."""

    id = fields.String(required=True)
    agreement = fields.String(required=True)
    dataset = fields.String(required=True)
    purposes = fields.List(fields.String(), required=True)
    starts = fields.DateTime(required=True)
    ends = fields.DateTime(required=True)
    fields_ = fields.List(fields.String(), data_key="fields", attribute="fields", required=True)
    regions = fields.List(fields.String(), required=True)
    quota_rows = fields.Integer(required=True)
    state = fields.String(required=True)
    reason = fields.String(required=True)


class UseShape(Schema):
    """A use."""

    at = fields.DateTime(required=True)
    actor = fields.String(required=True)
    grant = fields.String(required=True)
    action = fields.String(required=True)
    dataset = fields.String(required=True)
    version = fields.Integer(required=True)
    clause = fields.String(required=True)
    rows = fields.Integer(required=True)
    bytes = fields.Integer(required=True)
    missed = fields.Integer(required=True)
    mark = fields.String(required=True)
    purpose = fields.String(required=True)
    case_no = fields.String(required=True)


class UsesQuery(Schema):
    """How far back."""

    days = fields.Integer(load_default=30, validate=validate.Range(1, 3_660))
