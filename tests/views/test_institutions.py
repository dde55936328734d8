"""Institutions: the register, the search by any name, one page as of a day, the entry of a change."""

from datetime import date

import pytest
from django.urls import reverse

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.organization import operations
from workflows.organization import queries as organization
from workflows.organization.basis import Basis


def text(client: object, name: str, *args: str, **query: str) -> str:
    answer = client.get(reverse(name, args=args), query)
    assert answer.status_code == 200, answer.content[:300]
    return answer.content.decode()


def test_the_register_lists_departments_by_system_and_hides_what_stands_under_another(enter: Enter) -> None:
    page = text(enter("auditor"), "unit-list")
    assert "政府工作部门" in page
    assert "党委工作部门" in page
    assert "区教育局" in page
    assert "综合便民服务中心" not in page


@pytest.mark.parametrize("words", ["区市场和质量监督管理局", "市场质监", "scjdg", "qscjdglj", "market"])
def test_a_unit_is_found_by_former_name_initials_and_code(enter: Enter, words: str) -> None:
    page = text(enter("auditor"), "unit-list", q=words)
    assert "区市场监督管理局" in page


def test_a_hit_by_former_name_says_which(enter: Enter) -> None:
    assert "曾用名：" in text(enter("auditor"), "unit-list", q="市场质监")


def test_nothing_found_tells_the_next_step(enter: Enter) -> None:
    page = text(enter("auditor"), "unit-list", q="没有的局")
    assert "没有找到这样的机构" in page
    assert "拼音首字母" in page


def test_what_stands_under_a_unit_is_one_click_away(world: World, enter: Enter) -> None:
    page = text(enter("auditor"), "unit-list", under=str(world.unit("education").pk))
    assert "school_01" in page or "小学" in page
    assert "区工业和信息化局" not in page


def test_a_page_shows_figures_positions_and_why_they_are_what_they_are(enter: Enter) -> None:
    page = text(enter("auditor"), "unit", "market")
    assert "行政编制为什么是45" in page
    for said in ("核定<b>45</b>", "实有<b>42</b>", "锁定<b>1</b>", "空编<b>2</b>", "示编委〔2021〕7号", "示编委〔2024〕12号", "+3", "+1"):
        assert said in page, said
    assert "曾用名" in page


def test_over_establishment_is_red_and_says_its_word(enter: Enter) -> None:
    page = text(enter("auditor"), "unit", "key_projects")
    assert 'class="bar-over"' in page
    assert "超编3" in page


def test_another_figure_is_explained_on_request(enter: Enter) -> None:
    assert "为什么是4" in text(enter("auditor"), "unit", "market", why="L-DEPT-SEC-D")


def test_as_of_an_earlier_day_the_earlier_name_stands_and_arrows_lead_on(enter: Enter) -> None:
    page = text(enter("auditor"), "unit", "market", on="2020-06-01")
    assert "<h1>区市场和质量监督管理局</h1>" in page
    assert 'href="?on=2021-02-01' in page


def test_before_its_first_day_the_page_says_so(enter: Enter) -> None:
    page = text(enter("auditor"), "unit", "market", on="2001-01-01")
    assert "这一天没有这个机构" in page


def test_every_attribute_names_its_document(world: World, enter: Enter) -> None:
    operations.change(
        unit=world.unit("market"), changes={"rank": "section_deputy"}, basis=Basis("示编委〔2026〕99号", "", date(2026, 9, 1), ""),
        valid_from=date(2026, 9, 1), actor=None, now=world.now(),
    )  # fmt: skip
    page = text(enter("auditor"), "unit", "market")
    row = page[page.index(">规格<") :]
    assert "副科级" in row[:200]
    assert "示编委〔2026〕99号" in row[:400]


def test_an_unknown_unit_is_not_found(enter: Enter) -> None:
    assert enter("auditor").get(reverse("unit", args=["nowhere"])).status_code == 404


def test_a_clerk_sees_posts_of_its_own_house_and_of_what_it_sponsors_only(enter: Enter) -> None:
    clerk = enter("dongfanglu.clerk")
    assert "核定<b>" in text(clerk, "unit", "dongfanglu")
    assert "核定<b>" in text(clerk, "unit", "dongfanglu_service")
    foreign = text(clerk, "unit", "market")
    assert "核定<b>" not in foreign
    assert "编制数据，由编办和单位本身" in foreign


def test_open_cases_are_listed_beside_the_figures(world: World, enter: Enter) -> None:
    case = world.draft()
    world.act(case, "draft", "dongfanglu.clerk", "submit")
    page = text(enter("auditor"), "unit", "dongfanglu")
    assert "在办1件" in page
    assert case.number in page


def test_a_change_is_entered_with_its_document_and_the_past_stays(world: World, enter: Enter) -> None:
    client = enter("general")
    url = reverse("unit-change", args=["market"])
    form = client.get(url).context["form"]
    data = {name: value or "" for name, value in form.initial.items()}
    data |= {"name": "区市场监督管理和知识产权局", "valid_from": "2026年10月8日", "basis_number": "示编委〔2026〕77号", "basis_date": ""}
    assert client.post(url, data).status_code == 302
    assert organization.name_on(world.unit("market"), date(2026, 10, 8)) == "区市场监督管理和知识产权局"
    assert organization.name_on(world.unit("market"), date(2026, 10, 7)) == "区市场监督管理局"


def test_a_change_without_document_keeps_what_was_typed(world: World, enter: Enter) -> None:
    client = enter("general")
    url = reverse("unit-change", args=["market"])
    data = {name: value or "" for name, value in client.get(url).context["form"].initial.items()}
    answer = client.post(url, data | {"name": "新名", "valid_from": "2026年10月8日", "basis_number": ""})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'value="新名"' in page
    assert 'role="alert"' in page


@pytest.mark.parametrize(("name", "args"), [("unit-list", []), ("unit", ["market"]), ("unit", ["education"])])
@pytest.mark.parametrize("who", ["auditor", "education.clerk"])
def test_pages_stay_within_ten_queries_whatever_they_show(enter: Enter, name: str, args: list[str], who: str) -> None:
    client = enter(who)
    client.get(reverse(name, args=args))
    with counted() as queries:
        client.get(reverse(name, args=args))
    assert len(queries) <= 10, [query["sql"][:120] for query in queries]


def test_the_register_costs_the_same_with_more_units(world: World, enter: Enter) -> None:
    client = enter("auditor")
    client.get(reverse("unit-list"))
    with counted() as few:
        client.get(reverse("unit-list"))
    for n in range(30):
        operations.establish(
            code=f"extra_{n}", basis=Basis("示编委〔2026〕1号", "", None, ""), valid_from=date(2026, 1, 5), actor=None, now=world.now(),
            attributes={"name": f"区临时工作部{n}", "kind": "department", "nature": "administrative", "system": "government",
                        "rank": "section_chief", "parent": world.unit("district")},
        )  # fmt: skip
    with counted() as many:
        assert "区临时工作部29" in client.get(reverse("unit-list")).content.decode()
    assert len(many) == len(few)
