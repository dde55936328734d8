"""Who may open a page of the registers: the roles that hold its door, said in words to everybody else."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from workflows.access.roles import MATRIX, ROLES
from workflows.lib.refusals import Forbidden

View = Callable[..., HttpResponse]


def held(request: HttpRequest, *doors: str) -> bool:
    """Whether the person holds, at any unit, a role that opens one of `doors`."""
    return any(door in MATRIX.get(standing.role, {}) for standing in request.held for door in doors)


def door(*doors: str) -> Callable[[View], View]:
    """Open the page to roles that hold one of `doors`; Forbidden, naming those roles, for the rest.

    How far a door opens (own unit, subtree, all) is the query's business: what lies outside is Missing there.
    """

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not held(request, *doors):
                raise Forbidden(
                    _("此页由%(roles)s使用。如确需办理，请联系安全管理员核对任职。") % {"roles": _roles(doors)}, code="wrong_role"
                )
            return view(request, *args, **kwargs)

        return guarded

    return decorate


def _roles(doors: tuple[str, ...]) -> str:
    """The roles that hold one of `doors`, in words."""
    return "、".join(str(ROLES[role]) for role, opened in MATRIX.items() if any(door in opened for door in doors))
