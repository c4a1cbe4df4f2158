"""Coming in and going out: password with code, passkey, the one-time link; and who the session says it is."""

from __future__ import annotations

import json
from typing import Final

from flask import Response, flash, make_response, redirect, render_template, request, session
from marshmallow import Schema

from agreements.model import Standing
from catalog.errors import HubError, NotPermitted
from hub.accounts import accounts, passkeys
from hub.accounts.entering import Outcome, factors_of
from hub.accounts.passkeys import Site
from hub.api.guard import people
from hub.api.process import limits
from hub.api.process.context import here, peer
from hub.api.process.limits import Rate
from hub.db.engine import reading, writing
from hub.state.standing import standing_now
from hub.web.account.area import pages
from hub.web.doors import openly
from hub.web.forms import Form, blank, read, text
from hub.web.places import local
from hub.web.words import N_

_RATE: Final = Rate("sign-in", 60, 600)
_SAID: Final = {
    Outcome.CODE: ("code", N_("请输入当前动态口令。")),
    Outcome.WRONG: ("person", N_("用户名或密码不正确。")),
    Outcome.TOO_MANY: ("person", N_("尝试次数过多，请十分钟后再试；也可使用通行密钥或曾登录过的浏览器。")),
}


class SignIn(Schema):
    """Name and code; the password is read as it was typed, spaces and all."""

    person = text(120)
    code = text(12, required=False)


def recognise() -> Standing | None:
    """Who the browser's session stands for; None without one, or for somebody who holds no role any more."""
    held = people.present()
    if held is None:
        return None

    def read_standing() -> Standing | None:
        with reading(here().parts.engine) as connection:
            try:
                return standing_now(connection, held.person)
            except HubError:
                return None

    return here().known.get(("person", held.person), read_standing)


@pages.page("/sign-in", methods=("GET", "POST"))
@openly
def sign_in() -> Response:
    """Sign in by name and password, with a code where the account asks for one."""
    if request.method == "GET":
        return _page(blank(person=""))
    limits.demand(here().limiter, _RATE, peer(), here().seconds())
    form = read(SignIn())
    password = request.form.get("password", "")
    if not password:
        form = form.wrong(password=N_("请填写此项。"))
    if not form.is_right:
        return _page(form)
    outcome = people.tried(form.values["person"], password, form.values["code"])
    if outcome is not Outcome.IN:
        name, said = _SAID[outcome]
        return _page(form.wrong(**{name: said}))
    return _came_in(form.values["person"], "")


@pages.page("/sign-in/passkey", methods=("POST",))
@openly
def passkey() -> Response:
    """Sign in by passkey: what the device answered comes in a form that the page's script has filled."""
    limits.demand(here().limiter, _RATE, peer(), here().seconds())
    try:
        with writing(here().parts.engine) as connection:
            person = passkeys.who(
                connection, site(), request.form.get("answer", ""), request.form.get("sealed", ""), here().now()
            )
    except NotPermitted:
        return _page(blank(person="").wrong(passkey=N_("通行密钥未被接受，请重试或使用密码。")))
    return _came_in(person, "passkey")


@pages.page("/sign-out", methods=("POST",))
@openly
def sign_out() -> Response:
    """End the session."""
    session.clear()
    flash(N_("已退出登录。"))
    return people.go_out(_to("/"))


@pages.page("/account/welcome/<token>", methods=("GET", "POST"))
@openly
def welcome(token: str) -> Response:
    """Open an account, or come back in, by the link that an administrator handed over."""
    limits.demand(here().limiter, _RATE, peer(), here().seconds())
    with reading(here().parts.engine) as connection:
        person = accounts.invited(connection, token[:100], here().now())
    form = blank()
    if person and request.method == "POST":
        form = twice_typed()
        if not form.errors:
            try:
                with writing(here().parts.engine) as connection:
                    accounts.open_account(connection, token[:100], request.form["password"], here().now())
            except HubError as error:
                form = form.wrong(password=_own_words(error))
            else:
                flash(N_("密码已设置，账号可以使用。"))
                return _came_in(person, "")
    answer = make_response(render_template("account/welcome.html", person=person, form=form), 200 if person else 410)
    answer.headers["Referrer-Policy"] = "no-referrer" if request.method == "GET" and not person else "same-origin"
    return answer


def twice_typed() -> Form:
    """A new password that was typed twice."""
    first, again = request.form.get("password", ""), request.form.get("again", "")
    form = blank()
    if not first:
        form = form.wrong(password=N_("请填写此项。"))
    if first != again:
        form = form.wrong(again=N_("两次输入的密码不一致。"))
    return form


def site() -> Site:
    """Where passkeys of these pages count."""
    return Site(here().settings.api_address, "工业产品质量安全监管数据开放", people.accounts_key())


def _own_words(error: HubError) -> str:
    """A poor password's fault, by the catalogue's text."""
    return PASSWORD_FAULTS.get(error.happened.partition(". ")[2], N_("密码未被接受，请另选一个。"))


PASSWORD_FAULTS: Final = {
    "密码至少 12 个字符。": N_("密码至少 12 个字符。"),
    "密码至多 200 个字符。": N_("密码至多 200 个字符。"),
    "密码过于简单。": N_("密码过于简单，请另选一个，例如四个不相关的词。"),
}


def _came_in(person: str, factors: str) -> Response:
    if not factors:
        with reading(here().parts.engine) as connection:
            found = accounts.find(connection, person)
        factors = factors_of(found) if found else "password"
    # The forms' token of before is not carried over either.
    session.clear()
    return people.come_in(_to(local(request.values.get("to", ""), "/account")), person, factors)


def _to(place: str) -> Response:
    answer = make_response(redirect(place, 303))
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _page(form: Form) -> Response:
    options, sealed = passkeys.ask(site(), here().now())
    body = render_template(
        "account/sign_in.html",
        form=form,
        to=local(request.values.get("to", ""), ""),
        options=json.loads(json.dumps(options)),
        sealed=sealed,
        with_code="code" in form.errors or bool(form.kept.get("code")),
    )
    return make_response(body, 403 if form.errors and form.values else 422 if form.errors else 200)
