"""Accounts in a real browser: a passkey of Chromium's virtual authenticator, pages for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from hub.db.engine import writing
from hub.oauth import clients
from hub.oauth.clients import Method, Wish
from tests.relying_party import relying
from tests.web.test_browser import serious
from tests.web_people import PASSWORD, People, served_people

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

AUTHENTICATOR = {
    "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
    "isUserVerified": True, "automaticPresenceSimulation": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, People]]:
    with served_people(tmp_path_factory.mktemp("passkeys")) as found:
        found[1].open_account("agent")
        yield found


def _sign_in(page: Page, address: str, to: str = "/account") -> None:
    page.goto(f"{address}/sign-in?to={to}")
    page.get_by_label("用户名").fill("agent")
    page.get_by_label("密码").first.fill(PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()


@pytest.mark.slow
def test_a_passkey_of_the_device_signs_in_without_a_password(house: tuple[str, People], browser: Browser) -> None:
    address, _ = house
    context = browser.new_context()
    page = context.new_page()
    tools = context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    device = tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})["authenticatorId"]
    _sign_in(page, address, "/account/passkeys")
    page.get_by_label("名称").fill("办公室电脑")
    page.get_by_role("button", name="添加").click()
    page.wait_for_url("**/account")
    assert "办公室电脑" in page.content()
    with page.expect_navigation():
        page.get_by_role("button", name="退出", exact=True).click()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/account")
    assert "通行密钥" in page.get_by_role("region", name="当前有效的登录").inner_text()
    # A device that no longer proves who holds it is refused by the browser or by the hub.
    with page.expect_navigation():
        page.get_by_role("button", name="退出", exact=True).click()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    assert page.url.startswith(f"{address}/sign-in")
    context.close()


@pytest.mark.slow
def test_a_person_signs_in_to_somebody_elses_application_by_our_provider(
    house: tuple[str, People], browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Flask and authlib as the other side: discovery, code, PKCE, ``state``; our sign-in page, our consent."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")  # authlib wants https even on loopback
    address, made = house
    with relying() as other:
        wish = Wish("lab-web", "检测应用", Method.SECRET, redirects=(other.back,))
        with writing(made.parts.engine) as connection:
            secret = clients.register(connection, "admin1", wish, made.app.extensions["hub"].now())
        other.know(address, "lab-web", secret, "agreement:read run:read")
        context = browser.new_context()
        page = context.new_page()
        said: list[str] = []
        page.on("console", lambda one: said.append(one.text) if one.type == "error" else None)
        page.goto(other.address)
        page.get_by_role("link", name="用监管数据平台账号登录").click()
        page.wait_for_url(f"{address}/sign-in?**")
        page.get_by_label("用户名").fill("agent")
        page.get_by_label("密码").first.fill(PASSWORD)
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url(f"{address}/oauth/authorize?**")
        assert serious(page) == []
        told = page.locator("main").inner_text()
        assert "检测应用" in told
        assert "查看申请与协议" in told
        assert "查看运行情况" not in told  # asked for, but no permission of this person's
        page.get_by_role("button", name="同意授权").click()
        page.wait_for_url(f"{other.address}/me")
        assert "你好，agent" in page.content()
        # Signed in already: only the consent stands between; and a no is a no.
        page.goto(f"{other.address}/in")
        page.get_by_role("button", name="拒绝授权").click()
        page.wait_for_url(f"{other.back}?**")
        assert other.heard == ["agent", "access_denied"]
        assert [one for one in said if "Content Security Policy" in one] == []
        context.close()
