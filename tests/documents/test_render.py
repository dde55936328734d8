"""The drawing after the act: once, however often it is asked and wherever it is killed, and only what was signed."""

import os
import signal
import subprocess
import sys
import textwrap
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from tests.base import at_once
from tests.documents import pdf, samples
from tests.documents.conftest import NOW, Issue
from workflows.audit.models import Entry
from workflows.documents import drawing, operations, queries
from workflows.documents.models import Paper
from workflows.lib import blobs, triggers
from workflows.lib.refusals import Missing, Refused
from workflows.outbox.models import Job


def files_in(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file()]


def tamper(statement: str) -> None:
    """What only somebody above the database's own rules can do."""
    triggers.drop("default", "documents")
    with connection.cursor() as cursor:
        cursor.execute(statement)
    triggers.install("default", "documents")


@pytest.mark.django_db
class TestRender:
    def test_draws_what_was_signed_and_finishes_the_job(self, issue: Issue, run_jobs: Any, stored: Path) -> None:
        paper = issue()
        assert run_jobs() == [f"render/{paper.pk}"]
        paper.refresh_from_db()
        assert paper.is_rendered
        assert "示编委〔2026〕1号" in pdf.text_of(queries.open_file(paper).read())
        assert Job.objects.get().done_at is not None
        assert paper.fonts == drawing.fingerprint()
        assert Entry.objects.get(chain=f"paper/{paper.pk}").verb == "documents.paper.rendered"

    def test_keeps_one_file_when_run_three_times(self, issue: Issue, stored: Path) -> None:
        paper = issue()
        runs = [operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=NOW) for _ in range(3)]
        assert len({run.file for run in runs}) == 1
        assert len(files_in(stored)) == 1
        assert Entry.objects.filter(chain=f"paper/{paper.pk}").count() == 1

    def test_finishes_after_dying_between_the_file_and_the_row(self, issue: Issue, stored: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        paper = issue()
        put = blobs.put

        def dying(stream: Any) -> Any:
            put(stream)
            raise KeyboardInterrupt

        monkeypatch.setattr(blobs, "put", dying)
        with pytest.raises(KeyboardInterrupt):
            operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=NOW)
        assert len(files_in(stored)) == 1
        assert not Paper.objects.get(pk=paper.pk).is_rendered
        monkeypatch.setattr(blobs, "put", put)
        operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=NOW)
        assert len(files_in(stored)) == 1
        assert Paper.objects.get(pk=paper.pk).file == files_in(stored)[0].name

    def test_does_not_draw_a_payload_that_was_altered(self, issue: Issue, stored: Path) -> None:
        paper = issue()
        tamper("UPDATE documents_paper SET payload = replace(payload, '25名', '95名')")
        with pytest.raises(Refused) as refused:
            operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=NOW)
        assert refused.value.code == "paper_altered"
        assert files_in(stored) == []

    def test_of_a_paper_that_does_not_exist_says_so(self, db: None) -> None:
        with pytest.raises(Missing):
            operations.render(paper_id=404, key="render/404", now=NOW)

    def test_marks_a_demo_paper_and_no_other(self, issue: Issue, run_jobs: Any, settings: Any) -> None:
        settings.DEMO = True
        marked = issue()
        settings.DEMO = False
        plain = issue()
        run_jobs()
        texts = [pdf.solid(pdf.text_of(queries.open_file(Paper.objects.get(pk=paper.pk)).read())) for paper in (marked, plain)]
        assert ["样章" in text for text in texts] == [True, False]


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    def test_four_workers_on_one_paper_keep_one_file(self, issue: Issue, stored: Path) -> None:
        paper = issue()
        results = at_once([lambda: operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=NOW).file for _ in range(4)])
        assert len(set(results)) == 1
        assert len(files_in(stored)) == 1
        assert Entry.objects.filter(chain=f"paper/{paper.pk}").count() == 1

    def test_a_worker_killed_while_drawing_leaves_one_paper_in_the_end(self, issue: Issue, stored: Path) -> None:
        paper = issue()
        code = textwrap.dedent("""
            import sys, django
            django.setup()
            from django.conf import settings
            from django.db import connection
            from django.utils import timezone
            from workflows.documents import drawing, operations
            connection.settings_dict["NAME"], settings.BLOB_DIR = sys.argv[1], sys.argv[2]
            render_pdf = drawing.render_pdf
            def slow(*given):
                print("drawing", flush=True)
                sys.stdin.readline()
                return render_pdf(*given)
            drawing.render_pdf = slow
            operations.render(paper_id=int(sys.argv[3]), key="render/" + sys.argv[3], now=timezone.now())
        """)
        name = str(connection.settings_dict["NAME"])
        worker = subprocess.Popen(
            [sys.executable, "-c", code, name, str(stored), str(paper.pk)], cwd=project.BASE_DIR,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert worker.stdout.readline().strip() == "drawing"
        os.kill(worker.pid, signal.SIGKILL)
        assert worker.wait(timeout=20) == -signal.SIGKILL
        assert not Paper.objects.get(pk=paper.pk).is_rendered
        assert Job.objects.get().done_at is None
        operations.render(paper_id=paper.pk, key=f"render/{paper.pk}", now=timezone.now())
        assert Paper.objects.get(pk=paper.pk).is_rendered
        assert len(files_in(stored)) == 1


@pytest.mark.django_db
class TestVerifyPapers:
    def verify(self) -> str:
        out = StringIO()
        call_command("verify_papers", stdout=out)
        return out.getvalue().strip()

    def test_counts_what_holds(self, issue: Issue, run_jobs: Any) -> None:
        issue()
        issue(payload=samples.form(), series_code="form")
        run_jobs()
        issue()
        assert self.verify() == "3 papers verified"

    def test_names_an_altered_payload(self, issue: Issue, run_jobs: Any) -> None:
        issue()
        run_jobs()
        tamper("UPDATE documents_paper SET payload = replace(payload, '25名', '95名')")
        with pytest.raises(CommandError, match="示编委〔2026〕1号: payload"):
            self.verify()

    def test_names_a_lost_or_altered_file(self, issue: Issue, run_jobs: Any, stored: Path) -> None:
        issue()
        run_jobs()
        file = files_in(stored)[0]
        file.chmod(0o600)
        file.write_bytes(b"%PDF other")
        with pytest.raises(CommandError, match="示编委〔2026〕1号: file"):
            self.verify()
        file.unlink()
        with pytest.raises(CommandError, match="示编委〔2026〕1号: file"):
            self.verify()

    def test_names_a_file_that_is_not_the_papers_own_drawing(self, issue: Issue, run_jobs: Any) -> None:
        paper = issue()
        run_jobs()
        other = blobs.put(BytesIO(drawing.draw("D09", samples.frozen(samples.reply(recipient="别的单位")), demo=False)))
        tamper(f"UPDATE documents_paper SET file = '{other.sha256}' WHERE id = {paper.pk}")
        with pytest.raises(CommandError, match="示编委〔2026〕1号: drawing"):
            self.verify()
