"""The whole story in a browser: apply, approve, sign, take, leak, identify, suspend, and then nothing more is given."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from agreements import keys
from agreements.permissions import Role
from tests.exchange_world import INSTITUTE, private_key
from tests.web_people import PASSWORD, People, served_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Page


class Story:
    """One house, and a browser of its own for each person: the agent signs in by the form, the others have before."""

    def __init__(self, address: str, house: People, browser: Browser) -> None:
        self.address, self.house, self.browser = address, house, browser

    @contextmanager
    def person(self, name: str) -> Iterator[Page]:
        """A browser in which this person signed in."""
        context = self.browser.new_context(accept_downloads=True)
        page = context.new_page()
        if name == "agent":
            page.goto(f"{self.address}/sign-in?to=/mine")
            page.get_by_label("用户名").fill(name)
            page.get_by_label("密码").first.fill(PASSWORD)
            page.get_by_role("button", name="登录", exact=True).click()
            page.wait_for_url("**/mine")
        else:
            context.add_cookies([{"name": "hub-session", "value": self.house.session(name), "url": self.address}])
        yield page
        context.close()


def _says(page: Page, text: str) -> None:
    """The page says this, at once or when the answer to the last click is there."""
    expect(page.locator("body")).to_contain_text(text)


def _apply(page: Page, address: str) -> str:
    page.get_by_role("button", name="申请数据").click()
    page.get_by_role("button", name="保存并继续").click()
    expect(page.get_by_role("alert")).to_be_visible()  # nothing chosen: said beside the field
    page.get_by_label("工业产品质量监督抽查统计").first.check()
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_label("用途", exact=True).select_option("research")
    page.get_by_label("用途说明").fill("研究电线电缆质量波动")
    page.get_by_label("项目名称").fill("线缆质量指数")
    page.get_by_role("button", name="存为草稿").click()
    page.get_by_role("link", name="线缆质量指数").click()
    page.get_by_role("link", name="说明用途").click()
    expect(page.get_by_label("用途说明")).to_have_value("研究电线电缆质量波动")
    page.get_by_label("负责人").fill("测试员甲")
    page.get_by_label("成果形式").fill("研究报告")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_label("开始日期").fill("2026-03-02")
    page.get_by_label("结束日期").fill("2027-03-02")
    page.get_by_label("安全措施").fill("专网存放\n双人管理")
    page.get_by_label("到期后保存天数").fill("30")
    page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("button", name="提交申请").click()
    page.wait_for_url(f"{address}/mine/agreements/*")
    return page.url.rpartition("/")[2]


def _key_of_browser(page: Page, story: Story) -> None:
    """A key made in the browser and proposed; an administrator approves it after its fingerprint was compared."""
    page.goto(f"{story.address}/mine/keys")
    page.get_by_role("button", name="生成密钥").click()
    # Not by a script in the page, which the pages' own policy forbids.
    expect(page.get_by_label("公钥（PEM）")).not_to_have_value("")
    shown = page.locator("[data-fingerprint]").inner_text()
    page.get_by_role("button", name="提交公钥").click()
    expect(page.get_by_role("row").filter(has_text=shown)).to_contain_text("待核准")
    with story.person("admin2") as other:
        other.goto(f"{story.address}/work")
        other.get_by_role("link", name=shown[:19]).click()
        other.get_by_role("row").filter(has_text=shown).get_by_role("button", name="指纹相符，核准").click()
        _says(other, "没有待核准的密钥")


def _decide(story: Story, number: str) -> None:
    with story.person("op1") as page:
        page.goto(f"{story.address}/work")
        page.get_by_role("link", name=number).click()
        page.get_by_role("button", name="完成形式审查").click()
        page.get_by_label("理由或意见").first.fill("用途明确，措施充分，建议同意")
        page.get_by_role("button", name="提交审查意见").click()
        page.get_by_role("button", name="同意", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("须由另一人办理")  # who reviewed does not decide
    with story.person("op2") as page:
        page.goto(f"{story.address}/work/agreements/{number}")
        page.get_by_role("button", name="同意", exact=True).click()
        _says(page, "待签")


def _sign_for_bureau(story: Story, number: str, folder: Path) -> None:
    """The bureau signs elsewhere and hands the signature in as a file."""
    with story.person("op2") as page:
        page.goto(f"{story.address}/sign/{number}")
        with page.expect_download() as waiting:
            page.get_by_role("link", name="下载待签文本").click()
        text = Path(waiting.value.path()).read_bytes()
        _, key, value = keys.sign(private_key(1), text)
        signature = folder / "signature.txt"
        signature.write_text(value, encoding="ascii")
        page.get_by_label("密钥", exact=True).select_option(key)
        page.get_by_label("签名文件").set_input_files(signature)
        page.get_by_role("button", name="提交签名").click()
        _says(page, "双方已签署，协议生效")


@pytest.mark.slow
def test_from_the_application_to_the_refused_download(tmp_path: Path, browser: Browser) -> None:
    with served_people(tmp_path / "house") as (address, house):
        house.world.give("agent", INSTITUTE, Role.QUERY)
        house.open_account("agent")
        story = Story(address, house, browser)
        with story.person("agent") as page:
            number = _apply(page, address)
            _key_of_browser(page, story)
            _decide(story, number)
            page.goto(f"{address}/sign/{number}")
            chosen = page.get_by_label("密钥", exact=True)
            chosen.select_option(index=chosen.locator("option").count() - 1)
            for option in chosen.locator("option").all()[1:]:
                chosen.select_option(option.get_attribute("value"))
                page.get_by_role("button", name="生成签名").click()
                page.wait_for_selector("[data-sign-done]:not([hidden]), [data-sign-failed]:not([hidden])")
                if page.locator("[data-sign-done]").is_visible():
                    break
            page.get_by_role("button", name="提交签名").click()
            _says(page, "已签署，等待对方签署")
            _sign_for_bureau(story, number, tmp_path)
            page.goto(f"{address}/mine/agreements/{number}")
            with page.expect_download() as waiting:
                page.get_by_role("link", name="下载协议 PDF").click()
            assert Path(waiting.value.path()).read_bytes().startswith(b"%PDF-")
            page.goto(f"{address}/mine/data")
            with page.expect_download() as waiting:
                page.get_by_role("link", name="下载 CSV").click()
            leaked = tmp_path / "copied-around.csv"
            leaked.write_bytes(Path(waiting.value.path()).read_bytes())
            page.goto(f"{address}/mine/uses")
            _says(page, "工业产品质量监督抽查统计")
            with story.person("op1") as other:
                other.goto(f"{address}/work/leaks")
                other.get_by_label("文件", exact=False).first.set_input_files(leaked)
                other.get_by_role("button", name="开始鉴定").click()
                _says(other, "已确认来源")
                _says(other, INSTITUTE)
                other.get_by_role("button", name="立案并暂停").click()
                _says(other, "单位已暂停")
            refused = page.request.get(f"{address}/mine/data/statistics.csv")
            assert refused.status == 403
            page.goto(f"{address}/mine")
            _says(page, "本单位已被暂停")
