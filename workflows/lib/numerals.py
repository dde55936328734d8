"""Pure: numbers and dates as Chinese papers write them."""

import re
from datetime import date

DIGITS = "〇一二三四五六七八九"
_ZERO = "零"
_SMALL = ("", "十", "百", "千")
_LARGE = ("", "万", "亿")
_VALUES = {char: value for value, char in enumerate(DIGITS)} | {_ZERO: 0, "两": 2}
_UNITS = {"十": 10, "百": 100, "千": 1000, "万": 10**4, "亿": 10**8}
LIMIT = 10**12


def number(n: int) -> str:
    """`120` → `一百二十`, `10` → `十`, `1002` → `一千零二`; raises ValueError outside 0 … 10¹² − 1."""
    if not 0 <= n < LIMIT:
        raise ValueError("only numbers from 0 to 999,999,999,999 are written out")
    if n == 0:
        return _ZERO
    groups = [n // 10**8, n // 10**4 % 10**4, n % 10**4]
    text = ""
    for group, unit in zip(groups, reversed(_LARGE), strict=True):
        if group and text and group < 1000 and not text.endswith(_ZERO):
            text += _ZERO
        if group:
            text += _group(group) + unit
        elif text and not text.endswith(_ZERO):
            text += _ZERO
    text = text.rstrip(_ZERO)
    return text[1:] if text.startswith("一十") else text


def digits(n: int) -> str:
    """Digit by digit, as years are read: `2026` → `二〇二六`."""
    return "".join(DIGITS[int(char)] for char in str(n))


def parse(text: str) -> int:
    """The number a Chinese or Arabic numeral stands for: `一百二十` → 120, `二〇二六` → 2026; raises ValueError."""
    text = text.strip()
    if re.fullmatch(r"[0-9]+", text):
        return int(text)
    if not text or any(char not in _VALUES and char not in _UNITS for char in text):
        raise ValueError(f"not a numeral: {text!r}")
    if len(text) > 1 and all(char in _VALUES for char in text):
        return int("".join(str(_VALUES[char]) for char in text))
    return _read(text)


def day(value: date) -> str:
    """`2026年11月20日`, without leading noughts, as screens and papers write it."""
    return f"{value.year}年{value.month}月{value.day}日"


def day_written(value: date) -> str:
    """`二〇二六年十一月二十日`, as older papers and rolls write it."""
    return f"{digits(value.year)}年{number(value.month)}月{number(value.day)}日"


def _group(n: int) -> str:
    text, gap = "", False
    for place in range(3, -1, -1):
        digit = n // 10**place % 10
        if digit:
            text += (_ZERO if gap and text else "") + DIGITS[digit] + _SMALL[place]
            gap = False
        else:
            gap = True
    return text


def _read(text: str) -> int:
    total = section = digit = 0
    for char in text:
        if char in _VALUES:
            digit = _VALUES[char]
        elif _UNITS[char] >= 10**4:
            total = (total + section + digit) * _UNITS[char] if char == "亿" else total + (section + digit) * _UNITS[char]
            section = digit = 0
        else:
            section += (digit or 1) * _UNITS[char]
            digit = 0
    return total + section + digit
