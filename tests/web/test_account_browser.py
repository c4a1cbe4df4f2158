"""Accounts in a real browser: a passkey of Chromium's virtual authenticator, pages for everybody."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

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
    page.get_by_role("button", name="退出", exact=True).click()
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_url("**/account")
    assert "通行密钥" in page.get_by_role("region", name="当前有效的登录").inner_text()
    # A device that no longer proves who holds it is refused by the browser or by the hub.
    page.get_by_role("button", name="退出", exact=True).click()
    tools.send("WebAuthn.setUserVerified", {"authenticatorId": device, "isUserVerified": False})
    page.goto(f"{address}/sign-in")
    page.get_by_role("button", name="使用通行密钥").click()
    page.wait_for_timeout(300)
    assert page.url.startswith(f"{address}/sign-in")
    context.close()
