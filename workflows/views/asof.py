"""A page that shows the world as of a day says which day: its form is filled with today until another is asked for."""

from django.http import HttpRequest, QueryDict


def dated(request: HttpRequest) -> QueryDict:
    """The page's query with `on` set to today where it is not given."""
    query = request.GET.copy()
    if not query.get("on"):
        query["on"] = request.day.isoformat()
    return query
