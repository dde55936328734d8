"""What the database itself refuses about cases.

- `opinion_append_only`, `return_append_only`, `deliberation_append_only`, `round_append_only`  history is never rewritten
- `duty_conflict`       nobody holds two conflicting duties in one case, in person or in another's name (MODEL §1)
- `version_frozen`, `version_stays`          a version that somebody acted on is never changed, none is deleted
- `attachment_added`, `attachment_changed`, `attachment_removed`  a frozen version keeps exactly the files it had
"""

from workflows.lib.triggers import append_only, rule

# ruff: noqa: S608 - the statements are put together from literals of this project only

_CONFLICT = """EXISTS (SELECT 1 FROM cases_opinion o
    JOIN cases_assignment a ON a.id = o.assignment_id
    JOIN cases_assignment m ON m.id = NEW.assignment_id AND m.case_id = a.case_id
    JOIN cases_dutyconflict d ON d.lifted_reason = ''
     AND ((d.first = a.duty AND d.second = m.duty) OR (d.second = a.duty AND d.first = m.duty))
    WHERE o.actor_id = NEW.actor_id OR o.actor_id = NEW.in_name_of_id
       OR o.in_name_of_id = NEW.actor_id OR o.in_name_of_id = NEW.in_name_of_id)"""


def _frozen(row: str) -> str:
    return f"EXISTS (SELECT 1 FROM cases_caseversion v WHERE v.id = {row}.version_id AND v.frozen_at IS NOT NULL)"


TRIGGERS = (
    append_only("cases_opinion", name="opinion_append_only", unique=("id", "assignment_id", "key")),
    append_only("cases_return", name="return_append_only", unique=("id", "assignment_id")),
    append_only("cases_deliberation", name="deliberation_append_only", unique=("id", "assignment_id")),
    append_only("cases_round", name="round_append_only", unique=("id", "case_id+n")),
    rule("duty_conflict", "cases_opinion", "INSERT", _CONFLICT),
    rule("version_frozen", "cases_caseversion", "UPDATE", "OLD.frozen_at IS NOT NULL"),
    rule("version_stays", "cases_caseversion", "DELETE", "1 = 1"),
    rule("attachment_added", "cases_attachment", "INSERT", _frozen("NEW")),
    rule("attachment_changed", "cases_attachment", "UPDATE", _frozen("OLD")),
    rule("attachment_removed", "cases_attachment", "DELETE", _frozen("OLD")),
)
