"""Pure: how the consulted units of a row decide, as a row of the table stores it and as a person writes it.

`{}` is 会签: opinions are heard and decide nothing. Otherwise `{"mode": …, "threshold": [2, 3], "strict": false}`; the share is
an exact fraction of the units asked, `strict` means more than it (过半), otherwise at least it.
"""

import re
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _

OPINIONS = "opinions"
_SHARE = re.compile(r"\s*(>|>=|≥|＞)?\s*(\d{1,3})\s*/\s*(\d{1,3})\s*")


def modes() -> dict[str, str]:
    """Code → word of every way the consulted units may decide."""
    return {
        OPINIONS: _("会签（听取意见）"),
        "all": _("会签（须一致同意）"),
        "any": _("或签（一家即可）"),
        "ballot": _("票签（按比例）"),
        "sequence": _("依次会签"),
    }


def panel(mode: str, share: str = "") -> dict[str, Any]:
    """The stored form of a mode and a share written `2/3` (at least) or `>1/2` (more than); `{}` for opinions.

    :raises ValueError: in words, for an unknown mode, a ballot without a share, or a share that is no fraction up to one.
    """
    if mode not in modes():
        raise ValueError(_("“%(mode)s”不是会签方式。") % {"mode": mode})
    if mode == OPINIONS:
        return {}
    if mode != "ballot":
        return {"mode": mode}
    if not share.strip():
        raise ValueError(_("票签须写明同意的比例，例如“2/3”或者“>1/2”。"))
    match = _SHARE.fullmatch(share)
    if match is None or int(match[3]) == 0 or not 0 < Fraction(int(match[2]), int(match[3])) <= 1:
        raise ValueError(_("看不懂比例“%(share)s”，应写成“2/3”（达到）或者“>1/2”（超过）。") % {"share": share.strip()})
    strict = match[1] in {">", "＞"}
    if strict and int(match[2]) == int(match[3]):
        raise ValueError(_("同意的比例不可能超过全部。"))
    return {"mode": mode, "threshold": [int(match[2]), int(match[3])], "strict": strict}


def share(stored: Mapping[str, Any]) -> str:
    """The share of a stored panel as `panel` reads it; "" where none matters."""
    if stored.get("mode") != "ballot":
        return ""
    k, n = stored.get("threshold", (1, 2))
    return f"{'>' if stored.get('strict', True) else ''}{k}/{n}"


def written(stored: Mapping[str, Any]) -> str:
    """One cell of the sheet: the word of the mode, a ballot with its share."""
    word = modes()[stored.get("mode", OPINIONS)]
    return f"{word} {share(stored)}".strip()


def read(text: str) -> dict[str, Any]:
    """The inverse of `written`; an empty cell is opinions, a code is taken for its word. Raises ValueError in words."""
    text = text.strip()
    if not text:
        return {}
    for code, word in modes().items():
        for name in (word, code):
            if text == name or text.startswith(f"{name} "):
                return panel(code, text[len(name) :])
    raise ValueError(_("“%(mode)s”不是会签方式。") % {"mode": text})
