"""The people of the small district, appointed through the operations."""

from datetime import date, datetime

from tests.organization.district import NOW
from workflows.access import operations
from workflows.access.models import Appointment, User
from workflows.organization.models import Unit

SINCE = date(2020, 1, 1)
PASSWORD = "Dingbian-2026"


def person(username: str, name: str = "", *, now: datetime = NOW) -> User:
    """An account that may sign in and need not change its password."""
    return operations.create_user(
        username=username, name=name or username, password=PASSWORD, must_change_password=False, actor=None, now=now
    )


def appointed(username: str, role: str, unit: Unit, *, since: date = SINCE, until: date | None = None) -> tuple[User, Appointment]:
    """A person with one office."""
    user = person(username)
    row = operations.appoint(
        user=user, role=role, unit=unit, basis="示任〔2020〕1号", valid_from=since, valid_to=until, actor=None, now=NOW
    )
    return user, row
