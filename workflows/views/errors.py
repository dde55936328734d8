"""Pages that say no: in words, with the way on, and with the status a machine expects."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows.lib.refusals import Refused

_TITLES = {
    403: gettext_lazy("您没有办理此项的职责"),
    404: gettext_lazy("没有找到"),
    409: gettext_lazy("已有人先办理"),
    422: gettext_lazy("这一步没有办成"),
}


def refusal(request: HttpRequest, exception: Refused) -> HttpResponse:
    """The refusal's own sentence; a 409 names who did what when and leads back to the page as it stands now."""
    return page(request, exception.status, str(_TITLES.get(exception.status, _("这一步没有办成"))), exception.message, exception.findings)


def page(request: HttpRequest, status: int, title: str, sentence: str, findings: Any = ()) -> HttpResponse:
    """One layout for every no."""
    context = {"title": title, "sentence": sentence, "findings": findings, "status": status, "back": _back(request)}
    return render(request, "errors/refused.html", context, status=status)


def _back(request: HttpRequest) -> str:
    match = getattr(request, "resolver_match", None)
    if match and "pk" in match.kwargs and request.path.startswith("/cases/") and request.method == "POST":
        return f"/cases/{match.kwargs['pk']}/"
    return ""


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400."""
    return page(request, 400, _("请求无法识别"), _("请返回上一页重新操作。"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403."""
    return page(request, 403, str(_TITLES[403]), _("如确需办理，请联系安全管理员核对任职。"))


def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404."""
    return page(request, 404, str(_TITLES[404]), _("地址不存在，或者不在您可以查看的范围内。"))


def broken(request: HttpRequest) -> HttpResponse:
    """500: no query, no template inheritance that could fail again."""
    return render(request, "errors/broken.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form was opened before signing in again; what was typed is still in the browser."""
    sentence = _("页面打开后登录状态已更新。请返回刷新后重新提交，已填写的内容保留在本机。")
    return page(request, 403, _("页面已过期"), sentence)
