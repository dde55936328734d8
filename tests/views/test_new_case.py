"""From an empty form to a submitted case, and everything a clerk may get wrong on the way."""

import json
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.cases.models import Case
from workflows.cases.operations.versions import newest
from workflows.flows import replay
from workflows.organization.models import Unit

ARTICLE = ("leadership", "compliance", "needs", "alternatives", "risks")


def begin(client: Client, matter: str = "R10", unit: str = "dongfanglu") -> Case:
    answer = client.post("/cases/new/", {"matter": matter, "unit": Unit.objects.get(code=unit).pk})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return Case.objects.get(pk=int(re.search(r"/cases/(\d+)/", answer["Location"]).group(1)))


def payload(case: Case) -> dict[str, Any]:
    return json.loads(newest(case).payload)


def save(client: Client, case: Case, section: str, **values: Any) -> Any:
    typed = {"saves": newest(case).saves} | values
    return client.post(f"/cases/{case.pk}/edit/{section}/", typed)


def lines(quantity: str = "25", **values: Any) -> dict[str, Any]:
    base = {
        "unit": Unit.objects.get(code="dongfanglu_service").pk,
        "kind": "PSU-F",
        "direction": "up",
        "quantity": quantity,
        "source": "pool",
    }
    return {"lines-TOTAL_FORMS": "1", "measurement": "按工作量测算缺口25名。", "peers": "西河街道40名。"} | {
        f"lines-0-{name}": value for name, value in (base | values).items()
    }


def fill(client: Client, case: Case) -> None:
    basis = {"basis-TOTAL_FORMS": "1", "basis-0-title": "《中国共产党机构编制工作条例》", "basis-0-clause": "第十四条"}
    basic = {"title": "关于增加综合便民服务中心事业编制的请示", "incoming_number": "东办〔2026〕37号", "incoming_date": "2026年3月2日"}
    save(client, case, "basic", **basic, contact="周某", phone="12345678", **basis)
    save(client, case, "content", **lines())
    save(
        client,
        case,
        "reasons",
        necessity="窗口不足。",
        rationality="按量测算。",
        feasibility="具备。",
        alternatives="已挖潜。",
        risks="可控。",
        finance="列入预算。",
    )
    answers = {f"article16-{key}-conclusion": "yes" for key in ARTICLE} | {f"article16-{key}-text": "说明。" for key in ARTICLE}
    session = {"discussion-date": "2026-2-25", "discussion-session": "党工委第6次会议", "discussion-summary": "一致同意。"}
    save(client, case, "discussion", **session, **answers)
    for material in case.matter.materials.all():
        upload(client, case, material.code, f"{material.name}.pdf")


def upload(client: Client, case: Case, code: str, name: str, content: bytes | None = None) -> Any:
    file = SimpleUploadedFile(name, content if content is not None else replay.demo_file(name).read())
    return client.post(f"/cases/{case.pk}/edit/materials/upload/", {"material": code, "file": file})


def submit(client: Client, case: Case, **changes: Any) -> Any:
    page = client.get(f"/cases/{case.pk}/edit/check/").content.decode()
    hidden = dict(re.findall(r'<input type="hidden" name="(version|key|assignment|saves)" value="([^"]*)"', page))
    reasons = dict.fromkeys(re.findall(r'name="(reason_[^"]+)"', page), "情况属实，已核对。")
    return client.post(f"/cases/{case.pk}/edit/check/", hidden | reasons | changes)


