"""Pure: how alike two names or descriptions are, in whole percent, by shared pairs of characters (Dice)."""

import re

# What every name of the district shares says nothing about what an institution does.
_NOISE = re.compile(
    r"[\s，。、；：（）()《》“”\"'·,.;:\-—〔〕0-9]|示例|中共|关于|请示|设立|成立|增加|核增|调整|服务|管理|工作|中心|办公室|[市区]"
)


def percent(left: str, right: str) -> int:
    """0 to 100; texts without content are alike only if both are the same."""
    one, other = _pairs(left), _pairs(right)
    if not one or not other:
        return 100 if left.strip() == right.strip() and left.strip() else 0
    shared = sum(min(count, other.get(pair, 0)) for pair, count in one.items())
    return 200 * shared // (sum(one.values()) + sum(other.values()))


def _pairs(text: str) -> dict[str, int]:
    bare = _NOISE.sub("", text)
    found: dict[str, int] = {}
    for place in range(len(bare) - 1):
        pair = bare[place : place + 2]
        found[pair] = found.get(pair, 0) + 1
    if len(bare) == 1:
        found[bare] = 1
    return found
