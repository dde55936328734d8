"""The main job as people do it: submitter, reviewers, recorder, signatory and auditor, each in a browser of their own."""

import re
from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.world import World
from workflows.cases.models import Case
from workflows.flows import replay

ARTICLE = ("leadership", "compliance", "needs", "alternatives", "risks")


def next_section(page: Page) -> None:
    page.get_by_role("button", name="保存并继续").click()
    page.wait_for_load_state("networkidle")


def test_a_clerk_fills_a_case_and_submits_it(sign_in: SignIn, world: World, tmp_path: Path) -> None:
    page = sign_in("dongfanglu.clerk")
    page.get_by_role("link", name="新建办件").first.click()
    page.get_by_text("编制调整", exact=True).click()
    page.get_by_role("button", name="开始填写").click()
    page.get_by_label("事项名称").fill("关于增加综合便民服务中心事业编制的请示")
    expect(page.locator("#saved")).to_contain_text("已自动保存")
    page.get_by_label("来文字号").fill("东办〔2026〕37号")
    page.get_by_label("来文日期").fill("2026-3-2")
    page.get_by_label("联系人").fill("周某")
    page.get_by_label("联系电话").fill("12345678")
    page.locator("[name=basis-0-title]").fill("《中国共产党机构编制工作条例》")
    page.locator("[name=basis-0-clause]").fill("第十四条")
    next_section(page)
    page.locator("[name=lines-0-unit]").select_option(label="东方路街道综合便民服务中心")
    page.locator("[name=lines-0-kind]").select_option("PSU-F")
    page.locator("[name=lines-0-quantity]").fill("25")
    expect(page.locator("#live")).to_contain_text("审议")
    page.get_by_label("测算依据").fill("按工作量测算缺口25名。")
    page.get_by_label("同类单位对比").fill("西河街道40名。")
    next_section(page)
    for label in ("必要性", "合理性", "可行性", "其他解决办法", "风险与应对", "财政影响"):
        page.get_by_label(label, exact=True).fill("情况属实，理由充分。")
    next_section(page)
    page.get_by_label("会议日期").fill("2026年2月25日")
    page.get_by_label("会议名称").fill("党工委2026年第6次会议")
    page.get_by_label("讨论情况").fill("一致同意。")
    for key in ARTICLE:
        page.locator(f"input[name=article16-{key}-conclusion][value=yes]").check()
        page.locator(f"[name=article16-{key}-text]").fill("已逐项研究。")
    next_section(page)
    paper = tmp_path / "材料.pdf"
    paper.write_bytes(replay.demo_file("材料").read())
    for n in range(min(4, page.locator(".materials input[type=file]").count())):
        with page.expect_response(lambda answer: "upload" in answer.url):
            page.locator(".materials input[type=file]").nth(n).set_input_files(paper)
        expect(page.locator(".materials").get_by_text("材料.pdf")).to_have_count(n + 1)
        page.wait_for_load_state("networkidle")
    page.get_by_role("link", name="检查并报送").last.click()
    expect(page.get_by_role("heading", name="台账影响")).to_be_visible()
    for reason in page.locator("textarea[name^=reason_]").all():
        reason.fill("已核对。")
    page.get_by_role("button", name="报送单位审核").click()
    expect(page.get_by_role("status").first).to_contain_text("BZ-2026-00001")
    assert Case.objects.get().node == "endorse"


def test_a_countersigner_agrees_with_a_phrase_and_the_keyboard(sign_in: SignIn, world: World) -> None:
    case = world.run_to("countersign")
    page = sign_in("finance.countersign")
    page.get_by_role("link", name=re.compile("办理(下|最急的)一件")).click()
    expect(page.get_by_role("heading", name="请您会签")).to_be_visible()
    expect(page.locator("#effect")).to_contain_text("批准后")
    expect(page.locator("#checks")).to_contain_text("通过")
    page.get_by_label("同意", exact=True).check()
    page.locator(".phrases button").first.click()
    assert page.locator("#id_text").input_value()
    page.locator("#id_text").press("Control+Enter")
    expect(page.get_by_role("status").first).to_contain_text("已办理")
    assert case.assignments.filter(node="countersign", closed_as="done").count() == 1


def test_every_tab_of_the_case_opens_in_place(sign_in: SignIn, world: World) -> None:
    case = world.run_to("closed")
    page = sign_in("auditor", path=f"/cases/{case.pk}/")
    page.locator("#process").get_by_role("link", name="流程图").click()
    expect(page.locator(".flowchart")).to_be_visible()
    page.locator("#process").get_by_role("link", name="文件").click()
    expect(page.locator("#process")).to_contain_text("示编委〔2026〕1号")
    page.locator("#process").get_by_role("link", name="记录").click()
    expect(page.locator("#process .events")).to_be_visible()
    page.locator("#process").get_by_role("link", name=re.compile("意见")).click()
    expect(page.locator("#process .log")).to_contain_text("签发")


def test_the_signatory_signs_and_the_posts_move(sign_in: SignIn, world: World) -> None:
    case = world.run_to("sign")
    page = sign_in("chair", path=f"/cases/{case.pk}/")
    page.get_by_label("签发", exact=True).check()
    page.get_by_role("button", name="提交签发意见").click()
    expect(page.get_by_role("status").first).to_contain_text("现由")
    case.refresh_from_db()
    assert case.node == "implement"


def test_the_secretary_is_shown_what_does_not_add_up_and_keeps_what_was_typed(
    sign_in: SignIn, world: World, complaints: list[str], tmp_path: Path
) -> None:
    case = world.run_to("deliberate")
    minutes = tmp_path / "会议纪要.pdf"
    minutes.write_bytes(replay.demo_file("会议纪要").read())
    page = sign_in("secretary", path=f"/cases/{case.pk}/")
    page.get_by_label("通过", exact=True).check()
    page.get_by_label("会议或批复", exact=True).fill("2026年第3次会议")
    page.get_by_label("日期", exact=True).fill("2026-9-18")
    for label, n in {"应到": "8", "实到": "8", "请假": "3", "同意": "8", "不同意": "0", "弃权": "0"}.items():
        page.get_by_label(label, exact=True).fill(n)
    page.locator("input[name=file]").set_input_files(minutes)
    page.get_by_role("button", name="保存审议记录").click()
    expect(page.locator(".errors")).to_be_focused()
    assert page.get_by_label("会议或批复", exact=True).input_value() == "2026年第3次会议"
    assert all("422" in heard for heard in complaints)
    complaints.clear()
    page.get_by_label("请假", exact=True).fill("0")
    page.locator("input[name=file]").set_input_files(minutes)
    page.get_by_role("button", name="保存审议记录").click()
    expect(page.get_by_role("status").first).to_contain_text("已办理")
    assert case.deliberations.get().votes_for == 8
