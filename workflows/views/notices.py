"""One's own messages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from workflows.notices import operations, queries
from workflows.views import chains, pager

PAGE = 30


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    """Messages, newest first, each with the page it is about."""
    found = queries.latest(request.user, limit=PAGE + 1, before=pager.before(request))
    shown = found[:PAGE]
    subjects = chains.subjects(notice.subject for notice in shown if notice.subject)
    context = {
        "rows": [(notice, subjects.get(notice.subject)) for notice in shown], "unread": any(notice.read_at is None for notice in shown),
        "page": pager.links(request, shown[-1].pk if len(found) > PAGE else None), "trail": [(_("消息"), "")],
    }  # fmt: skip
    return render(request, "notices/inbox.html", context)


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    """All of one's messages have been read."""
    operations.mark_read(user=request.user, now=request.now)
    return redirect("notices")
