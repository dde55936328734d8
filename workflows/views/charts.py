"""Pure: bars, dots and lines as figures of SVG attributes; templates only print them. Widths are per cent of the drawing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

TICK = 80.0  # the approved figure stands at 80 % of the width, so over-establishment visibly crosses it


@dataclass(frozen=True, slots=True)
class Rect:
    """One piece of a bar: its class, where it starts and how wide it is, both as `12.50%`."""

    kind: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar and the sentence that says the same to a screen reader."""

    label: str
    rects: list[Rect]
    tick: str = ""


@dataclass(frozen=True, slots=True)
class PostsRow:
    """Posts of one kind at one unit: name, bar, the word for its state, and the four figures."""

    name: str
    bar: Bar
    state_word: str
    state_kind: str
    figures: list[tuple[str, int, str]]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Dot:
    """One leadership position: taken (`on`) or free (`no`)."""

    kind: str
    x: int


@dataclass(frozen=True, slots=True)
class SeatsRow:
    """Leadership positions of one kind at one unit."""

    name: str
    label: str
    dots: list[Dot]
    state_word: str
    state_kind: str
    figures: list[tuple[str, int, str]]


@dataclass(frozen=True, slots=True)
class EffectRow:
    """An account before and after the decision, on the block's one scale."""

    name: str
    kind: str
    now: Bar
    now_word: str
    now_n: int
    now_state: str
    now_kind: str
    then: Bar
    then_word: str
    then_n: int
    then_state: str
    then_kind: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What one line of a request does to one account: figures now, the change, and whether it is the pool's."""

    name: str
    kind: str
    approved: int
    filled: int = 0
    locked: int = 0
    held: int = 0
    change: int = 0
    pool: bool = False


@dataclass(frozen=True, slots=True)
class WorkRow:
    """One line of the workload picture."""

    name: str
    n: int
    width: str


@dataclass(frozen=True, slots=True)
class LifeStep:
    """A step of a life line: since when, the figure, the difference, what happened, by which document."""

    when: Any
    figure: int
    change: int | None
    text: str
    number: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class LifeLine:
    """The steps and the two SVG paths over a 400 × 70 drawing."""

    steps: list[LifeStep]
    area: str
    line: str
    columns: int = field(default=4)


def percent(part: float) -> str:
    """12.5 → `12.50%`."""
    return f"{part:.2f}%"


def laid(pieces: Sequence[tuple[str, int]], scale: float) -> list[Rect]:
    """(class, posts) end to end, `scale` per cent of the width to a post; nothing for nothing."""
    rects: list[Rect] = []
    at = 0.0
    for kind, n in pieces:
        if n <= 0:
            continue
        width = n * scale
        rects.append(Rect(kind, percent(at), percent(width)))
        at += width
    return rects


def state(approved: int, vacancy: int, over: int) -> tuple[str, str]:
    """The word and colour of an account: 超编 n, 空编 n, 满编, or nothing where nothing is approved."""
    if over:
        return _("超编%(n)s") % {"n": over}, "over"
    if vacancy:
        return _("空编%(n)s") % {"n": vacancy}, "vacant"
    return (_("满编"), "full") if approved else ("", "")


def posts_row(name: str, figures: Any, note: str = "") -> PostsRow:
    """One posts bar from a ledger `Figures` (approved, filled, locked, held, frozen, vacancy, over)."""
    approved, over = figures.approved, figures.over
    scale = TICK / approved if approved > 0 else 0.0
    if over and approved <= 0:
        scale = TICK / max(figures.filled, 1)
    within = max(figures.filled - over, 0)
    rects = laid(
        [
            ("actual", within),
            ("over", over),
            ("locked", figures.locked + figures.held),
            ("frozen", figures.frozen),
            ("vacant", figures.vacancy),
        ],
        min(scale, (100.0 / (approved + over)) if approved + over > 0 else scale),
    )
    word, kind = state(approved, figures.vacancy, over)
    last = (_("超编"), over, "over") if over else (_("空编"), figures.vacancy, "")
    label = _("%(name)s：核定%(approved)s，实有%(filled)s，锁定%(locked)s，%(word)s%(n)s") % {
        "name": name, "approved": approved, "filled": figures.filled, "locked": figures.locked, "word": last[0], "n": last[1],
    }  # fmt: skip
    extra = [note] if note else []
    if figures.held:
        extra.append(_("在办件预留%(n)s名。") % {"n": figures.held})
    if figures.frozen:
        extra.append(_("冻结%(n)s名。") % {"n": figures.frozen})
    if figures.pledged:
        extra.append(_("已核定待下达%(n)s名，未计入核定数。") % {"n": figures.pledged})
    shown = [(_("核定"), approved, ""), (_("实有"), figures.filled, ""), (_("锁定"), figures.locked, ""), last]
    return PostsRow(name, Bar(label, rects, percent(TICK) if approved > 0 else ""), word, kind, shown, "".join(extra))


