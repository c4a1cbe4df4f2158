"""One's own account: who I am here, my password, my sessions."""

from __future__ import annotations

from typing import Final

from flask import Response, flash, g, make_response, redirect, render_template, request, url_for

from agreements.people import Assignment
from agreements.permissions import Role
from catalog.errors import HubError, NotPermitted
from hub.accounts import accounts, guesses, passkeys, sessions
from hub.accounts.guesses import Bound
from hub.accounts.sessions import Session
from hub.api.guard import people
from hub.api.process.context import here
from hub.api.wire.problems import Refused
from hub.db.engine import reading, writing
from hub.state.exchange import reading_desk
from hub.web.account.area import pages
from hub.web.account.entry import PASSWORD_FAULTS, twice_typed
from hub.web.doors import signed_in
from hub.web.forms import Form, blank
from hub.web.words import N_

FRESH_MINUTES: Final = 15
FACTORS: Final = {
    "passkey": N_("通行密钥"),
    "password": N_("密码"),
    "password+code": N_("密码和动态口令"),
}
ROLES: Final = {
    Role.ADMINISTRATION: N_("管理"),
    Role.AGENT: N_("经办"),
    Role.AUDIT: N_("审计"),
    Role.HANDLING: N_("处置"),
    Role.OPERATION: N_("业务"),
    Role.QUERY: N_("查询"),
}


@pages.page("/account")
@signed_in()
def account() -> str:
    """Who I am to this hub, by which proofs I come in, and from where I am signed in."""
    return _page(blank())


@pages.page("/account/password", methods=("POST",))
@signed_in()
def password() -> str | Response:
    """Change the password; all other sessions end."""
    form = twice_typed()
    if not request.form.get("old"):
        form = form.wrong(old=N_("请填写此项。"))
    if form.errors:
        return _wrong(form)
    held = session_here()
    try:
        with writing(here().parts.engine) as connection:
            free = guesses.count(connection, (Bound(f"change {held.person}", 10, 600),), here().now())
        if not free:
            return _wrong(form.wrong(old=N_("尝试次数过多，请十分钟后再试。")))
        with writing(here().parts.engine) as connection:
            now, new = here().now(), request.form["password"]
            accounts.change_password(connection, held.person, request.form["old"], new, now, held.id)
    except NotPermitted:
        return _wrong(form.wrong(old=N_("原密码不正确。")))
    except HubError as error:
        said = PASSWORD_FAULTS.get(error.happened.partition(". ")[2], N_("密码未被接受，请另选一个。"))
        return _wrong(form.wrong(password=said))
    flash(N_("密码已修改，其他登录已全部退出。"))
    return back()


@pages.page("/account/sign-out-everywhere", methods=("POST",))
@signed_in()
def sign_out_everywhere() -> Response:
    """End every other session of mine."""
    held = session_here()
    with writing(here().parts.engine) as connection:
        sessions.end_all(connection, held.person, here().now(), held.id)
    flash(N_("其他登录已全部退出。"))
    return back()


def session_here() -> Session:
    """The present session."""
    held = people.present()
    if held is None:
        raise Refused("unauthenticated")
    return held


def demand_fresh() -> Response | None:
    """To the sign-in page when the person proved itself longer ago than a quarter of an hour."""
    held = session_here()
    if (here().now() - held.since).total_seconds() <= FRESH_MINUTES * 60:
        return None
    flash(N_("此操作需要重新登录确认身份。"))
    return make_response(redirect(url_for("account.sign_in", to=url_for("account.account")), 303))


def back() -> Response:
    """To the account's page."""
    return make_response(redirect(url_for("account.account"), 303))


def _wrong(form: Form) -> Response:
    return make_response(_page(form), 422)


def _page(form: Form) -> str:
    held, now = session_here(), here().now()
    with reading(here().parts.engine) as connection:
        found = accounts.find(connection, held.person)
        mine = sessions.of(connection, held.person, now)
        keys = passkeys.of(connection, held.person)
    with reading_desk(here().parts.engine, now) as desk:
        roles = desk.find(Assignment, person=held.person, held="1")
    return render_template(
        "account/account.html",
        form=form,
        held=held,
        sessions=mine,
        passkeys=keys,
        codes=bool(found and found.code_secret),
        roles=roles,
        party=g.standing.party,
        role_names=ROLES,
        factor_names=FACTORS,
        idle=people.idle_minutes(),
    )
