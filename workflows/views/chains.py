"""What a log chain is about, in words and with its page: `case/18` → BZ-2026-00018. One SQL per kind of subject, however many."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _

from workflows.access.models import User
from workflows.cases.models import Case
from workflows.documents.models import Paper
from workflows.organization.models import Unit
from workflows.views.kinds import all_kinds

FIXED = {
    "ledger": "ledger",
    "access": "appointment-list",
    "audit": "audit",
    "calendar": "calendar",
    "limits": "calendar",
    "authority": "authority",
}


@dataclass(frozen=True, slots=True)
class Subject:
    """A chain's subject: what to call it, its page, and a second line."""

    name: str
    href: str = ""
    note: str = ""
    title: str = ""


def subjects(chains: Iterable[str]) -> dict[str, Subject]:
    """Chain → its subject; an unknown kind is called by its chain's own name."""
    wanted = set(chains)
    ids: dict[str, set[int]] = {}
    for chain in wanted:
        room, _slash, rest = chain.removeprefix("audit/").partition("/")
        if rest.isdecimal():
            ids.setdefault(room, set()).add(int(rest))
    found: dict[str, Subject] = {}
    if "case" in ids:
        for pk, number, title in Case.objects.filter(pk__in=ids["case"]).values_list("pk", "number", "title"):
            found[f"case/{pk}"] = Subject(number or _("未编号办件"), f"/cases/{pk}/", title, title)
    if "unit" in ids:
        for pk, code, name, short in Unit.objects.filter(pk__in=ids["unit"]).values_list("pk", "code", "name", "short_name"):
            found[f"unit/{pk}"] = Subject(short or name, reverse("unit", args=[code]), _("机构"))
    if "paper" in ids:
        for pk, number, title in Paper.objects.filter(pk__in=ids["paper"]).values_list("pk", "number", "title"):
            found[f"paper/{pk}"] = Subject(number, reverse("paper", args=[pk]), title, title)
    if "user" in ids:
        for pk, name, username in User.objects.filter(pk__in=ids["user"]).values_list("pk", "name", "username"):
            found[f"user/{pk}"] = Subject(name, "", _("账号 %(username)s") % {"username": username})
    return {chain: _subject(chain, found) for chain in wanted}


def _subject(chain: str, found: dict[str, Subject]) -> Subject:
    name = chain.removeprefix("audit/")
    subject = found.get(name) or Subject(_fixed().get(name, name), reverse(FIXED[name]) if name in FIXED else "")
    return (
        subject
        if name == chain
        else Subject(_("%(name)s的记录") % {"name": subject.name}, reverse("audit-chain", args=[name]), subject.note)
    )


def _fixed() -> dict[str, str]:
    return {
        "ledger": _("编制台账"), "access": _("权限投影"), "audit": _("审计记录"), "calendar": _("工作日历"), "limits": _("时限"),
        "authority": _("审批权限表"), "catalogue": _("事项目录"), "documents": _("发文字号"),
    }  # fmt: skip


def numbered(number: str) -> list[str]:
    """The chains of whatever bears `number` (or a part of it): cases by case number, papers by document number and their cases."""
    wanted = number.strip()
    cases = [f"case/{pk}" for pk in Case.objects.filter(number__icontains=wanted).values_list("pk", flat=True)[:200]]
    papers = Paper.objects.filter(number__icontains=wanted).values_list("pk", "subject")[:200]
    return list(dict.fromkeys([*cases, *(chain for pk, subject in papers for chain in (f"paper/{pk}", subject))]))


def names(ids: set[int], codes: set[str]) -> dict[int | str, str]:
    """Unit names by id and by code, and kind names by code. At most one SQL once the kinds are known."""
    found: dict[int | str, str] = {kind.code: kind.name for kind in all_kinds()}
    if ids or codes:
        rows = Unit.objects.filter(Q(pk__in=ids) | Q(code__in=codes)).values_list("pk", "code", "name", "short_name")
        for pk, code, name, short in rows:
            found[pk] = found[code] = short or name
    return found
