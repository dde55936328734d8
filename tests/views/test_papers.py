"""The papers register, one paper, and its file through the authorised view only."""

from collections.abc import Callable

import pytest
from django.urls import reverse

from tests.views.conftest import Enter, counted
from tests.world import World
from workflows.audit.models import Reading
from workflows.documents.models import Paper


@pytest.fixture
def paper(world: World) -> Paper:
    case = world.run_to("implement")
    return Paper.objects.get(subject=case.subject)


def test_a_paper_is_in_the_register_at_once_and_says_it_is_being_drawn(paper: Paper, enter: Enter) -> None:
    page = enter("auditor").get(reverse("paper-list")).content.decode()
    assert paper.number in page
    assert "生成中" in page
    assert "生成中" in enter("auditor").get(reverse("paper", args=[paper.pk])).content.decode()
    waiting = enter("auditor").get(reverse("paper-file", args=[paper.pk]))
    assert waiting.status_code == 409
    assert "正在生成" in waiting.content.decode()


def test_a_drawn_paper_is_handed_out_as_an_attachment_that_is_not_sniffed(
    paper: Paper, enter: Enter, run_jobs: Callable[[], list[str]]
) -> None:
    run_jobs()
    answer = enter("auditor").get(reverse("paper-file", args=[paper.pk]))
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    look = enter("auditor").get(reverse("paper-file", args=[paper.pk]) + "?look=1")
    assert look["Content-Disposition"].startswith("inline")
    assert set(Reading.objects.filter(subject=f"paper/{paper.pk}").values_list("what", flat=True)) == {"download", "view"}


def test_the_unit_reads_its_own_paper_and_another_unit_finds_nothing(paper: Paper, enter: Enter) -> None:
    assert enter("dongfanglu.clerk").get(reverse("paper", args=[paper.pk])).status_code == 200
    assert enter("education.clerk").get(reverse("paper", args=[paper.pk])).status_code == 404
    assert enter("education.clerk").get(reverse("paper-file", args=[paper.pk])).status_code == 404
    assert paper.number not in enter("education.clerk").get(reverse("paper-list")).content.decode()


def test_who_countersigned_the_case_reads_its_paper(paper: Paper, enter: Enter) -> None:
    assert enter("finance.countersign").get(reverse("paper", args=[paper.pk])).status_code == 200
    assert enter("organization.countersign").get(reverse("paper", args=[paper.pk])).status_code == 404


def test_an_administrator_has_no_business_with_papers(paper: Paper, enter: Enter) -> None:
    assert enter("secadmin").get(reverse("paper", args=[paper.pk])).status_code == 403


def test_the_register_is_narrowed_by_words_kind_and_year(paper: Paper, enter: Enter) -> None:
    client = enter("auditor")
    for query, found in (({"q": paper.number}, True), ({"kind": "D12"}, False), ({"year": "2026"}, True), ({"q": "没有的文件"}, False)):
        assert (paper.number in client.get(reverse("paper-list"), query).content.decode()) is found, query


def test_pages_stay_within_ten_queries(paper: Paper, enter: Enter) -> None:
    for who in ("auditor", "dongfanglu.clerk"):
        client = enter(who)
        for url in (reverse("paper-list"), reverse("paper", args=[paper.pk])):
            client.get(url)
            with counted() as queries:
                client.get(url)
            assert len(queries) <= 10
