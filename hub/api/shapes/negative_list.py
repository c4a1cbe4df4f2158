"""What goes over the wire of the negative list."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

_TEXT = validate.Length(max=512)


class ListQuestion(Schema):
    """One question: a code, or a producer, product, model and batch as far as known."""

    uscc = fields.String(validate=_TEXT)
    product = fields.String(validate=_TEXT)
    model = fields.String(validate=_TEXT)
    batch = fields.String(validate=_TEXT)
    code = fields.String(validate=_TEXT)


class ListQuestions(Schema):
    """Several questions at once, for example a shop's goods."""

    questions = fields.List(fields.Nested(ListQuestion), required=True, validate=validate.Length(1, 50))


class FeedQuery(Schema):
    """From which list on; without it the whole list."""

    since = fields.Integer(validate=validate.Range(1, 2**31 - 1))


class EntryShape(Schema):
    """An entry behind an answer."""

    entry_id = fields.String(required=True)
    rule = fields.String(required=True)
    class_ = fields.String(data_key="class", attribute="class", required=True)
    level = fields.String(required=True)
    partly = fields.Boolean(required=True)
    because_zh = fields.String(required=True)
    because_en = fields.String(required=True)
    advice_zh = fields.String(required=True, allow_none=True)
    advice_en = fields.String(required=True, allow_none=True)
    since = fields.Date(required=True)
    leaves_on = fields.Date(required=True, allow_none=True)
    objection = fields.String(required=True, allow_none=True)


class ListAnswerShape(Schema):
    """An answer; that something is not listed never says that it is good."""

    outcome = fields.String(required=True)
    class_ = fields.String(data_key="class", attribute="class", required=True, allow_none=True)
    colour = fields.String(required=True, allow_none=True)
    advice = fields.String(required=True, allow_none=True)
    part_class = fields.String(required=True, allow_none=True)
    unattributed = fields.Integer(required=True)
    flags = fields.String(required=True)
    entries = fields.List(fields.Nested(EntryShape), required=True)


class ListAnswersShape(Schema):
    """Answers in the order of the questions, by which list and rules."""

    list = fields.Integer(required=True)
    day = fields.Date(required=True)
    rules = fields.String(required=True)
    not_asked = fields.List(fields.String(), required=True, metadata={"description": "rules without their register"})
    clause = fields.String(required=True)
    answers = fields.List(fields.Nested(ListAnswerShape), required=True)


class ObjectionBody(Schema):
    """An objection against an entry that names one's own unit."""

    entry = fields.String(required=True, validate=_TEXT)
    text = fields.String(required=True, validate=validate.Length(1, 2_000))


class ObjectionAnswerBody(Schema):
    """1 维持 kept, 2 撤销 removed, 3 更正 corrected; and the answer in words that name nobody."""

    outcome = fields.String(required=True, validate=validate.OneOf(["1", "2", "3"]))
    answer = fields.String(required=True, validate=validate.Length(1, 2_000))


class ObjectionShape(Schema):
    """An objection as its producer and the bureau see it."""

    id = fields.String(required=True)
    entry = fields.String(required=True)
    party = fields.String(required=True)
    listed = fields.Integer(required=True)
    raised_at = fields.DateTime(required=True)
    said = fields.String(required=True)
    due = fields.Date(required=True)
    provisional = fields.Boolean(required=True)
    state = fields.String(required=True)
    outcome = fields.String(required=True, allow_none=True)
    answer = fields.String(required=True)
    answered_at = fields.DateTime(required=True, allow_none=True)
    exit_list = fields.Integer(required=True)
