"""The reading log: who opened, printed or exported what, from which address."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from workflows.audit import operations as audit

WAYS = {"view": _("查看"), "print": _("打印"), "download": _("下载"), "export": _("导出")}


def word(what: str) -> str:
    """How something was read, in words."""
    return str(WAYS.get(what, what))


def address_of(request: HttpRequest) -> str | None:
    """The peer's address as the server saw it; proxies are the server's business, not ours."""
    return request.META.get("REMOTE_ADDR") or None


def note(request: HttpRequest, subject: str, what: str) -> None:
    """Write down that the person at work did `what` (view, print, export, download) with `subject` (`case/18`, `ledger`)."""
    audit.read(subject=subject, what=what, user=request.user, address=address_of(request), now=request.now)
