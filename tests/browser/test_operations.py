"""Operations as people do them: sent back and put right, one who disagrees, a stand-in, a case passed round to be read."""

from datetime import timedelta

from django.utils import timezone
from playwright.sync_api import Page, expect

from tests.browser.conftest import SignIn
from tests.world import World
from workflows.access import operations as access
from workflows.cases.models import Assignment, Case


def submit(page: Page) -> None:
    page.locator("#act .btn-primary").click()
    page.wait_for_load_state("networkidle")


def test_a_returned_case_is_put_right_and_goes_straight_back(sign_in: SignIn, world: World) -> None:
    case = world.run_to("deputy_review")
    deputy = sign_in("deputy", path=f"/cases/{case.pk}/")
    deputy.check("#o_return")
    expect(deputy.get_by_text("编制预留同时释放")).to_be_visible()
    deputy.check("#t_draft")
    deputy.select_option("#id_defect-0-field", "measurement")
    deputy.fill("#id_defect-0-problem", "未写明服务人口口径")
    deputy.get_by_role("button", name="再加一处").click()
    deputy.select_option("[name=defect-1-field]", "finance")
    deputy.fill("[name=defect-1-problem]", "经费来源不清")
    deputy.fill("#id_text", "测算口径不清，请补充。")
    submit(deputy)

    clerk = sign_in("dongfanglu.clerk", path=f"/cases/{case.pk}/edit/content/")
    expect(clerk.locator(".returned")).to_contain_text("未写明服务人口口径")
    expect(clerk.locator(".field", has=clerk.locator("#id_measurement")).locator(".wrong-here")).to_contain_text("未写明服务人口口径")
    clerk.fill("#id_measurement", "按服务人口3.2万人、每千人配备标准测算。")
    clerk.get_by_role("button", name="保存并继续").click()
    clerk.wait_for_load_state("networkidle")
    clerk.goto(clerk.url.split("/edit/")[0] + "/edit/check/")
    expect(clerk.locator(".differences tbody tr")).to_have_count(1)
    expect(clerk.locator("#mode_direct")).to_be_checked()
    clerk.get_by_role("button", name="报送单位审核").click()
    clerk.wait_for_load_state("networkidle")

    head = sign_in("dongfanglu.head", path=f"/cases/{case.pk}/")
    head.check("#o_approve")
    head.fill("#id_session", "党组2026年第2次会议")
    head.fill("#id_held_on", "2026年9月20日")
    submit(head)
    deputy.goto(deputy.url.split("?")[0])
    expect(deputy.locator("#act h2")).to_have_text("请您审核")
    assert not Assignment.objects.filter(case=case, round__n=2, node__in=["accept", "evaluate", "countersign", "section_review"]).exists()


def test_one_who_disagrees_is_heard_and_everybody_sees_it(sign_in: SignIn, world: World, complaints: list[str]) -> None:
    case = world.run_to("countersign")
    finance = sign_in("finance.countersign", path=f"/cases/{case.pk}/")
    finance.check("#o_disagree")
    submit(finance)
    expect(finance.locator("#act .errors")).to_contain_text("请填写意见，说明理由。")
    complaints.clear()  # the refused form is a 422, which the browser reports
    finance.fill("#id_text", "本年度预算无法保障。")
    submit(finance)
    expect(finance.locator(".stages .here")).to_contain_text("会签1/2")
    personnel = sign_in("personnel.countersign", path=f"/cases/{case.pk}/")
    personnel.check("#o_agree")
    personnel.locator("#id_text").press("Control+Enter")
    personnel.wait_for_load_state("networkidle")
    chief = sign_in("chief.psu", path=f"/cases/{case.pk}/", width=390)
    expect(chief.locator("#process")).to_contain_text("本年度预算无法保障。")
    expect(chief.locator("#process")).to_contain_text("不同意")
    assert chief.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_stand_in_acts_in_the_name_of_the_one_he_stands_in_for(sign_in: SignIn, world: World) -> None:
    case = world.run_to("deputy_review")
    now = timezone.now()
    access.stand_in(
        principal=world.user("deputy"), deputy=world.user("director"), reason="出差。", valid_from=now - timedelta(hours=1),
        valid_to=now + timedelta(days=3), actor=None, now=now,
    )  # fmt: skip
    page = sign_in("director", path=f"/cases/{case.pk}/")
    page.check("#o_pass")
    submit(page)
    names = f"{world.user('deputy').name}（{world.user('director').name}代）"
    expect(page.locator("#process")).to_contain_text(names)
    case.refresh_from_db()
    assert case.node == "deliberate"


def test_a_case_is_passed_round_read_with_a_remark_and_the_sender_sees_it(sign_in: SignIn, world: World) -> None:
    case = world.run_to("section_review")
    chief = sign_in("chief.psu", path=f"/cases/{case.pk}/")
    chief.locator("#others").get_by_role("link", name="传阅").click()
    chief.fill("#narrow", "东方路")
    expect(chief.locator(".readers label:visible").first).to_be_visible()
    chief.fill("#narrow", world.user("secretary").name)
    chief.locator(".readers label:visible").get_by_text(world.user("secretary").name).click()
    chief.fill("#id_note", "请阅知。")
    chief.get_by_role("button", name="发出传阅").click()
    expect(chief.locator(".told")).to_contain_text(world.user("secretary").name)
    reader = sign_in("secretary", path="/?tab=read", width=390)
    expect(reader.locator(".tabs [aria-current]")).to_contain_text("1")
    reader.get_by_placeholder("意见（可不填）").fill("知悉，届时列入议题。")
    reader.get_by_role("button", name="已阅").click()
    expect(reader.locator(".reading")).to_contain_text("知悉，届时列入议题。")
    chief.reload()
    expect(chief.locator("#process")).to_contain_text("知悉，届时列入议题。")
    assert Case.objects.get(pk=case.pk).node == "section_review"


def test_a_file_is_chosen_sent_and_listed_without_leaving_the_page(sign_in: SignIn, world: World) -> None:
    draft = world.draft()
    clerk = sign_in("dongfanglu.clerk", path=f"/cases/{draft.pk}/edit/materials/")
    line = clerk.locator(".materials > li").first
    line.locator("input[type=file]").set_input_files(
        {"name": "补充说明.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n%%EOF\n"}
    )
    expect(clerk.locator(".materials")).to_contain_text("补充说明.pdf")
    clerk.evaluate(
        """() => {
          const data = new DataTransfer();
          data.items.add(new File(['%PDF-1.4\\n1\\n%%EOF\\n'], '拖入.pdf', {type: 'application/pdf'}));
          const drop = new DragEvent('drop', {dataTransfer: data, bubbles: true, cancelable: true});
          document.querySelector('.materials > li').dispatchEvent(drop);
        }"""
    )
    expect(clerk.locator(".materials")).to_contain_text("拖入.pdf")
