"""The register: the papers of the units a reader may see, found by kind, year, unit and words, page by page."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.documents import samples
from tests.documents.conftest import Issue
from workflows.documents import queries
from workflows.lib.refusals import Conflict, Missing

pytestmark = pytest.mark.django_db
OLD = datetime(2025, 5, 6, 9, 0, tzinfo=samples.ZONE)


@pytest.fixture
def five(issue: Issue) -> list[Any]:
    """Two replies, a refusal and a receipt of this year for three units, and one reply of last year."""
    return [
        issue(now=OLD, unit_code="health", title="关于设立区疾控中心的批复", recipient="区卫健局"),
        issue(subject="case/1"),
        issue(payload=samples.refusal(), series_code="letter", unit_code="education", recipient="区教育局", subject="case/2"),
        issue(payload=samples.receipt(), series_code="receipt", unit_code="industry", recipient="区工信局", subject="case/2"),
        issue(unit_code="education", title="关于设立学校党组织领导职数的批复", recipient="区教育局", subject="case/2"),
    ]


def numbers(**filters: Any) -> list[str]:
    return [paper.number for paper in queries.register(**{"unit_codes": None, **filters}).papers]


class TestRegister:
    def test_lists_newest_first(self, five: list[Any]) -> None:
        assert numbers() == [paper.number for paper in reversed(five)]

    def test_shows_only_papers_of_the_readers_units(self, five: list[Any]) -> None:
        assert numbers(unit_codes={"education"}) == ["示编委〔2026〕2号", "示编办函〔2026〕1号"]
        assert numbers(unit_codes=set()) == []
        assert numbers(unit_codes={"education"}, unit="health") == []

    def test_filters_by_kind_year_unit_and_words(self, five: list[Any]) -> None:
        assert numbers(kind="D02") == ["示编办受〔2026〕1号"]
        assert numbers(year=2025) == ["示编委〔2025〕1号"]
        assert numbers(unit="education", kind="D09") == ["示编委〔2026〕2号"]
        assert numbers(text="疾控") == ["示编委〔2025〕1号"]
        assert numbers(text="区教育局 职数") == ["示编委〔2026〕2号"]
        assert numbers(text="编办函") == ["示编办函〔2026〕1号"]
        assert numbers(text="没有这样的文件") == []

    def test_goes_on_where_the_last_page_ended(self, five: list[Any]) -> None:
        first = queries.register(unit_codes=None, limit=2)
        second = queries.register(unit_codes=None, limit=2, before=first.before)
        third = queries.register(unit_codes=None, limit=2, before=second.before)
        assert [len(page.papers) for page in (first, second, third)] == [2, 2, 1]
        assert third.before is None
        assert [paper.pk for page in (first, second, third) for paper in page.papers] == [paper.pk for paper in reversed(five)]

    def test_costs_one_statement(self, five: list[Any]) -> None:
        with CaptureQueriesContext(connection) as asked:
            page = queries.register(unit_codes={"education", "industry"}, text="区")
            assert [(paper.series.mark, paper.state) for paper in page.papers]
        assert len(asked) == 1

    def test_knows_its_years(self, five: list[Any]) -> None:
        assert queries.years(unit_codes=None) == [2026, 2025]
        assert queries.years(unit_codes={"education"}) == [2026]


class TestPaper:
    def test_of_another_unit_does_not_exist(self, five: list[Any]) -> None:
        with pytest.raises(Missing):
            queries.paper(five[0].pk, unit_codes={"education"})
        assert queries.paper(five[0].pk, unit_codes={"health"}) == five[0]

    def test_not_drawn_yet_says_it_is_being_made(self, five: list[Any]) -> None:
        assert five[1].state == "生成中"
        with pytest.raises(Conflict, match="正在生成"):
            queries.open_file(five[1])

    def test_drawn_can_be_opened(self, five: list[Any], run_jobs: Any) -> None:
        run_jobs()
        paper = queries.paper(five[1].pk, unit_codes=None)
        assert paper.state == "已生成"
        assert queries.open_file(paper).read(5) == b"%PDF-"

    def test_of_a_refused_case_are_listed_with_it(self, five: list[Any]) -> None:
        assert [paper.kind for paper in queries.for_subject("case/2")] == ["D12", "D02", "D09"]


def test_the_glyph_report_names_what_the_main_font_lacks(db: None) -> None:
    report = queries.glyphs(samples.reply(body=("同意李\ue777任职。",)))
    assert report.absent == "\ue777"
