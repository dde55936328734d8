"""A frozen payload to the bytes of a PDF. The same payload with the same fonts and templates gives the same bytes.

The one place that touches WeasyPrint. Its defaults would read local files and call internal servers for whoever can
get an address into a page, so every address is refused except the font files handed in by name.
"""

import atexit
import hashlib
import threading
from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from django.conf import settings
from django.template import Context, Engine

from workflows.documents import fonts, pages

TEMPLATES = {"D09": "papers/file.html", "D02": "papers/letter.html", "D12": "papers/letter.html", "D05": "papers/form.html"}
STYLES = {"D09": "papers/file.css", "D02": "papers/letter.css", "D12": "papers/letter.css", "D05": "papers/form.css"}
PAGES_MAX = 60

_lock = threading.Lock()
_warm: dict[str, Any] = {}
atexit.register(_warm.clear)  # the font configuration removes its temporary files only while modules still exist


class NotDrawn(Exception):
    """The paper could not be drawn: it asked for an address, or grew beyond reason. Says which."""


def draw(kind: str, payload: Mapping[str, Any], *, demo: bool) -> bytes:
    """The PDF of a paper of `kind` (D02, D05, D09, D12). `demo` marks every page 演示数据 and stamps 样章 instead of leaving room
    for the seal. A D05 payload may lack number and date: the form is printed at any step. Raises `NotDrawn`, `fonts.NoFonts`.
    """
    build = pages.form if kind == "D05" else pages.prose
    context = build({**payload, "kind": kind}, measure=fonts.gauge(), printable=fonts.printable)
    html = _engine().get_template(TEMPLATES[kind]).render(Context({**context, "demo": demo}, use_l10n=False))
    faces, files = fonts.stylesheet()
    css = f"{faces}\n{_style('papers/base.css')}\n{_style(STYLES[kind])}"
    return render_pdf(html, css, files)


def render_pdf(html: str, css: str, files: Mapping[str, bytes]) -> bytes:
    """The PDF of `html` under `css`; `files` are the only addresses either may ask for. Raises `NotDrawn` if another was asked for.

    One drawing at a time in a process: the font configuration is kept warm (half the time, a third of the memory) and is not thread-safe.
    """
    from weasyprint import CSS, HTML  # slow to import, and nothing else in the house may
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import FatalURLFetchingError, URLFetcherResponse, URLFetchingError

    gate = _Gate(files, URLFetcherResponse)
    key = sha256(css.encode())
    try:
        with _lock:
            if _warm.get("files") != sorted(files):
                _warm.clear()
                _warm.update(files=sorted(files), config=FontConfiguration())
            config = _warm["config"]
            if key not in _warm:
                _warm[key] = CSS(string=css, font_config=config, url_fetcher=gate)
            document = HTML(string=html, url_fetcher=gate, base_url="paper:").render(stylesheets=[_warm[key]], font_config=config)
            if len(document.pages) > PAGES_MAX:
                raise NotDrawn(f"{len(document.pages)} pages, more than {PAGES_MAX}")
            pdf = document.write_pdf()
    except (URLFetchingError, FatalURLFetchingError) as error:  # the second is a BaseException: no `except Exception` above us stops it
        raise NotDrawn(str(error)) from error
    if gate.refused:
        raise NotDrawn(f"asked for {', '.join(gate.refused)}")
    return pdf


def fingerprint() -> dict[str, str]:
    """What, besides the payload, decides the bytes: WeasyPrint's version, SHA-256 of the page templates and of each font file."""
    digest = hashlib.sha256()
    for path in sorted((settings.BASE_DIR / "templates" / "papers").iterdir()):
        digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return {"weasyprint": version("weasyprint"), "templates": digest.hexdigest(), **fonts.digests()}


def sha256(content: bytes) -> str:
    """The name a drawn file is stored under."""
    return hashlib.sha256(content).hexdigest()


class _Gate:
    """The fetcher: gives the named files, refuses and remembers every other address."""

    _fail_on_errors = False

    def __init__(self, files: Mapping[str, bytes], response: Any) -> None:
        self.files, self.response, self.refused = files, response, []

    def __call__(self, url: str) -> Any:
        if url not in self.files:
            self.refused.append(url[:200])
            raise ValueError(f"not an address of this paper: {url[:200]}")
        return self.response(url, self.files[url], {"Content-Type": "font/sfnt"})


@lru_cache(maxsize=1)
def _engine() -> Engine:
    """Our own engine: no context processors and no translation, so that nobody's screen language reaches a paper."""
    return Engine(dirs=[settings.BASE_DIR / "templates"], autoescape=True, debug=False)


@lru_cache(maxsize=8)
def _style(name: str) -> str:
    return (settings.BASE_DIR / "templates" / name).read_text(encoding="utf-8")
