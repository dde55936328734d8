"""What makes the day bearable: typing that is never lost, the keyboard, the small screen, and no complaint from any page."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import SignIn
from tests.world import World


def test_an_opinion_survives_the_idle_logout(sign_in: SignIn, world: World) -> None:
    case = world.run_to("section_review")
    page = sign_in("chief.psu", path=f"/cases/{case.pk}/")
    page.locator("input[name=outcome][value=return]").check()
    page.locator("#id_text").fill("写到一半的意见，涉及数额测算。")
    page.wait_for_timeout(500)
    page.context.clear_cookies(name="dingbian")
    page.get_by_role("button", name="提交审核意见").click()
    page.wait_for_url("**/login/**")
    page.fill("input[name=username]", "chief.psu")
    page.fill("input[name=password]", "Dingbian-2026")
    page.click("form .btn-primary")
    expect(page.locator("#id_text")).to_have_value("写到一半的意见，涉及数额测算。")
    expect(page.locator("input[name=outcome][value=return]")).to_be_checked()


def test_what_was_submitted_is_not_offered_again(sign_in: SignIn, world: World) -> None:
    case = world.run_to("countersign")
    page = sign_in("finance.countersign", path=f"/cases/{case.pk}/")
    page.get_by_label("同意", exact=True).check()
    page.locator("#id_text").fill("同意。")
    page.wait_for_timeout(500)
    page.get_by_role("button", name="提交会签意见").click()
    expect(page.get_by_role("status").first).to_contain_text("已办理")
    page.wait_for_function("Object.keys(localStorage).filter(name => name.startsWith('dingbian/')).length === 0")


def test_a_draft_is_saved_while_one_types(sign_in: SignIn, world: World) -> None:
    case = world.draft()
    page = sign_in("dongfanglu.clerk", path=f"/cases/{case.pk}/edit/reasons/")
    page.get_by_label("必要性").fill("第一句。")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.get_by_label("合理性").fill("第二句。")
    page.wait_for_timeout(1600)
    page.reload()
    expect(page.get_by_label("必要性")).to_have_value("第一句。")
    expect(page.get_by_label("合理性")).to_have_value("第二句。")


def test_the_keyboard_searches_moves_and_helps(sign_in: SignIn, world: World) -> None:
    first, second = world.run_to("accept"), world.run_to("accept")
    page = sign_in("general")
    page.keyboard.press("/")
    expect(page.locator("#q")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(0)).to_be_focused()
    page.keyboard.press("j")
    expect(page.locator("[data-row]").nth(1)).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/cases/{first.pk}/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("d")
    page.wait_for_url("**/")
    assert second.pk != first.pk


@pytest.mark.parametrize("username", ["dongfanglu.clerk", "general", "auditor"])
def test_pages_fit_a_telephone_and_a_desk_without_a_complaint(sign_in: SignIn, world: World, username: str) -> None:
    draft, running, closed = world.draft(), world.run_to("countersign"), world.run_to("closed")
    pages = [
        "/",
        "/?tab=done",
        "/cases/",
        "/search/?q=25",
        f"/cases/{running.pk}/",
        f"/cases/{closed.pk}/?tab=flow",
        f"/cases/{closed.pk}/print/",
    ]
    if username == "dongfanglu.clerk":
        pages += ["/cases/new/", "/?tab=submitted"]
        pages += [f"/cases/{draft.pk}/edit/{part}/" for part in ("basic", "content", "reasons", "discussion", "materials", "check")]
    for width in (1280, 390):
        page = sign_in(username, width=width)
        origin = page.url.rstrip("/")
        for path in pages:
            page.goto(origin + path)
            page.wait_for_load_state("networkidle")
            wide = page.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, f"{path} is {wide} px wide at {width}"


def test_the_way_back_from_a_case_leads_to_the_list_as_it_was_left(sign_in: SignIn, world: World) -> None:
    case = world.run_to("accept")
    page = sign_in("general", path="/cases/")
    page.get_by_label("阶段").select_option("evaluate")
    page.wait_for_url("**/cases/?*stage=evaluate*")
    page.get_by_role("link", name=case.title.replace("25名", "25\u2060名")).click()
    page.locator(".crumbs").get_by_role("link", name="办件").click()
    page.wait_for_url("**/cases/?*stage=evaluate*")
