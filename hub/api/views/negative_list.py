"""The negative list for registered users (SM16): questions about goods, and the feed for platforms and regulators.

It is never a file for everybody: each question is a Use, a caller asks fifty goods at once and so many a minute.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import polars as pl
from flask import Response, g

from agreements.model import Action, Form, Purpose, PurposeKind, Standing, Subject, Verdict
from catalog.errors import SourceError
from exporters.batches import plain
from exporters.rules.book import shipped
from exporters.rules.negative_list import Question, ask, delta, full
from hub.api.guard.asking import demanded
from hub.api.guard.using import use_of
from hub.api.process import limits
from hub.api.process.context import here
from hub.api.process.limits import Rate
from hub.api.shapes.negative_list import FeedQuery, ListAnswersShape, ListQuestion, ListQuestions
from hub.api.wire import streams
from hub.api.wire.problems import Refused
from hub.api.wire.routes import Routes
from hub.db.engine import reading
from hub.rules.negative_list import NAME, KeptList, kept
from hub.state import derivations

routes = Routes("negative-list", "The negative list 负面清单查询与推送", "/api/v1/negative-list")
RATE: Final = Rate("list-questions", 300, 60)
_BOOK: Final = "negative_list"
_LIST: Final = Subject(Form.LIST, dataset=_BOOK)


@routes.route("", ListAnswersShape, query=ListQuestion, problems=(404,))
def one(asked: dict[str, str]) -> dict[str, Any]:
    """May this be sold? One question by code, or by producer, product, model and batch."""
    return answered([Question(**asked)])


@routes.route("", ListAnswersShape, method="POST", body=ListQuestions, problems=(404,))
def many(asked: dict[str, list[dict[str, str]]]) -> dict[str, Any]:
    """At most fifty questions at once."""
    return answered([Question(**each) for each in asked["questions"]])


@routes.route("/feed", query=FeedQuery, media=streams.NDJSON, problems=(404,))
def feed(asked: dict[str, int]) -> Response:
    """The whole list, or what changed after list ``since``, as NDJSON with an end record; ``X-List`` is its number."""
    who, verdict = _allowed(Action.PUSH)
    now, book = current(), shipped(_BOOK)
    before = listed_as(asked["since"]) if "since" in asked else None
    rows = delta(before.listing, now.listing, book) if before else full(now.listing, book)
    here().recorder.record(use_of(who, Action.PUSH, _BOOK, now.number, verdict, rows=rows.height))
    batches = rows.to_arrow(compat_level=pl.CompatLevel.oldest()).to_batches(max_chunksize=16_384)
    pieces = streams.ndjson(plain(batch) for batch in batches)
    return Response(
        pieces, content_type=streams.NDJSON, headers={"X-List": str(now.number), "X-Rows": str(rows.height)}
    )


def current() -> KeptList:
    """The last list. Refused (404) before one was made."""
    return listed_as(None)


def listed_as(number: int | None) -> KeptList:
    """The list of this number. Refused (404) when there is none."""
    try:
        with reading(here().parts.engine) as connection:
            newest = number or derivations.newest(connection, NAME)
        return _read(here().parts.home, newest)
    except (SourceError, OSError):
        raise Refused("not-found", "There is no such negative list.") from None


@lru_cache(maxsize=4)
def _read(home: Path, number: int) -> KeptList:
    """A list never changes once it was made, and no two homes share one."""
    del home
    return kept(here().parts, number)


def answers(questions: Sequence[Question]) -> tuple[KeptList, list[dict[str, Any]]]:
    """Answers to questions by the current list, each with the entries behind it."""
    now = current()
    found = ask(now.listing, now.codes, questions, shipped(_BOOK))
    behind = found.matches.partition_by("question", as_dict=True)
    told = [
        {**row, "entries": behind[(row["question"],)].to_dicts() if (row["question"],) in behind else []}
        for row in found.answers.iter_rows(named=True)
    ]
    return now, told


def answered(questions: Sequence[Question]) -> dict[str, Any]:
    """Answers for the caller, by its rate and with its Use."""
    who, verdict = _allowed(Action.LOOKUP, len(questions))
    now, told = answers(questions)
    missed = sum(one["outcome"] == "unknown_code" for one in told)
    found = len(told) - missed
    here().recorder.record(use_of(who, Action.LOOKUP, _BOOK, now.number, verdict, rows=found, missed=missed))
    listing = now.listing
    return {
        "list": now.number,
        "day": listing.day,
        "rules": listing.version,
        "not_asked": listing.not_asked,
        "clause": verdict.clause,
        "answers": told,
    }


def _allowed(action: Action, questions: int = 1) -> tuple[Standing, Verdict]:
    who: Standing = g.standing
    verdict = demanded(who, action, _LIST, Purpose(PurposeKind.OWN))
    caller = who.uscc
    limits.demand(here().limiter, RATE, caller, here().seconds(), questions)
    return who, verdict
