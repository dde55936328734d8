"""The case page put together: stages with one line of fact each, who holds it, content in words, and what is asked of me."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from forms.staffing import ARTICLE_16
from workflows.cases.models import Case, CaseVersion, Stage, State
from workflows.cases.queries.exchange import Event
from workflows.cases.queries.timeline import RoundSteps, Step
from workflows.lib.calendar import Calendar
from workflows.lib.local import day_of
from workflows.organization.terms import Funding, Kind, PsuClass, Rank
from workflows.views import deadlines, polling
from workflows.views.templatetags.dingbian import month_day, prose

ORDER = [Stage.PROPOSE, Stage.EVALUATE, Stage.DELIBERATE, Stage.DECIDE, Stage.IMPLEMENT]
STOPPED = {State.REFUSED, State.CANCELLED}


@dataclass(frozen=True, slots=True)
class StageMark:
    """One of the five stages: done, here, stopped or ahead, with one line of fact."""

    name: str
    state: str
    fact: Any


@dataclass(frozen=True, slots=True)
class Chapter:
    """One round of the log: steps and what happened beside them, newest first."""

    n: int
    lines: list[tuple[Step | None, Event | None]]


def chapters(rounds: Sequence[RoundSteps], events: Sequence[Event]) -> list[Chapter]:
    """Steps and events by round: what still waits first, then what happened, newest first."""
    made, left = [], list(events)
    for rnd in rounds:
        begins = min((step.assignment.round.started_at for step in rnd.steps), default=None)
        own = [event for event in left if begins is None or event.at >= begins or rnd is rounds[-1]]
        left = [event for event in left if event not in own]
        lines: list[tuple[bool, datetime, tuple[Step | None, Event | None]]] = [
            (step.assignment.closed_at is None, step.at, (step, None)) for step in rnd.steps
        ]
        lines += [(False, event.at, (None, event)) for event in own]
        made.append(Chapter(rnd.n, [line for *_key, line in sorted(lines, key=lambda one: one[:2], reverse=True)]))
    return made


def all_steps(rounds: Sequence[RoundSteps]) -> list[Step]:
    """Every step, newest first."""
    return [step for rnd in rounds for step in rnd.steps]


def in_order(rounds: Sequence[RoundSteps]) -> Sequence[RoundSteps]:
    """Within a round what still waits comes first, then what happened, newest first."""
    for each in rounds:
        each.steps.sort(key=lambda step: (step.assignment.closed_at is not None, -step.at.timestamp(), -step.assignment.pk))
    return rounds


def stages(case: Case, rounds: Sequence[RoundSteps]) -> list[StageMark]:
    """The stepper of a case."""
    at = ORDER.index(case.stage)
    closed = case.state == State.CLOSED
    marks = []
    for n, stage in enumerate(ORDER):
        state = "done" if n < at or closed else "ahead"
        if n == at and not closed:
            state = "stopped" if case.state in STOPPED else "here"
        marks.append(StageMark(str(stage.label), state, _fact(stage, state, case, all_steps(rounds))))
    return marks


def _fact(stage: Stage, state: str, case: Case, steps: list[Step]) -> Any:
    if state == "stopped":
        return case.get_state_display()
    if state == "here":
        return _here(case, steps)
    if state == "ahead":
        return _ahead(stage, case)
    if stage == Stage.PROPOSE:
        return _dated(case.submitted_at, _("报送"))
    last = next((step for step in steps if step.assignment.closed_at and _stage_of(step) == stage), None)
    words = {Stage.EVALUATE: _("完成"), Stage.DELIBERATE: _("通过"), Stage.DECIDE: _("签发"), Stage.IMPLEMENT: _("办结")}
    if stage == Stage.DELIBERATE and last and last.opinion:
        return _dated(last.opinion.at, last.outcome)
    return _dated(last.at, words[stage]) if last else ""


def _here(case: Case, steps: list[Step]) -> str:
    signing = [s for s in steps if s.assignment.node == "countersign" and s.assignment.round_id == steps[0].assignment.round_id]
    current = [s for s in signing if s.assignment.pass_no == max(x.assignment.pass_no for x in signing)]
    if case.state == State.SUSPENDED:
        return _("已挂起，停止计时")
    if case.node == "countersign" and current:
        return _("进行中，%(words)s") % {"words": polling.words(case, current)}
    waiting = next((s for s in steps if s.assignment.closed_at is None), None)
    return _("进行中，%(what)s") % {"what": waiting.title} if waiting else _("进行中")


def _ahead(stage: Stage, case: Case) -> str:
    names = (case.route or {}).get("names", {})
    if stage == Stage.DELIBERATE:
        return "、".join(names.get(code, "") for code in (case.route or {}).get("bodies", []) if names.get(code)) or _("集体审议")
    if stage == Stage.DECIDE:
        signatory = names.get((case.route or {}).get("signatory"))
        return _("%(who)s签发") % {"who": signatory.removesuffix("会议")} if signatory else _("签发批复")
    return {Stage.EVALUATE: _("受理、论证、会签"), Stage.IMPLEMENT: _("下达、入账、反馈")}.get(stage, "")


def _stage_of(step: Step) -> str:
    return step.assignment.task.flow_task.stage


def _dated(at: Any, word: str) -> Any:
    return month_day(at) + prose(word) if at else word


def content(version: CaseVersion | None) -> dict[str, Any]:
    """The version's payload as a dictionary; empty before anything was typed."""
    return json.loads(version.payload) if version else {}


