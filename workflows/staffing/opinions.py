"""The opinion boxes of the approval form (D05): who said what last at each step, and empty boxes for the steps to come."""

from collections.abc import Mapping

from workflows.cases.models import Assignment, Case
from workflows.cases.queries.timeline import outcome_title
from workflows.documents.payloads import Signed, Vote
from workflows.organization.models import Unit

# node → the heading of its box, in the order of the paper form
SECTIONS = {
    "endorse": "申请单位意见",
    "accept": "受理意见",
    "evaluate": "承办科室意见",
    "countersign": "会签意见",
    "section_review": "科室审核意见",
    "deputy_review": "分管领导意见",
}
OUTCOMES = {"approve": "通过", "amended": "修改后通过", "defer": "暂缓", "reject": "不予通过"}

Said = Mapping[str, list[Assignment]]


def latest(case: Case) -> dict[str, list[Assignment]]:
    """Node → the closed assignments whose opinions stand: those of the newest round and pass at that node. One SQL."""
    rows = case.assignments.filter(closed_as="done", opinion__isnull=False)
    rows = rows.select_related("unit", "round", "task", "opinion__actor", "opinion__in_name_of", "opinion__appointment")
    found: dict[str, list[Assignment]] = {}
    for row in rows.order_by("round__n", "pass_no", "pk"):
        before = found.get(row.node, [])
        if before and (before[0].round.n, before[0].pass_no) != (row.round.n, row.pass_no):
            before = []
        found[row.node] = [*before, row]
    return found


def boxes(case: Case, said: Said) -> list[Signed]:
    """The boxes from endorsement to the deputy's review; a consulted unit that has not answered has an empty one."""
    found = []
    for node, heading in SECTIONS.items():
        spoken = said.get(node, [])
        found += [_signed(heading, row) for row in spoken]
        if node == "countersign" and case.route:
            heard = {row.unit.code for row in spoken}
            silent = [code for code in case.route["consult"] if code not in heard]
            # In full, as the boxes of those who spoke: the route's own names are the short ones of the screens.
            names = dict(Unit.objects.filter(code__in=silent).values_list("code", "name")) if silent else {}
            found += [Signed(section=heading, office=names[code]) for code in silent]
        elif not spoken:
            found.append(Signed(section=heading))
    return found


def votes(case: Case) -> list[Vote]:
    """Each body's session; bodies of the route that have not met yet have an empty box. One SQL."""
    held = list(case.deliberations.select_related("body").order_by("pk"))
    found = [
        Vote(
            body=row.body.name, session=row.session, held_on=row.held_on, entitled=row.entitled, present=row.present, absent=row.absent,
            votes_for=row.votes_for, votes_against=row.votes_against, abstained=row.abstained, outcome=OUTCOMES[row.outcome], note=row.note,
        )
        for row in held
    ]  # fmt: skip
    met = {row.body.code for row in held}
    route = case.route or {"bodies": [], "names": {}}
    return found + [Vote(body=route["names"][code]) for code in route["bodies"] if code not in met]


def decision(said: Said) -> Signed | None:
    """The signature, once there is one."""
    return _signed("签发", said["sign"][-1]) if said.get("sign") else None


def _signed(heading: str, row: Assignment) -> Signed:
    opinion = row.opinion
    spoke = opinion.signed_by or (opinion.in_name_of or opinion.actor).name
    return Signed(
        section=heading, office=f"{row.unit.short_name or row.unit.name} {opinion.appointment.title}".strip(),
        outcome=outcome_title(row, opinion.outcome), text=opinion.text, name=spoke,
        stand_in=opinion.actor.name if opinion.in_name_of else "", at=opinion.at, from_paper=bool(opinion.recorded_from_paper),
    )  # fmt: skip
