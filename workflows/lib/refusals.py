"""What the house says when it will not do something: one exception family, in the user's words."""

from collections.abc import Sequence

from workflows.lib.findings import Finding


class Refused(Exception):
    """The act was understood and is not allowed; nothing has been written.

    `code` is a stable machine name (`pool_exhausted`), `field` the form field it concerns, if one,
    `findings` the rule results it rests on, if the refusal came from a check list.
    """

    status = 422

    def __init__(self, message: str, *, code: str = "refused", field: str | None = None, findings: Sequence[Finding] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.field = field
        self.findings = tuple(findings)


class Conflict(Refused):
    """Somebody else was first, or the page was stale: says who did what and when."""

    status = 409


class Forbidden(Refused):
    """The person holds no role for this act."""

    status = 403


class Missing(Refused):
    """The thing does not exist, or not for this person."""

    status = 404
