"""No address in a page is ever followed: nothing inside the network is reached, no local file gets into a PDF."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.documents import pdf, samples
from workflows.documents import drawing

VECTORS = {
    "img": '<img src="{url}">',
    "link": '<link rel="stylesheet" href="{url}">',
    "import": '<style>@import "{url}";</style>',
    "background": '<div style="background:url({url});height:9mm">x</div>',
    "font-face": "<style>@font-face{{font-family:Q;src:url({url})}} p{{font-family:Q}}</style><p>x</p>",
    "link-attachment": '<link rel="attachment" href="{url}">',
    "a-attachment": '<a rel="attachment" href="{url}">x</a>',
    "object": '<object data="{url}"></object>',
    "embed": '<embed src="{url}">',
    "svg-image": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="{url}" width="9" height="9"/></svg>',
    "svg-use": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><use href="{url}#a"/></svg>',
    "svg-style": '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><style>@import "{url}";</style></svg>',
    "list-style": '<ul style="list-style-image:url({url})"><li>x</li></ul>',
    "content": "<style>p::before{{content:url({url})}}</style><p>x</p>",
    "border-image": '<div style="border:9px solid;border-image-source:url({url})">x</div>',
    "base": '<base href="{url}"><img src="a.png">',
    "color-profile": "<style>@color-profile --q{{src:url({url})}} p{{color:color(--q 1 0 0)}}</style><p>x</p>",
    "iframe": '<iframe src="{url}"></iframe>',
    "script": '<script src="{url}"></script>',
    "page-background": "<style>@page{{background:url({url})}}</style>",
    "meta-refresh": '<meta http-equiv="refresh" content="0;url={url}">',
}
SILENT = {"svg-use", "svg-style", "iframe", "script", "meta-refresh", "base"}
SECRET = "the secret of this machine"


@pytest.fixture
def inside() -> Iterator[tuple[str, list[str]]]:
    """An internal server and the list of what was asked of it."""
    hits: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            hits.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(SECRET.encode())

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/x", hits
    server.shutdown()
    server.server_close()


def attempt(html: str) -> bytes | None:
    """The PDF, or None when the drawing was refused."""
    try:
        return drawing.render_pdf(f"<html><body>{html}<p>x</p></body></html>", "", {})
    except drawing.NotDrawn:
        return None


@pytest.mark.parametrize("name", VECTORS)
class TestVector:
    def test_reaches_no_server(self, name: str, inside: tuple[str, list[str]]) -> None:
        url, hits = inside
        drawn = attempt(VECTORS[name].format(url=url))
        assert hits == []
        assert drawn is None or name in SILENT

    def test_embeds_no_local_file(self, name: str, tmp_path: Path) -> None:
        secret = tmp_path / "secret.txt"
        secret.write_text(SECRET)
        drawn = attempt(VECTORS[name].format(url=secret.as_uri()))
        assert drawn is None or (SECRET not in pdf.text_of(drawn) and pdf.attachments_of(drawn) == [])


def test_the_engine_as_it_comes_would_have_reached_the_server(inside: tuple[str, list[str]]) -> None:
    """The canary: without our gate the same page does ask, so that 0 above means something."""
    url, hits = inside
    page = VECTORS["img"].format(url=url) + VECTORS["link-attachment"].format(url=url)
    subprocess.run([sys.executable, "-m", "weasyprint", "-", "-"], input=page.encode(), capture_output=True, check=True)
    assert len(hits) >= 2


@pytest.mark.parametrize("payload", [samples.reply, samples.receipt, samples.form])
def test_markup_in_what_people_type_is_printed_as_text(payload: object, inside: tuple[str, list[str]]) -> None:
    url, hits = inside
    typed = f'<img src="{url}"><style>p{{}}</style>'
    changes = {"opinion": typed} if payload is samples.form else {"body": (typed, "此复。")}
    frozen = samples.frozen(payload(**changes, title=f"批复<b>{url}</b>"))
    drawn = drawing.draw(frozen["kind"], frozen, demo=True)
    assert hits == []
    assert f'<imgsrc="{url}">' in pdf.solid(pdf.text_of(drawn))


def test_an_error_that_would_kill_the_worker_becomes_an_ordinary_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """`FatalURLFetchingError` is a BaseException; it must not pass through a task."""
    monkeypatch.setattr(drawing._Gate, "_fail_on_errors", True)
    with pytest.raises(drawing.NotDrawn):
        drawing.render_pdf('<img src="http://127.0.0.1:9/x">', "", {})


def test_a_paper_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "PAGES_MAX", 2)
    with pytest.raises(drawing.NotDrawn, match="pages"):
        drawing.draw("D12", samples.frozen(samples.refusal(body=("编" * 2000,))), demo=False)
