"""What every page shows around its content: the office in whose name one is here, navigation, the foot."""

from functools import cached_property
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from workflows.access.roles import ROLES
from workflows.views import navigation
from workflows.views.navigation import Entry


class Shell:
    """Lazy, so that a page without a head costs no query."""

    demo = settings.DEMO
    district = settings.DISTRICT_NAME
    idle_seconds = settings.SESSION_COOKIE_AGE

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def _held(self) -> list[Any]:
        return list(getattr(self.request, "held", []))

    @cached_property
    def offices(self) -> list[str]:
        """Every office held, stand-ins marked with the person stood in for."""
        return [_office(standing) for standing in self._held]

    @property
    def office(self) -> str:
        """The first office, as the head of the page shows it."""
        return self.offices[0] if self.offices else ""

    @property
    def navigation(self) -> list[Entry]:
        """The main entries."""
        return navigation.main({s.role for s in self._held}, self.request.path)

    @property
    def more(self) -> list[Entry]:
        """The entries of the personal menu."""
        return navigation.more({s.role for s in self._held})

    @property
    def account(self) -> str:
        """The page of one's own account."""
        return navigation.address("account")

    @property
    def logout(self) -> str:
        """Where to sign out."""
        return navigation.address("logout")

    @property
    def source(self) -> str:
        """Where the source code is offered (AGPL-3.0 §13)."""
        return getattr(settings, "SOURCE_URL", "https://www.gnu.org/licenses/agpl-3.0.html")

    @property
    def printed_at(self) -> str:
        """The moment a page was printed, as its foot says."""
        now = timezone.localtime()
        return f"{now.year}年{now.month}月{now.day}日 {now:%H:%M}"


def _office(standing: Any) -> str:
    line = f"{standing.unit.short_name or standing.unit.name}·{ROLES[standing.role]}"
    return f"{line}（代{standing.principal.name}）" if standing.principal else line


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    return {"shell": Shell(request)}
