"""The two links under a list that is read page by page: older, and back to the newest."""

from django.http import HttpRequest


def before(request: HttpRequest) -> int | None:
    """The id the page continues from; nonsense in the address is the first page."""
    given = request.GET.get("before", "")
    return int(given) if given.isdecimal() and len(given) < 19 else None


def links(request: HttpRequest, last: int | None) -> dict[str, str]:
    """Query strings for `components/pager.html`; `last` is the id of the last row shown when more follow."""
    older, newest = request.GET.copy(), request.GET.copy()
    newest.pop("before", None)
    older["before"] = str(last or "")
    return {"next": older.urlencode() if last else "", "newest": newest.urlencode() or "newest=1" if "before" in request.GET else ""}
