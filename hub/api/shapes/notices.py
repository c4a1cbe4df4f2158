"""What goes over the wire of notices (SM12): the fields N02-N24 of DOMAIN 8.1."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from exporters.rules.notices import Kind, Level, Message

_SOURCES = ("spot_check", "monitoring", "recall", "complaints", "opinion")
_TEXT = validate.Length(max=1_000)


class AreaShape(Schema):
    """A region (N22)."""

    code = fields.String(required=True, validate=validate.Length(equal=6))
    name = fields.String(required=True, validate=validate.Length(max=100))


class ReferenceShape(Schema):
    """An earlier notice (N07)."""

    notice_no = fields.String(required=True, validate=validate.Length(max=40))
    sender = fields.String(required=True, validate=validate.Length(max=18))
    sent = fields.AwareDateTime(required=True)


class RecallShape(Schema):
    """A recall (N21)."""

    recall_no = fields.String(required=True, validate=_TEXT)
    enterprise = fields.String(required=True, validate=_TEXT)
    models = fields.String(required=True, validate=_TEXT)
    produced = fields.String(required=True, validate=_TEXT)
    quantity = fields.Integer(required=True, validate=validate.Range(0, 10**12))
    unit = fields.String(required=True, validate=_TEXT)
    remedy = fields.String(required=True, validate=_TEXT)
    begins = fields.Date(required=True)
    ends = fields.Date(required=True, allow_none=True)
    hotline = fields.String(required=True, validate=_TEXT)


def _texts() -> fields.List[str]:
    return fields.List(fields.String(validate=_TEXT), load_default=list, validate=validate.Length(max=50))


class NoticeBody(Schema):
    """A notice to draft; number, issuer and time are the hub's."""

    kind = fields.String(required=True, validate=validate.OneOf(list(Kind)))
    title = fields.String(required=True, validate=validate.Length(1, 60))
    expires = fields.AwareDateTime(load_default=None, allow_none=True)
    message = fields.String(load_default=Message.ALERT.value, validate=validate.OneOf(list(Message)))
    references = fields.List(fields.Nested(ReferenceShape), load_default=list, validate=validate.Length(max=20))
    category = fields.String(required=True, validate=_TEXT)
    category_code = fields.String(load_default="", validate=validate.Length(max=40))
    product = fields.String(load_default="", validate=_TEXT)
    codes = _texts()
    producer = fields.String(load_default="", validate=_TEXT)
    hazard = fields.String(required=True, validate=_TEXT)
    level = fields.String(required=True, validate=validate.OneOf(list(Level)))
    basis = fields.String(required=True, validate=_TEXT)
    source = fields.String(required=True, validate=validate.OneOf(_SOURCES))
    standards = _texts()
    exposed = _texts()
    buying = _texts()
    using = _texts()
    to_do = _texts()
    recall = fields.Nested(RecallShape, load_default=None, allow_none=True)
    areas = fields.List(fields.Nested(AreaShape), required=True, validate=validate.Length(1, 50))
    contact = fields.String(required=True, validate=_TEXT)
    web = fields.String(load_default="", validate=_TEXT)
    facts_closed = fields.Boolean(load_default=False)


class IssuerShape(Schema):
    """The bureau that issues it."""

    name = fields.String(required=True)
    uscc = fields.String(required=True)
    region = fields.String(required=True)


class EnclosedShape(Schema):
    """A picture (N12) or paper (N24) at ``files/<name>``; ``says`` is what it shows."""

    name = fields.String(required=True)
    digest = fields.String(required=True)
    media = fields.String(required=True)
    size = fields.Integer(required=True)
    says = fields.String(required=True)


class EncloseBody(Schema):
    """A picture (PNG, JPEG, WebP) or paper (PDF) of at most 6 MB for a draft, and what it shows."""

    kind = fields.String(required=True, validate=validate.OneOf(["picture", "paper"]))
    says = fields.String(required=True, validate=validate.Length(1, 200))
    data = fields.String(required=True, validate=validate.Length(1, 8_400_000))
    """Base64."""


class NoticeShape(NoticeBody):
    """A notice; ``text`` is how it reads, ``colour`` that of its level (N14)."""

    notice_no = fields.String(required=True)
    issuer = fields.Nested(IssuerShape, required=True)
    sent = fields.DateTime(required=True)
    colour = fields.String(required=True)
    images = fields.List(fields.Nested(EnclosedShape), required=True)
    attachments = fields.List(fields.Nested(EnclosedShape), required=True)
    text = fields.String(required=True)


class ReviewShape(Schema):
    """What was done with a notice."""

    drafted_by = fields.String(required=True)
    technical_by = fields.String(required=True)
    legal_by = fields.String(required=True)
    approved_by = fields.String(required=True)
    told_producer = fields.DateTime(required=True, allow_none=True)
    objection_ends = fields.DateTime(required=True, allow_none=True)
    objection_open = fields.Boolean(required=True)
    found = fields.List(fields.String(), required=True)
    """What the scan found, as ``<field>:<kind>``; never a value. It blocks publication."""


class FiledShape(Schema):
    """A notice on its way, as the bureau sees it."""

    notice = fields.Nested(NoticeShape, required=True)
    state = fields.String(required=True)
    review = fields.Nested(ReviewShape, required=True)


class ToldBody(Schema):
    """Whether the producer objects."""

    objects = fields.Boolean(load_default=False)


class FeedOf(Schema):
    """Which notices a feed holds: those that concern ``region``; all without it."""

    region = fields.String(load_default="", validate=validate.Regexp(r"^([0-9]{6})?$"))


class NoticesOf(FeedOf):
    """Which notices a list holds: those that concern ``region``, and of these the archived ones or all others."""

    archived = fields.Boolean(load_default=False)


class ReachShape(Schema):
    """How often a notice was read, by way (page, json, cap, pdf, file) and by day; feeds count apart."""

    notice = fields.String(required=True)
    ways = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    days = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    feeds = fields.Integer(required=True)
    """Times that a feed was fetched in which it stands, since it was published."""
    sent = fields.Integer(required=True)
    waiting = fields.Integer(required=True)


class FollowerBody(Schema):
    """Where a party wants to be told of notices: https or mailto, for a region and all places in it ("" for all)."""

    address = fields.String(required=True, validate=validate.Length(1, 300))
    region = fields.String(load_default="", validate=validate.Regexp(r"^([0-9]{6})?$"))


class FollowerShape(FollowerBody):
    """Somebody who is told of notices once a second person of the bureau that runs the hub agreed."""

    id = fields.String(required=True)
    party = fields.String(required=True)
    state = fields.String(required=True)
    asked_by = fields.String(required=True)
    approved_by = fields.String(required=True)
    since = fields.DateTime(required=True)