def test_a_case_is_filled_section_by_section_and_submitted(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    fill(client, case)
    check = client.get(f"/cases/{case.pk}/edit/check/").content.decode()
    assert "台账影响" in check
    assert "将由谁来办" in check
    answer = submit(client, case)
    assert answer.status_code == 302, re.findall(r'class="errors".*?</div>', answer.content.decode(), re.S)
    case.refresh_from_db()
    assert (case.number, case.node) == ("BZ-2026-00001", "endorse")
    told = client.get(answer["Location"]).content.decode()
    assert "BZ-2026-00001" in told
    assert "现由" in told


@pytest.mark.parametrize("section", ["basic", "content", "reasons", "discussion"])
@pytest.mark.parametrize(
    ("matter", "unit", "who"),
    [("R10", "dongfanglu", "dongfanglu.clerk"), ("R02", "industry", "industry.clerk"), ("R15", "education", "education.clerk")],
)
def test_every_section_of_every_matter_opens_and_answers_at_once(enter: Enter, matter: str, unit: str, who: str, section: str) -> None:
    client = enter(who)
    case = begin(client, matter, unit)
    assert client.get(f"/cases/{case.pk}/edit/{section}/").status_code == 200
    assert client.get(f"/cases/{case.pk}/edit/live/?section={section}").status_code == 200
    assert client.get(f"/cases/{case.pk}/edit/materials/").status_code == 200
    assert client.get(f"/cases/{case.pk}/edit/check/").status_code == 200


@pytest.mark.parametrize("quantity", ["-1", "0", "2.5", "100000", "十五", "99999999999999"])
def test_a_wrong_number_comes_back_with_its_sentence_and_is_not_lost(enter: Enter, quantity: str) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    answer = save(client, case, "content", **lines(quantity))
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "请填写1至99999之间的整数" in page
    assert f'value="{quantity}"' in page
    assert payload(case)["lines"][0]["quantity"] == quantity


def test_more_posts_than_the_pool_holds_is_said_while_typing_and_stops_the_submission(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    fill(client, case)
    save(client, case, "content", **lines("5000"))
    assert "周转池余额不足" in client.get(f"/cases/{case.pk}/edit/live/?section=content").content.decode()
    answer = submit(client, case)
    assert answer.status_code == 422
    assert "周转池余额不足" in answer.content.decode()
    case.refresh_from_db()
    assert case.number is None


def test_a_missing_record_of_the_collective_discussion_stops_the_submission(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    fill(client, case)
    save(client, case, "discussion")
    assert submit(client, case).status_code == 422


def test_what_is_typed_is_saved_and_the_page_gets_the_new_counter_and_the_checks(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    before = newest(case).saves
    answer = client.post(f"/cases/{case.pk}/edit/content/typed/", {"saves": before} | lines("30"))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert f'value="{before + 1}"' in page
    assert "已自动保存" in page
    assert payload(case)["lines"][0]["quantity"] == 30


def test_two_clerks_on_one_draft_do_not_overwrite_each_other(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    stale = newest(case).saves
    save(client, case, "reasons", necessity="第一人所写。")
    typed = {"saves": stale, "necessity": "第二人所写。"}
    answer = client.post(f"/cases/{case.pk}/edit/reasons/", typed)
    assert answer.status_code == 422
    assert "第二人所写。" in answer.content.decode()
    assert payload(case)["necessity"] == "第一人所写。"
    late = client.post(f"/cases/{case.pk}/edit/reasons/typed/", typed).content.decode()
    assert "unsaved" in late


@pytest.mark.parametrize(("name", "content"), [("病毒.exe", b"MZ"), ("机密文件.pdf", None), ("假的.pdf", b"not a pdf"), ("空.pdf", b"")])
def test_a_file_that_is_not_taken_says_why_and_nothing_is_stored(enter: Enter, name: str, content: bytes | None) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    upload(client, case, "request", name, content)
    page = client.get(f"/cases/{case.pk}/edit/materials/").content.decode()
    assert "told--error" in page
    assert not newest(case).attachments.exists()


def test_a_file_is_read_by_those_who_see_the_case_and_by_nobody_else(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    fill(client, case)
    submit(client, case)
    file = newest(case).attachments.first()
    address = f"/cases/{case.pk}/files/{file.sha256}/"
    answer = enter("dongfanglu.head").get(address)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert enter("industry.clerk").get(address).status_code == 404
    assert client.get(f"/cases/{case.pk}/files/{'0' * 64}/").status_code == 404


def test_a_draft_is_nobody_elses_business(enter: Enter) -> None:
    case = begin(enter("dongfanglu.clerk"))
    for username in ("industry.clerk", "general", "officer.psu", "auditor", "sysadmin", "dongfanglu.head"):
        assert enter(username).get(f"/cases/{case.pk}/edit/basic/").status_code in (403, 404), username
        assert enter(username).post(f"/cases/{case.pk}/edit/basic/", {"saves": 0, "title": "改"}).status_code in (403, 404), username
    assert "改" not in payload(case).get("title", "")


def test_only_clerks_open_cases_and_only_for_their_own_units(enter: Enter) -> None:
    assert enter("general").get("/cases/new/").status_code == 403
    client = enter("dongfanglu.clerk")
    assert client.post("/cases/new/", {"matter": "R10", "unit": Unit.objects.get(code="industry").pk}).status_code == 422
    assert client.post("/cases/new/", {"matter": "R99", "unit": Unit.objects.get(code="dongfanglu").pk}).status_code == 422
    assert not Case.objects.exists()


def test_an_earlier_case_is_copied_as_a_draft(enter: Enter, world: World) -> None:
    old = world.run_to("accept")
    client = enter("dongfanglu.clerk")
    assert old.number in client.get(f"/cases/new/?copy={old.pk}").content.decode()
    answer = client.post("/cases/new/", {"matter": "R10", "unit": old.unit_id, "copy": old.pk})
    case = Case.objects.get(pk=int(re.search(r"/cases/(\d+)/", answer["Location"]).group(1)))
    assert (case.copied_from_id, case.title) == (old.pk, old.title)
    assert "相近" in client.get(f"/cases/{case.pk}/edit/live/?section=basic").content.decode()


def test_a_draft_is_given_up_and_gone_from_the_lists(enter: Enter) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    assert client.post(f"/cases/{case.pk}/edit/discard/").status_code == 302
    assert f"/cases/{case.pk}/" not in client.get("/?tab=submitted").content.decode()


def test_a_section_takes_few_queries_however_many_cases_there_are(enter: Enter, world: World) -> None:
    client = enter("dongfanglu.clerk")
    case = begin(client)
    client.get(f"/cases/{case.pk}/edit/reasons/")
    with counted() as few:
        client.get(f"/cases/{case.pk}/edit/reasons/")
    world.run_to("accept")
    with counted() as many:
        client.get(f"/cases/{case.pk}/edit/reasons/")
    assert len(few) == len(many) <= 10


def test_a_line_is_added_for_every_school_at_once_and_never_twice(enter: Enter) -> None:
    client = enter("education.clerk")
    case = begin(client, "R15", "education")
    typed = {
        "lines-TOTAL_FORMS": "0",
        "bulk": "1",
        "bulk-group": "school",
        "bulk-kind": "L-SCHOOL-SUB-P",
        "bulk-quantity": "1",
        "bulk-source": "issued",
    }
    for _n in range(2):
        stored = payload(case).get("lines") or []
        shown = {"lines-TOTAL_FORMS": str(len(stored))}
        for n, each in enumerate(stored):
            shown |= {f"lines-{n}-{name}": "" if value is None else value for name, value in each.items()}
        assert save(client, case, "content", **(typed | shown)).status_code == 302
    units = [each["unit"] for each in payload(case)["lines"]]
    schools = set(Unit.objects.filter(kind="school").values_list("pk", flat=True))
    assert len(units) == len(set(units)) == len(schools)
    assert set(units) == schools


def test_a_supplement_names_what_is_missing_and_goes_back_to_acceptance(enter: Enter, world: World) -> None:
    case = world.run_to("accept")
    world.act(case, "accept", "general", "supplement", "缺少测算表。", defects=["测算表", "岗位说明"])
    client = enter("dongfanglu.clerk")
    page = client.get(f"/cases/{case.pk}/edit/content/").content.decode()
    assert "需要补正" in page
    assert "岗位说明" in page
    assert "请您补正" in client.get(f"/cases/{case.pk}/").content.decode()
    assert submit(client, case).status_code == 302
    case.refresh_from_db()
    assert case.node == "accept"


def test_a_returned_case_is_changed_and_submitted_again_under_its_number(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    world.act(case, "section_review", "chief.psu", "return", "名数请压减。", defects=["名数"])
    client = enter("dongfanglu.clerk")
    unit = Unit.objects.get(code="dongfanglu_service").pk
    assert save(client, case, "content", **lines("20", unit=unit)).status_code == 302
    assert submit(client, case).status_code == 302
    number = case.number
    case.refresh_from_db()
    assert (case.number, case.node, case.rounds.count()) == (number, "endorse", 2)
    assert payload(case)["lines"][0]["quantity"] == 20
    page = enter("dongfanglu.head").get(f"/cases/{case.pk}/").content.decode()
    assert "第2\u2060轮" in page
    assert "第1\u2060轮" in page


def test_a_warning_without_its_reason_stops_the_submission_at_its_field(enter: Enter, world: World) -> None:
    world.run_to("accept")
    client = enter("dongfanglu.clerk")
    case = world.draft(reasons={})
    check = client.get(f"/cases/{case.pk}/edit/check/").content.decode()
    assert 'name="reason_C03-reason"' in check
    answer = submit(client, case, **{"reason_C03-reason": ""})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'href="#id_reason_C03-reason"' in page
    assert "请说明理由。" in page
    assert submit(client, case).status_code == 302
