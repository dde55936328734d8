"""Founding, changing and ending institutions, and reading them back as of any day."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.base import at_once
from tests.organization.district import FOUNDED, FOUNDING, NOW, district, found
from workflows.audit.models import Entry
from workflows.lib.findings import Finding
from workflows.lib.refusals import Conflict, Missing, Refused
from workflows.organization import endings, operations, queries, tasks
from workflows.organization.basis import Basis
from workflows.organization.models import Unit

pytestmark = pytest.mark.django_db
RENAMING = Basis(number="示编委〔2024〕12号", title="关于更名的批复", date=date(2024, 5, 6))


def rename(unit: Unit, name: str, day: date, basis: Basis = RENAMING) -> None:
    operations.change(unit=unit, changes={"name": name}, basis=basis, valid_from=day, actor=None, now=NOW)


def test_a_unit_is_founded_with_its_document_and_an_entry_in_its_chain() -> None:
    units = district()
    version = queries.version_on(units["school_01"], FOUNDED)
    assert (version.name, version.basis_number, version.sponsor) == ("示例区第一小学", "示编委〔2019〕1号", units["education"])
    entry = Entry.objects.get(chain=f"unit/{units['school_01'].pk}")
    assert (entry.verb, entry.unit_code) == ("organization.unit.established", "school_01")


def test_names_follow_the_day() -> None:
    centre = district()["dongfanglu_service"]
    rename(centre, "东方路街道党群服务中心", date(2024, 6, 1))
    assert queries.name_on(centre, date(2024, 5, 31)) == "东方路街道综合便民服务中心"
    assert queries.name_on(centre, date(2024, 6, 1)) == "东方路街道党群服务中心"
    assert queries.name_on(centre, date(2000, 1, 1)) == "东方路街道综合便民服务中心"
    assert queries.names_on([centre.pk], date(2024, 5, 31)) == {centre.pk: "东方路街道综合便民服务中心"}
    assert queries.former_names(centre, date(2026, 1, 1)) == ["东方路街道综合便民服务中心"]
    with pytest.raises(Missing):
        queries.version_on(centre, FOUNDED - timedelta(days=1))


def test_a_change_to_come_reaches_todays_columns_on_its_day() -> None:
    school = district()["school_01"]
    tomorrow = NOW + timedelta(days=1)
    rename(school, "示例区实验小学", tomorrow.date())
    assert Unit.objects.get(pk=school.pk).name == "示例区第一小学"
    assert operations.refresh(now=NOW) == 0
    assert operations.refresh(now=tomorrow) == 1
    assert Unit.objects.get(pk=school.pk).name == "示例区实验小学"


def test_every_value_points_to_the_document_that_set_it() -> None:
    centre = district()["dongfanglu_service"]
    rename(centre, "东方路街道党群服务中心", date(2024, 6, 1))
    operations.change(
        unit=centre, changes={"psu_class": "class_i"}, basis=Basis("示编委〔2025〕3号"), valid_from=date(2025, 2, 1), actor=None, now=NOW
    )
    versions = queries.history(centre)
    name = queries.provenance(versions, "name", date(2026, 1, 1))
    assert name is not None and (name.value, name.since, name.version.basis_number) == (
        "东方路街道党群服务中心",
        date(2024, 6, 1),
        "示编委〔2024〕12号",
    )
    kind = queries.provenance(versions, "psu_class", date(2026, 1, 1))
    assert kind is not None and kind.version.basis_number == "示编委〔2025〕3号"
    assert queries.provenance(versions, "name", date(2000, 1, 1)) is None


def test_the_subtree_has_children_and_sponsored_institutions_of_the_day() -> None:
    units = district()
    education, school = units["education"], units["school_01"]
    assert queries.subtree(education.pk, date(2026, 1, 1)) == {education.pk, school.pk}
    assert queries.subtree(units["district"].pk, date(2026, 1, 1)) == {unit.pk for unit in units.values()}
    operations.end(unit=school, basis=RENAMING, on=date(2026, 1, 1), actor=None, now=NOW)
    assert queries.subtree(education.pk, date(2026, 1, 1)) == {education.pk}
    assert queries.subtree(education.pk, date(2025, 12, 31)) == {education.pk, school.pk}


def test_a_unit_with_something_hanging_on_it_does_not_end() -> None:
    units = district()
    with pytest.raises(Refused, match="示例区第一小学"):
        operations.end(unit=units["education"], basis=RENAMING, on=date(2026, 1, 1), actor=None, now=NOW)
    endings.register("test", lambda unit_id, day: [Finding("T01", "block", "还有在办事项。")] if unit_id == units["school_01"].pk else [])
    try:
        with pytest.raises(Refused, match="还有在办事项"):
            operations.end(unit=units["school_01"], basis=RENAMING, on=date(2026, 1, 1), actor=None, now=NOW)
    finally:
        endings.register("test", lambda unit_id, day: [])
    assert Unit.objects.get(code="school_01").valid_to is None


@pytest.mark.parametrize(
    ("changes", "day", "error"),
    [
        ({"name": "示例区第一小学"}, date(2024, 1, 1), "没有任何变化"),
        ({"name": "新名"}, FOUNDED, "已有一次变更"),
        ({"name": "新名"}, date(2010, 1, 1), "更晚生效"),
        ({"nature": "administrative"}, date(2024, 1, 1), "事业单位"),
        ({"sponsor": None}, date(2024, 1, 1), "举办单位"),
        ({"kind": "castle"}, date(2024, 1, 1), "不是可选的值"),
        ({"name": "长" * 121}, date(2024, 1, 1), "最多"),
        ({"parent": 999_999}, date(2024, 1, 1), "尚未设立"),
    ],
)
def test_a_wrong_change_is_refused_and_leaves_nothing(changes: dict, day: date, error: str) -> None:
    school = district()["school_01"]
    with pytest.raises(Refused, match=error):
        operations.change(unit=school, changes=changes, basis=RENAMING, valid_from=day, actor=None, now=NOW)
    assert len(queries.history(school)) == 1
    assert Entry.objects.filter(chain=f"unit/{school.pk}").count() == 1


def test_two_changes_on_one_day_are_a_conflict() -> None:
    school = district()["school_01"]
    rename(school, "示例区实验小学", date(2024, 6, 1))
    with pytest.raises(Conflict):
        rename(school, "示例区中心小学", date(2024, 6, 1))


def test_a_unit_cannot_stand_under_itself() -> None:
    units = district()
    with pytest.raises(Refused, match="首尾相接"):
        operations.change(
            unit=units["education"],
            changes={"parent": units["school_01"]},
            basis=RENAMING,
            valid_from=date(2024, 1, 1),
            actor=None,
            now=NOW,
        )


def test_no_document_no_institution() -> None:
    values = {"name": "甲", "kind": "department", "nature": "administrative", "system": "government", "parent": district()["district"]}
    with pytest.raises(Refused, match="文号"):
        operations.establish(
            code="x", attributes=values, basis=Basis(""), valid_from=FOUNDED, actor=None, now=NOW,
        )  # fmt: skip
    assert not Unit.objects.filter(code="x").exists()


def test_units_are_found_by_present_and_former_name_code_and_initials() -> None:
    units = district()
    centre = units["dongfanglu_service"]
    rename(centre, "东方路街道党群服务中心", date(2024, 6, 1))
    today = date(2026, 11, 20)
    assert queries.find("党群", today) == [centre]
    by_old = queries.find("综合便民", today)
    assert by_old == [centre] and by_old[0].matched_name == "东方路街道综合便民服务中心"
    assert queries.find("党群", date(2024, 5, 31)) == []
    assert queries.find("qjyj", today) == [units["education"]]
    assert queries.find("zhbmfw", today) == [centre]
    assert queries.find("dfldqzhfw", today) == []
    operations.change(
        unit=units["education"], changes={"short_name": "教育局"}, basis=RENAMING, valid_from=date(2025, 1, 1), actor=None, now=NOW
    )
    assert queries.find("jyj", today) == [units["education"]] and queries.find("jy", today) == [units["education"]]
    assert queries.find("SCHOOL_01", today) == [units["school_01"]]
    assert queries.find("东方路街道", today)[0] == units["dongfanglu"]
    assert queries.find("  ", today) == [] and queries.find("不存在的", today) == []
    assert queries.find("%", today) == [] and len(queries.find("区", today, limit=2)) == 2


def test_reading_costs_the_same_whatever_is_found() -> None:
    units = district()
    for number in range(2, 22):
        found(
            f"school_{number:02}",
            f"示例区第{number}中学",
            "school",
            units["education"],
            sponsor=units["education"],
            system="psu",
            funding="full",
        )
    day = date(2026, 11, 20)
    for ask, budget in (
        (lambda: queries.find("中学", day, 20), 2),
        (lambda: queries.subtree(units["education"].pk, day), 1),
        (lambda: queries.versions_on(day), 1),
    ):
        with CaptureQueriesContext(
            connection,
        ) as sql:
            ask()
        assert len(sql) == budget
    assert FOUNDING.number


def test_a_unit_that_ends_later_still_follows_its_versions_until_then() -> None:
    school = district()["school_01"]
    rename(school, "示例区实验小学", date(2026, 12, 1))
    operations.end(unit=school, basis=RENAMING, on=date(2027, 1, 1), actor=None, now=NOW)
    assert tasks.refresh.apply().successful()
    assert operations.refresh(now=NOW + timedelta(days=12)) == 1
    unit = Unit.objects.get(pk=school.pk)
    assert (unit.name, unit.valid_to) == ("示例区实验小学", date(2027, 1, 1))
    with pytest.raises(Refused, match="已经撤销"):
        rename(school, "另一名", date(2027, 2, 1))


@pytest.mark.django_db(transaction=True)
def test_two_changes_at_once_are_one_change_and_one_conflict() -> None:
    school = district()["school_01"]
    results = at_once([lambda n=n: rename(school, f"第{n}名", date(2024, 6, 1)) for n in range(4)])
    assert results.count(None) == 1 and all(result is None or isinstance(result, Conflict) for result in results), results
    assert [version.valid_to for version in queries.history(school)] == [date(2024, 6, 1), None]


@pytest.mark.django_db(transaction=True)
def test_one_code_founded_twice_at_once_is_one_unit() -> None:
    root = district()["district"]
    results = at_once([lambda n=n: found("culture", f"第{n}局", "department", root) for n in range(4)])
    assert len([result for result in results if isinstance(result, Unit)]) == 1, results
    assert all(isinstance(result, Unit | Refused) for result in results), results
