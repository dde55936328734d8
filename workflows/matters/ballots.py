"""Pure: whether a body's count adds up, whether it could decide, and whether it did, in exact fractions.

No superior text for quorum or majority of an establishment commission has been seen (DOMAIN §1.1), so both are the body's own
parameters, kept as fractions and compared by whole numbers; a percentage never appears.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal, Protocol

from django.utils.translation import gettext as _

from workflows.lib.findings import Finding

ARTICLE = "《中国共产党机构编制工作条例》第十五条（重大问题应当由集体讨论作出决定）"


@dataclass(frozen=True, slots=True)
class Rule:
    """A body's rule: `quorum` of those entitled must be present; `majority` of `of` must vote for, more than it when `strict`."""

    quorum: Fraction
    majority: Fraction
    strict: bool = True
    of: Literal["entitled", "present"] = "entitled"


@dataclass(frozen=True, slots=True)
class Count:
    """One vote: people, not shares."""

    entitled: int
    present: int
    absent: int
    votes_for: int
    votes_against: int
    abstained: int


class BodyRow(Protocol):
    """What a stored body tells about its rule."""

    external: bool
    quorum_numerator: int
    quorum_denominator: int
    majority_numerator: int
    majority_denominator: int
    majority_strict: bool
    majority_of: Literal["entitled", "present"]


def rule_of(body: BodyRow) -> Rule | None:
    """The rule a body decides by; None for a body outside the district, whose reply is recorded without a vote."""
    if body.external:
        return None
    return Rule(
        quorum=Fraction(body.quorum_numerator, body.quorum_denominator),
        majority=Fraction(body.majority_numerator, body.majority_denominator),
        strict=body.majority_strict,
        of=body.majority_of,
    )


def quorate(count: Count, rule: Rule) -> bool:
    """Whether enough members were present to decide at all."""
    return count.entitled > 0 and count.present >= rule.quorum * count.entitled


def passed(*, rule: Rule, entitled: int, present: int, absent: int, votes_for: int, votes_against: int, abstained: int) -> bool:
    """Whether the vote carries: quorate, and enough votes for."""
    count = Count(entitled, present, absent, votes_for, votes_against, abstained)
    return quorate(count, rule) and votes_for >= needed(count, rule)


def needed_share(count: Count, rule: Rule) -> Fraction:
    """The exact number of votes at the threshold (may lie between two whole numbers)."""
    return rule.majority * (count.entitled if rule.of == "entitled" else count.present)


def needed(count: Count, rule: Rule) -> int:
    """The smallest whole number of votes for that carries."""
    share = needed_share(count, rule)
    floor = share.numerator // share.denominator
    return floor + 1 if rule.strict or share.denominator != 1 else floor


def least_present(count: Count, rule: Rule) -> int:
    """The smallest number present that is quorate."""
    share = rule.quorum * count.entitled
    return -(-share.numerator // share.denominator)


def check(
    *, rule: Rule | None, entitled: int, present: int, absent: int, votes_for: int, votes_against: int, abstained: int
) -> list[Finding]:
    """What does not add up or was not quorate; [] when the count may stand. `rule` None: a reply of an outside body, without a vote."""
    count = Count(entitled, present, absent, votes_for, votes_against, abstained)
    if rule is None:
        return [] if _all_zero(count) else [_block(_("上级批复不记录表决情况，各项人数应为零。"), _told(count), "entitled")]
    found = _sums(count)
    if not found and not quorate(count, rule):
        message = _("实到%(present)d人，不足法定人数%(least)d人（应到%(entitled)d人的%(quorum)s），不能作出决定。") % {
            "present": count.present, "least": least_present(count, rule), "entitled": count.entitled, "quorum": spoken(rule.quorum),
        }  # fmt: skip
        found.append(_block(message, _told(count), "present"))
    return found


def threshold(count: Count, rule: Rule) -> str:
    """`5/8（应到过半数）`: the votes that carry and of how many, as stored with the record."""
    of = count.entitled if rule.of == "entitled" else count.present
    return f"{needed(count, rule)}/{of}（{spoken_threshold(rule)}）"


def spoken_threshold(rule: Rule) -> str:
    """`应到过半数`, `实到三分之二以上`."""
    base = _("应到") if rule.of == "entitled" else _("实到")
    if rule.strict and rule.majority == Fraction(1, 2):
        return base + _("过半数")
    return base + (_("超过%(share)s") if rule.strict else _("%(share)s以上")) % {"share": spoken(rule.majority)}


def spoken(share: Fraction) -> str:
    """`三分之二`; digits beyond nine."""
    digits = "〇一二三四五六七八九"
    if share == 1:
        return _("全体")
    return "分之".join(digits[n] if n < 10 else str(n) for n in (share.denominator, share.numerator))


def _sums(count: Count) -> list[Finding]:
    numbers = {"entitled": count.entitled, "present": count.present, "absent": count.absent,
               "votes_for": count.votes_for, "votes_against": count.votes_against, "abstained": count.abstained}  # fmt: skip
    negative = [_block(_("人数和票数不能为负。"), _told(count), field) for field, value in numbers.items() if value < 0]
    if negative:
        return negative
    found = []
    if count.entitled == 0:
        found.append(_block(_("请填写应到人数。"), _told(count), "entitled"))
    if count.entitled != count.present + count.absent:
        found.append(_block(_("应到人数应等于实到与缺席之和。"), _told(count), "entitled"))
    if count.present != count.votes_for + count.votes_against + count.abstained:
        found.append(_block(_("实到人数应等于同意、反对、弃权票数之和。"), _told(count), "present"))
    return found


def _all_zero(count: Count) -> bool:
    return not any((count.entitled, count.present, count.absent, count.votes_for, count.votes_against, count.abstained))


def _told(count: Count) -> str:
    return _("应到%(entitled)d、实到%(present)d、缺席%(absent)d；同意%(for)d、反对%(against)d、弃权%(abstained)d") % {
        "entitled": count.entitled, "present": count.present, "absent": count.absent,
        "for": count.votes_for, "against": count.votes_against, "abstained": count.abstained,
    }  # fmt: skip


def _block(message: str, fact: str, field: str) -> Finding:
    return Finding(code="vote", level="block", message=message, fact=fact, article=ARTICLE, field=field)
