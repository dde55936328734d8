"""The auditor's pages: the trail in words, its filters, the export, one chain with its proof, the reading log."""

import csv
import io
import json
import re
from pathlib import Path

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.audit import operations as audit
from workflows.audit.models import Reading
from workflows.cases.models import Case
from workflows.documents.models import Paper
from workflows.flows.staffing_change import StaffingChangeFlowV1
from workflows.views import deeds, verbs

VERB = re.compile(r'"((?:access|cases|documents|establishment|matters|organization)\.[a-z_]+\.[a-z_]+)"')
NAMES: deeds.Names = {7: "区教育局", "education": "区教育局", "ADM": "行政编制"}


@pytest.fixture
def case(world: World) -> Case:
    return world.run_to("implement")


def text(client: object, name: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_the_trail_says_who_did_what_in_words_and_never_shows_json(case: Case, enter: Enter) -> None:
    page = text(enter("auditor"), "audit")
    for said in ("签发", "编号发文", "台账：入账", case.number, "逐条一致"):
        assert said in page, said
    assert "{&quot;" not in page
    assert "cases.sign" not in page.replace('value="cases.sign', "")


@pytest.mark.parametrize(
    ("query", "found", "lost"),
    [
        ({"verb": "cases.accept.accept"}, "受理", "编号发文</b>"),
        ({"unit": "nanhu"}, "", "编号发文</b>"),
        ({"since": "2026年9月1日", "until": "2026年12月31日"}, "编号发文</b>", "设立机构</b>"),
        ({"until": "2026年1月31日"}, "设立机构</b>", "编号发文</b>"),
        ({"q": "测算依据充分"}, "", "编号发文</b>"),
    ],
)
def test_the_trail_is_narrowed(case: Case, enter: Enter, query: dict[str, str], found: str, lost: str) -> None:
    page = text(enter("auditor"), "audit", **query)
    assert found in page
    assert lost not in page


def test_a_number_finds_the_case_and_its_paper(case: Case, enter: Enter) -> None:
    paper = Paper.objects.get(subject=case.subject)
    for number in (case.number, paper.number):
        page = text(enter("auditor"), "audit", number=number)
        assert "受理" in page
        assert "设立机构</b>" not in page
    assert "没有符合条件的记录" in text(enter("auditor"), "audit", number="没有的号")


def test_a_person_finds_what_he_did_himself_and_what_was_done_in_his_name(case: Case, world: World, enter: Enter) -> None:
    page = text(enter("auditor"), "audit", who=str(world.user("chair").pk))
    assert "签发" in page
    assert "受理</b>" not in page


def test_a_period_that_ends_before_it_begins_is_refused_and_kept(case: Case, enter: Enter) -> None:
    page = text(enter("auditor"), "audit", since="2026年9月2日", until="2026年9月1日")
    assert "结束日期早于开始日期" in page
    assert 'value="2026年9月2日"' in page


def test_older_entries_are_a_page_away(case: Case, enter: Enter) -> None:
    client = enter("auditor")
    first = client.get(reverse("audit"))
    older = client.get(f"{reverse('audit')}?{first.context['page']['next']}")
    ids = [{line.entry.pk for line in answer.context["lines"]} for answer in (first, older)]
    assert len(ids[0]) == 50
    assert max(ids[1]) < min(ids[0])


def test_one_chain_is_proved_from_end_to_end(case: Case, enter: Enter) -> None:
    page = text(enter("auditor"), "audit-chain", case.subject)
    assert "首尾相接" in page
    assert case.title in page
    assert Reading.objects.filter(subject=f"audit/{case.subject}", what="view").count() == 1
    assert enter("auditor").get(reverse("audit-chain", args=["case/999999"])).status_code == 404


def test_a_long_chain_is_read_page_by_page_and_proved_whole(world: World, enter: Enter) -> None:
    for n in range(230):
        audit.record(chain="test/long", verb="organization.unit.changed", after={"name": str(n)}, actor=None, now=world.now())
    client = enter("auditor")
    first = client.get(reverse("audit-chain", args=["test/long"]))
    assert "230条，首尾相接" in first.content.decode().replace("\u2060", "")
    older = client.get(f"{reverse('audit-chain', args=['test/long'])}?{first.context['page']['next']}")
    seen = [[line.entry.n for line in answer.context["lines"]] for answer in (first, older)]
    assert seen == [list(range(30, 230)), list(range(30))]


def test_an_export_with_nonsense_or_too_much_is_refused_not_cut(world: World, enter: Enter, monkeypatch: pytest.MonkeyPatch) -> None:
    client = enter("auditor")
    assert client.get(reverse("audit-export"), {"since": "2026年9月2日", "until": "2026年9月1日"}).status_code == 422
    monkeypatch.setattr("workflows.views.audit.EXPORT_ROWS", 3)
    refused = client.get(reverse("audit-export"))
    assert refused.status_code == 422
    assert "分次导出" in refused.content.decode()
    assert not Reading.objects.filter(what="export").exists()


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_an_export_calculates_nothing_and_is_itself_on_record(world: World, enter: Enter, kind: str) -> None:
    payloads = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1+1", "＋1", "－1", "＠A", "=cmd|' /C calc'!A0", '=HYPERLINK("x")']
    for n, bad in enumerate(payloads):
        audit.record(chain=f"test/{n}", verb="organization.unit.changed", reason=bad, basis=bad, actor=None, now=world.now())
    answer = enter("auditor").get(reverse("audit-export"), {"format": kind, "verb": "organization.unit.changed"})
    assert answer["Content-Disposition"].startswith("attachment")
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    else:
        book = load_workbook(io.BytesIO(answer.content))
        assert all(cell.data_type != "f" for row in book.active.iter_rows() for cell in row)
        rows = [[str(cell or "") for cell in row] for row in book.active.iter_rows(values_only=True)]
    assert len(rows) > len(payloads)
    dangerous = tuple("=+-@\t\r＝＋－＠")
    assert [cell for row in rows for cell in row if cell.startswith(dangerous)] == []
    assert Reading.objects.filter(subject="audit", what="export").count() == 1


def test_the_reading_log_says_who_opened_what(case: Case, world: World, enter: Enter) -> None:
    audit.read(subject=case.subject, what="print", user=world.user("deputy"), address="10.0.0.7", now=world.now())
    page = text(enter("auditor"), "reading-log", what="print")
    for said in (world.user("deputy").name, "打印", case.number, "10.0.0.7"):
        assert said in page
    assert "没有符合条件的阅读记录" in text(enter("auditor"), "reading-log", what="print", subject="paper")


@pytest.mark.parametrize("name", ["audit", "reading-log"])
def test_pages_stay_within_ten_queries_however_long_the_log(case: Case, world: World, enter: Enter, name: str) -> None:
    client = enter("auditor")
    client.get(reverse(name))
    with counted() as few:
        client.get(reverse(name))
    for n in range(200):
        audit.record(chain=f"unit/{n}", verb="organization.unit.changed", after={"parent": n}, actor=world.user("general"), now=world.now())
        audit.read(subject=f"unit/{n}", what="view", user=world.user("general"), address=None, now=world.now())
    with counted() as many:
        client.get(reverse(name))
    assert len(few) <= 10
    assert len(many) <= 10
    assert len(many) - len(few) <= 1  # a kind of subject not on the page before


def said(**body: object) -> list[tuple[str, str, str]]:
    differences = deeds.differences(json.dumps({"verb": "organization.unit.changed", **body}), NAMES)
    return [(each.label, each.before, each.after) for each in differences]


def test_differences_are_words() -> None:
    assert said(before={"rank": "section_chief"}, after={"rank": "section_deputy"}) == [("规格", "正科级", "副科级")]
    assert said(before={"parent": 7}, after={"parent": None}) == [("隶属", "区教育局", "")]
    assert said(after={"valid_from": "2026-03-02", "unit": "education"}) == [("自", "", "2026年3月2日"), ("单位", "", "区教育局")]
    assert said(before={"is_active": True}, after={"is_active": False}) == [("可登录", "是", "否")]
    assert said(before={"name": "甲"}, after={"name": "甲"}) == []


def test_balances_are_accounts_before_and_after() -> None:
    found = said(before={"balances": {"unit/7/ADM/vacant": 3}}, after={"balances": {"unit/7/ADM/vacant": 1}, "transfers": [{"id": 4}]})
    assert found == [("区教育局　行政编制　空编", "3", "1")]


def test_conditions_of_the_authority_table_are_words() -> None:
    assert said(after={"conditions": [["quantity", "<=", 5]]}) == [("条件", "", "核增总数 <= 5")]


def test_every_recorded_verb_has_its_words(world: World) -> None:
    root = Path(__file__).parents[2] / "workflows"
    files = [path for path in root.rglob("*.py") if any(part.startswith("operations") for part in path.relative_to(root).parts)]
    used = {verb for file in files for verb in VERB.findall(file.read_text())}
    for node in StaffingChangeFlowV1.instance.nodes():
        used |= {f"cases.{node.name}.{key}" for key in getattr(node, "outcomes", {})}
    assert len(used) > 40
    assert sorted(used - set(verbs.VERBS)) == []
