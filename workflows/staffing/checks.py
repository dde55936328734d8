"""Pure: the catalogue of checks for staffing matters (DOMAIN §3.1) and how a request is put to it.

Every check states the fact it read and the article it rests on. A block forbids submission; a warning demands a written reason
under the check's code (`Request.reasons`).
"""

from collections.abc import Iterable

from workflows.lib.findings import Finding, warnings
from workflows.staffing import checks_institution, checks_posts, checks_request
from workflows.staffing.evidence import Facts
from workflows.staffing.payload import Request
from workflows.staffing.verdicts import Check

CHECKS: list[Check] = sorted(
    [*checks_request.CHECKS, *checks_posts.CHECKS, *checks_institution.CHECKS], key=lambda check: (check.code[0] != "F", check.code)
)


def applying(matter: str) -> list[Check]:
    """The checks of one matter, general ones first."""
    return [check for check in CHECKS if matter in check.matters]


def run(request: Request, facts: Facts) -> list[Finding]:
    """Every finding of every check that applies, passed ones included, in the order of the catalogue."""
    return [finding for check in applying(request.matter) for finding in check.run(request, facts)]


def unexplained(findings: Iterable[Finding], request: Request) -> list[Finding]:
    """The warnings for which no reason has been written."""
    return [finding for finding in warnings(findings) if not request.reasons.get(finding.code, "").strip()]
