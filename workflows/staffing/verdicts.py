"""Pure: the form of a check: its code, what it is called, the article it rests on, the matters it applies to, and its judgement."""

from collections.abc import Callable
from dataclasses import dataclass

from workflows.lib.findings import Finding, Level
from workflows.staffing.evidence import Facts
from workflows.staffing.payload import Request

ALL = frozenset({"R10", "R02", "R15"})
REGULATION = "《中国共产党机构编制工作条例》"
ORDINANCE = "《地方各级人民政府机构设置和编制管理条例》"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One result: whether it passes, warns or blocks, in words, with the fact that was read and the field it concerns."""

    level: Level
    message: str
    fact: str = ""
    field: str | None = None


@dataclass(frozen=True, slots=True)
class Check:
    """One entry of the catalogue (DOMAIN §3.1)."""

    code: str
    title: str
    article: str
    judge: Callable[[Request, Facts], list[Verdict]]
    matters: frozenset[str] = ALL

    def run(self, request: Request, facts: Facts) -> list[Finding]:
        """The findings of this check, at least one."""
        return [
            Finding(self.code, verdict.level, verdict.message, verdict.fact, self.article, verdict.field)
            for verdict in self.judge(request, facts)
        ]


def good(message: str, fact: str = "") -> list[Verdict]:
    """The check holds."""
    return [Verdict("pass", message, fact)]


def warn(message: str, fact: str = "", field: str | None = None) -> Verdict:
    """Allowed with a written reason."""
    return Verdict("warn", message, fact, field)


def block(message: str, fact: str = "", field: str | None = None) -> Verdict:
    """Not allowed."""
    return Verdict("block", message, fact, field)