def newborn(payload: dict[str, Any], sponsor: str) -> list[tuple[str, str]]:
    """The institution to be set up (R02), in words."""
    made = payload.get("institution")
    if not made:
        return []
    rows = [
        (_("机构名称"), made.get("name")),
        (_("举办单位"), sponsor),
        (_("类别"), _label(Kind, made.get("kind"))),
        (_("规格"), _label(Rank, made.get("rank"))),
        (_("公益类别"), _label(PsuClass, made.get("psu_class"))),
        (_("经费形式"), _label(Funding, made.get("funding"))),
        (_("宗旨"), made.get("purpose")),
        (_("主要职责"), made.get("functions")),
        (_("内设机构"), made.get("divisions")),
    ]
    return [(name, value) for name, value in rows if value]


def reasons(payload: dict[str, Any]) -> list[tuple[str, str]]:
    """必要性 … 财政影响, those that were written."""
    names = [
        ("necessity", _("必要性")), ("rationality", _("合理性")), ("feasibility", _("可行性")), ("alternatives", _("其他解决办法")),
        ("risks", _("风险与应对")), ("finance", _("财政影响")), ("measurement", _("测算依据")), ("peers", _("同类对比")),
    ]  # fmt: skip
    return [(label, payload[key]) for key, label in names if payload.get(key)]


def article16(payload: dict[str, Any]) -> list[tuple[str, str, str]]:
    """(question, conclusion in words, statement) of Article 16."""
    given = payload.get("article16") or {}
    words = {"yes": _("是"), "no": _("否")}
    return [
        (str(question), words.get(given.get(key, {}).get("conclusion"), _("未填")), given.get(key, {}).get("text", ""))
        for key, question in ARTICLE_16
    ]


def holders(rounds: Sequence[RoundSteps], day: date, calendar: Calendar) -> list[str]:
    """Why there is no button, one sentence per open step: who may act, who holds it, since when."""
    lines = []
    for step in all_steps(rounds):
        row = step.assignment
        if row.closed_at is not None:
            continue
        since = deadlines.waited(day_of(row.created_at), day, calendar)
        office = _("须由%(unit)s%(role)s办理%(what)s。") % {
            "unit": row.unit.name,
            "role": row.get_role_display(),
            "what": f"“{step.title}”",
        }
        where = (
            _("当前在%(name)s处，%(since)s。") % {"name": row.assignee.name, "since": since}
            if row.assignee
            else _("%(since)s，尚未有人签收。") % {"since": since}
        )
        lines.append(office + where)
    return lines


def clock(case: Case, day: date, calendar: Calendar, events: Sequence[Event] = ()) -> str:
    """限时: how many working days are left of the whole case, for how many it stood still, and that it does now."""
    if case.state == State.SUPPLEMENT:
        return _("补正期间停止计时")
    if case.state == State.SUSPENDED:
        return _("挂起期间停止计时")
    stood = sum(calendar.between(day_of(e.at), day_of(e.done_at)) for e in events if e.kind in {"supplement", "suspend"} and e.done_at)
    stopped = _("停计%(n)s个工作日") % {"n": stood} if stood else ""
    if case.deadline is None or case.state != State.RUNNING:
        return stopped
    return "，".join(part for part in (deadlines.due(case.deadline, day, calendar).word, stopped) if part)


def _label(choices: Any, value: Any) -> str:
    try:
        return str(choices(value).label)
    except ValueError:
        return ""
