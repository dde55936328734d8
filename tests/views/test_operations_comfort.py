"""Comfort, and what it must not cost: hidden values, read-only fields, files shown in the browser, phrases, batches, the route ahead."""

import json
from typing import Any
from uuid import uuid4

import pytest

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.access import operations as access
from workflows.access.models import Appointment
from workflows.cases.models import Assignment, Attachment, Case, CaseVersion, Opinion
from workflows.cases.operations.versions import newest, payload_of

PAGES = ["", "process/opinions/", "process/flow/", "process/records/", "print/", "figures/", "checks/", "others/", "ahead/", "versions/1/"]
PHONE = "0519-81234567"


def seen(enter: Enter, who: str, case: Case) -> str:
    client = enter(who)
    return "".join(client.get(f"/cases/{case.pk}/{page}").content.decode() for page in PAGES)


def test_the_phone_number_reaches_the_office_and_never_a_countersigner(enter: Enter, world: World) -> None:
    case = world.run_to("countersign", world.draft(phone=PHONE))
    assert PHONE in seen(enter, "officer.psu", case)
    assert PHONE in seen(enter, "dongfanglu.clerk", case)
    assert PHONE not in seen(enter, "finance.countersign", case)


def test_the_sheet_a_countersigner_prints_has_no_phone_number_either(enter: Enter, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    case = world.run_to("countersign", world.draft(phone=PHONE))
    drawn: list[Any] = []
    monkeypatch.setattr("workflows.documents.drawing.draw", lambda _kind, payload, demo: drawn.append(payload) or b"%PDF")
    for who in ("finance.countersign", "officer.psu"):
        assert enter(who).get(f"/cases/{case.pk}/form.pdf").status_code == 200
    assert [PHONE in json.dumps(payload, ensure_ascii=False) for payload in drawn] == [False, True]


def test_the_evaluation_is_hidden_from_the_unit_until_the_matter_is_decided(enter: Enter, world: World) -> None:
    case = world.run_to("deliberate")
    assert "测算依据充分。" in seen(enter, "chief.psu", case)
    assert "测算依据充分。" in seen(enter, "finance.countersign", case)
    assert "测算依据充分。" not in seen(enter, "dongfanglu.clerk", case)
    assert "测算依据充分。" not in seen(enter, "dongfanglu.head", case)
    world.run_to("draft_document", case)
    assert "测算依据充分。" in seen(enter, "dongfanglu.clerk", case)


def test_what_is_asked_of_other_units_is_hidden_from_the_applicant_until_decided(enter: Enter, world: World) -> None:
    case = world.run_to("section_review")
    client = enter("chief.psu")
    form = {"key": uuid4(), "task": world.open(case, "section_review").pk, "unit": world.unit("finance").pk, "text": "经费有无保障？"}
    assert client.post(f"/cases/{case.pk}/do/consult/", form).status_code == 302
    assert "经费有无保障？" in seen(enter, "finance.countersign", case)
    page = seen(enter, "dongfanglu.clerk", case)
    assert "经费有无保障？" not in page
    assert "内容在审议决定后公开。" in page


def test_a_forged_field_of_an_evaluation_changes_nothing_but_the_figures(enter: Enter, world: World) -> None:
    case = world.run_to("evaluate")
    before = payload_of(newest(case))
    row = world.open(case, "evaluate")
    form = {
        "version": 1,
        "key": uuid4(),
        "outcome": "propose",
        "report": "压减。",
        "amount_0": "20",
        "title": "改题",
        "necessity": "改写",
        "phone": "1",
    }
    assert enter("officer.psu").post(f"/cases/{case.pk}/act/{row.pk}/", form).status_code == 302
    after = payload_of(newest(case))
    assert after["lines"][0]["quantity"] == 20
    assert {key for key in after if after[key] != before[key]} == {"lines"}


def supplementing(world: World, *defects: dict[str, str]) -> Case:
    case = world.run_to("accept")
    world.act(case, "accept", "general", "supplement", "请补正。", defects=list(defects))
    return case


def test_a_supplement_leaves_the_figures_alone_unless_they_were_found_wrong(enter: Enter, world: World) -> None:
    client = enter("dongfanglu.clerk")
    for listed, quantity in (("measurement", 25), ("lines", 7)):
        case = supplementing(world, {"field": listed, "problem": "请核对"})
        page = client.get(f"/cases/{case.pk}/edit/content/")
        assert ("不在补正之列" in page.content.decode()) is (listed != "lines")
        line = payload_of(newest(case))["lines"][0]
        form = {
            "saves": newest(case).saves, "measurement": "补充说明。", "peers": "", "lines-TOTAL_FORMS": "1", "lines-0-unit": line["unit"],
            "lines-0-kind": line["kind"], "lines-0-quantity": "7", "lines-0-direction": "up", "lines-0-source": "pool",
        }  # fmt: skip
        client.post(f"/cases/{case.pk}/edit/content/", form)
        after = payload_of(newest(case))
        assert (after["measurement"], after["lines"][0]["quantity"]) == ("补充说明。", quantity)


@pytest.mark.parametrize(("mime", "sandboxed"), [("application/pdf", False), ("image/png", True)])
def test_pdf_and_images_are_shown_under_a_strict_policy(enter: Enter, world: World, mime: str, sandboxed: bool) -> None:
    case = world.run_to("accept")
    file = Attachment.objects.filter(version__case=case).first()
    if mime != file.mime:
        file = Attachment.objects.filter(version__case=case).order_by("-pk").first()
        draft = world.draft()
        Attachment.objects.filter(version__case=draft).update(mime=mime)
        case, file = draft, Attachment.objects.filter(version__case=draft).first()
    client = enter("dongfanglu.clerk")
    answer = client.get(f"/cases/{case.pk}/files/{file.sha256}/look/")
    assert answer["Content-Disposition"].startswith("inline")
    assert (answer["X-Content-Type-Options"], answer["Content-Type"]) == ("nosniff", mime)
    policy = answer["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "script" not in policy
    assert policy.endswith("sandbox") is sandboxed
    assert enter("industry.clerk").get(f"/cases/{case.pk}/files/{file.sha256}/look/").status_code == 404


def test_anything_else_is_only_downloaded(enter: Enter, world: World) -> None:
    draft = world.draft()
    Attachment.objects.filter(version__case=draft).update(mime="text/html")
    file = Attachment.objects.filter(version__case=draft).first()
    answer = enter("dongfanglu.clerk").get(f"/cases/{draft.pk}/files/{file.sha256}/look/")
    assert (answer.status_code, answer.url) == (302, f"/cases/{draft.pk}/files/{file.sha256}/")


def test_phrases_of_ones_own_are_kept_on_their_page(enter: Enter, world: World) -> None:
    client = enter("chief.psu")
    assert client.post("/phrases/", {"duty": "review", "text": ""}).status_code == 422
    assert client.post("/phrases/", {"duty": "sign", "text": "同意。"}).status_code == 422
    assert client.post("/phrases/", {"duty": "review", "text": "已核，同意。"}).status_code == 302
    assert "已核，同意。" in client.get("/phrases/").content.decode()
    assert "已核，同意。" in client.get("/cases/phrases/review/").content.decode()
    row = client.get("/phrases/").context["groups"][0][1][0]
    assert enter("chief.admin").post(f"/phrases/{row.pk}/remove/").status_code == 404
    assert client.post(f"/phrases/{row.pk}/move/", {"way": "up"}).status_code == 302
    assert client.post(f"/phrases/{row.pk}/remove/").status_code == 302
    assert enter("auditor").get("/phrases/").status_code == 403


def test_a_batch_passes_what_it_can_and_says_of_each_what_happened(enter: Enter, world: World) -> None:
    cases = [world.run_to("section_review", world.draft()) for _ in range(3)]
    tasks = [world.open(case, "section_review") for case in cases]
    client = enter("chief.psu")
    assert client.get("/").content.decode().count('name="task"') == 3
    opened = client.get("/batch/", {"task": [row.pk for row in tasks]})
    form: dict[str, Any] = {"task": [row.pk for row in tasks], "text": "同意承办人意见。"}
    for item in opened.context["items"]:
        form |= {f"version_{item.row.pk}": item.version, f"key_{item.row.pk}": item.key}
    world.act(cases[1], "section_review", "chief.psu", "return", "请修改。")
    done = client.post("/batch/", form)
    assert [item.done for item in done.context["items"]] == [True, False, True]
    assert world.user("chief.psu").name in done.context["items"][1].said
    assert [Case.objects.get(pk=case.pk).node for case in cases] == ["deputy_review", "draft", "deputy_review"]
    assert [item.done for item in client.post("/batch/", form).context["items"]] == [True, False, True]
    assert Opinion.objects.filter(assignment__node="section_review", outcome="pass").count() == 2


def test_a_batch_takes_no_step_that_must_be_done_alone_and_nobody_elses(enter: Enter, world: World) -> None:
    case = world.run_to("countersign")
    row = world.open(case, "countersign", "finance")
    form = {"task": [row.pk], f"version_{row.pk}": 1, f"key_{row.pk}": str(uuid4()), "text": ""}
    assert enter("finance.countersign").get("/batch/", {"task": row.pk}).status_code == 409
    answer = enter("finance.countersign").post("/batch/", form)
    assert [item.done for item in answer.context["items"]] == [False]
    other = world.run_to("section_review", world.draft())
    row = world.open(other, "section_review")
    form = {"task": [row.pk], f"version_{row.pk}": 1, f"key_{row.pk}": str(uuid4()), "text": ""}
    assert [item.done for item in enter("general").post("/batch/", form).context["items"]] == [False]
    row.refresh_from_db()
    assert row.closed_at is None
    assert not enter("industry.clerk").post("/batch/", form).context["items"]


def test_the_route_ahead_names_the_persons_and_warns_where_nobody_can_act(enter: Enter, world: World) -> None:
    case = world.run_to("evaluate")
    client = enter("dongfanglu.clerk")
    steps = client.get(f"/cases/{case.pk}/ahead/").context["steps"]
    assert (steps[0].who, steps[0].alarm) == (world.user("officer.psu").name, "")
    Appointment.objects.filter(user=world.user("deputy")).update(valid_to="2026-01-02")
    alarms = [step.alarm for step in client.get(f"/cases/{case.pk}/ahead/").context["steps"] if step.alarm]
    assert len(alarms) == 1
    assert "没有人担任分管领导" in alarms[0]


def test_a_step_only_the_submitter_could_take_is_an_alarm_before_submission(enter: Enter, world: World) -> None:
    draft = world.draft()
    clerk = world.user("dongfanglu.clerk")
    Appointment.objects.filter(user=world.user("dongfanglu.head")).update(valid_to="2026-01-02")
    access.appoint(
        user=clerk, role="head", unit=world.unit("dongfanglu"), basis="兼任", valid_from=world.clock.date(), actor=None, now=world.now()
    )  # fmt: skip
    alarms = [step.alarm for step in enter("dongfanglu.clerk").get(f"/cases/{draft.pk}/ahead/").context["steps"] if step.alarm]
    assert len(alarms) == 1
    assert "只有报送人本人" in alarms[0]


@pytest.mark.parametrize("path", ["", "?tab=asked", "?tab=read", "ahead"])
def test_the_new_pages_cost_the_same_at_two_cases_and_at_twelve(enter: Enter, world: World, path: str) -> None:
    line = world.payload()["lines"][0] | {"quantity": 2}
    case = world.run_to("section_review", world.draft(lines=[line]))
    client = enter("chief.psu")
    address = f"/cases/{case.pk}/ahead/" if path == "ahead" else f"/{path}"
    client.get(address)
    with counted() as few:
        client.get(address)
    for _ in range(4):
        line = world.payload()["lines"][0] | {"quantity": 2}
        other = world.run_to("section_review", world.draft(lines=[line]))
        form = {"key": uuid4(), "readers": [world.user("chief.psu").pk], "note": "请阅。"}
        assert enter("general").post(f"/cases/{other.pk}/do/circulate/", form).status_code == 302
    with counted() as many:
        client.get(address)
    assert len(many) == len(few) <= 10, "\n".join(query["sql"][:110] for query in many)
    assert Assignment.objects.filter(node="section_review").count() == 5
    assert CaseVersion.objects.exists()