def seats_row(name: str, figures: Any) -> SeatsRow:
    """Leadership positions as dots: solid in office, hollow vacant."""
    taken, free = figures.filled, max(figures.vacancy, 0)
    dots = [Dot("on" if n < taken else "no", 8 + 20 * n) for n in range(taken + free)]
    if figures.over:
        word, kind = _("超职数%(n)s") % {"n": figures.over}, "over"
    elif free:
        word, kind = _("空缺%(n)s") % {"n": free}, "vacant"
    else:
        word, kind = (_("满职"), "full") if figures.approved else ("", "")
    label = _("%(n)s名中在任%(taken)s名") % {"n": figures.approved, "taken": taken}
    shown = [(_("核定"), figures.approved, ""), (_("在任"), taken, ""), ("", "", ""), (_("空缺"), free, "")]
    return SeatsRow(name, label, dots, word, kind, shown)


def _effect_bar(effect: Effect, approved: int, held: int, scale: float, word: str) -> Bar:
    if effect.pool:
        rects = laid([("pool", max(approved - held, 0)), ("locked", held)], scale)
        return Bar(_("%(name)s%(word)s：%(n)s，其中预留%(held)s") % {"name": effect.name, "word": word, "n": approved, "held": held}, rects)
    vacant = approved - effect.filled - effect.locked - held
    over = max(-vacant, 0)
    rects = laid(
        [("actual", effect.filled - over), ("over", over), ("locked", effect.locked + held), ("vacant", max(vacant, 0))],
        scale,
    )
    label = _("%(name)s%(word)s：核定%(n)s，实有%(filled)s，空编%(vacant)s") % {
        "name": effect.name, "word": word, "n": approved, "filled": effect.filled, "vacant": max(vacant, 0),
    }  # fmt: skip
    return Bar(label, rects)


def _effect_state(effect: Effect, approved: int, held: int) -> tuple[str, str]:
    if effect.pool and approved < 0:
        return _("不足%(n)s") % {"n": -approved}, "over"
    if effect.pool:
        return (_("预留%(n)s") % {"n": held}, "") if held else (_("可用%(n)s") % {"n": approved}, "")
    vacant = approved - effect.filled - effect.locked - held
    return state(approved, max(vacant, 0), max(-vacant, 0))


def effect_rows(effects: Sequence[Effect], *, posted: bool = False) -> list[EffectRow]:
    """Now and after approval for every account, one scale for the whole block; `posted` says that the decision lies behind us."""
    before = _("批准前") if posted else _("现在")
    largest = max([max(e.approved, e.approved + e.change, e.filled) for e in effects] or [1])
    scale = 100.0 / max(largest, 1)
    rows = []
    for effect in effects:
        after = effect.approved + effect.change
        # A giver's reserved posts leave with the decision.
        held_after = max(effect.held + min(effect.change, 0), 0)
        rows.append(
            EffectRow(
                effect.name,
                effect.kind,
                _effect_bar(effect, effect.approved, effect.held, scale, before),
                before,
                effect.approved,
                *_effect_state(effect, effect.approved, effect.held),
                _effect_bar(effect, after, held_after, scale, _("批准后")),
                _("批准后"),
                after,
                *_effect_state(effect, after, held_after),
            )
        )
    return rows


def workload(counts: Sequence[tuple[str, int]]) -> list[WorkRow]:
    """Open cases by stage as bars; the longest fills the width."""
    largest = max([n for _name, n in counts] or [0]) or 1
    return [WorkRow(name, n, percent(100.0 * n / largest)) for name, n in counts]


def life_line(steps: Sequence[LifeStep]) -> LifeLine:
    """A step picture of one figure over time; steps are evenly spaced, the axis does not start at 0."""
    if not steps:
        return LifeLine([], "", "")
    figures = [step.figure for step in steps]
    low, high = min(figures), max(figures)
    span = max(high - low, 1)
    width = 400 / len(steps)
    points: list[str] = []
    for n, figure in enumerate(figures):
        y = 58 - 40 * (figure - low) / span if high > low else 38
        points.append(f"{'M0 ' if n == 0 else 'V'}{y:.1f}H{width * (n + 1):.1f}")
    line = "".join(points)
    return LifeLine(list(steps), f"{line}V70H0z", line, len(steps))
