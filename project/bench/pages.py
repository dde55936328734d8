"""What a page costs, and that it costs the same at 20 cases and at 2,000."""

from django.conf import settings
from django.test import Client
from django.urls import reverse

from project.bench import district
from project.bench.measure import percentiles, say, statements, timed
from workflows.access.models import User
from workflows.cases.models import Case

LIMIT = 10
FEW = 20


def run(*, many: int) -> None:
    """Every listed page as the person who uses it, first with few cases, then with many."""
    settings.ALLOWED_HOSTS = [*settings.ALLOWED_HOSTS, "testserver"]
    case = district.played("PAGE", until="accept")
    waiting = district.played("DONE")
    doors = _pages(case, waiting)
    counts: dict[str, list[int]] = {name: [] for name in doors}
    for size in (FEW, many):
        district.copies(case, max(0, size - Case.objects.count()))
        for name, (who, address) in doors.items():
            found = _measured(name, who, address)
            if found is not None:
                counts[name].append(found)
    for name, (few, lots) in ((name, pair) for name, pair in counts.items() if len(pair) == 2):
        say("page.sql", page=name, at_few=few, at_many=lots, equal=few == lots, within=max(few, lots) <= LIMIT)


def _measured(name: str, who: str, address: str) -> int | None:
    """One page after a first, uncounted visit; the number of its statements, None if it does not open."""
    client = Client()
    client.force_login(User.objects.get(username=who))
    answer = client.get(address)
    if answer.status_code != 200:
        say("page.failed", page=name, who=who, status=answer.status_code)
        return None
    count = len(statements(lambda: client.get(address)))
    times = percentiles([timed(lambda: client.get(address)) for _ in range(15)])
    say("page", page=name, who=who, cases=Case.objects.count(), statements=count, bytes=len(answer.content), **times)
    return count


def _pages(case: Case, done: Case) -> dict[str, tuple[str, str]]:
    """Page → (who reads it, its address)."""
    return {
        "desk of a clerk": ("dongfanglu.clerk", reverse("desk")),
        "desk of the receiving office": ("general", reverse("desk")),
        "desk of a director": ("director", reverse("desk")),
        "case list": ("general", reverse("case-list")),
        "case list, searched": ("general", reverse("case-list") + "?q=周转池"),
        "case to act on": ("general", reverse("case", args=[case.pk])),
        "case closed": ("auditor", reverse("case", args=[done.pk])),
        "institution": ("general", reverse("unit", args=["dongfanglu_service"])),
        "institutions": ("general", reverse("unit-list")),
        "ledger": ("general", reverse("ledger")),
        "papers": ("general", reverse("paper-list")),
        "trail": ("auditor", reverse("audit")),
        "authority table": ("general", reverse("authority")),
    }
