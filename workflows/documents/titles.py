"""Pure: a paper's title broken into balanced lines at meaning (GB/T 9704 §7.3.1: 回行时词意完整、排列对称、长短适宜)."""

import re
from functools import cache

from workflows.documents.composer import NO_END, NO_START

_WORDS = re.compile(
    "(?:综合|便民|公共|服务|发展|促进|企业|中小|社会|治理|管理|保障){1,6}中心|机构编制|编制|机构|职责|职数|领导|党组织|党组|委员会|办公室|事业单位|事业|行政|公益|服务|中心|街道|综合|便民|公共|图书馆|"
    "中小企业|企业|发展|促进|教育|学校|示例|核增|核减|核定|设立|调整|增设|撤销|同意|批复|答复|告知书|告知|受理|补正|有关|事项|问题|关于|"
    "不予|[0-9A-Za-z]+名?|[^，、的和与及在对为]{1,4}(?:局|镇|乡|办|委)(?![员])"
)
_WEAK_START = frozenset("的和与及或等了之")
_INSIDE_WORD, _WEAK, _AFTER_OPENER, _PER_LINE, _NEVER = 80.0, 20.0, 40.0, 60.0, 1e9


def balance(title: str, per_line: int) -> list[str]:
    """The title's lines, each at most `per_line` characters. A line break somebody typed is kept as it is.

    An issuing organ at the head (up to 关于) stands on its own line when the title needs more than one.
    """
    if "\n" in title:
        return [line for typed in title.split("\n") if typed.strip() for line in balance(typed.strip(), per_line)]
    if len(title) <= per_line:
        return [title]
    about = title.find("关于")
    if 4 <= about <= per_line:
        return [title[:about], *balance(title[about:], per_line)]
    return _balanced(title, per_line)


def _balanced(title: str, per_line: int) -> list[str]:
    penalties = _penalties(title)
    count = -(-len(title) // per_line)
    best = min((_split(title, lines, per_line, penalties) for lines in (count, count + 1)), key=lambda found: found[0])
    return list(best[1])


def _split(title: str, lines: int, per_line: int, penalties: list[float]) -> tuple[float, tuple[str, ...]]:
    ideal = len(title) / lines

    @cache
    def rest(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        if left == 1:
            size = len(title) - start
            return ((size - ideal) ** 2 if size <= per_line else _NEVER, (title[start:],))
        found: tuple[float, tuple[str, ...]] = (_NEVER * 2, (title[start:],))
        for end in range(start + 1, min(start + per_line, len(title) - 1) + 1):
            cost, tail = rest(end, left - 1)
            total = cost + (end - start - ideal) ** 2 + penalties[end]
            if total < found[0]:
                found = (total, (title[start:end], *tail))
        return found

    cost, parts = rest(0, lines)
    return cost + _PER_LINE * lines, parts


def _penalties(title: str) -> list[float]:
    """What a break before each character costs."""
    costs = [0.0] * (len(title) + 1)
    for word in _WORDS.finditer(title):
        for at in range(word.start() + 1, word.end()):
            costs[at] = _INSIDE_WORD
    for at in range(1, len(title)):
        if title[at] in NO_START or title[at - 1] in NO_END:
            costs[at] = _NEVER
        elif title[at] in _WEAK_START:
            costs[at] = max(costs[at], _WEAK)
        elif title[:at].endswith("关于"):
            costs[at] = _AFTER_OPENER
    return costs
